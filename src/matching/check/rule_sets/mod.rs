//! The rule sets of the round, proved with an arithmetic of their own: whole
//! numbers over one common denominator, and dates counted one by one.

mod people;
mod weeks;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};

use crate::domain::plan::{Placement, Session};
use crate::domain::rule_set::{Clause, Portion, Window};
use crate::domain::{Minutes, Rule, RuleSet, SessionKind, SupervisorKey, Thousandths};

use super::breach::Breaches;
use super::calendar::{Calendar, Meeting};
use super::index::Index;
use weeks::{counted_weeks, days_of, held_on, mondays_of_month, named};

/// A twentieth of a month's minutes is whole: months have four or five weeks.
const PARTS_OF_MONTH: u128 = 20;

pub(super) fn check(
    index: &Index<'_>,
    calendar: &Calendar<'_>,
    meetings: &[Meeting<'_>],
    breaches: &mut Breaches,
) {
    // Without lines nothing is known of supervision.
    if index.roster.rule_sets.is_empty() || index.roster.supervision_lines.is_empty() {
        return;
    }
    let meetings: HashMap<u32, &Meeting<'_>> = meetings
        .iter()
        .map(|meeting| (meeting.session.number, meeting))
        .collect();
    for (placement, trainee, site) in index.placed() {
        let sessions: Vec<Attended<'_>> = index
            .filled(&trainee.key)
            .iter()
            .map(|filled| Attended {
                session: filled.session,
                members: index.distinct_members(filled.session).len() as u128,
                held: meetings
                    .get(&filled.session.number)
                    .map(|meeting| held_on(index, calendar, meeting, &trainee.key))
                    .unwrap_or_default(),
            })
            .collect();
        let weeks = counted_weeks(index.roster.round.term, trainee, site);
        for set in &index.roster.rule_sets {
            if set.applies(trainee, site) {
                let mut proof = Proof {
                    index,
                    set,
                    placement,
                    sessions: &sessions,
                    weeks: &weeks,
                    breaches,
                };
                set.clauses.iter().for_each(|clause| proof.clause(clause));
            }
        }
    }
    for set in &index.roster.rule_sets {
        for clause in &set.clauses {
            if let Clause::SuperviseesMax { most, settings } = clause {
                people::supervisees_max(index, set, *most, settings, breaches);
            }
        }
    }
}

/// A session of the trainee, and the dates on which it is not missed.
struct Attended<'a> {
    session: &'a Session,
    members: u128,
    held: Vec<NaiveDate>,
}

/// What one rule set asks of one trainee.
struct Proof<'a, 'b> {
    index: &'a Index<'a>,
    set: &'a RuleSet,
    placement: &'a Placement,
    sessions: &'a [Attended<'a>],
    /// Mondays of the weeks that count.
    weeks: &'a [NaiveDate],
    breaches: &'b mut Breaches,
}

impl Proof<'_, '_> {
    fn breach(&mut self, rule: Rule, detail: &str) {
        self.breaches.rule(
            rule,
            format!("trainee {}", self.placement.trainee),
            format!("rule set {}: {detail}", self.set.key),
        );
    }

    fn clause(&mut self, clause: &Clause) {
        match clause {
            Clause::Units {
                contact_per_unit,
                further_unit_above,
                unit,
                window,
            } => {
                for weeks in self.windows(*window) {
                    self.units(
                        *contact_per_unit,
                        *further_unit_above,
                        *unit,
                        weeks.as_deref(),
                    );
                }
            }
            Clause::MinutesMin {
                minutes,
                per,
                window,
                kinds,
            } => {
                for weeks in self.windows(*window) {
                    self.minutes_min(*minutes, *per, kinds, weeks.as_deref());
                }
            }
            Clause::GroupShareMax(share) => {
                let part = self.minutes_of(|session| session.kind == SessionKind::Group);
                self.share(Rule::GroupShareMax, part, Ordering::Greater, *share);
            }
            Clause::VideoShareMax(share) => {
                let is_video = |session: &Session| session.delivery.site().is_none();
                let part = self.minutes_of(is_video);
                self.share(Rule::VideoShareMax, part, Ordering::Greater, *share);
            }
            Clause::IndividualShareMin { share, kinds } => {
                let part = self.minutes_of(|session| kinds.contains(&session.kind));
                self.share(Rule::IndividualShareMin, part, Ordering::Less, *share);
            }
            Clause::GroupSizeMax(most) => {
                let largest = self
                    .sessions
                    .iter()
                    .filter(|attended| attended.session.kind == SessionKind::Group)
                    .map(|attended| attended.members)
                    .max();
                if largest.is_some_and(|largest| largest > u128::from(*most)) {
                    let detail = format!("a group has more than {most} members");
                    self.breach(Rule::GroupSizeMax, &detail);
                }
            }
            Clause::SupervisorsMax(most) => {
                let has = self.supervisors();
                if has > *most as usize {
                    let detail = format!("{has} supervisors at once, at most {most}");
                    self.breach(Rule::SupervisorsMax, &detail);
                }
            }
            Clause::SupervisorsDistinctMin(least) => {
                let has = self.supervisors();
                if has < *least as usize {
                    let detail = format!("{has} different supervisors, at least {least}");
                    self.breach(Rule::SupervisorsDistinctMin, &detail);
                }
            }
            Clause::SuperviseesMax { .. } => {}
        }
    }

