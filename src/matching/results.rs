//! What is said of each level in the end.

use super::MatchError;
use super::candidates::Candidates;
use super::engine::{Effort, Found, Outcome, solve};
use super::formulation::Formulation;
use super::levels::{grid, rounded_bound, trivial_bound};
use crate::domain::plan::{Level, LevelResult, LevelStatus, Sense};

/// Returns what is known of each level. A bound that is off by the value is
/// taken for what it is: the time ran out before it was closed.
pub(super) fn results(levels: &[Level], values: &[i64], bounds: &[i64]) -> Vec<LevelResult> {
    levels
        .iter()
        .zip(values.iter().zip(bounds))
        .map(|(level, (value, bound))| {
            let is_proved = value == bound;
            let status = if is_proved {
                LevelStatus::Proved
            } else {
                LevelStatus::TimeLimit
            };
            LevelResult {
                level: *level,
                value: *value,
                bound: *bound,
                status,
            }
        })
        .collect()
}

/// Says whether values are better, level by level.
pub(super) fn is_better(levels: &[Level], values: &[i64], than: &[i64]) -> bool {
    for ((level, value), other) in levels.iter().zip(values).zip(than) {
        if value != other {
            return match level.sense() {
                Sense::Most => value > other,
                Sense::Least => value < other,
            };
        }
    }
    false
}

/// Returns a bound of a level from the model without whole numbers.
pub(super) fn relaxed_bound(
    formulation: &Formulation,
    candidates: &Candidates<'_>,
    level: Level,
    seconds: f64,
) -> Result<i64, MatchError> {
    let objective = formulation.objective(candidates, level);
    let effort = Effort {
        seconds,
        grid: grid(level),
        start: None,
        relaxed: true,
        for_proof: true,
    };
    let outcome = solve(&formulation.model, &objective, &effort, &mut |_, _| true)?;
    Ok(match outcome {
        Outcome::Found(Found { bound, .. }) | Outcome::Unknown { bound } => {
            rounded_bound(candidates, level, bound)
        }
        Outcome::Infeasible => trivial_bound(candidates, level),
    })
}
