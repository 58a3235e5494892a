//! Tries whether a roster with some capacities lifted has a plan that matches
//! everybody who must be matched: a real solve, whose plan is proved.

use std::collections::BTreeSet;

use super::Outcome;
use super::insertion::confine;
use super::lift::Lift;
use crate::domain::plan::{Level, LevelResult, LevelStatus};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster, TraineeKey};
use crate::matching::candidates::Candidates;
use crate::matching::check::{Broken, check};
use crate::matching::solve::solve_levels_of;
use crate::matching::{MatchError, Observer, Progress};

/// Share of the time left that one trial may take.
const SHARE_OF_TRIAL: f64 = 0.4;

/// What a trial says of a set.
pub(super) enum Verdict {
    /// This plan matches everybody; the checker has proved it.
    Matched(Box<Plan>),
    /// No plan does.
    Refuted,
    /// Time ran out.
    Unknown,
}

/// Where sets are tried: the roster, the plan in hand, and whom it leaves out.
pub(super) struct Bench<'b> {
    roster: &'b Roster,
    zones: &'b ZoneTable,
    plan: &'b Plan,
    trainee: usize,
    /// Those whom the plan matches.
    kept: BTreeSet<TraineeKey>,
}

impl<'b> Bench<'b> {
    /// Returns a bench for a trainee, by position, beside those who keep their
    /// places.
    pub(super) fn new(
        roster: &'b Roster,
        zones: &'b ZoneTable,
        plan: &'b Plan,
        trainee: usize,
    ) -> Self {
        let placed = plan.placements.iter();
        Self {
            roster,
            zones,
            plan,
            trainee,
            kept: placed.map(|placement| placement.trainee.clone()).collect(),
        }
    }

    fn trainee(&self) -> &TraineeKey {
        &self.roster.trainees[self.trainee].key
    }

    /// Says whether a trainee must be matched in every trial.
    pub(super) fn must_match(&self, trainee: &TraineeKey) -> bool {
        trainee == self.trainee() || self.kept.contains(trainee)
    }

    /// Says whether the plan is known to match as much priority as can be, so
    /// that nobody can be matched besides without lifting anything.
    pub(super) fn plan_is_best(&self) -> bool {
        self.plan.levels.first().is_some_and(|level| {
            level.level == Level::MatchedPriority && level.status == LevelStatus::Proved
        })
    }

    /// Tries a set with each of its capacities as large as it can matter.
    pub(super) fn try_set(
        &self,
        set: &BTreeSet<Lift>,
        observer: &mut dyn Observer,
    ) -> Result<Verdict, MatchError> {
        self.try_roster(&self.lifted(set), |_| {}, observer)
    }

    /// Tries a set with everybody else as the plan has them. Returns the plan
    /// that comes out; that there is none says nothing.
    pub(super) fn try_inserting(
        &self,
        set: &BTreeSet<Lift>,
        observer: &mut dyn Observer,
    ) -> Result<Option<Box<Plan>>, MatchError> {
        self.insert(&self.lifted(set), observer)
    }

    /// Tries a set with everybody else as the plan has them, and the least more
    /// of each capacity that could help.
    pub(super) fn insert_with_least(
        &self,
        candidates: &Candidates<'_>,
        set: &BTreeSet<Lift>,
        observer: &mut dyn Observer,
    ) -> Result<Option<Box<Plan>>, MatchError> {
        let mut raised = self.roster.clone();
        for lift in set {
            lift.raise(&mut raised, lift.least(candidates, self.trainee));
        }
        self.insert(&raised, observer)
    }

