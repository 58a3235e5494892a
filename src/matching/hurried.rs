//! An observer that ends work early, to leave time for what comes after it.

use super::{Observer, Progress};
use crate::domain::Plan;

/// Says whether work is to end before it is done.
pub(super) type Stop<'s> = &'s dyn Fn() -> bool;

/// An observer for work that must leave time for what comes after it.
pub(super) struct Hurried<'o> {
    pub(super) observer: &'o mut dyn Observer,
    /// Seconds to be left in the end.
    pub(super) spare: f64,
}

impl Observer for Hurried<'_> {
    fn seconds_left(&self) -> f64 {
        self.observer.seconds_left() - self.spare
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }

    fn progress(&mut self, progress: Progress) {
        self.observer.progress(progress);
    }

    fn better_plan(&mut self, plan: &Plan) {
        self.observer.better_plan(plan);
    }
}