    /// Reports minutes on the wrong side of a share of all.
    fn share(&mut self, rule: Rule, part: u64, wrong: Ordering, share: Thousandths) {
        let all = self.minutes_of(|_| true);
        if (part * 1000).cmp(&(all * u64::from(share.get()))) == wrong {
            let detail = format!("{part} of {all} minutes a week, the share is {share}");
            self.breach(rule, &detail);
        }
    }

    fn supervisors(&self) -> usize {
        let keys = self.sessions.iter().map(|a| &a.session.supervisor);
        keys.collect::<BTreeSet<&SupervisorKey>>().len()
    }

    fn minutes_of(&self, counts: impl Fn(&Session) -> bool) -> u64 {
        self.sessions
            .iter()
            .filter(|attended| counts(attended.session))
            .map(|attended| u64::from(attended.session.minutes.get()))
            .sum()
    }

    /// Returns the Mondays of each window; `None` for a week as it is planned,
    /// which also stands in where no week counts.
    fn windows(&self, window: Window) -> Vec<Option<Vec<NaiveDate>>> {
        if self.weeks.is_empty() {
            return vec![None];
        }
        match window {
            Window::Week => vec![None],
            Window::Term => vec![Some(self.weeks.to_vec())],
            Window::Month => {
                let mut months: BTreeMap<(i32, u32), Vec<NaiveDate>> = BTreeMap::new();
                for monday in self.weeks {
                    let month = (monday.year(), monday.month());
                    months.entry(month).or_default().push(*monday);
                }
                months.into_values().map(Some).collect()
            }
        }
    }

    /// Returns a denominator that makes every credit of the trainee whole.
    fn denominator(&self) -> u128 {
        self.sessions
            .iter()
            .map(|attended| attended.members.max(1))
            .collect::<BTreeSet<u128>>()
            .into_iter()
            .fold(1000, |common, members| {
                if common % members == 0 {
                    common
                } else {
                    common * members
                }
            })
    }

    /// Returns the credited minutes within some weeks, times the denominator.
    fn credited(&self, kinds: &BTreeSet<SessionKind>, weeks: Option<&[NaiveDate]>) -> u128 {
        let denominator = self.denominator();
        let credit = &self.set.credit;
        let term = self.index.roster.round.term;
        let mut sum = 0;
        for Attended {
            session,
            members,
            held,
        } in self.sessions
        {
            let supervisor = self.index.supervisor(&session.supervisor);
            let counts = kinds.contains(&session.kind)
                && session.minutes >= credit.session_minutes_min
                && supervisor.is_some_and(|supervisor| self.set.counts(supervisor, term));
            if !counts {
                continue;
            }
            let times = match weeks {
                None => 1,
                Some(weeks) => {
                    let is_within = |date: &NaiveDate| {
                        weeks
                            .iter()
                            .any(|monday| days_of(*monday).any(|day| day == *date))
                    };
                    held.iter().filter(|date| is_within(date)).count() as u128
                }
            };
            let members_now = u32::try_from(*members).unwrap_or(u32::MAX);
            let each = match credit.portion(session.kind, members_now) {
                Portion::Share(share) => denominator / 1000 * u128::from(share.get()),
                Portion::DividedByMembers => denominator / (*members).max(1),
            };
            sum += u128::from(session.minutes.get()) * each * times;
        }
        sum
    }

    fn units(
        &mut self,
        contact_per_unit: Option<Minutes>,
        further_unit_above: Option<Minutes>,
        unit: Minutes,
        weeks: Option<&[NaiveDate]>,
    ) {
        let weekly = u128::from(self.placement.contact.get());
        let contact = weekly * weeks.map_or(1, |weeks| weeks.len() as u128);
        let mut needed = match contact_per_unit {
            Some(per) => contact.div_ceil(u128::from(per.get())),
            None => u128::from(contact > 0),
        };
        needed += u128::from(further_unit_above.is_some_and(|above| weekly > above.get().into()));
        let kinds = BTreeSet::from(SessionKind::ALL);
        let each = u128::from(unit.get()) * self.denominator();
        let had = self.credited(&kinds, weeks) / each;
        if had < needed {
            let detail = format!(
                "{contact} minutes of contact {} need {needed} units of supervision, there are {had}",
                named(weeks)
            );
            self.breach(Rule::SupervisionUnits, &detail);
        }
    }

    fn minutes_min(
        &mut self,
        minutes: Minutes,
        per: Window,
        kinds: &BTreeSet<SessionKind>,
        weeks: Option<&[NaiveDate]>,
    ) {
        let minutes = u128::from(minutes.get());
        let parts = |monday: &NaiveDate| match per {
            Window::Week | Window::Term => PARTS_OF_MONTH,
            Window::Month => PARTS_OF_MONTH / mondays_of_month(*monday),
        };
        let owed = match (weeks, per) {
            (Some(weeks), _) => weeks.iter().map(|monday| minutes * parts(monday)).sum(),
            (None, Window::Month) => minutes * PARTS_OF_MONTH / 4,
            (None, Window::Week | Window::Term) => minutes * PARTS_OF_MONTH,
        };
        let denominator = self.denominator();
        let had = self.credited(kinds, weeks);
        if had * PARTS_OF_MONTH < owed * denominator {
            let detail = format!(
                "about {} credited minutes of supervision {}, at least {}",
                had / denominator,
                named(weeks),
                owed.div_ceil(PARTS_OF_MONTH)
            );
            self.breach(Rule::SupervisionMinutesMin, &detail);
        }
    }
}
