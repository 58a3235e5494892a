//! The clock of the service, so that tests can set it.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::time::UtcSecond;

/// Says what time it is.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the instant, in whole seconds.
    fn now(&self) -> UtcSecond;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the service reads the machine's clock here and nowhere else"
    )]
    fn now(&self) -> UtcSecond {
        UtcSecond(chrono::Utc::now().timestamp())
    }
}

/// A clock that stands still until somebody moves it.
#[derive(Debug)]
pub struct ManualClock {
    seconds: AtomicI64,
}

impl ManualClock {
    /// Returns a clock that shows the instant.
    pub fn at(instant: UtcSecond) -> Self {
        Self {
            seconds: AtomicI64::new(instant.0),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UtcSecond {
        UtcSecond(self.seconds.load(Ordering::SeqCst))
    }
}
