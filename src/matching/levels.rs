//! The objective levels, one after the other on the same model.

use super::candidates::{Candidates, Pair};
use super::engine::{Effort, Found, Outcome, solve};
use super::formulation::{Formulation, constant};
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

impl LevelRun {
    fn proved(level: Level, value: i64) -> Self {
        Self {
            level,
            value: Some(value),
            bound: value,
        }
    }
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
        let before = &run.levels;
        let settled = settled_value(formulation, candidates, level, before, start.as_deref());
        let (result, point) = if let Some(value) = settled {
            tell(observer, level, Some(value), Some(value));
            (LevelRun::proved(level, value), start)
        } else {
            let from = start.as_deref();
            let outcome = solve_level(formulation, candidates, level, from, observer, seconds)?;
            if matches!(outcome, Outcome::Infeasible) && start.is_none() {
                return Ok(None);
            }
            read_outcome(candidates, level, outcome, start)
        };
        run.levels.push(result);
        run.values = point;
        if let Some(value) = result.value {
            keep_level(formulation, candidates, level, value);
        }
        if result.value != Some(result.bound) {
            break;
        }
    }
    formulation.model.truncate_rows(rows);
    Ok(Some(run))
}

/// Returns what a solve says of a level, and the best point known after it:
/// its own or, without one, the point before.
fn read_outcome(
    candidates: &Candidates<'_>,
    level: Level,
    outcome: Outcome,
    before: Option<Vec<f64>>,
) -> (LevelRun, Option<Vec<f64>>) {
    let (value, bound, point) = match outcome {
        // The point before keeps all rows, so that is a slip of the solver:
        // the level stays open.
        Outcome::Infeasible => (None, trivial_bound(candidates, level), before),
        Outcome::Unknown { bound } => (None, rounded_bound(candidates, level, bound), before),
        Outcome::Found(Found {
            values,
            value,
            bound,
        }) => (
            Some(rounded_value(candidates, level, value)),
            rounded_bound(candidates, level, bound),
            Some(values),
        ),
    };
    let result = LevelRun {
        level,
        value,
        bound,
    };
    (result, point)
}

fn tell(observer: &mut dyn Observer, level: Level, best: Option<i64>, bound: Option<i64>) {
    observer.progress(Progress {
        stage: Stage::Level(level),
        best,
        bound,
    });
}

/// Returns the value of a level that needs no solve: that of the point at
/// hand, where it is known that none is better. The four usual levels are
/// always solved, so that the choice among their ties stays what it was.
fn settled_value(
    formulation: &Formulation,
    candidates: &Candidates<'_>,
    level: Level,
    before: &[LevelRun],
    point: Option<&[f64]>,
) -> Option<i64> {
    if Level::DEFAULT.contains(&level) {
        return None;
    }
    let point = point?;
    let objective = formulation.objective(candidates, level);
    let value = objective
        .iter()
        .map(|(column, factor)| factor * point[column.position()])
        .sum();
    let value = rounded_value(candidates, level, value);
    (value == bound_from_before(candidates, level, before)).then_some(value)
}

/// Returns the bound of a level that follows from the levels before it: the
/// steps of a profile of ranks share out the trainees that are matched.
fn bound_from_before(candidates: &Candidates<'_>, level: Level, before: &[LevelRun]) -> i64 {
    let trivial = trivial_bound(candidates, level);
    let value = |run: &LevelRun| run.value.unwrap_or(0);
    let Some(matched) = before.iter().find(|run| run.level == Level::Matched) else {
        return trivial;
    };
    let steps = before
        .iter()
        .filter(|run| run.level.objective() == level.objective());
    let rest = value(matched) - steps.map(value).sum::<i64>();
    match level {
        Level::SiteRankGreedy(_) => trivial.min(rest),
        // The last step: nobody can be anywhere else.
        Level::SiteRankGenerous(1) => trivial.max(rest),
        Level::MatchedPriority
        | Level::MatchedByTier(_)
        | Level::Matched
        | Level::Changes
        | Level::ContactShortMinutes
        | Level::FinishInTime
        | Level::SiteRank
        | Level::SiteRankGenerous(_)
        | Level::SupervisorRank
        | Level::CaseloadBalance => trivial,
    }
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
        let best = best
            .is_finite()
            .then(|| rounded_value(candidates, level, best));
        let bound = bound
            .is_finite()
            .then(|| rounded_bound(candidates, level, bound));
        tell(observer, level, best, bound);
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
    let limit = objective_value(candidates, level, value);
    // Half a step would weaken the relaxation; a hair only admits rounding.
    formulation
        .model
        .at_most(limit + (1e-6 * limit.abs()).clamp(1e-6, 0.4), objective);
}

/// Says that no point of the model is better on a level than a value; true
/// once that is proved, and a help to the solver that looks for it.
pub(super) fn bound_level(
    formulation: &mut Formulation,
    candidates: &Candidates<'_>,
    level: Level,
    value: i64,
) {
    let objective = formulation.objective(candidates, level);
    let limit = objective_value(candidates, level, value);
    let hair = (1e-6 * limit.abs()).clamp(1e-6, 0.4);
    formulation.model.at_least(limit - hair, objective);
}

/// Returns the step in which the values of a level lie.
pub(super) fn grid(level: Level) -> f64 {
    if level == Level::ContactShortMinutes {
        f64::from(QUARTER_HOUR)
    } else {
        1.0
    }
}

/// Returns the value of the objective at which a level has a value.
fn objective_value(candidates: &Candidates<'_>, level: Level, value: i64) -> f64 {
    let value = to_float(value - constant(candidates, level));
    match level.sense() {
        Sense::Most => -value,
        Sense::Least => value,
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
pub(super) fn rounded_value(candidates: &Candidates<'_>, level: Level, objective: f64) -> i64 {
    let step = grid(level);
    let value = to_whole((objective / step).round() * step);
    constant(candidates, level)
        + match level.sense() {
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
        Sense::Most => (constant(candidates, level) - least).min(trivial),
        Sense::Least => (least + constant(candidates, level)).max(trivial),
    }
}

/// Returns a bound that holds without solving anything: everybody who has a
/// candidate is matched; nothing is short; ranks are not counted.
pub(super) fn trivial_bound(candidates: &Candidates<'_>, level: Level) -> i64 {
    let trainees = |counts: &dyn Fn(&Pair) -> bool| -> Vec<usize> {
        let pairs = candidates.pairs.iter().filter(|pair| counts(pair));
        let mut trainees: Vec<usize> = pairs.map(|pair| pair.trainee).collect();
        trainees.dedup();
        trainees
    };
    let count = |trainees: Vec<usize>| i64::try_from(trainees.len()).unwrap_or(i64::MAX);
    let priority = |trainee: usize| candidates.roster.trainees[trainee].priority;
    match level {
        Level::MatchedPriority => trainees(&|_| true)
            .into_iter()
            .map(|trainee| i64::from(priority(trainee)))
            .sum(),
        Level::MatchedByTier(tier) => count(trainees(&|pair| priority(pair.trainee) == tier)),
        Level::Matched => count(trainees(&|_| true)),
        Level::SiteRankGreedy(rank) => count(trainees(&|pair| pair.dense_rank == rank)),
        Level::FinishInTime => count(trainees(&|pair| {
            let finish = candidates.finish.as_ref();
            finish.is_some_and(|finish| finish.least_contact(pair).is_some())
        })),
        Level::Changes
        | Level::ContactShortMinutes
        | Level::SiteRank
        | Level::SiteRankGenerous(_)
        | Level::SupervisorRank
        | Level::CaseloadBalance => 0,
    }
}
