//! How trainees can stand under rule sets at best, before there is any plan:
//! every rule with the best value that a plan could give it.
//!
//! Each rule is looked at alone: at the least contact that trainee and site
//! allow, with every line of the level filled by the kind of session that suits
//! the rule best, and nothing missed. So a row that is kept promises nothing,
//! but one that is broken is broken in every plan.

use std::collections::{BTreeMap, BTreeSet};

use super::rule_report::TraineeReport;
use crate::domain::limits::GROUP_SIZE_LEAST;
use crate::domain::rule_set::{
    Attendance, Bound, Clause, Credit, Measure, Portion, RuleRow, TermWeeks, TraineeTerm,
    hours_rows,
};
use crate::domain::{
    DeliveryOffer, Role, Roster, RuleSet, SessionKind, Site, SiteKey, SiteOrSupervisor,
    SupervisionLine, Supervisor, Tag, Trainee, TraineeKey, UnrankedSites,
};

/// Returns how every trainee with a site in reach can stand under the rule sets
/// at best, by trainee: at the site of the wishes where the fewest rows are
/// broken, the dearest of several.
///
/// The sets may be others than those of the round, at most
/// [`crate::domain::rule_set::RULE_SETS_MAX`].
pub fn rule_outlook(roster: &Roster, sets: &[RuleSet]) -> Vec<TraineeReport> {
    let mut outlook = Outlook::new(roster, sets);
    let trainees = roster.trainees.iter();
    trainees
        .filter_map(|trainee| outlook.of_trainee(trainee))
        .collect()
}

struct Outlook<'a> {
    roster: &'a Roster,
    sets: &'a [RuleSet],
    /// Each rule of each set as a set of its own.
    alone: Vec<Vec<RuleSet>>,
    weeks: TermWeeks,
    wishes: BTreeMap<&'a TraineeKey, Vec<(u32, &'a SiteKey)>>,
    sites: BTreeMap<&'a SiteKey, &'a Site>,
    hopes: BTreeMap<(&'a Tag, &'a SiteKey), Hope>,
}

/// What supervision a level can have at a site at best.
struct Hope {
    /// The sessions that suit a rule best, by rule set and rule.
    sessions: Vec<Vec<Vec<Attendance>>>,
    /// Supervisors whom a trainee has at least, and at most.
    supervisors: (u32, u32),
}

/// How a line can be filled.
struct Filling {
    line: SupervisionLine,
    /// Kinds of session that somebody offers, each with the rule sets by which
    /// it counts, as in [`Attendance::counts_for`].
    kinds: BTreeMap<SessionKind, u32>,
    is_video_only: bool,
}

impl<'a> Outlook<'a> {
    fn new(roster: &'a Roster, sets: &'a [RuleSet]) -> Self {
        let mut wishes: BTreeMap<&TraineeKey, Vec<(u32, &SiteKey)>> = BTreeMap::new();
        for wish in &roster.preferences {
            if let SiteOrSupervisor::Site(site) = &wish.target {
                let own = wishes.entry(&wish.trainee).or_default();
                own.push((wish.rank, site));
            }
        }
        wishes.values_mut().for_each(|own| own.sort_unstable());
        let alone = |set: &RuleSet| {
            let clauses = set.clauses.iter();
            let one = |clause: &Clause| RuleSet {
                clauses: vec![clause.clone()],
                text: String::new(),
                ..set.clone()
            };
            clauses.map(one).collect()
        };
        Self {
            roster,
            sets,
            alone: sets.iter().map(alone).collect(),
            weeks: TermWeeks::new(roster.round.term),
            wishes,
            sites: roster.sites.iter().map(|site| (&site.key, site)).collect(),
            hopes: BTreeMap::new(),
        }
    }

    fn of_trainee(&mut self, trainee: &'a Trainee) -> Option<TraineeReport> {
        let mut best: Option<(usize, TraineeReport)> = None;
        for site in self.sites_of(trainee) {
            let report = self.at_site(trainee, site);
            let rows = report.sets.iter().flat_map(|(_, rows)| rows);
            let broken = rows.filter(|row| !row.holds).count();
            if best.as_ref().is_none_or(|(fewest, _)| broken < *fewest) {
                best = Some((broken, report));
            }
            if broken == 0 {
                break;
            }
        }
        best.map(|(_, report)| report)
    }

