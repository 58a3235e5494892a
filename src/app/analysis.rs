//! What can be asked of a round before it is matched, and of a plan after;
//! worths, stability and forecasts have files of their own.
//!
//! All of it is work for a processor, not for the database: it runs beside the
//! async runtime, at most as many at a time as this process solves runs, and
//! what may take memory runs in a child process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::plans::stored_plan;
use super::rosters::{blocking, stored_roster};
use super::snapshot::thaw;
use super::{Actor, App, AppError, Permission, Reason, StoredPlan};
use crate::domain::time::ZoneTable;
use crate::domain::{EntityKind, Key, ProgramKey, Roster, RunLimits, TraineeKey, Violations};
use crate::matching::MatchError;
use crate::matching::exact_model::ExactModel;
pub use crate::matching::explain::{Capacity, Explanation, Outcome, Relaxation};
use crate::matching::preflight::preflight;
pub use crate::matching::preflight::{Balance, CompeteFor, Expiry, ExpiryOf, Preflight};
use crate::roster::FolderFiles;
use crate::solver_process::{SolveFailure, SolveOptions, explain_in_child};

impl App {
    /// Returns what is known of a round before any solve, as its records are
    /// now.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Unavailable`] without the zone data.
    pub async fn check_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Preflight, AppError> {
        let (mut tx, scope, record) = self.read(actor, program, Permission::PlanRead).await?;
        let roster = stored_roster(&mut tx, scope, record.value, round).await?;
        drop(tx);
        let zones = self.zones_of(&roster)?;
        let found = self.on_a_core(move || preflight(&roster, &zones)).await?;
        found.map_err(unmatchable)
    }

    /// Says what would have to give for an unmatched trainee of a plan to be
    /// matched, from the roster that the plan was made from.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the run, or a trainee who took no part;
    /// [`AppError::FailedPrecondition`] when there is no plan, or it matches
    /// the trainee.
    pub async fn explain_trainee(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        trainee: &TraineeKey,
        time: SolveTime,
    ) -> Result<Explanation, AppError> {
        let (stored, roster) = self.plan_with_roster(actor, program, run).await?;
        let people = &roster.trainees;
        if people.binary_search_by(|one| one.key.cmp(trainee)).is_err() {
            return Err(AppError::NotFound {
                kind: EntityKind::Trainee,
                key: trainee.to_string(),
            });
        }
        if stored.plan.placements.iter().any(|p| p.trainee == *trainee) {
            return Err(AppError::FailedPrecondition(Reason::TraineeMatched {
                trainee: trainee.to_string(),
                run: run.to_string(),
            }));
        }
        let trainee = trainee.clone();
        let explained = self.ask_solver(stored, roster, time, move |asked| {
            let plan = (&asked.stored.plan, &asked.stored.context);
            explain_in_child(
                &asked.roster,
                &asked.zones,
                plan,
                &trainee,
                &asked.options,
                &|| asked.is_left(),
            )
        });
        let explained = explained.await?.map_err(lost)?;
        let unknown = || AppError::Internal("a trainee without an explanation".into());
        explained.ok_or_else(unknown)
    }

    /// Returns the exact model of the roster that a plan was made from, in the
    /// free MPS format: a file for each level.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::FailedPrecondition`] when there is
    /// no plan.
    pub async fn export_model(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<FolderFiles, AppError> {
        let (stored, roster) = self.plan_with_roster(actor, program, run).await?;
        let zones = self.zones_of(&roster)?;
        let files = self.on_a_core(move || {
            let model = ExactModel::new(&roster, &zones, &stored.plan.levels)?;
            let mut files = FolderFiles::default();
            for (name, text) in model.files() {
                files.insert(&name, text.into_bytes());
            }
            Ok(files)
        });
        files.await?.map_err(unmatchable)
    }

    /// Returns a plan and the frozen roster that it was made from.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::FailedPrecondition`] when there is
    /// no plan.
    pub async fn plan_with_roster(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<(StoredPlan, Roster), AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::PlanRead).await?;
        let (stored, snapshot_sha256) = stored_plan(&mut tx, scope, run).await?;
        let snapshot = tx.snapshot_fetch(scope, &snapshot_sha256).await?;
        drop(tx);
        let thawed = blocking(move || thaw(&snapshot)).await?;
        let (roster, _) = thawed.map_err(AppError::Internal)?;
        Ok((stored, roster))
    }

