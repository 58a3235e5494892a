//! Stretches of the term in which a rule is not kept as things will really
//! happen: the ratio of the round, and the clauses about hours of its rule
//! sets.
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

    /// Returns the rules that a placed trainee's term does not keep: the ratio
    /// first, then clause by clause.
    pub(super) fn shortfalls(
        &self,
        term: &TraineeTerm<'_>,
        trainee: &Trainee,
        site: &Site,
        listed: &[LocalWeek],
    ) -> Vec<RuleShortfall> {
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
        let mut shortfalls: Vec<RuleShortfall> = self.of_ratio(&judged).into_iter().collect();
        let own = self.clauses.iter();
        let own = own.filter(|clause| clause.set.applies(trainee, site));
        shortfalls.extend(own.filter_map(|clause| self.of_clause(clause, &judged)));
        shortfalls
    }

    fn of_ratio(&self, judged: &[Stretch]) -> Option<RuleShortfall> {
        let ratio = self.roster.round.ratio?;
        let short = judged.iter().filter_map(|week| {
            let held = week.held.iter().map(|one| (one.kind, one.minutes));
            let carried = ratio.contact_allowed(held).get();
            (week.contact > carried).then(|| RuleShortfall {
                rule_set: None,
                rule: Rule::SupervisionRatio,
                window: Window::Week,
                since: week.since,
                times: 1,
                measure: Measure::Minutes,
                value: Amount::whole(week.contact),
                bound: Bound::AtMost,
                limit: Amount::whole(carried),
            })
        });
        first_of(short)
    }

    fn of_clause(&self, clause: &ClauseAlone<'_>, judged: &[Stretch]) -> Option<RuleShortfall> {
        let stretches = together(judged, clause.window);
        let short = stretches.iter().flat_map(|stretch| {
            let term = PlannedTerm {
                contact: stretch.contact,
                sessions: &stretch.held,
                weeks: &self.weeks,
                counted: stretch.weeks,
            };
            let rows = hours_rows(&clause.alone, clause.position, &term);
            let broken = rows.into_iter().filter(|row| !row.holds);
            broken.map(|row| RuleShortfall {
                rule_set: Some(clause.set.key.clone()),
                rule: row.rule,
                window: clause.window,
                since: stretch.since,
                times: 1,
                measure: row.measure,
                value: row.value,
                bound: row.bound,
                limit: row.limit,
            })
        });
        first_of(short)
    }
}

/// Returns the first shortfall, with the number of all.
fn first_of(mut shortfalls: impl Iterator<Item = RuleShortfall>) -> Option<RuleShortfall> {
    let first = shortfalls.next()?;
    let more = u32::try_from(shortfalls.count()).unwrap_or(u32::MAX);
    Some(RuleShortfall {
        times: first.times.saturating_add(more),
        ..first
    })
}

/// Returns a whole week as it will happen, unless the trainee sees no clients
/// in it for being away.
fn judged_week(term: &TraineeTerm<'_>, week: &LocalWeek, bit: u32) -> Option<Stretch> {
    let contact = term.contact_in(week, None);
    if contact.held == 0 && contact.planned > 0 {
        return None;
    }
    let held = term.occasions_in(week).filter(|one| one.is_held);
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
