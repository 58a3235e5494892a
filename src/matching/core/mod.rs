//! Rounds without session times: everybody gets a site, and a supervisor where
//! the level asks for one, under places and caseloads alone.
//!
//! Such a round is small enough per trainee to be solved as a whole at any
//! size. It falls apart into the trainees who share no limit (`parts`). Where
//! limits nest, a flow is exact (`flow`). Elsewhere the relaxation of a level
//! by interior point gives prices and a bound (`prices`), and its whole-number
//! plan is found by neighbourhoods and by a model of the few choices that the
//! prices leave open (`descent`, `neighbourhoods`).

mod chance;
mod descent;
mod face;
mod flow;
mod linear;
mod neighbourhoods;
mod part;
mod parts;
mod prices;
mod problem;
mod seats;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::candidates::Candidates;
use super::levels::trivial_bound;
use super::timetable::{FilledLine, Matched, Timetable};
use super::values::level_value;
use super::{MatchError, Observer, Progress, Stage};
use crate::domain::Plan;
use crate::domain::plan::{Level, LevelResult, LevelStatus, Sense};
use part::{Solved, first_choices, solve_part};
use problem::{Chosen, Problem};
use watch::Watch;

/// Returns the best plan of a round in which places and caseloads are all that
/// matters; `None` for every other round.
///
/// # Errors
/// When HiGHS fails.
pub(super) fn solve(
    candidates: &Candidates<'_>,
    levels: &[Level],
    observer: &mut (dyn Observer + Send),
) -> Result<Option<Plan>, MatchError> {
    let Some(problem) = Problem::new(candidates, levels) else {
        return Ok(None);
    };
    let parts = problem.parts();
    let first: Vec<Chosen> = parts.par_iter().map(first_choices).collect();
    if observer.seconds_left().is_finite() {
        observer.better_plan(&plan(candidates, levels, &parts, &first, &[]));
    }
    let watch = Watch::new(observer, levels);
    watch.tell(0);
    let solved: Vec<Solved> = parts
        .par_iter()
        .zip(&first)
        .map(|(part, first)| solve_part(part, first, &watch))
        .collect::<Result<_, _>>()?;
    let bounds = common_bounds(levels, &parts, &solved);
    let chosen: Vec<Chosen> = solved.into_iter().map(|part| part.chosen).collect();
    let plan = plan(candidates, levels, &parts, &chosen, &bounds);
    for result in &plan.levels {
        observer.progress(Progress {
            stage: Stage::Level(result.level),
            best: Some(result.value),
            bound: Some(result.bound),
        });
    }
    Ok(Some(plan))
}

/// Returns the bounds that hold for all parts together: sums, up to the first
/// level that some part does not reach. What it would take there from one part
/// for another is not known, so nothing is said of the levels after it.
fn common_bounds(levels: &[Level], parts: &[Problem], solved: &[Solved]) -> Vec<i64> {
    let mut bounds = Vec::new();
    for (level, name) in levels.iter().enumerate() {
        let mut sum = 0;
        let mut is_reached = true;
        for (part, solved) in parts.iter().zip(solved) {
            let Some(bound) = solved.bounds.get(level) else {
                return bounds;
            };
            sum += bound;
            is_reached &= *bound == part.value(level, &solved.chosen);
        }
        bounds.push(match name.sense() {
            Sense::Most => -sum,
            Sense::Least => sum,
        });
        if !is_reached {
            break;
        }
    }
    bounds
}

/// Returns the plan of some choices with its levels. Where no bound is known
/// the one that needs no solving is given.
fn plan(
    candidates: &Candidates<'_>,
    levels: &[Level],
    parts: &[Problem],
    chosen: &[Chosen],
    bounds: &[i64],
) -> Plan {
    let timetable = timetable(candidates, parts, chosen);
    let mut plan = super::assemble::assemble(candidates, &timetable);
    plan.unmatched = super::reasons::unmatched(candidates, &timetable);
    for (position, level) in levels.iter().copied().enumerate() {
        let value = level_value(candidates, &timetable, &plan, level);
        let bound = bounds.get(position).copied();
        let bound = bound.unwrap_or_else(|| trivial_bound(candidates, level));
        let status = if value == bound {
            LevelStatus::Proved
        } else {
            LevelStatus::TimeLimit
        };
        plan.levels.push(LevelResult {
            level,
            value,
            bound,
            status,
        });
    }
    plan
}

fn timetable(candidates: &Candidates<'_>, parts: &[Problem], chosen: &[Chosen]) -> Timetable {
    let mut timetable = Timetable::default();
    for (part, chosen) in parts.iter().zip(chosen) {
        let choices = chosen.iter().zip(&part.trainees);
        for (choice, trainee) in choices.filter_map(|(choice, t)| Some(((*choice)?, *t))) {
            let choice = &part.choices[choice];
            let lines: BTreeMap<usize, FilledLine> = choice
                .fill
                .map(|fill| {
                    let attended = None;
                    (candidates.fills[fill].line, FilledLine { fill, attended })
                })
                .into_iter()
                .collect();
            let pair = choice.pair;
            timetable.matched.insert(trainee, Matched { pair, lines });
        }
    }
    timetable
}