    /// Returns the sites at which the trainee's wishes allow a place, the
    /// dearest first.
    fn sites_of(&self, trainee: &Trainee) -> Vec<&'a Site> {
        let ranked = self.wishes.get(&trainee.key);
        let ranked = ranked.map_or(&[][..], Vec::as_slice);
        let keys = ranked.iter().map(|(_, key)| *key);
        let mut sites: Vec<&Site> = keys
            .filter_map(|key| self.sites.get(key).copied())
            .collect();
        if self.roster.round.unranked_sites == UnrankedSites::Last {
            let is_ranked: BTreeSet<&SiteKey> = sites.iter().map(|site| &site.key).collect();
            let others = self.roster.sites.iter();
            let others: Vec<&Site> = others
                .filter(|site| !is_ranked.contains(&site.key))
                .collect();
            sites.extend(others);
        }
        sites
    }

    fn at_site(&mut self, trainee: &'a Trainee, site: &'a Site) -> TraineeReport {
        let place = (&trainee.level, &site.key);
        if !self.hopes.contains_key(&place) {
            let hope = self.hope(&trainee.level, site);
            self.hopes.insert(place, hope);
        }
        let mut sets = Vec::new();
        if let Some(hope) = self.hopes.get(&place)
            && !self.roster.supervision_lines.is_empty()
        {
            for (position, set) in self.sets.iter().enumerate() {
                if set.applies(trainee, site) {
                    sets.push((position, self.rows(trainee, site, position, hope)));
                }
            }
        }
        TraineeReport {
            trainee: trainee.key.clone(),
            site: site.key.clone(),
            sets,
        }
    }

    fn rows(&self, trainee: &Trainee, site: &Site, position: usize, hope: &Hope) -> Vec<RuleRow> {
        let contact = trainee.contact.min().max(site.contact.min());
        let counted = self.weeks.counted(trainee, site);
        let mut rows = Vec::new();
        for (place, alone) in self.alone[position].iter().enumerate() {
            let term = TraineeTerm {
                contact: contact.get(),
                sessions: &hope.sessions[position][place],
                weeks: &self.weeks,
                counted,
            };
            let about_hours = hours_rows(alone, position, &term).into_iter();
            rows.extend(about_hours.map(|row| RuleRow {
                clause: place,
                ..row
            }));
            let clauses = alone.clauses.iter();
            rows.extend(clauses.filter_map(|clause| about_people(clause, place, site, hope)));
        }
        rows
    }

    /// Returns what supervision a level can have at a site at best.
    fn hope(&self, level: &'a Tag, site: &Site) -> Hope {
        let lines: Vec<&SupervisionLine> = self.roster.lines_of(level).collect();
        let mut people: BTreeSet<&str> = BTreeSet::new();
        let mut fillings = Vec::new();
        for line in &lines {
            let able = || {
                let all = self.roster.supervisors.iter();
                all.filter(|person| fills(person, line, site))
            };
            people.extend(able().map(|person| person.key.as_str()));
            let mut kinds = BTreeMap::new();
            for kind in &line.kinds {
                let holders = able().filter(|person| person.kinds.contains(kind));
                let counts = holders.map(|person| self.counts_for(person));
                if let Some(bits) = counts.reduce(|one, other| one | other) {
                    kinds.insert(*kind, bits);
                }
            }
            fillings.push(Filling {
                line: (*line).clone(),
                kinds,
                is_video_only: !able().any(|person| meets_at(person, site)),
            });
        }
        let roles: BTreeSet<_> = lines.iter().map(|line| line.role).collect();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let sessions = self.sets.iter().enumerate().map(|(position, set)| {
            let clauses = set.clauses.iter();
            let best = |clause| {
                let best = |filling| best(filling, clause, &set.credit, position);
                fillings.iter().filter_map(best).collect()
            };
            clauses.map(best).collect()
        });
        Hope {
            sessions: sessions.collect(),
            supervisors: (count(roles.len()), count(lines.len().min(people.len()))),
        }
    }

    /// Returns the rule sets by which supervision of somebody counts.
    fn counts_for(&self, person: &Supervisor) -> u32 {
        let sets = self.sets.iter().enumerate();
        sets.fold(0, |bits, (position, set)| {
            bits | u32::from(set.counts(person, self.roster.round.term)) << position
        })
    }
}

