//! What becomes of a round after matching, and what partners are told.

use super::super::pb;
use super::fields::number;
use super::names::{name, round_name};
use super::records::timestamp;
use super::words;
use crate::app::RoundHistory;
use crate::domain::{Change, Key, ProgramKey, Publication, SupervisorResponse};

/// Returns the name of a plan.
fn plan_name(program: &ProgramKey, run: &Key) -> String {
    name(program, "plans", run)
}

/// Returns a publication as a message.
pub(in super::super) fn publication(program: &ProgramKey, one: &Publication) -> pb::Publication {
    let replaces = one.replaces.as_ref().map(|run| plan_name(program, run));
    pb::Publication {
        number: number(one.number),
        plan: plan_name(program, &one.run),
        replaces: replaces.unwrap_or_default(),
        publish_time: Some(timestamp(one.published_at)),
        actor: one.published_by.clone(),
    }
}

/// Returns what a round has gone through as a message.
pub(in super::super) fn history(
    program: &ProgramKey,
    history: &RoundHistory,
) -> pb::GetRoundHistoryResponse {
    let steps = history
        .states
        .iter()
        .map(|(state, at, actor)| pb::RoundStep {
            state: words::round_state(*state),
            time: Some(timestamp(*at)),
            actor: actor.clone(),
        });
    let publications = history.publications.iter();
    pb::GetRoundHistoryResponse {
        steps: steps.collect(),
        publications: publications.map(|one| publication(program, one)).collect(),
    }
}

/// Returns what was said to the plan of a publication as a message.
pub(in super::super) fn response(
    program: &ProgramKey,
    plan: &Key,
    one: &SupervisorResponse,
) -> pb::SupervisorResponse {
    pb::SupervisorResponse {
        plan: plan_name(program, plan),
        supervisor_id: one.supervisor.to_string(),
        trainee_id: one.trainee.to_string(),
        number: number(one.number),
        answer: words::response_answer(one.answer),
        reason: one.reason.clone(),
        response_time: Some(timestamp(one.at)),
        actor: one.by.clone(),
    }
}

/// Returns a change as a message.
pub(in super::super) fn change(program: &ProgramKey, change: &Change) -> pb::Change {
    let what = &change.what;
    let plan = what.run.as_ref().map(|run| plan_name(program, run));
    let mut message = pb::Change {
        name: name(program, "changes", change.sequence),
        sequence: change.sequence,
        time: Some(timestamp(change.at)),
        kind: words::change_kind(what.kind),
        round: round_name(program, &what.round),
        plan: plan.unwrap_or_default(),
        ..Default::default()
    };
    if let Some((supervisor, trainee, answer)) = &what.response {
        message.supervisor_id = supervisor.to_string();
        message.trainee_id = trainee.to_string();
        message.answer = words::response_answer(*answer);
    }
    message
}
