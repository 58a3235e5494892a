//! Runs of the matcher: start, follow, cancel.

use std::time::Duration;

use super::{Actor, App, AppError};
use crate::domain::{Key, Page, PageRequest, ProgramKey, Run, RunEvent, RunLimits, Versioned};

impl App {
    /// Freezes the roster of a round as a snapshot and queues a run over it. A
    /// worker ([`App::work`]) of this or another process takes it up.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Invalid`] for limits out of range;
    /// [`AppError::InvalidRoster`] when the round does not make a whole roster,
    /// for example when nobody takes part.
    pub async fn start_run(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        limits: RunLimits,
    ) -> Result<Versioned<Run>, AppError> {
        todo!()
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
        todo!()
    }

    /// Returns runs by key, of one round or of all; keys grow with time.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program.
    pub async fn list_runs(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Option<&Key>,
        page: &PageRequest,
    ) -> Result<Page<Versioned<Run>>, AppError> {
        todo!()
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
        todo!()
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
        todo!()
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
        todo!()
    }

    /// Takes up queued runs, and runs whose worker was lost, until `until` is
    /// ready; then hands back what it holds, to be taken up again, and ends
    /// within seconds.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when the database is gone for good; short
    /// failures are tried again.
    pub async fn work(&self, until: impl Future<Output = ()> + Send) -> Result<(), AppError> {
        todo!()
    }
}
