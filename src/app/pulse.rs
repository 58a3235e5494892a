//! One look at a run, or at the changes of a program, for all who watch it.
//! Another process may be the one that writes, and cannot wake anybody here:
//! somebody has to look at the store, but not each watcher by itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout_at};

use super::{App, AppError};
use crate::domain::Key;
use crate::store::ProgramScope;

/// How often what is watched is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Stands for what cannot be read; its watchers find out why.
const UNREADABLE: i64 = -1;

/// What is watched, each with the last number that was seen of it.
#[derive(Debug)]
pub(super) struct Pulses<K>(Mutex<HashMap<K, watch::Sender<i64>>>);

impl<K> Default for Pulses<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K> Pulses<K> {
    fn watched(&self) -> MutexGuard<'_, HashMap<K, watch::Sender<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that can be watched, by name.
trait Pulsing: Clone + Eq + Hash + Send + Sync + 'static {
    /// Where those that are watched are kept.
    fn pulses(app: &App) -> &Pulses<Self>;

    /// What tells of every write of this process that may have moved it.
    fn moved(app: &App) -> &Notify;

    /// Returns a number that grows as it moves on.
    fn last(&self, app: &App) -> impl Future<Output = Result<i64, AppError>> + Send;
}

/// A run, by its program and key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RunOf {
    scope: ProgramScope,
    run: Key,
}

impl Pulsing for RunOf {
    fn pulses(app: &App) -> &Pulses<Self> {
        &app.inner.run_pulses
    }

    fn moved(app: &App) -> &Notify {
        &app.inner.run_moved
    }

    async fn last(&self, app: &App) -> Result<i64, AppError> {
        let mut tx = app.inner.db.glance_in(self.scope).await?;
        Ok(tx.run_last_event(self.scope, &self.run).await?)
    }
}

/// The changes of a program.
impl Pulsing for ProgramScope {
    fn pulses(app: &App) -> &Pulses<Self> {
        &app.inner.change_pulses
    }

    fn moved(app: &App) -> &Notify {
        &app.inner.change_made
    }

    async fn last(&self, app: &App) -> Result<i64, AppError> {
        let mut tx = app.inner.db.glance_in(*self).await?;
        Ok(tx.change_last(*self).await?)
    }
}

/// Waits until a pulse tells that something moved on, or until the time is up.
/// The first time it only begins to feel the pulse: what happened before that
/// is found by a second look.
pub(super) async fn wait_for_pulse(
    felt: &mut Option<watch::Receiver<i64>>,
    feel: impl FnOnce() -> watch::Receiver<i64>,
    give_up: Instant,
) -> Result<(), AppError> {
    let Some(pulse) = felt else {
        *felt = Some(feel());
        return Ok(());
    };
    match timeout_at(give_up, pulse.changed()).await {
        Ok(Err(_)) => Err(AppError::Internal("nobody looks at what is watched".into())),
        Ok(Ok(())) | Err(_) => Ok(()),
    }
}

impl App {
    /// Returns what changes whenever a run may have moved on.
    pub(super) fn pulse_of_run(&self, scope: ProgramScope, run: &Key) -> watch::Receiver<i64> {
        let run = run.clone();
        self.pulse(RunOf { scope, run })
    }

    /// Returns what changes whenever a program may have changes.
    pub(super) fn pulse_of_changes(&self, scope: ProgramScope) -> watch::Receiver<i64> {
        self.pulse(scope)
    }

    fn pulse<P: Pulsing>(&self, of: P) -> watch::Receiver<i64> {
        let mut watched = P::pulses(self).watched();
        if let Some(pulse) = watched.get(&of) {
            return pulse.subscribe();
        }
        let (pulse, watcher) = watch::channel(0);
        watched.insert(of.clone(), pulse.clone());
        let app = self.clone();
        tokio::spawn(async move { app.look_at(&of, &pulse).await });
        watcher
    }

    /// Looks at something until nobody watches it any more.
    async fn look_at<P: Pulsing>(&self, of: &P, pulse: &watch::Sender<i64>) {
        loop {
            let moved = P::moved(self).notified();
            let now = of.last(self).await.unwrap_or(UNREADABLE);
            pulse.send_if_modified(|last| std::mem::replace(last, now) != now);
            tokio::select! {
                () = pulse.closed() => {}
                _ = tokio::time::timeout(LOOK_AGAIN, moved) => {}
            }
            let mut watched = P::pulses(self).watched();
            if pulse.receiver_count() == 0 {
                watched.remove(of);
                return;
            }
        }
    }
}
