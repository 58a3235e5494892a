//! The run as a whole: relax, solve the levels, give times, and again with
//! more detail where the times did not fit.

use super::candidates::Candidates;
use super::clash::{clashing_minima, keeps_minima};
use super::engine::{Effort, Found, Outcome, solve as solve_model};
use super::fit::{Assignment, Fitted, fit, read_timetable};
use super::formulation::{Formulation, Scope};
use super::levels::{LevelRun, LevelsRun, keep_level, solve_levels, trivial_bound};
use super::timetable::Timetable;
use super::{Budget, MatchError, Observer, Progress, Stage};
use crate::domain::plan::{Level, LevelResult, LevelStatus, Sense};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Role, Roster};

/// Share of the time that is kept for giving times to what was found.
const SHARE_FOR_TIMES: f64 = 0.2;

/// Returns the best plan for a roster, with a bound for each level.
///
/// A time limit or a cancel is no error: the best plan found so far comes back
/// with the bounds that were reached.
///
/// # Errors
/// [`MatchError::Clash`] when no plan is legal; the others when the roster
/// cannot be solved at all.
pub fn solve(
    roster: &Roster,
    zones: &ZoneTable,
    budget: &Budget,
    observer: &mut (dyn Observer + Send),
) -> Result<Plan, MatchError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(budget.threads.max(1))
        .build()
        .map_err(|error| MatchError::Engine(error.to_string()))?;
    pool.install(|| {
        observer.progress(Progress {
            stage: Stage::Candidates,
            best: None,
            bound: None,
        });
        let candidates = Candidates::new(roster, zones)?;
        let mut run = Run {
            candidates: &candidates,
            levels: &Level::DEFAULT,
            reserve: reserve(observer.seconds_left()),
            timed: vec![false; roster.supervisors.len()],
            best: None,
            proved: Vec::new(),
        };
        run.floor(observer)?;
        run.refine_until_done(observer)?;
        run.finish(observer)
    })
}

fn reserve(seconds_left: f64) -> f64 {
    if seconds_left.is_finite() {
        (seconds_left * SHARE_FOR_TIMES).clamp(0.0, 30.0)
    } else {
        0.0
    }
}

/// A legal plan, with the values of its levels.
struct Best {
    plan: Plan,
    values: Vec<i64>,
}

struct Run<'c> {
    candidates: &'c Candidates<'c>,
    levels: &'c [Level],
    reserve: f64,
    timed: Vec<bool>,
    best: Option<Best>,
    /// What the last model says of the levels; its bounds hold for every plan
    /// that reaches its values on the levels before.
    proved: Vec<LevelRun>,
}

