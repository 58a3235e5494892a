//! The run as a whole: relax, solve the levels, give times, and again with
//! more detail where the times did not fit.

use super::candidates::Candidates;
use super::clash::{clashing_minima, keeps_minima};
use super::fit::{Assignment, Fitted, fit, read_timetable};
use super::formulation::{Formulation, Scope};
use super::hurried::Hurried;
use super::levels::{LevelRun, LevelsRun, keep_level, relaxed_bound, solve_levels, trivial_bound};
use super::neighbourhood::{Wanted, improve};
use super::pace::{FITTED_AT_ONCE, SHARE_FOR_BOUNDS, SHARE_FOR_FLOOR, reserve};
use super::quick_fit::quick_fit;
use super::timetable::Timetable;
use super::{Budget, MatchError, Observer, Progress, Stage};
use crate::domain::plan::{Level, LevelResult, LevelStatus, Sense};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Role, Roster};

/// Fills up to which the lines of faculty go into the model as a whole.
const FILLS_IN_MODEL: usize = 300_000;

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
        let stop = || observer.is_cancelled() || observer.seconds_left() <= 0.0;
        let (candidates, is_whole) = Candidates::until(roster, zones, &stop)?;
        if is_whole {
            solve_levels_of(&candidates, &Level::DEFAULT, observer)
        } else {
            plan_of_nobody(&candidates, &Level::DEFAULT, observer)
        }
    })
}

/// Returns the best plan of some candidates by the levels given.
///
/// # Errors
/// As for [`solve`].
pub(super) fn solve_levels_of(
    candidates: &Candidates<'_>,
    levels: &[Level],
    observer: &mut dyn Observer,
) -> Result<Plan, MatchError> {
    let mut run = Run::new(candidates, levels, observer);
    run.floor(observer)?;
    run.refine_until_done(observer)?;
    run.finish(observer)
}

/// Returns the plan that matches nobody, for a run that knows of no meetings.
fn plan_of_nobody(
    candidates: &Candidates<'_>,
    levels: &[Level],
    observer: &mut dyn Observer,
) -> Result<Plan, MatchError> {
    let mut run = Run::new(candidates, levels, observer);
    run.offer(&Timetable::default(), observer);
    let best = run.best.ok_or(MatchError::NoPlanInTime)?;
    let mut plan = best.plan;
    for unmatched in &mut plan.unmatched {
        "the run ended before it was known who could meet whom".clone_into(&mut unmatched.detail);
        "let it run longer".clone_into(&mut unmatched.action);
    }
    Ok(plan)
}

