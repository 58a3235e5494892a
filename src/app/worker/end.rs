//! How a run ends, by how its child ended.

use crate::domain::{Plan, RunState};
use crate::matching::Clash;
use crate::solver_process::{Ended, SolveFailure, Solved};
use crate::store::{PlanRecord, RunEnd};

/// Returns the end of a run that failed without a plan.
pub(super) fn failed(failure: &str) -> RunEnd {
    RunEnd {
        state: RunState::Failed,
        failure: Some(failure.to_owned()),
        plan: None,
    }
}

/// Returns the end of a run from that of its child.
pub(super) fn end_of(
    solved: Result<Solved, SolveFailure>,
    is_asked: bool,
    record: impl FnOnce(Plan) -> PlanRecord,
) -> RunEnd {
    let failure = match solved {
        Ok(solved) => {
            let (state, failure) = match solved.ended {
                _ if is_asked => (RunState::Cancelled, None),
                Ended::ByItself => (RunState::Succeeded, None),
                Ended::Stopped(what) => (RunState::Failed, Some(what)),
            };
            return RunEnd {
                state,
                failure,
                plan: Some(record(solved.plan)),
            };
        }
        Err(failure) => failure,
    };
    match failure {
        SolveFailure::Clash(clashes) => failed(&clash_text(&clashes)),
        SolveFailure::NoPlanInTime
        | SolveFailure::NothingYet
        | SolveFailure::Process(_)
        | SolveFailure::Lost(_)
        | SolveFailure::Matcher(_)
        | SolveFailure::Unproved(_)
            if is_asked =>
        {
            RunEnd {
                state: RunState::Cancelled,
                failure: None,
                plan: None,
            }
        }
        other @ (SolveFailure::NoPlanInTime
        | SolveFailure::NothingYet
        | SolveFailure::Process(_)
        | SolveFailure::Lost(_)
        | SolveFailure::Matcher(_)
        | SolveFailure::Unproved(_)) => {
            tracing::error!(error = &other as &dyn std::error::Error, "a solve failed");
            failed(&public_text(&other))
        }
    }
}

/// Returns what people may know of a failure; the solver's own words go to the
/// log alone.
fn public_text(failure: &SolveFailure) -> String {
    match failure {
        SolveFailure::NoPlanInTime | SolveFailure::NothingYet => failure.to_string(),
        SolveFailure::Lost(what) => format!("the solver process ended without a plan: {what}"),
        SolveFailure::Process(_) => "the solver process could not be started".to_owned(),
        SolveFailure::Clash(_) | SolveFailure::Matcher(_) | SolveFailure::Unproved(_) => {
            "a fault of the matcher".to_owned()
        }
    }
}

fn clash_text(clashes: &[Clash]) -> String {
    let texts: Vec<String> = clashes
        .iter()
        .map(|clash| format!("{}: {}", clash.rule, clash.subject))
        .collect();
    format!(
        "no plan is legal; these cannot hold together: {}",
        texts.join("; ")
    )
}
