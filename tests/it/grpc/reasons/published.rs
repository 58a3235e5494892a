//! What is refused of plans that are published, and of answers to them.

use practicum::grpc::pb;
use tonic::{Code, Status};

use super::super::rounds::round;
use super::super::runs::{imported, start, watch};
use super::assert_reason;
use crate::support::service::Service;

/// Runs a round as it is asked for, and returns the plan.
async fn plan(service: &Service, request: pb::StartRunRequest) -> String {
    let started = service.runs().start_run(request).await.unwrap();
    let run = started.into_inner().run.unwrap().name;
    watch(service, &run, 0).await;
    run.replace("/runs/", "/plans/")
}

async fn publish(service: &Service, round: &str, plan: &str) -> Result<(), Status> {
    let request = pb::PublishRequest {
        round: round.to_owned(),
        plan: plan.to_owned(),
        ..Default::default()
    };
    service.rounds().publish(request).await.map(drop)
}

/// Returns a service whose round has a published plan.
async fn published() -> (Service, String, String) {
    let (service, round, _) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    watch(&service, &run.name, 0).await;
    let plan = run.name.replace("/runs/", "/plans/");
    publish(&service, &round, &plan).await.unwrap();
    (service, round, plan)
}

pub(super) async fn a_plan_is_published_but_once() {
    let (service, round, plan) = published().await;
    let again = publish(&service, &round, &plan).await;
    assert_reason(again, Code::FailedPrecondition, "ALREADY_PUBLISHED");
}

pub(super) async fn a_second_plan_must_be_a_repair() {
    let (service, round, _) = published().await;
    let request = pb::StartRunRequest {
        round: round.clone(),
        ..Default::default()
    };
    let other = plan(&service, request).await;
    let second = publish(&service, &round, &other).await;
    assert_reason(second, Code::FailedPrecondition, "NOT_A_REPAIR");
}

/// Creates a round without anybody.
async fn empty_round(service: &Service) -> String {
    let request = pb::CreateRoundRequest {
        parent: "programs/clinic-12".to_owned(),
        round: Some(round("Autumn")),
        ..Default::default()
    };
    let created = service.rounds().create_round(request).await.unwrap();
    created.into_inner().round.unwrap().name
}

pub(super) async fn a_plan_belongs_to_its_round_alone() {
    let (service, _, plan) = published().await;
    let other = empty_round(&service).await;
    let elsewhere = publish(&service, &other, &plan).await;
    assert_reason(elsewhere, Code::FailedPrecondition, "OTHER_ROUND");
}

pub(super) async fn only_a_draft_is_opened_for_preferences() {
    let (service, _, _) = imported("clinic-12").await;
    let request = pb::OpenPreferencesRequest {
        round: empty_round(&service).await,
        ..Default::default()
    };
    let open = || async { service.rounds().open_preferences(request.clone()).await };
    open().await.unwrap();
    assert_reason(open().await, Code::FailedPrecondition, "WRONG_ROUND_STATE");
}

/// Answers for the supervisor of the first session of a plan.
async fn respond(
    service: &Service,
    round: &str,
    plan: &str,
    is_theirs: bool,
) -> Result<(), Status> {
    let request = pb::ListSessionsRequest {
        parent: plan.to_owned(),
        ..Default::default()
    };
    let sessions = service.plans().list_sessions(request).await.unwrap();
    let session = &sessions.into_inner().sessions[0];
    let request = pb::ListUnmatchedRequest {
        parent: plan.to_owned(),
        ..Default::default()
    };
    let unmatched = service.plans().list_unmatched(request).await.unwrap();
    let of_nobody = unmatched.into_inner().unmatched[0].trainee_id.clone();
    let theirs = session.members[0].trainee_id.clone();
    let request = pb::RespondRequest {
        round: round.to_owned(),
        plan: plan.to_owned(),
        supervisor_id: session.supervisor_id.clone(),
        trainee_id: if is_theirs { theirs } else { of_nobody },
        answer: i32::from(pb::ResponseAnswer::Accepted),
        ..Default::default()
    };
    let channel = service.channel.clone();
    let mut schedule = pb::schedule_service_client::ScheduleServiceClient::new(channel);
    schedule.respond(request).await.map(drop)
}

pub(super) async fn supervisors_answer_for_their_trainees_alone() {
    let (service, round, plan) = published().await;
    let answered = respond(&service, &round, &plan, false).await;
    assert_reason(answered, Code::FailedPrecondition, "NOT_SUPERVISED");
    respond(&service, &round, &plan, true).await.unwrap();
}

pub(super) async fn an_answer_is_to_the_plan_that_holds() {
    let (service, round, first) = published().await;
    let request = pb::StartRunRequest {
        round: round.clone(),
        baseline: first.clone(),
        ..Default::default()
    };
    let repair = plan(&service, request).await;
    publish(&service, &round, &repair).await.unwrap();
    let answered = respond(&service, &round, &first, true).await;
    assert_reason(answered, Code::FailedPrecondition, "PLAN_REPLACED");
}
