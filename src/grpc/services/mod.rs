//! The services of the contract: each method reads its request, passes one use
//! case and returns its answer as a message.

mod access;
mod audit;
mod availability;
mod changes;
mod people;
mod plan_questions;
mod plans;
mod programs;
mod rosters;
mod round_lines;
mod round_participants;
mod round_preferences;
mod round_rankings;
mod round_states;
mod rounds;
mod rule_sets;
mod runs;
mod schedule;
mod trainee_rows;
mod watch;

pub(super) use access::AccessCalls;
pub(super) use audit::AuditCalls;
pub(super) use availability::AvailabilityCalls;
pub(super) use changes::ChangeCalls;
pub(super) use people::{SiteCalls, SupervisorCalls, TraineeCalls};
pub(super) use plans::PlanCalls;
pub(super) use programs::ProgramCalls;
pub(super) use rosters::RosterCalls;
pub(super) use rounds::RoundCalls;
pub(super) use rule_sets::RuleSetCalls;
pub(super) use runs::RunCalls;
pub(super) use schedule::ScheduleCalls;
pub(super) use trainee_rows::{ExclusionCalls, RequirementCalls};

use std::time::Duration;

use crate::app::AppError;

/// How often a change is tried again that somebody else overtook, where the
/// caller gave no etag.
const OVERTAKEN_MOST: u32 = 30;

/// Says whether a change was overtaken and is to be tried again, where the
/// caller gave no etag; the more often, the longer it waits first.
async fn is_overtaken<T>(
    result: &mut Result<T, AppError>,
    etag: Option<i64>,
    tries: &mut u32,
) -> bool {
    if etag.is_some() || !matches!(result, Err(AppError::StaleEtag { .. })) {
        return false;
    }
    *tries += 1;
    if *tries > OVERTAKEN_MOST {
        *result = Err(AppError::Contended);
        return false;
    }
    // The id differs from call to call, so that two do not wait in step.
    let spread = uuid::Uuid::now_v7().as_u128() % u128::from(*tries * 2);
    let pause = u64::try_from(spread).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(pause)).await;
    true
}

/// Returns the key of a new record: the one that is given, or a new UUID.
fn new_key(given: String) -> String {
    if given.is_empty() {
        uuid::Uuid::now_v7().to_string()
    } else {
        given
    }
}
