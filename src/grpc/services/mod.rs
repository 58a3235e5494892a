//! The services of the contract: each method reads its request, passes one use
//! case and returns its answer as a message.

mod availability;
mod people;
mod plans;
mod programs;
mod rosters;
mod rounds;
mod runs;
mod watch;

pub(super) use availability::AvailabilityCalls;
pub(super) use people::{SiteCalls, SupervisorCalls, TraineeCalls};
pub(super) use plans::PlanCalls;
pub(super) use programs::ProgramCalls;
pub(super) use rosters::RosterCalls;
pub(super) use rounds::RoundCalls;
pub(super) use runs::RunCalls;

use crate::app::AppError;

/// How often a change is tried again that somebody else overtook, where the
/// caller gave no etag.
const OVERTAKEN_MOST: u32 = 8;

/// Says whether a change was overtaken and may be tried again.
fn is_overtaken<T>(result: &Result<T, AppError>, etag: Option<i64>, tries: u32) -> bool {
    let is_stale = matches!(result, Err(AppError::StaleEtag { .. }));
    is_stale && etag.is_none() && tries < OVERTAKEN_MOST
}

/// Returns the key of a new record: the one that is given, or a new UUID.
fn new_key(given: String) -> String {
    if given.is_empty() {
        uuid::Uuid::now_v7().to_string()
    } else {
        given
    }
}
