//! The objective levels, one after the other on the same model.

use super::candidates::Candidates;
use super::engine::{Effort, Found, Outcome, solve};
use super::formulation::Formulation;
use super::{MatchError, Observer, Progress, Stage};
use crate::domain::QUARTER_HOUR;
use crate::domain::plan::{Level, Sense};

/// What a model says about one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LevelRun {
    pub(super) level: Level,
    /// The model's best value; `None` when time ran out before there was one.
    pub(super) value: Option<i64>,
    /// No point of the model that keeps the values before is better.
    pub(super) bound: i64,
}

/// The levels of a model, as far as they were solved, and its best point.
pub(super) struct LevelsRun {
    pub(super) levels: Vec<LevelRun>,
    pub(super) values: Option<Vec<f64>>,
}

/// Solves the levels in order. Returns `None` when the model has no point.
pub(super) fn solve_levels(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    levels: &[Level],
    observer: &mut dyn Observer,
    reserve: f64,
) -> Result<Option<LevelsRun>, MatchError> {
    let rows = formulation.model.rows().len();
    let mut run = LevelsRun {
        levels: Vec::new(),
        values: None,
    };
    for level in levels.iter().copied() {
        let seconds = observer.seconds_left() - reserve;
        if seconds <= 0.0 || observer.is_cancelled() {
            break;
        }
        let start = run.values.take();
        let outcome = solve_level(
            formulation,
            candidates,
            level,
            start.as_deref(),
            observer,
            seconds,
        )?;
        match outcome {
            Outcome::Infeasible => return Ok(None),
            Outcome::Unknown { bound } => {
                let bound = rounded_bound(candidates, level, bound);
                run.levels.push(LevelRun {
                    level,
                    value: None,
                    bound,
                });
                run.values = start;
                break;
            }
            Outcome::Found(Found {
                values,
                value,
                bound,
            }) => {
                let bound = rounded_bound(candidates, level, bound);
                let value = rounded_value(level, value);
                observer.progress(Progress {
                    stage: Stage::Level(level),
                    best: Some(value),
                    bound: Some(bound),
                });
                run.levels.push(LevelRun {
                    level,
                    value: Some(value),
                    bound,
                });
                run.values = Some(values);
                keep_level(formulation, candidates, level, value);
                if value != bound {
                    break;
                }
            }
        }
    }
    formulation.model.truncate_rows(rows);
    Ok(Some(run))
}

fn solve_level(
    formulation: &Formulation,
    candidates: &Candidates<'_>,
    level: Level,
    start: Option<&[f64]>,
    observer: &mut dyn Observer,
    seconds: f64,
) -> Result<Outcome, MatchError> {
    let objective = formulation.objective(candidates, level);
    let effort = Effort {
        seconds,
        grid: grid(level),
        start,
        relaxed: false,
        for_proof: true,
    };
    let mut may_go_on = |best: f64, bound: f64| {
        observer.progress(Progress {
            stage: Stage::Level(level),
            best: best.is_finite().then(|| rounded_value(level, best)),
            bound: bound
                .is_finite()
                .then(|| rounded_bound(candidates, level, bound)),
        });
        !observer.is_cancelled()
    };
    may_go_on(f64::INFINITY, f64::NEG_INFINITY);
    solve(&formulation.model, &objective, &effort, &mut may_go_on)
}

/// Keeps the value of a level while the next ones are solved.
pub(super) fn keep_level(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    level: Level,
    value: i64,
) {
    let objective = formulation.objective(candidates, level);
    let limit = match level.sense() {
        Sense::Most => -to_float(value),
        Sense::Least => to_float(value),
    };
    // Half a step would weaken the relaxation; a hair only admits rounding.
    formulation
        .model
        .at_most(limit + (1e-6 * limit.abs()).clamp(1e-6, 0.4), objective);
}

/// Returns the step in which the values of a level lie.
pub(super) fn grid(level: Level) -> f64 {
    match level {
        Level::ContactShortMinutes => f64::from(QUARTER_HOUR),
        Level::MatchedPriority | Level::Matched | Level::SiteRank => 1.0,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "level values stay far below 2^53"
)]
pub(super) fn to_float(value: i64) -> f64 {
    value as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "level values stay far below 2^53"
)]
fn to_whole(value: f64) -> i64 {
    value as i64
}

/// Returns the value of a level from that of its objective.
pub(super) fn rounded_value(level: Level, objective: f64) -> i64 {
    let step = grid(level);
    let value = to_whole((objective / step).round() * step);
    match level.sense() {
        Sense::Most => -value,
        Sense::Least => value,
    }
}

/// Returns the bound of a level from that of its objective, rounded to the
/// next value that the level can have; never better than what is trivially so.
pub(super) fn rounded_bound(candidates: &Candidates<'_>, level: Level, objective: f64) -> i64 {
    let trivial = trivial_bound(candidates, level);
    if !objective.is_finite() {
        return trivial;
    }
    let step = grid(level);
    let slack = 1e-6 * (objective / step).abs().max(1.0);
    let least = to_whole(((objective / step) - slack).ceil() * step);
    match level.sense() {
        Sense::Most => (-least).min(trivial),
        Sense::Least => least.max(trivial),
    }
}

/// Returns a bound that holds without solving anything: everybody who has a
/// candidate is matched; nothing is short; ranks are not counted.
pub(super) fn trivial_bound(candidates: &Candidates<'_>, level: Level) -> i64 {
    let mut with_pair: Vec<usize> = candidates.pairs.iter().map(|pair| pair.trainee).collect();
    with_pair.dedup();
    match level {
        Level::MatchedPriority => with_pair
            .iter()
            .map(|trainee| i64::from(candidates.roster.trainees[*trainee].priority))
            .sum(),
        Level::Matched => i64::try_from(with_pair.len()).unwrap_or(i64::MAX),
        Level::ContactShortMinutes | Level::SiteRank => 0,
    }
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
        grid: 1.0,
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