    fn insert(
        &self,
        lifted: &Roster,
        observer: &mut dyn Observer,
    ) -> Result<Option<Box<Plan>>, MatchError> {
        let confined = |candidates: &mut Candidates<'_>| {
            confine(candidates, self.plan, self.trainee);
        };
        Ok(match self.try_roster(lifted, confined, observer)? {
            Verdict::Matched(plan) => Some(plan),
            Verdict::Refuted | Verdict::Unknown => None,
        })
    }

    fn lifted(&self, set: &BTreeSet<Lift>) -> Roster {
        let mut lifted = self.roster.clone();
        for lift in set {
            lift.lift(&mut lifted);
        }
        lifted
    }

    fn try_roster(
        &self,
        lifted: &Roster,
        prepare: impl FnOnce(&mut Candidates<'_>),
        observer: &mut dyn Observer,
    ) -> Result<Verdict, MatchError> {
        let everybody = self.kept.len() + 1;
        // Only those count who must be matched; others may be, for a group.
        let mut counted = lifted.clone();
        for person in &mut counted.trainees {
            person.priority = u32::from(self.must_match(&person.key));
        }
        let spare = observer.seconds_left() * (1.0 - SHARE_OF_TRIAL);
        let enough = i64::try_from(everybody).unwrap_or(i64::MAX);
        let mut trial = Trial::new(observer, spare, Some(enough));
        let solved = self.solve(&counted, prepare, &mut trial)?;
        Ok(match solved {
            Some((plan, level)) if level.value >= enough && self.is_legal(lifted, &plan) => {
                Verdict::Matched(Box::new(plan))
            }
            Some((_, level)) if level.bound < enough => Verdict::Refuted,
            Some(_) | None if trial.bound < enough => Verdict::Refuted,
            Some(_) | None => Verdict::Unknown,
        })
    }

    /// Returns a plan with the highest sum of priorities that was found, and
    /// what is known of it; `None` when time ran out before there was any.
    fn solve(
        &self,
        roster: &Roster,
        prepare: impl FnOnce(&mut Candidates<'_>),
        observer: &mut dyn Observer,
    ) -> Result<Option<(Plan, LevelResult)>, MatchError> {
        let mut candidates = Candidates::new(roster, self.zones)?;
        prepare(&mut candidates);
        match solve_levels_of(&candidates, &[Level::MatchedPriority], observer) {
            Ok(plan) => {
                let level = plan.levels.first().copied();
                Ok(level.map(|level| (plan, level)))
            }
            Err(MatchError::NoPlanInTime) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Says whether a plan keeps every rule of a roster. Its levels are those
    /// of the trial, and not looked at.
    fn is_legal(&self, roster: &Roster, plan: &Plan) -> bool {
        let breaches = check(roster, self.zones, plan);
        breaches
            .iter()
            .all(|breach| matches!(breach.broken, Broken::LevelValue(_)))
    }

    /// Returns who must give way for the trainee with capacities as they are,
    /// and whether that is proved to be the least.
    pub(super) fn price(&self, observer: &mut dyn Observer) -> Result<(Outcome, bool), MatchError> {
        let priority = |key: &TraineeKey| {
            let people = &self.roster.trainees;
            let found = people.binary_search_by(|person| person.key.cmp(key));
            found.map_or(0, |at| people[at].priority)
        };
        let kept: u32 = self.kept.iter().map(priority).sum();
        let mut priced = self.roster.clone();
        for person in &mut priced.trainees {
            if person.key == *self.trainee() {
                // To match the trainee counts for more than all others.
                person.priority = kept + 1;
            } else if !self.kept.contains(&person.key) {
                person.priority = 0;
            }
        }
        let mut trial = Trial::new(observer, 0.0, None);
        let Some((plan, level)) = self.solve(&priced, |_| {}, &mut trial)? else {
            return Ok((Outcome::Open, false));
        };
        let is_matched = |key: &TraineeKey| plan.placements.iter().any(|p| p.trainee == *key);
        if !is_matched(self.trainee()) {
            let is_proved = level.bound <= i64::from(kept);
            let outcome = if is_proved {
                Outcome::Impossible
            } else {
                Outcome::Open
            };
            return Ok((outcome, is_proved));
        }
        if !self.is_legal(self.roster, &plan) {
            return Ok((Outcome::Open, false));
        }
        let displaced = self.kept.iter().filter(|key| !is_matched(key));
        let displaced: Vec<TraineeKey> = displaced.cloned().collect();
        let priority = displaced.iter().map(|key| u64::from(priority(key))).sum();
        let outcome = Outcome::Price {
            displaced,
            priority,
        };
        Ok((outcome, level.value == level.bound))
    }
}

/// An observer that ends a trial once its end is known, or when its share of the
/// time is up.
struct Trial<'o> {
    observer: &'o mut dyn Observer,
    /// Seconds to be left when the trial ends.
    spare: f64,
    /// Value that is looked for; the best there is when `None`.
    enough: Option<i64>,
    /// Value of the best plan so far.
    best: i64,
    /// No plan is better than this.
    bound: i64,
}

impl<'o> Trial<'o> {
    fn new(observer: &'o mut dyn Observer, spare: f64, enough: Option<i64>) -> Self {
        Self {
            observer,
            spare,
            enough,
            best: 0,
            bound: i64::MAX,
        }
    }
}

impl Observer for Trial<'_> {
    fn seconds_left(&self) -> f64 {
        let left = self.observer.seconds_left();
        if left.is_finite() {
            left - self.spare
        } else {
            left
        }
    }

    fn is_cancelled(&self) -> bool {
        let is_decided = |enough| self.best >= enough || self.bound < enough;
        let is_best = self.best >= self.bound;
        is_best || self.enough.is_some_and(is_decided) || self.observer.is_cancelled()
    }

    fn progress(&mut self, progress: Progress) {
        self.bound = self.bound.min(progress.bound.unwrap_or(i64::MAX));
    }

    fn better_plan(&mut self, plan: &Plan) {
        let level = plan.levels.first();
        self.best = self.best.max(level.map_or(0, |level| level.value));
    }
}
