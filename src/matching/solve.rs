//! The run as a whole: relax, solve the levels, give times, and again with
//! more detail where the times did not fit.

use super::candidates::Candidates;
use super::clash::{clashing_minima, keeps_minima};
use super::fit::{Assignment, Fitted, fit, read_timetable};
use super::formulation::{Formulation, Scope};
use super::hurried::Hurried;
use super::law::offenders;
use super::levels::{LevelRun, LevelsRun, keep_level, solve_levels, trivial_bound};
use super::neighbourhood::{Wanted, improve};
use super::pace::{FITTED_AT_ONCE, SHARE_FOR_BOUNDS, SHARE_FOR_FLOOR, reserve};
use super::quick_fit::quick_fit;
use super::refine::Detail;
use super::results::{is_better, relaxed_bound, results};
use super::stability::blocking_pairs;
use super::timetable::Timetable;
use super::values::level_value;
use super::{Budget, MatchError, Observer, Progress, Stage};
use crate::domain::plan::Level;
use crate::domain::time::ZoneTable;
use crate::domain::{BlockingPairs, Plan, Role, Roster};

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
        let levels = &candidates.levels;
        if !is_whole {
            return plan_of_nobody(&candidates, levels, observer);
        }
        if let Some(plan) = super::core::solve(&candidates, levels, observer)? {
            return Ok(plan);
        }
        solve_levels_of(&candidates, levels, observer)
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
            detail: Detail::least(candidates),
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
    detail: Detail,
    best: Option<Best>,
    /// What the last model says of the levels; its bounds hold for every plan
    /// that reaches its values on the levels before.
    proved: Vec<LevelRun>,
}

impl Run<'_> {
    /// Returns the model's scope: everything, in the detail reached so far.
    fn scope(&self) -> Scope<'_> {
        Scope {
            pairs: None,
            fills: None,
            timed: &self.detail.timed,
            with_faculty: self.detail.with_faculty,
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
        observer.progress(Progress {
            stage: Stage::Times,
            best: None,
            bound: None,
        });
        let stop = || observer.is_cancelled() || observer.seconds_left() <= spare;
        let mut quick = quick_fit(self.candidates, assignment, &stop);
        self.offer(&quick, observer);
        let mut hurried = Hurried { observer, spare };
        if assignment.pairs.len() > FITTED_AT_ONCE && self.can_improve() {
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

    /// Says whether a plan can be improved part by part: what counts first is
    /// the priority matched, and no rule looks at the plan as a whole.
    fn can_improve(&self) -> bool {
        self.levels.first() == Some(&Level::MatchedPriority)
            && self.candidates.law.is_none()
            && self.candidates.roster.round.blocking_pairs == BlockingPairs::Allowed
    }

    /// Takes a timetable as the best plan when it is legal and better.
    fn offer(&mut self, timetable: &Timetable, observer: &mut dyn Observer) {
        let is_legal = keeps_minima(self.candidates, timetable)
            && offenders(self.candidates, timetable).is_empty();
        if !is_legal {
            return;
        }
        let mut plan = super::assemble::assemble(self.candidates, timetable);
        let roster = self.candidates.roster;
        if roster.round.blocking_pairs == BlockingPairs::Forbidden
            && !blocking_pairs(roster, &plan).is_empty()
        {
            return;
        }
        let values: Vec<i64> = self
            .levels
            .iter()
            .map(|level| level_value(self.candidates, timetable, &plan, *level))
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
            let candidates = self.candidates;
            if self.is_settled(&fitted)
                || !self
                    .detail
                    .grow(candidates, &assignment, &fitted, &timetable)
            {
                break;
            }
        }
        Ok(())
    }

    /// Says whether the best plan is as good as the model has it; where the
    /// model was not solved to the end, whether everybody has times.
    fn is_settled(&self, fitted: &Fitted) -> bool {
        if self.proved.len() < self.levels.len() {
            return fitted.missing.is_empty();
        }
        let best = self.best.iter().flat_map(|best| &best.values).copied();
        self.best.is_some() && best.map(Some).eq(self.proved.iter().map(|run| run.value))
    }

    /// Reads placements and site supervisors from a point of the model.
    fn assignment(&self, formulation: &Formulation, values: &[f64]) -> Assignment {
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
            hoped: self
                .proved
                .iter()
                .filter_map(|run| Some((run.level, run.value?)))
                .collect(),
        }
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
            self.detail = Detail::least(self.candidates);
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
