//! The levels that faculty and times decide, once everybody has times.
//!
//! Placements and site supervisors of an assignment are given, and with them
//! most levels. Who of the faculty fills a line, and when people meet, is
//! chosen as the times are fitted; here as well as the levels can have it.

use super::candidates::Candidates;
use super::engine::{Effort, Found, Outcome, solve};
use super::fit::Assignment;
use super::formulation::Formulation;
use super::levels::{bound_level, grid, keep_level, rounded_value};
use super::timetable::Timetable;
use super::values::level_value;
use super::{MatchError, Observer};
use crate::domain::Plan;
use crate::domain::plan::{Level, Sense};

/// The values of the open levels: less is better on each.
pub(super) struct OpenValues {
    /// What a timetable has.
    pub(super) found: Vec<i64>,
    /// What the model has.
    hoped: Vec<i64>,
}

impl OpenValues {
    /// Says whether nothing is left to be gained.
    pub(super) fn is_as_hoped(&self) -> bool {
        self.found <= self.hoped
    }
}

/// Returns the values of the open levels.
pub(super) fn open_values(
    candidates: &Candidates<'_>,
    assignment: &Assignment,
    timetable: &Timetable,
) -> OpenValues {
    // Contact is no open level, so the plan is of no matter.
    let value = |level| level_value(candidates, timetable, &Plan::default(), level);
    let less_is_better = |level: Level, value: i64| match level.sense() {
        Sense::Most => -value,
        Sense::Least => value,
    };
    let levels = || assignment.hoped.iter().copied();
    let open = || levels().filter(|(level, _)| is_open(*level));
    OpenValues {
        found: open()
            .map(|(level, _)| less_is_better(level, value(level)))
            .collect(),
        hoped: open()
            .map(|(level, hoped)| less_is_better(level, hoped))
            .collect(),
    }
}

/// Says whether a level depends on faculty or times; contact apart, which has
/// a row of its own.
fn is_open(level: Level) -> bool {
    match level {
        Level::Changes | Level::FinishInTime | Level::SupervisorRank | Level::CaseloadBalance => {
            true
        }
        Level::MatchedPriority
        | Level::MatchedByTier(_)
        | Level::Matched
        | Level::ContactShortMinutes
        | Level::SiteRank
        | Level::SiteRankGenerous(_)
        | Level::SiteRankGreedy(_) => false,
    }
}

/// Makes the open levels as good as they can be, one after the other, and
/// returns the best point. A point in which somebody has no times is returned
/// as it is.
pub(super) fn polish(
    candidates: &Candidates<'_>,
    assignment: &Assignment,
    formulation: &mut Formulation,
    mut point: Vec<f64>,
    observer: &mut dyn Observer,
) -> Result<Vec<f64>, MatchError> {
    let matched = formulation.chosen_pairs(&point).len();
    if matched < assignment.pairs.len() {
        return Ok(point);
    }
    let everybody = i64::try_from(matched).unwrap_or(i64::MAX);
    keep_level(formulation, candidates, Level::Matched, everybody);
    // A bound holds while the levels before it are as good as can be.
    let mut is_as_hoped = true;
    for (level, hoped) in assignment.hoped.iter().copied() {
        if !is_open(level) || observer.seconds_left() <= 0.0 || observer.is_cancelled() {
            continue;
        }
        if is_as_hoped {
            bound_level(formulation, candidates, level, hoped);
        }
        let objective = formulation.objective(candidates, level);
        let effort = Effort {
            seconds: observer.seconds_left(),
            grid: grid(level),
            start: Some(&point),
            relaxed: false,
            for_proof: false,
        };
        let mut may_go_on = |_: f64, _: f64| !observer.is_cancelled();
        let outcome = solve(&formulation.model, &objective, &effort, &mut may_go_on)?;
        if let Outcome::Found(Found { values, value, .. }) = outcome {
            let value = rounded_value(candidates, level, value);
            keep_level(formulation, candidates, level, value);
            is_as_hoped &= value == hoped;
            point = values;
        }
    }
    Ok(point)
}