impl<'c> Run<'c> {
    fn new(candidates: &'c Candidates<'c>, levels: &'c [Level], observer: &dyn Observer) -> Self {
        let roster = candidates.roster;
        Self {
            candidates,
            levels,
            reserve: reserve(observer.seconds_left(), roster.trainees.len()),
            timed: vec![false; roster.supervisors.len()],
            with_faculty: faculty_must_be_in(candidates),
            best: None,
            proved: Vec::new(),
        }
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
    with_faculty: bool,
    best: Option<Best>,
    /// What the last model says of the levels; its bounds hold for every plan
    /// that reaches its values on the levels before.
    proved: Vec<LevelRun>,
}

/// Says whether a pin or a least caseload of faculty can only be kept by a
/// model that has their lines.
fn faculty_must_be_in(candidates: &Candidates<'_>) -> bool {
    let people = &candidates.roster.supervisors;
    let needed = people
        .iter()
        .any(|s| s.role == Role::Faculty && s.caseload_min > s.caseload_current);
    let mut pinned = candidates
        .wishes
        .iter()
        .flat_map(|wishes| &wishes.pinned.supervisors);
    needed || pinned.any(|supervisor| people[*supervisor].role == Role::Faculty)
}

impl Run<'_> {
    /// Returns the model's scope: everything, in the detail reached so far.
    fn scope(&self) -> Scope<'_> {
        Scope {
            pairs: None,
            fills: None,
            timed: &self.timed,
            with_faculty: self.with_faculty,
            group_starts: None,
            with_minima: true,
        }
    }

    /// Finds a first plan quickly.
    fn floor(&mut self, observer: &mut dyn Observer) -> Result<(), MatchError> {
        self.offer(&Timetable::default(), observer);
        if observer.seconds_left().is_finite() {
            let assignment = super::greedy::assign(self.candidates);
            let spare = observer.seconds_left() * (1.0 - SHARE_FOR_FLOOR);
            self.give_times(&assignment, spare, observer)?;
        }
        Ok(())
    }

    /// Gives times to an assignment, quickly and then as well as can be, and
    /// takes what is better. Leaves `spare` seconds of the run.
    fn give_times(
        &mut self,
        assignment: &Assignment,
        spare: f64,
        observer: &mut dyn Observer,
    ) -> Result<Fitted, MatchError> {
        let stop = || observer.is_cancelled() || observer.seconds_left() <= spare;
        let mut quick = quick_fit(self.candidates, assignment, &stop);
        self.offer(&quick, observer);
        let mut hurried = Hurried { observer, spare };
        if assignment.pairs.len() > FITTED_AT_ONCE {
            let missing = Fitted::of(self.candidates, assignment, quick.clone()).missing;
            let wanted = Wanted {
                first: &missing,
                enough: self.proved.first().map(|level| level.bound),
            };
            improve(
                self.candidates,
                &mut quick,
                self.levels,
                &wanted,
                &mut hurried,
            )?;
            self.offer(&quick, observer);
            return Ok(Fitted::of(self.candidates, assignment, quick));
        }
        let fitted = fit(self.candidates, assignment, &mut hurried)?;
        self.offer(&fitted.timetable, observer);
        Ok(fitted)
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
        let stands = |best: &Best| !is_better(self.levels, &values, &best.values);
        if self.best.as_ref().is_some_and(stands) {
            return;
        }
        plan.unmatched = super::reasons::unmatched(self.candidates, timetable);
        let mut bounds = self.known_bounds(&values);
        let unknown = self.levels.iter().skip(bounds.len());
        bounds.extend(unknown.map(|level| trivial_bound(self.candidates, *level)));
        plan.levels = results(self.levels, &values, &bounds);
        observer.better_plan(&plan);
        self.best = Some(Best { plan, values });
    }

    fn refine_until_done(&mut self, observer: &mut dyn Observer) -> Result<(), MatchError> {
        while observer.seconds_left() > self.reserve && !observer.is_cancelled() {
            let mut formulation = Formulation::new(self.candidates, &self.scope());
            let run = solve_levels(
                &mut formulation,
                self.candidates,
                self.levels,
                observer,
                self.reserve,
            )?;
            let Some(LevelsRun { levels, values }) = run else {
                let clash = clashing_minima(self.candidates, &self.scope(), observer)?;
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
            let spare = self.reserve * SHARE_FOR_BOUNDS;
            let fitted = self.give_times(&assignment, spare, observer)?;
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
        let candidates = self.candidates;
        let is_of_site =
            |fill: &usize| candidates.line(&candidates.fills[*fill]).role == Role::Site;
        Assignment {
            pairs: formulation.chosen_pairs(values),
            fills: formulation
                .chosen_fills(values)
                .into_iter()
                .filter(is_of_site)
                .collect(),
            short_max: short.and_then(|run| run.value),
        }
    }

    /// Puts more into the model where it lets through what does not fit: the
    /// times of the site supervisors in question, then the lines of faculty,
    /// then the times of everybody who could help, at last of all. Returns
    /// whether the model has grown.
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
        for (supervisors, with_faculty) in [
            (own, false),
            (Vec::new(), true),
            (possible, true),
            (all, true),
        ] {
            if with_faculty && candidates.fills.len() > FILLS_IN_MODEL {
                return false;
            }
            if with_faculty && !self.with_faculty {
                self.with_faculty = true;
                return true;
            }
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
        let bounds = self.bounds(&values, observer)?;
        plan.levels = results(self.levels, &values, &bounds);
        Ok(plan)
    }

    /// Returns a bound for each level under the values that a plan has on the
    /// levels before: those of the last model as far as the plan reaches its
    /// values, and from there the best that the time allows.
    fn bounds(
        &mut self,
        values: &[i64],
        observer: &mut dyn Observer,
    ) -> Result<Vec<i64>, MatchError> {
        let mut bounds = self.known_bounds(values);
        if bounds.len() < self.levels.len() && !observer.is_cancelled() {
            // Little time is left: the smallest model gives true bounds too.
            self.timed.fill(false);
            self.with_faculty = faculty_must_be_in(self.candidates);
            let mut formulation = Formulation::new(self.candidates, &self.scope());
            for (position, level) in self.levels.iter().copied().enumerate() {
                if position >= bounds.len() {
                    let seconds = observer.seconds_left() / 2.0;
                    let bound = relaxed_bound(&formulation, self.candidates, level, seconds)?;
                    bounds.push(bound);
                }
                keep_level(&mut formulation, self.candidates, level, values[position]);
            }
        }
        let trivial = self.levels.iter().skip(bounds.len());
        let trivial: Vec<i64> = trivial
            .map(|level| trivial_bound(self.candidates, *level))
            .collect();
        bounds.extend(trivial);
        Ok(bounds)
    }

    /// Returns the bounds of the last model that hold for a plan with these
    /// values: up to the first level where the plan misses the model's value.
    fn known_bounds(&self, values: &[i64]) -> Vec<i64> {
        let mut bounds = Vec::new();
        for (run, value) in self.proved.iter().zip(values) {
            bounds.push(run.bound);
            if run.value != Some(*value) {
                break;
            }
        }
        bounds
    }
}

/// Returns what is known of each level. A bound that is off by the value is
/// taken for what it is: the time ran out before it was closed.
fn results(levels: &[Level], values: &[i64], bounds: &[i64]) -> Vec<LevelResult> {
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
