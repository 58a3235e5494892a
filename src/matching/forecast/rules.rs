//! How rules are kept as things will really happen, stretch by stretch of the
//! term: the ratio of the round, and the clauses about hours of its rule sets.
//!
//! Judged are the whole weeks of the term in which the trainee sees clients,
//! each by itself, or those of a month or of the term together, with the
//! contact and the supervision that they really have.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::trainee_term::TraineeTerm;
use super::weeks::LocalWeek;
use crate::domain::rule_set::{
    Amount, Attendance, Bound, Clause, Measure, TermWeeks, TraineeTerm as PlannedTerm, WeekSet,
    Window, hours_rows,
};
use crate::domain::{Key, Roster, Rule, RuleSet, Site, Trainee};

/// How one rule stands over the term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOutlook {
    /// The rule set; `None` for the ratio of the round.
    pub rule_set: Option<Key>,
    /// The rule.
    pub rule: Rule,
    /// The stretches over which it is judged.
    pub window: Window,
    /// One for each stretch that is judged, the first first.
    pub verdicts: Vec<Verdict>,
}

/// Whether a rule is kept over one stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The Monday of the first week of the stretch, on the trainee's calendar.
    pub since: NaiveDate,
    /// Whether it is kept.
    pub holds: bool,
    /// What is counted.
    pub measure: Measure,
    /// What the stretch has.
    pub value: Amount,
    /// Which way the limit binds.
    pub bound: Bound,
    /// What it would need, or may have.
    pub limit: Amount,
}

impl RuleOutlook {
    /// Returns the first stretch that does not keep the rule, with the number
    /// of all such; `None` when every one keeps it.
    pub fn shortfall(&self) -> Option<RuleShortfall> {
        let mut broken = self.verdicts.iter().filter(|verdict| !verdict.holds);
        let first = broken.next()?;
        let more = u32::try_from(broken.count()).unwrap_or(u32::MAX);
        Some(RuleShortfall {
            rule_set: self.rule_set.clone(),
            rule: self.rule,
            window: self.window,
            since: first.since,
            times: more.saturating_add(1),
            measure: first.measure,
            value: first.value,
            bound: first.bound,
            limit: first.limit,
        })
    }
}

/// A rule that some stretch of the term does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleShortfall {
    /// The rule set; `None` for the ratio of the round.
    pub rule_set: Option<Key>,
    /// The rule.
    pub rule: Rule,
    /// The stretches over which it is judged.
    pub window: Window,
    /// The Monday of the first week of the first such stretch, on the
    /// trainee's calendar.
    pub since: NaiveDate,
    /// Number of such stretches.
    pub times: u32,
    /// What is counted.
    pub measure: Measure,
    /// What the first such stretch has.
    pub value: Amount,
    /// Which way the limit binds.
    pub bound: Bound,
    /// What the first such stretch would need, or may have.
    pub limit: Amount,
}

/// The clauses about hours of a roster's rule sets, each ready to be judged
/// over any number of weeks.
pub(super) struct Law<'a> {
    roster: &'a Roster,
    weeks: TermWeeks,
    clauses: Vec<ClauseAlone<'a>>,
}

/// One clause of a rule set by itself.
struct ClauseAlone<'a> {
    /// Position of the set in the roster.
    position: usize,
    set: &'a RuleSet,
    rule: Rule,
    window: Window,
    alone: RuleSet,
}

/// Whole weeks that are judged together.
struct Stretch {
    since: NaiveDate,
    weeks: WeekSet,
    contact: u32,
    held: Vec<Attendance>,
}

impl<'a> Law<'a> {
    pub(super) fn new(roster: &'a Roster) -> Self {
        let sets = roster.rule_sets.iter().enumerate();
        let clauses = sets.flat_map(|(position, set)| {
            let about_hours = set.clauses.iter().filter(|clause| clause.is_about_hours());
            about_hours.map(move |clause| ClauseAlone {
                position,
                set,
                rule: clause.rule(),
                window: window(clause),
                alone: alone(set, clause),
            })
        });
        Self {
            roster,
            weeks: TermWeeks::new(roster.round.term),
            clauses: clauses.collect(),
        }
    }

