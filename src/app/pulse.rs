//! One look at a run for all who watch it. Another process may be the one that
//! solves, and cannot wake anybody here: somebody has to look at the store, but
//! not each watcher by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::{App, AppError};
use crate::domain::{Key, ProgramKey};
use crate::store::ProgramScope;

/// How often a run that is watched is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Stands for a run that cannot be read; its watchers find out why.
const UNREADABLE: i64 = -1;

/// The runs that are watched, each with the number of its last event.
#[derive(Debug, Default)]
pub(super) struct Pulses {
    runs: Mutex<HashMap<(ProgramKey, Key), watch::Sender<i64>>>,
}

impl App {
    /// Returns what changes whenever a run may have moved on.
    pub(super) fn pulse(
        &self,
        program: &ProgramKey,
        scope: ProgramScope,
        run: &Key,
    ) -> watch::Receiver<i64> {
        let name = (program.clone(), run.clone());
        let mut runs = self.watched_runs();
        if let Some(pulse) = runs.get(&name) {
            return pulse.subscribe();
        }
        let (pulse, watcher) = watch::channel(0);
        runs.insert(name.clone(), pulse.clone());
        let app = self.clone();
        tokio::spawn(async move { app.look_at(&name, scope, &pulse).await });
        watcher
    }

    /// Looks at a run until nobody watches it any more.
    async fn look_at(
        &self,
        name: &(ProgramKey, Key),
        scope: ProgramScope,
        pulse: &watch::Sender<i64>,
    ) {
        loop {
            let moved = self.inner.run_moved.notified();
            let now = self.last_event(scope, &name.1).await;
            let now = now.unwrap_or(UNREADABLE);
            pulse.send_if_modified(|last| std::mem::replace(last, now) != now);
            tokio::select! {
                () = pulse.closed() => {}
                _ = tokio::time::timeout(LOOK_AGAIN, moved) => {}
            }
            let mut runs = self.watched_runs();
            if pulse.receiver_count() == 0 {
                runs.remove(name);
                return;
            }
        }
    }

    async fn last_event(&self, scope: ProgramScope, run: &Key) -> Result<i64, AppError> {
        let mut tx = self.inner.db.glance_in(scope).await?;
        Ok(tx.run_last_event(scope, run).await?)
    }

    fn watched_runs(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<(ProgramKey, Key), watch::Sender<i64>>> {
        let runs = self.inner.pulses.runs.lock();
        runs.unwrap_or_else(PoisonError::into_inner)
    }
}
