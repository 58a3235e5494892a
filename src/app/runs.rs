//! Runs of the matcher: read, follow, cancel.

use std::time::Duration;

use super::listing::{list_page, seek};
use super::pulse::wait_for_pulse;
use super::transact::commit;
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::{Key, ListRequest, Page, ProgramKey, Run, RunEvent, RunFilter, Versioned};

/// Most events that are returned at once.
const EVENTS_MAX: i64 = 1000;

impl App {
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
        let (mut tx, scope, _) = self.read(actor, program, Permission::RunRead).await?;
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
        let (mut tx, scope, _) = self.read(actor, program, Permission::RunRead).await?;
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
        let (mut tx, scope, _) = self.read(actor, program, Permission::RunRead).await?;
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
        let mut write = self.write(actor, program, Permission::RunWrite).await?;
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
        let (mut tx, scope, _) = self.read(actor, program, Permission::RunRead).await?;
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
        let give_up = tokio::time::Instant::now() + time_limit;
        let mut felt = None;
        loop {
            let (mut tx, scope, _) = self.read(actor, program, Permission::RunRead).await?;
            let record = tx.run_fetch(scope, run).await?;
            let events = tx
                .run_event_list(scope, run, after_sequence, EVENTS_MAX)
                .await?;
            drop(tx);
            let is_late = tokio::time::Instant::now() >= give_up;
            if !events.is_empty() || record.value.state.is_end() || is_late {
                return Ok((record, events));
            }
            wait_for_pulse(&mut felt, || self.pulse_of_run(scope, run), give_up).await?;
        }
    }

    /// Waits until the caller may no longer follow the runs of a program, and
    /// returns why: [`AppError::Unauthenticated`] soon after the key or the
    /// user was revoked or the key is over, [`AppError::Forbidden`] or
    /// [`AppError::Hidden`] after the role was changed.
    pub async fn barred_from_runs(&self, actor: &Actor, program: &ProgramKey) -> AppError {
        self.barred(actor, program, Permission::RunRead).await
    }
}