/// Says whether somebody may fill a line of a trainee at a site.
fn fills(person: &Supervisor, line: &SupervisionLine, site: &Site) -> bool {
    let works_there = person.sites.contains(&site.key);
    person.role == line.role
        && !person.kinds.is_disjoint(&line.kinds)
        && (line.role != Role::Site || works_there)
}

/// Says whether somebody can meet trainees in person at a site.
fn meets_at(person: &Supervisor, site: &Site) -> bool {
    person.delivery != DeliveryOffer::Video && person.sites.contains(&site.key)
}

/// Returns the session that suits a rule best, of those that can fill a line;
/// `None` where none can.
fn best(
    filling: &Filling,
    clause: &Clause,
    credit: &Credit,
    position: usize,
) -> Option<Attendance> {
    let minutes = filling.line.minutes_per_week;
    let sessions = filling.kinds.iter().flat_map(|(kind, counts_for)| {
        let sizes = match kind {
            SessionKind::Individual => vec![1],
            SessionKind::Triadic => vec![2],
            SessionKind::Group => {
                let sizes = credit.groups.iter().map(|entry| entry.from);
                std::iter::once(GROUP_SIZE_LEAST).chain(sizes).collect()
            }
        };
        sizes.into_iter().map(|members| Attendance {
            kind: *kind,
            members,
            minutes,
            by_video: minutes.get() > 0 && filling.is_video_only,
            missed: 0,
            counts_for: *counts_for,
        })
    });
    // The first of those that suit alike: small groups before large ones.
    sessions.reduce(|best, next| {
        let suits = |session: &Attendance| suits(session, clause, credit, position);
        let (one, other) = (suits(&best), suits(&next));
        let is_better =
            u64::from(other.0) * u64::from(one.1) > u64::from(one.0) * u64::from(other.1);
        if is_better { next } else { best }
    })
}

/// Returns how well a session suits a rule, the more the better, as a fraction.
fn suits(session: &Attendance, clause: &Clause, credit: &Credit, position: usize) -> (u32, u32) {
    let credited = || {
        let is_counted = session.counts_for & (1 << position) != 0;
        if !is_counted || session.minutes < credit.session_minutes_min {
            return (0, 1);
        }
        match credit.portion(session.kind, session.members) {
            Portion::Share(share) => (share.get(), 1000),
            Portion::DividedByMembers => (1, session.members.max(1)),
        }
    };
    match clause {
        Clause::Units { .. } => credited(),
        Clause::MinutesMin { kinds, .. } if kinds.contains(&session.kind) => credited(),
        Clause::MinutesMin { .. } => (0, 1),
        Clause::IndividualShareMin { kinds, .. } => (u32::from(kinds.contains(&session.kind)), 1),
        Clause::GroupShareMax(_) | Clause::GroupSizeMax(_) => {
            (u32::from(session.kind != SessionKind::Group), 1)
        }
        Clause::VideoShareMax(_)
        | Clause::SupervisorsMax(_)
        | Clause::SupervisorsDistinctMin(_)
        | Clause::SuperviseesMax { .. } => (0, 1),
    }
}

/// Returns the row of a rule about who the supervisors are; `None` for others.
fn about_people(clause: &Clause, place: usize, site: &Site, hope: &Hope) -> Option<RuleRow> {
    let (fewest, most) = hope.supervisors;
    let (measure, bound, limit, value) = match clause {
        Clause::SupervisorsMax(limit) => (Measure::Supervisors, Bound::AtMost, limit, fewest),
        Clause::SupervisorsDistinctMin(limit) => {
            (Measure::Supervisors, Bound::AtLeast, limit, most)
        }
        Clause::SuperviseesMax { most, settings } => {
            let is_counted = settings.is_empty() || settings.contains(&site.setting);
            let own = u32::from(is_counted);
            (Measure::Supervisees, Bound::AtMost, most, own)
        }
        Clause::Units { .. }
        | Clause::MinutesMin { .. }
        | Clause::GroupShareMax(_)
        | Clause::IndividualShareMin { .. }
        | Clause::VideoShareMax(_)
        | Clause::GroupSizeMax(_) => return None,
    };
    let rule = (clause.rule(), place);
    Some(RuleRow::counted(rule, measure, bound, *limit, value))
}
