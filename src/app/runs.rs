//! Runs of the matcher: start, follow, cancel.

use std::time::{Duration, Instant};

use serde_json::json;

use super::listing::{list_page, seek};
use super::rosters::{blocking, stored_roster};
use super::snapshot::freeze;
use super::transact::commit;
use super::{Actor, App, AppError, Reason};
use crate::domain::{
    Key, ListRequest, Page, ProgramKey, Run, RunEvent, RunFilter, RunLimits, Versioned, Violations,
};
use crate::roster::{read_roster, write_roster};
use crate::store::NewRun;

/// Most events that are returned at once.
const EVENTS_MAX: i64 = 1000;
/// How often a watcher looks at the store by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

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
    /// [`AppError::NotFound`]; [`AppError::Invalid`] for limits out of range;
    /// [`AppError::FailedPrecondition`] when nobody takes part;
    /// [`AppError::InvalidRoster`] when the records do not make a whole roster.
    pub async fn start_run(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        limits: RunLimits,
    ) -> Result<Versioned<Run>, AppError> {
        check_limits(limits)?;
        let mut write = self.write(actor, program).await?;
        let scope = write.scope();
        let (_, record) = write.tx().program_fetch(program).await?;
        let roster = stored_roster(write.tx(), scope, record.value, round).await?;
        if roster.trainees.is_empty() {
            return Err(AppError::FailedPrecondition(Reason::NoTrainees {
                round: round.to_string(),
            }));
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
        let new = NewRun {
            round,
            snapshot_sha256: &snapshot_sha256,
            limits,
        };
        let key = write.run_insert(&new).await?;
        let run = write.tx().run_fetch(scope, &key).await?;
        let payload = json!({
            "round": round.as_str(),
            "snapshot_sha256": snapshot_sha256,
            "limit_seconds": limits.seconds,
        });
        let subject = format!("runs/{key}");
        let payload = payload.to_string();
        commit(write, actor, "start_run", &subject, &payload, &run).await?;
        self.inner.run_moved.notify_waiters();
        Ok(run)
    }

    /// Returns a run.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_run(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<Versioned<Run>, AppError> {
        let (mut tx, scope, _) = self.read(actor, program).await?;
        Ok(tx.run_fetch(scope, run).await?)
    }

    /// Returns runs, in an order and through a filter; keys grow with time.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program; [`AppError::Invalid`] for a page
    /// of no or too many records, or none of this list.
    pub async fn list_runs(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        list: &ListRequest<RunFilter>,
    ) -> Result<Page<Versioned<Run>>, AppError> {
        let seek = seek(list)?;
        let (mut tx, scope, _) = self.read(actor, program).await?;
        let found = tx.run_page(scope, &seek, &list.filter).await?;
        Ok(list_page(found, list, |run| {
            (run.key.as_str(), run.round.as_str())
        }))
    }

    /// Returns the key of the latest run of a program, of those with a plan or
    /// of all; `None` when there is none yet.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program.
    pub async fn latest_run(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        with_plan: bool,
    ) -> Result<Option<Key>, AppError> {
        let (mut tx, scope, _) = self.read(actor, program).await?;
        Ok(tx.run_latest(scope, with_plan).await?)
    }

    /// Asks a run to end. One that is queued ends at once; one that is running
    /// ends within seconds, and the best plan so far stands. Asking again
    /// changes nothing.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::FailedPrecondition`] when the run
    /// has ended.
    pub async fn cancel_run(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<Versioned<Run>, AppError> {
        let mut write = self.write(actor, program).await?;
        let scope = write.scope();
        let before = write.tx().run_fetch(scope, run).await?.value;
        if before.state.is_end() {
            return Err(AppError::FailedPrecondition(Reason::RunEnded {
                run: run.to_string(),
                state: before.state.as_str(),
            }));
        }
        write.run_cancel(run).await?;
        let after = write.tx().run_fetch(scope, run).await?;
        let subject = format!("runs/{run}");
        commit(write, actor, "cancel_run", &subject, "{}", &after).await?;
        self.inner.run_moved.notify_waiters();
        Ok(after)
    }

    /// Returns the events of a run after a sequence number, at most 1,000.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn run_events(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        after_sequence: i64,
    ) -> Result<Vec<RunEvent>, AppError> {
        let (mut tx, scope, _) = self.read(actor, program).await?;
        tx.run_fetch(scope, run).await?;
        let events = tx.run_event_list(scope, run, after_sequence, EVENTS_MAX);
        Ok(events.await?)
    }

    /// Waits until a run has events after a sequence number and returns them,
    /// with the run as it is then. Returns without events when the run has
    /// ended and all were seen, or when the time is up. A watcher calls it
    /// again with the last number that it saw.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn wait_for_run_events(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        after_sequence: i64,
        time_limit: Duration,
    ) -> Result<(Versioned<Run>, Vec<RunEvent>), AppError> {
        let give_up = Instant::now() + time_limit;
        loop {
            let moved = self.inner.run_moved.notified();
            let (mut tx, scope, _) = self.read(actor, program).await?;
            let record = tx.run_fetch(scope, run).await?;
            let events = tx
                .run_event_list(scope, run, after_sequence, EVENTS_MAX)
                .await?;
            drop(tx);
            if !events.is_empty() || record.value.state.is_end() || Instant::now() >= give_up {
                return Ok((record, events));
            }
            // Another process may be the one that solves; it cannot wake us.
            let look_again = (Instant::now() + LOOK_AGAIN).min(give_up);
            let _ = tokio::time::timeout_at(look_again.into(), moved).await;
        }
    }
}