impl Run<'_> {
    /// Finds a first plan quickly.
    fn floor(&mut self, observer: &mut dyn Observer) -> Result<(), MatchError> {
        self.offer(&Timetable::default(), observer);
        if observer.seconds_left().is_finite() {
            let assignment = super::greedy::assign(self.candidates);
            let fitted = fit(self.candidates, &assignment, &mut Hurried::new(observer))?;
            self.offer(&fitted.timetable, observer);
        }
        Ok(())
    }

    /// Takes a timetable as the best plan when it is legal and better.
    fn offer(&mut self, timetable: &Timetable, observer: &mut dyn Observer) {
        if !keeps_minima(self.candidates, timetable) {
            return;
        }
        let mut plan = super::assemble::assemble(self.candidates, timetable);
        let values: Vec<i64> = self
            .levels
            .iter()
            .map(|level| super::assemble::level_value(self.candidates, &plan, *level))
            .collect();
        if self
            .best
            .as_ref()
            .is_none_or(|best| is_better(self.levels, &values, &best.values))
        {
            plan.levels = self.results(&values, LevelStatus::TimeLimit);
            observer.better_plan(&plan);
            self.best = Some(Best { plan, values });
        }
    }

    fn refine_until_done(&mut self, observer: &mut dyn Observer) -> Result<(), MatchError> {
        while observer.seconds_left() > self.reserve && !observer.is_cancelled() {
            let scope = Scope {
                pairs: None,
                fills: None,
                timed: &self.timed,
                group_starts: None,
                with_minima: true,
            };
            let mut formulation = Formulation::new(self.candidates, &scope);
            let run = solve_levels(
                &mut formulation,
                self.candidates,
                self.levels,
                observer,
                self.reserve,
            )?;
            let Some(LevelsRun { levels, values }) = run else {
                let clash = clashing_minima(self.candidates, &self.timed, observer)?;
                return Err(MatchError::Clash(clash));
            };
            self.proved = levels;
            let Some(values) = values else {
                break;
            };
            let timetable = read_timetable(self.candidates, &formulation, &values);
            if timetable.is_complete(self.candidates) {
                self.offer(&timetable, observer);
                break;
            }
            let assignment = self.assignment(&formulation, &values);
            let fitted = fit(self.candidates, &assignment, observer)?;
            self.offer(&fitted.timetable, observer);
            if fitted.missing.is_empty() || !self.time_more(&assignment, &fitted) {
                break;
            }
        }
        Ok(())
    }

    /// Reads placements and site supervisors from a point of the model.
    fn assignment(&self, formulation: &Formulation, values: &[f64]) -> Assignment {
        let short = self
            .proved
            .iter()
            .find(|run| run.level == Level::ContactShortMinutes);
        let role = |fill: usize| {
            let fill = &self.candidates.fills[fill];
            self.candidates.lines[fill.trainee][fill.line].role
        };
        Assignment {
            pairs: formulation.chosen_pairs(values),
            fills: formulation
                .chosen_fills(values)
                .into_iter()
                .filter(|fill| role(*fill) == Role::Site)
                .collect(),
            short_max: short.and_then(|run| run.value),
        }
    }

    /// Puts the times of those who stand in the way of a fit into the model.
    /// Returns whether the model has grown.
    fn time_more(&mut self, assignment: &Assignment, fitted: &Fitted) -> bool {
        let candidates = self.candidates;
        let chosen = |position: &usize| assignment.fills.contains(position);
        let of_missing = candidates
            .fills
            .iter()
            .enumerate()
            .filter(|(_, fill)| fill.meets() && fitted.missing.contains(&fill.trainee));
        let own: Vec<usize> = of_missing
            .clone()
            .filter(|(i, _)| chosen(i))
            .map(|(_, f)| f.supervisor)
            .collect();
        let possible: Vec<usize> = of_missing.map(|(_, fill)| fill.supervisor).collect();
        let all: Vec<usize> = (0..self.timed.len()).collect();
        for supervisors in [own, possible, all] {
            let before = self.timed.iter().filter(|timed| **timed).count();
            for supervisor in supervisors {
                self.timed[supervisor] = true;
            }
            if self.timed.iter().filter(|timed| **timed).count() > before {
                return true;
            }
        }
        false
    }

    fn finish(mut self, observer: &mut dyn Observer) -> Result<Plan, MatchError> {
        let Some(Best { mut plan, values }) = self.best.take() else {
            return Err(MatchError::NoPlanInTime);
        };
        self.bound_remaining(&values, observer)?;
        plan.levels = self.results(&values, LevelStatus::TimeLimit);
        Ok(plan)
    }

    /// Bounds the levels that the last model says nothing about, under the
    /// values that the plan has.
    fn bound_remaining(
        &mut self,
        values: &[i64],
        observer: &mut dyn Observer,
    ) -> Result<(), MatchError> {
        let known = self.levels_under(values);
        self.proved.truncate(known);
        if known == self.levels.len() || observer.is_cancelled() {
            return Ok(());
        }
        let scope = Scope {
            pairs: None,
            fills: None,
            timed: &self.timed,
            group_starts: None,
            with_minima: true,
        };
        let mut formulation = Formulation::new(self.candidates, &scope);
        for (position, level) in self.levels.iter().copied().enumerate() {
            if position >= known {
                let seconds = (observer.seconds_left() / 2.0).clamp(0.0, self.reserve);
                let bound = relaxed_bound(&formulation, self.candidates, level, seconds)?;
                self.proved.push(LevelRun {
                    level,
                    value: None,
                    bound,
                });
            }
            keep_level(&mut formulation, self.candidates, level, values[position]);
        }
        Ok(())
    }

    /// Returns how many levels the last model bounds for a plan with these
    /// values: those up to the first where the plan misses the model's value.
    fn levels_under(&self, values: &[i64]) -> usize {
        let met = self
            .proved
            .iter()
            .zip(values)
            .take_while(|(run, value)| run.value == Some(**value))
            .count();
        (met + 1).min(self.proved.len())
    }

    fn results(&self, values: &[i64], unproved: LevelStatus) -> Vec<LevelResult> {
        let known = self.levels_under(values);
        self.levels
            .iter()
            .copied()
            .zip(values.iter().copied())
            .enumerate()
            .map(|(position, (level, value))| {
                let bound = match self.proved.get(position) {
                    Some(run) if position < known => run.bound,
                    _ => trivial_bound(self.candidates, level),
                };
                let status = if bound == value {
                    LevelStatus::Proved
                } else {
                    unproved
                };
                LevelResult {
                    level,
                    value,
                    bound,
                    status,
                }
            })
            .collect()
    }
}

/// Says whether values are better, level by level.
fn is_better(levels: &[Level], values: &[i64], than: &[i64]) -> bool {
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
fn relaxed_bound(
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
    let outcome = solve_model(&formulation.model, &objective, &effort, &mut |_, _| true)?;
    Ok(match outcome {
        Outcome::Found(Found { bound, .. }) | Outcome::Unknown { bound } => {
            super::levels::rounded_bound(candidates, level, bound)
        }
        Outcome::Infeasible => trivial_bound(candidates, level),
    })
}

/// An observer for work that must not take long.
struct Hurried<'o> {
    observer: &'o mut dyn Observer,
    until: f64,
}

impl<'o> Hurried<'o> {
    fn new(observer: &'o mut dyn Observer) -> Self {
        let left = observer.seconds_left();
        Self {
            until: left - left * 0.1,
            observer,
        }
    }
}

impl Observer for Hurried<'_> {
    fn seconds_left(&self) -> f64 {
        self.observer.seconds_left() - self.until
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }

    fn progress(&mut self, progress: Progress) {
        self.observer.progress(progress);
    }

    fn better_plan(&mut self, plan: &Plan) {
        self.observer.better_plan(plan);
    }
}