    /// Runs work that starts solvers beside the async runtime; they may take
    /// so much time, and the usual memory. A caller who hangs up ends them.
    ///
    /// # Errors
    /// [`AppError::DeadlineExceeded`] when no time is left for it.
    pub(super) async fn ask_solver<T: Send + 'static>(
        &self,
        stored: StoredPlan,
        roster: Roster,
        time: SolveTime,
        work: impl FnOnce(&Asked) -> Result<T, SolveFailure> + Send + 'static,
    ) -> Result<Result<T, SolveFailure>, AppError> {
        let zones = self.zones_of(&roster)?;
        let program = self.inner.settings.solver_program.clone();
        let left = LeftOnDrop::default();
        let is_left = Arc::clone(&left.0);
        let answered = self.on_a_core(move || {
            let options = SolveOptions {
                time_limit: Some(time.left().ok_or(AppError::DeadlineExceeded)?),
                threads: 1,
                memory_max: RunLimits::default().memory_bytes,
                program,
            };
            Ok(work(&Asked {
                stored,
                roster,
                zones,
                options,
                is_left,
            }))
        });
        answered.await?
    }

    /// Returns the rules of the zones of a roster.
    pub(super) fn zones_of(&self, roster: &Roster) -> Result<ZoneTable, AppError> {
        let zones = self
            .inner
            .zone_data
            .table(roster.zones(), roster.round.term);
        zones.map_err(|error| AppError::Unavailable(Box::new(error)))
    }

    /// Runs work beside the async runtime once this process has a core for it.
    /// Work that was begun keeps its core until it ends, whoever still waits.
    pub(super) async fn on_a_core<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let core = Arc::clone(&self.inner.analyses).acquire_owned().await;
        let core = core.map_err(|error| AppError::Unavailable(Box::new(error)))?;
        blocking(move || {
            let _core = core;
            work()
        })
        .await
    }
}

/// How long solvers may look for an answer, once there is a core for them.
#[derive(Clone, Copy, Debug)]
pub struct SolveTime {
    /// Longest time that they take.
    pub most: Duration,
    /// When they end at the latest, since nobody waits for the answer any more
    /// soon after; never when `None`.
    pub until: Option<Instant>,
}

impl SolveTime {
    /// Returns how long they may take from now on; `None` for not at all.
    fn left(&self) -> Option<Duration> {
        let Some(until) = self.until else {
            return Some(self.most);
        };
        let left = until.checked_duration_since(Instant::now())?;
        Some(left.min(self.most))
    }
}

/// A plan about which solvers are asked, and what they may use.
pub(super) struct Asked {
    pub(super) stored: StoredPlan,
    pub(super) roster: Roster,
    pub(super) zones: ZoneTable,
    pub(super) options: SolveOptions,
    is_left: Arc<AtomicBool>,
}

impl Asked {
    /// Says whether nobody waits for the answer any more.
    pub(super) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Relaxed)
    }
}

/// Tells solvers to stop when their answer is no longer waited for.
#[derive(Default)]
struct LeftOnDrop(Arc<AtomicBool>);

impl Drop for LeftOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Tells why a roster cannot be looked at: a zone whose offset is off the grid
/// is the caller's matter.
pub(super) fn unmatchable(error: MatchError) -> AppError {
    match error {
        MatchError::ZoneOffGrid { .. } | MatchError::TooLarge => {
            AppError::Invalid(Violations::one("round", "roster", error.to_string()))
        }
        error @ (MatchError::Clash(_)
        | MatchError::NoPlanInTime
        | MatchError::ZoneMissing { .. }
        | MatchError::Engine(_)) => AppError::Internal(Box::new(error)),
    }
}

/// Tells why a solver gave no answer.
pub(super) fn lost(failure: SolveFailure) -> AppError {
    match failure {
        SolveFailure::Process(_) | SolveFailure::Lost(_) => {
            AppError::Unavailable(Box::new(failure))
        }
        SolveFailure::Clash(_)
        | SolveFailure::NoPlanInTime
        | SolveFailure::NothingYet
        | SolveFailure::Matcher(_)
        | SolveFailure::Unproved(_) => AppError::Internal(Box::new(failure)),
    }
}
