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
    levels: &'o [Level],
    reserve: f64,
}

impl<'o> Watch<'o> {
    /// Returns a watch on the observer of a run over these levels.
    pub(super) fn new(observer: &'o mut (dyn Observer + Send), levels: &'o [Level]) -> Self {
        let seconds = observer.seconds_left();
        let reserve = if seconds.is_finite() {
            (seconds * SHARE_FOR_PLAN).clamp(0.0, SECONDS_FOR_PLAN_MAX)
        } else {
            0.0
        };
        Self {
            observer: Mutex::new(observer),
            levels,
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

    /// Tells that a part is at a level, by position. What is known of it in
    /// one part says nothing of the whole yet.
    pub(super) fn tell(&self, level: usize) {
        if let Some(level) = self.levels.get(level) {
            self.with(|observer| {
                observer.progress(Progress {
                    stage: Stage::Level(*level),
                    best: None,
                    bound: None,
                });
            });
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut (dyn Observer + Send)) -> T) -> T {
        let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut **observer)
    }
}
