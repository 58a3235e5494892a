//! The observer of a run, shared by parts that are solved side by side.

use std::sync::{Mutex, PoisonError};

use crate::domain::plan::Level;
use crate::matching::{Observer, Progress, Stage};

/// Share of the time that is kept for writing down what was found.
const SHARE_FOR_PLAN: f64 = 0.05;
/// Most seconds that are kept for it.
const SECONDS_FOR_PLAN_MAX: f64 = 5.0;

/// An observer that several threads ask.
pub(super) struct Watch<'o> {
    observer: Mutex<&'o mut (dyn Observer + Send)>,
    reserve: f64,
}

impl<'o> Watch<'o> {
    /// Returns a watch on an observer.
    pub(super) fn new(observer: &'o mut (dyn Observer + Send)) -> Self {
        let seconds = observer.seconds_left();
        let reserve = if seconds.is_finite() {
            (seconds * SHARE_FOR_PLAN).clamp(0.0, SECONDS_FOR_PLAN_MAX)
        } else {
            0.0
        };
        Self {
            observer: Mutex::new(observer),
            reserve,
        }
    }

    /// Returns the seconds left for solving.
    pub(super) fn seconds_left(&self) -> f64 {
        self.with(|observer| observer.seconds_left()) - self.reserve
    }

    /// Says whether solving may go on.
    pub(super) fn may_go_on(&self) -> bool {
        self.seconds_left() > 0.0 && !self.with(|observer| observer.is_cancelled())
    }

    /// Tells where a level stands.
    pub(super) fn tell(&self, level: Level, best: i64, bound: i64) {
        self.with(|observer| {
            observer.progress(Progress {
                stage: Stage::Level(level),
                best: Some(best),
                bound: Some(bound),
            });
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut (dyn Observer + Send)) -> T) -> T {
        let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut **observer)
    }
}
