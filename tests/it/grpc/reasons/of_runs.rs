//! What is refused of runs and of what they leave.

use practicum::grpc::pb;
use tonic::Code;

use super::super::runs::{imported, start, watch};
use super::assert_reason;
use crate::support::service::Service;

/// Returns a service with a run that nobody takes up, and its name.
async fn queued() -> (Service, pb::Run) {
    let (mut service, round, _) = imported("clinic-12").await;
    service.stop_working().await;
    let run = start(&service, &round).await;
    (service, run)
}

pub(super) async fn a_run_that_is_queued_has_no_plan() {
    let (service, run) = queued().await;
    let name = run.name.replace("/runs/", "/plans/");
    let found = service.plans().get_plan(pb::GetPlanRequest { name }).await;
    assert_reason(found, Code::FailedPrecondition, "NO_PLAN");
}

pub(super) async fn a_run_that_has_ended_cannot_be_cancelled() {
    let (service, run) = queued().await;
    let request = pb::CancelRunRequest {
        name: run.name,
        ..Default::default()
    };
    service.runs().cancel_run(request.clone()).await.unwrap();
    let cancelled = service.runs().cancel_run(request).await;
    assert_reason(cancelled, Code::FailedPrecondition, "RUN_ENDED");
}

pub(super) async fn who_has_a_place_is_matched() {
    let (service, round, _) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    watch(&service, &run.name, 0).await;
    let plan = run.name.replace("/runs/", "/plans/");
    let request = pb::ListPlacementsRequest {
        parent: plan.clone(),
        ..Default::default()
    };
    let placed = service.plans().list_placements(request).await.unwrap();
    let request = pb::ExplainTraineeRequest {
        plan,
        trainee_id: placed.into_inner().placements[0].trainee_id.clone(),
        time_limit_seconds: 0,
    };
    let explained = service.plans().explain_trainee(request).await;
    assert_reason(explained, Code::FailedPrecondition, "TRAINEE_MATCHED");
}

pub(super) async fn a_server_that_stops_is_unavailable() {
    let (service, run) = queued().await;
    let request = pb::WatchRunRequest {
        name: run.name,
        after_sequence: 0,
    };
    let watching = service.runs().watch_run(request).await.unwrap();
    let mut events = watching.into_inner();
    assert!(events.message().await.unwrap().is_some());
    service.stop();
    assert_reason(events.message().await, Code::Unavailable, "UNAVAILABLE");
}
