//! One question about a plan, asked in a child process that ends with its
//! answer.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Instant;

use super::child::Worker;
use super::following::{Event, Followed};
use super::message::{Reply, Request};
use super::parent::{LOOK_UP_EVERY, OVERTIME, SolveFailure, SolveOptions};
use crate::domain::SiteOrSupervisor;
use crate::matching::explain::Capacity;

/// Asks a child and returns its answer; `None` when the time was up, or
/// `is_cancelled` said so, and the child was stopped.
///
/// # Errors
/// [`SolveFailure::Process`], [`SolveFailure::Lost`] and
/// [`SolveFailure::Matcher`].
pub(super) fn ask(
    request: Request,
    options: &SolveOptions,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Reply>, SolveFailure> {
    let started = Instant::now();
    let (sender, events) = channel();
    let mut worker = Worker::start(options, sender)?;
    worker.say(request);
    let stop_by = options.time_limit.map(|limit| started + limit + OVERTIME);
    loop {
        if is_cancelled() || stop_by.is_some_and(|by| Instant::now() >= by) {
            worker.stop();
            return Ok(None);
        }
        match events.recv_timeout(LOOK_UP_EVERY) {
            Err(RecvTimeoutError::Timeout) | Ok(Event::Proved(_)) => {}
            Err(RecvTimeoutError::Disconnected) | Ok(Event::Gone) => {
                return Err(SolveFailure::Lost(worker.epitaph()));
            }
            Ok(Event::Said(Reply::Failed(text))) => return Err(SolveFailure::Matcher(text)),
            Ok(Event::Said(reply)) => return Ok(Some(reply)),
        }
    }
}

/// Returns the failure of a child that says what it was not asked.
pub(super) fn out_of_turn() -> SolveFailure {
    SolveFailure::Matcher("an answer out of turn".to_owned())
}

/// Returns the capacity that a rule keeps.
pub(super) fn capacity(rule: &str) -> Option<Capacity> {
    let mut all = Capacity::ALL.into_iter();
    all.find(|capacity| capacity.rule().name() == rule)
}

/// Returns the site or supervisor of that kind and key.
pub(super) fn target(kind: &str, key: &str) -> Option<SiteOrSupervisor> {
    match kind {
        "site" => Some(SiteOrSupervisor::Site(key.parse().ok()?)),
        "supervisor" => Some(SiteOrSupervisor::Supervisor(key.parse().ok()?)),
        _ => None,
    }
}
