//! Rule sets as the matcher sees them: which apply to a placement, and what a
//! choice of sessions is worth under them.
//!
//! Sessions that no rule can tell apart are of one *class* ([`Attendance`] with
//! everything that does not matter left out): how many meet, for which rule
//! sets the supervisor counts, how many occurrences of each month are missed.
//! A placement is *bound* when some choice of classes for its lines carries
//! less contact than it could have otherwise, or none at all.

mod classes;
mod restrict;
mod standing;

use super::calendar::{Calendars, DaysAway};
use super::candidates::Pair;
use crate::domain::limits::GROUP_SIZE_LEAST;
use crate::domain::rule_set::{
    Attendance, Clause, Portion, TermWeeks, TraineeTerm, WeekSet, Window, contact_allowed,
};
use crate::domain::{Roster, Rule, RuleSet, Site, Trainee};

pub(super) use classes::{COMBINATIONS_MAX, LineClasses, combinations};
pub(super) use restrict::restrict;
pub(super) use standing::{attendances, offenders};

/// Sizes of groups between which no rule makes a difference, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) least: u32,
    pub(super) most: u32,
}

/// The rule sets of a round, and what of a session matters to them.
pub(super) struct Law<'a> {
    sets: &'a [RuleSet],
    weeks: TermWeeks,
    /// Stretches of group sizes, ascending; they cover every size.
    sizes: Vec<Sizes>,
    /// For which sets each supervisor counts, a bit for each.
    counts_for: Vec<u32>,
    /// Whether it matters that a session is held by video.
    video_matters: bool,
    /// The longest stretches over which missed sessions are told apart, where
    /// they matter at all.
    window: Option<Window>,
    away: Option<DaysAway>,
}

impl<'a> Law<'a> {
    /// Returns the law of a roster; `None` without rule sets, or without lines
    /// of supervision, where nothing is known of it.
    pub(super) fn new(roster: &'a Roster, calendars: &Calendars) -> Option<Self> {
        if roster.rule_sets.is_empty() || roster.supervision_lines.is_empty() {
            return None;
        }
        let sets = roster.rule_sets.as_slice();
        let clauses = || sets.iter().flat_map(|set| &set.clauses);
        let windows = clauses().filter_map(|clause| match clause {
            Clause::Units { window, .. } | Clause::MinutesMin { window, .. } => Some(*window),
            Clause::GroupShareMax(_)
            | Clause::IndividualShareMin { .. }
            | Clause::VideoShareMax(_)
            | Clause::SupervisorsMax(_)
            | Clause::SupervisorsDistinctMin(_)
            | Clause::SuperviseesMax { .. }
            | Clause::GroupSizeMax(_) => None,
        });
        let window = windows.filter(|window| *window != Window::Week).min();
        let away = window.map(|_| calendars.days_away());
        let counts_for = |supervisor| {
            let term = roster.round.term;
            let counting = sets.iter().enumerate();
            counting.fold(0, |mask, (position, set)| {
                mask | u32::from(set.counts(supervisor, term)) << position
            })
        };
        Some(Self {
            sets,
            weeks: TermWeeks::new(roster.round.term),
            sizes: sizes(roster),
            counts_for: roster.supervisors.iter().map(counts_for).collect(),
            video_matters: clauses().any(|clause| clause.rule() == Rule::VideoShareMax),
            window,
            away,
        })
    }

    /// Returns which sets apply to a placement, a bit for each, and the weeks
    /// that count.
    pub(super) fn of_placement(&self, trainee: &Trainee, site: &Site) -> (u32, WeekSet) {
        let applying = self.sets.iter().enumerate();
        let mask = applying.fold(0, |mask, (position, set)| {
            mask | u32::from(set.applies(trainee, site)) << position
        });
        (mask, self.weeks.counted(trainee, site))
    }

    /// Returns the stretches of group sizes between which it makes no
    /// difference; more than one where the size of a group matters.
    pub(super) fn sizes(&self) -> &[Sizes] {
        &self.sizes
    }

    /// Returns the sets of a mask, with their positions.
    pub(super) fn sets(&self, mask: u32) -> impl Iterator<Item = (usize, &'a RuleSet)> + Clone {
        let sets = self.sets.iter().enumerate();
        sets.filter(move |(position, _)| mask & (1 << position) != 0)
    }

    /// Says whether rules about hours apply to a placement.
    pub(super) fn has_hours(&self, pair: &Pair) -> bool {
        self.sets(pair.rule_sets)
            .any(|(_, set)| set.clauses.iter().any(Clause::is_about_hours))
    }

    /// Returns the rule that most likely stops a placement that others leave
    /// room for: one about supervisors, or one about hours where it is bound.
    pub(super) fn likely_obstacle(&self, pair: &Pair) -> Option<(Rule, &'a RuleSet)> {
        let clauses = self.sets(pair.rule_sets).flat_map(|(_, set)| {
            set.clauses
                .iter()
                .map(move |clause| (clause.is_about_hours(), clause.rule(), set))
        });
        clauses
            .filter(|(is_about_hours, _, _)| !is_about_hours || pair.is_bound)
            .min_by_key(|(is_about_hours, _, _)| *is_about_hours)
            .map(|(_, rule, set)| (rule, set))
    }

    /// Returns the most contact, within that of the placement, that some
    /// sessions carry; `None` when they do not carry its least.
    pub(super) fn carried(&self, pair: &Pair, sessions: &[Attendance]) -> Option<u32> {
        let term = TraineeTerm {
            contact: 0,
            sessions,
            weeks: &self.weeks,
            counted: pair.counted_weeks,
        };
        contact_allowed(&self.sets(pair.rule_sets), &term, pair.contact_max)
            .filter(|carried| *carried >= pair.contact_min)
    }
}

/// Returns the stretches of group sizes between which no rule set makes a
/// difference.
fn sizes(roster: &Roster) -> Vec<Sizes> {
    let largest = roster.supervisors.iter().map(|s| s.group_size_max).max();
    let largest = largest.unwrap_or(0).max(GROUP_SIZE_LEAST);
    let begins = |size: u32| {
        roster.rule_sets.iter().any(|set| {
            let portion = |members| {
                set.credit
                    .portion(crate::domain::SessionKind::Group, members)
            };
            let is_divided = portion(size) == Portion::DividedByMembers;
            let is_too_large = |clause: &Clause| *clause == Clause::GroupSizeMax(size - 1);
            is_divided || portion(size) != portion(size - 1) || set.clauses.iter().any(is_too_large)
        })
    };
    let mut sizes: Vec<Sizes> = Vec::new();
    for size in GROUP_SIZE_LEAST..=largest {
        match sizes.last_mut() {
            Some(last) if !begins(size) => last.most = size,
            _ => sizes.push(Sizes {
                least: size,
                most: size,
            }),
        }
    }
    sizes
}