    /// Returns how a placed trainee's term keeps each rule: the ratio first,
    /// then clause by clause.
    pub(super) fn outlooks(
        &self,
        term: &TraineeTerm<'_>,
        trainee: &Trainee,
        site: &Site,
        listed: &[LocalWeek],
    ) -> Vec<RuleOutlook> {
        if self.roster.supervision_lines.is_empty() {
            return Vec::new();
        }
        let whole = listed
            .iter()
            .filter(|week| self.roster.round.term.covers(week.days))
            .zip(0..WeekSet::BITS);
        let judged: Vec<Stretch> = whole
            .filter_map(|(week, bit)| judged_week(term, week, bit))
            .collect();
        let mut outlooks: Vec<RuleOutlook> = self.of_ratio(&judged).into_iter().collect();
        let own = self.clauses.iter();
        let own = own.filter(|clause| clause.set.applies(trainee, site));
        outlooks.extend(own.map(|clause| self.of_clause(clause, &judged)));
        outlooks
    }

    fn of_ratio(&self, judged: &[Stretch]) -> Option<RuleOutlook> {
        let ratio = self.roster.round.ratio?;
        let verdict = |week: &Stretch| {
            let held = week.held.iter().map(|one| (one.kind, one.minutes));
            let carried = ratio.contact_allowed(held).get();
            Verdict {
                since: week.since,
                holds: week.contact <= carried,
                measure: Measure::Minutes,
                value: Amount::whole(week.contact),
                bound: Bound::AtMost,
                limit: Amount::whole(carried),
            }
        };
        Some(RuleOutlook {
            rule_set: None,
            rule: Rule::SupervisionRatio,
            window: Window::Week,
            verdicts: judged.iter().map(verdict).collect(),
        })
    }

    fn of_clause(&self, clause: &ClauseAlone<'_>, judged: &[Stretch]) -> RuleOutlook {
        let stretches = together(judged, clause.window);
        let verdicts = stretches.iter().flat_map(|stretch| {
            let term = PlannedTerm {
                contact: stretch.contact,
                sessions: &stretch.held,
                weeks: &self.weeks,
                counted: stretch.weeks,
            };
            let rows = hours_rows(&clause.alone, clause.position, &term);
            rows.into_iter().map(|row| Verdict {
                since: stretch.since,
                holds: row.holds,
                measure: row.measure,
                value: row.value,
                bound: row.bound,
                limit: row.limit,
            })
        });
        RuleOutlook {
            rule_set: Some(clause.set.key.clone()),
            rule: clause.rule,
            window: clause.window,
            verdicts: verdicts.collect(),
        }
    }
}

/// Returns a whole week as it will happen, unless the trainee sees no clients
/// in it for being away.
fn judged_week(term: &TraineeTerm<'_>, week: &LocalWeek, bit: u32) -> Option<Stretch> {
    let contact = term.contact_in(week, None);
    if contact.held == 0 && contact.planned > 0 {
        return None;
    }
    let held = term.occasions_in(week).filter(|one| one.is_held());
    let held = held.map(|one| Attendance {
        missed: !(1 << bit),
        ..one.attendance
    });
    Some(Stretch {
        since: week.days.first(),
        weeks: 1 << bit,
        contact: contact.held,
        held: held.collect(),
    })
}

/// Joins weeks to the stretches of a window; a week belongs to the month of its
/// Monday.
fn together(weeks: &[Stretch], window: Window) -> Vec<Stretch> {
    let mut stretches: BTreeMap<NaiveDate, Stretch> = BTreeMap::new();
    for week in weeks {
        let first = weeks.first().map_or(week.since, |first| first.since);
        let name = match window {
            Window::Week => week.since,
            Window::Month => week.since.with_day(1).unwrap_or(week.since),
            Window::Term => first,
        };
        let stretch = stretches.entry(name).or_insert(Stretch {
            since: week.since,
            weeks: 0,
            contact: 0,
            held: Vec::new(),
        });
        stretch.weeks |= week.weeks;
        stretch.contact += week.contact;
        stretch.held.extend(&week.held);
    }
    stretches.into_values().collect()
}

/// Returns the stretches over which a clause is judged.
fn window(clause: &Clause) -> Window {
    match clause {
        Clause::Units { window, .. } | Clause::MinutesMin { window, .. } => *window,
        Clause::GroupShareMax(_)
        | Clause::IndividualShareMin { .. }
        | Clause::VideoShareMax(_)
        | Clause::SupervisorsMax(_)
        | Clause::SupervisorsDistinctMin(_)
        | Clause::SuperviseesMax { .. }
        | Clause::GroupSizeMax(_) => Window::Week,
    }
}

/// Returns the rule set with one clause alone. Units are asked for by the
/// contact of all weeks judged together, as if they were one: a plan has the
/// same contact in each, what happens has not.
fn alone(set: &RuleSet, clause: &Clause) -> RuleSet {
    let mut clause = clause.clone();
    if let Clause::Units { window, .. } = &mut clause {
        *window = Window::Week;
    }
    RuleSet {
        clauses: vec![clause],
        text: String::new(),
        ..set.clone()
    }
}
