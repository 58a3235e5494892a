//! Starting runs: over the records of a round, or over the edited snapshot of
//! another run.

use serde_json::json;

use super::rosters::{blocking, stored_roster};
use super::round_states::begin_matching;
use super::snapshot::{freeze, thaw};
use super::transact::commit;
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::{
    Baseline, Edit, Key, ProgramKey, Roster, RoundState, Run, RunLimits, RunOrigin, Versioned,
    Violations,
};
use crate::roster::{read_roster, write_roster};
use crate::store::{NewRun, WriteTx};

/// How a run is started.
#[derive(Clone, Debug, Default)]
pub struct RunStart {
    /// What it may use.
    pub limits: RunLimits,
    /// What is changed in the roster before the solve, in order; the records
    /// stay as they are.
    pub edits: Vec<Edit>,
    /// A run of the program whose plan is kept where it can be: the new plan
    /// has the fewest changes against it, and then the best values.
    pub baseline: Option<Key>,
}

impl From<RunLimits> for RunStart {
    /// A run over what is stored, without a baseline.
    fn from(limits: RunLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }
}

fn check_limits(limits: RunLimits) -> Result<(), AppError> {
    let mut violations = Violations::default();
    if !(1..=RunLimits::SECONDS_MAX).contains(&limits.seconds) {
        let message = format!("must be from 1 to {}", RunLimits::SECONDS_MAX);
        violations.add("limits.seconds", "run_limits", message);
    }
    let (least, most) = (RunLimits::MEMORY_MIN, RunLimits::MEMORY_MAX);
    if !(least..=most).contains(&limits.memory_bytes) {
        let message = format!("must be from {least} to {most}");
        violations.add("limits.memory_bytes", "run_limits", message);
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(violations))
    }
}

impl App {
    /// Freezes the roster of a round as a snapshot and queues a run over it. A
    /// worker ([`App::work`]) of this or another process takes it up.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Invalid`] for limits out of range
    /// and edits that name nobody; [`AppError::FailedPrecondition`] when nobody
    /// takes part, the baseline has no plan, or the round is closed;
    /// [`AppError::InvalidRoster`] when the records do not make a whole roster.
    pub async fn start_run(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        start: impl Into<RunStart>,
    ) -> Result<Versioned<Run>, AppError> {
        let start = start.into();
        check_limits(start.limits)?;
        let mut write = self.write(actor, program, Permission::RunWrite).await?;
        let scope = write.scope();
        let (_, record) = write.tx().program_fetch(program).await?;
        let roster = stored_roster(write.tx(), scope, record.value, round).await?;
        let place = Place {
            round: round.clone(),
            forked_from: None,
        };
        self.queue_run(actor, write, place, roster, start).await
    }

    /// Queues a run over the edited snapshot of another run: what would have
    /// come of it if something had been different.
    ///
    /// # Errors
    /// As for [`App::start_run`].
    pub async fn fork_run(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        start: RunStart,
    ) -> Result<Versioned<Run>, AppError> {
        check_limits(start.limits)?;
        let mut write = self.write(actor, program, Permission::RunWrite).await?;
        let scope = write.scope();
        let forked = write.tx().run_fetch(scope, run).await?.value;
        let snapshot = write.tx().snapshot_fetch(scope, &forked.snapshot_sha256);
        let snapshot = snapshot.await?;
        let thawed = blocking(move || thaw(&snapshot)).await?;
        let (roster, _) = thawed.map_err(AppError::Internal)?;
        let place = Place {
            round: forked.round,
            forked_from: Some(forked.key),
        };
        self.queue_run(actor, write, place, roster, start).await
    }

    async fn queue_run(
        &self,
        actor: &Actor,
        mut write: WriteTx,
        place: Place,
        roster: Roster,
        start: RunStart,
    ) -> Result<Versioned<Run>, AppError> {
        let scope = write.scope();
        let begins = begin_matching(&mut write, actor, &place.round).await?;
        let mut roster = roster.edited(&start.edits).map_err(AppError::Invalid)?;
        if roster.trainees.is_empty() {
            return Err(AppError::FailedPrecondition(Reason::NoTrainees {
                round: place.round.to_string(),
            }));
        }
        if let Some(run) = &start.baseline {
            let record = write.tx().run_fetch(scope, run).await?.value;
            if !record.has_plan {
                return Err(AppError::FailedPrecondition(Reason::NoPlan {
                    run: run.to_string(),
                    state: record.state.as_str(),
                }));
            }
            let plan = write.tx().plan_fetch(scope, run).await?.plan;
            roster.baseline = Some(Baseline::of_plan(&plan));
        }
        let tzdb_version = self.inner.zone_data.version().to_owned();
        let snapshot = blocking(move || -> Result<_, AppError> {
            // Records may have been changed one by one: whether together they
            // still make a roster is known only now.
            read_roster(&write_roster(&roster)).map_err(AppError::InvalidRoster)?;
            freeze(&roster, &tzdb_version).map_err(AppError::Internal)
        })
        .await??;
        let snapshot_sha256 = write.snapshot_insert(&snapshot).await?;
        let origin = RunOrigin {
            forked_from: place.forked_from,
            edits: start.edits,
            baseline: start.baseline,
        };
        let new = NewRun {
            round: &place.round,
            snapshot_sha256: &snapshot_sha256,
            limits: start.limits,
            origin: &origin,
        };
        let key = write.run_insert(&new).await?;
        let run = write.tx().run_fetch(scope, &key).await?;
        let payload = payload(&run.value, begins).to_string();
        let subject = format!("runs/{key}");
        commit(write, actor, "start_run", &subject, &payload, &run).await?;
        self.inner.run_moved.notify_waiters();
        Ok(run)
    }
}

/// Where a run belongs.
struct Place {
    round: Key,
    forked_from: Option<Key>,
}

/// Returns what the event of a new run says; `begins` when it is the first one
/// of its round.
fn payload(run: &Run, begins: bool) -> serde_json::Value {
    let mut payload = json!({
        "round": run.round.as_str(),
        "snapshot_sha256": run.snapshot_sha256,
        "limit_seconds": run.limits.seconds,
    });
    let RunOrigin {
        forked_from,
        edits,
        baseline,
    } = &run.origin;
    if begins {
        payload["round_state"] = json!(RoundState::Matching.as_str());
    }
    if let Some(run) = forked_from {
        payload["forked_from"] = json!(run.as_str());
    }
    if !edits.is_empty() {
        let edits: Vec<String> = edits.iter().map(ToString::to_string).collect();
        payload["edits"] = json!(edits);
    }
    if let Some(run) = baseline {
        payload["baseline"] = json!(run.as_str());
    }
    payload
}
