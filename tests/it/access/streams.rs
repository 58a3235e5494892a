//! Streams that are open when their caller is let in no more, or loses the
//! permission to follow them.
//!
//! Off, for each: the branch of `barred` left out in `streamed` in
//! `src/grpc/services/watch.rs`.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use practicum::app::{Actor, ManualClock, Permission};
use practicum::domain::AccessRole;
use practicum::domain::time::UtcSecond;
use practicum::grpc::pb;
use secrecy::ExposeSecret;
use tonic::{Code, Request, Status, Streaming};
use tonic_types::StatusExt;

use super::callers::{key, signed_up, user};
use crate::grpc::runs::{imported, start};
use crate::store::databases::MONDAY;
use crate::support::service::{Service, reason, served_by_both};

served_by_both!(
    streams_end_when_their_key_is_revoked_and_others_go_on,
    streams_end_when_their_user_is_revoked_by_another_server,
    a_stream_ends_when_its_key_is_over,
    a_stream_ends_when_its_caller_loses_the_permission,
    streams_without_a_key_end_with_the_first_user,
);

/// How soon a stream must end: sign-in knows a caller for 3 s, and the machine
/// may be busy.
const SOON: Duration = Duration::from_secs(12);
/// Longer than sign-in knows a caller.
const A_WHILE: Duration = Duration::from_secs(4);

type Changes = Streaming<pb::WatchChangesResponse>;

/// What one caller follows.
struct Followed {
    run: Streaming<pb::WatchRunResponse>,
    changes: Changes,
}

/// Returns a service with a run that stays queued, and the name of the run.
async fn queued() -> (Service, String) {
    let (mut service, round, _) = imported("clinic-12").await;
    service.stop_working().await;
    let run = start(&service, &round).await.name;
    (service, run)
}

/// Returns a request that signs in by a key, where there is one.
fn request<M>(message: M, key: Option<&str>) -> Request<M> {
    let mut request = Request::new(message);
    if let Some(key) = key {
        let header = format!("Bearer {key}").parse().unwrap();
        request.metadata_mut().insert("authorization", header);
    }
    request
}

async fn follow_changes(service: &Service, program: &str, key: Option<&str>) -> Changes {
    let watch = pb::WatchChangesRequest {
        parent: program.to_owned(),
        ..Default::default()
    };
    let channel = service.channel.clone();
    let mut changes = pb::change_service_client::ChangeServiceClient::new(channel);
    let opened = changes.watch_changes(request(watch, key)).await;
    opened.unwrap().into_inner()
}

async fn follow(service: &Service, run: &str, key: Option<&str>) -> Followed {
    let watch = pb::WatchRunRequest {
        name: run.to_owned(),
        after_sequence: 0,
    };
    let opened = service.runs().watch_run(request(watch, key)).await;
    let mut events = opened.unwrap().into_inner();
    // That it is queued; after that nothing happens.
    events.message().await.unwrap().unwrap();
    let (program, _) = run.split_once("/runs/").unwrap();
    Followed {
        run: events,
        changes: follow_changes(service, program, key).await,
    }
}

/// Returns how a stream ends, within some seconds.
async fn end<M: Debug>(stream: &mut Streaming<M>) -> Status {
    match tokio::time::timeout(SOON, stream.message()).await {
        Ok(Err(status)) => status,
        other => panic!("it does not end so: {other:?}"),
    }
}

async fn assert_goes_on<M: Debug>(stream: &mut Streaming<M>) {
    let told = tokio::time::timeout(A_WHILE, stream.message()).await;
    assert!(told.is_err(), "{told:?}");
}

fn assert_unauthenticated(end: &Status) {
    assert_eq!(end.code(), Code::Unauthenticated, "{end:?}");
    assert_eq!(reason(end), "UNAUTHENTICATED");
}

async fn streams_end_when_their_key_is_revoked_and_others_go_on() {
    let (service, run) = queued().await;
    let (app, operator) = (&service.app, Actor::operator());
    let ada = user(app, "clinic-12/ada", AccessRole::Viewer).await;
    let issued = app.create_api_key(&operator, &ada, None).await.unwrap();
    let other = key(app, &ada).await;
    let mut shut_out = follow(&service, &run, Some(issued.text.expose_secret())).await;
    let mut left = follow(&service, &run, Some(&other)).await;
    assert_goes_on(&mut shut_out.run).await;
    let revoked = app.revoke_api_key(&operator, &ada, issued.key.id).await;
    revoked.unwrap();
    assert_unauthenticated(&end(&mut shut_out.run).await);
    assert_unauthenticated(&end(&mut shut_out.changes).await);
    assert_goes_on(&mut left.run).await;
    assert_goes_on(&mut left.changes).await;
}

async fn streams_end_when_their_user_is_revoked_by_another_server() {
    // It takes up no run, so that the one below stays queued.
    let mut other = Service::start().await;
    other.stop_working().await;
    let (service, run) = queued().await;
    let ada = user(&other.app, "clinic-12/ada", AccessRole::Viewer).await;
    let key = key(&other.app, &ada).await;
    let mut followed = follow(&service, &run, Some(&key)).await;
    assert_goes_on(&mut followed.changes).await;
    let operator = Actor::operator();
    other.app.revoke_user(&operator, &ada, None).await.unwrap();
    assert_unauthenticated(&end(&mut followed.run).await);
    assert_unauthenticated(&end(&mut followed.changes).await);
}

async fn a_stream_ends_when_its_key_is_over() {
    let clock = Arc::new(ManualClock::at(MONDAY));
    let service = Service::at(clock.clone()).await.with_program().await;
    let ada = user(&service.app, "north/ada", AccessRole::Viewer).await;
    let (operator, over) = (Actor::operator(), UtcSecond(MONDAY.0 + 60));
    let issued = service.app.create_api_key(&operator, &ada, Some(over));
    let issued = issued.await.unwrap();
    let key = Some(issued.text.expose_secret());
    let mut changes = follow_changes(&service, "programs/north", key).await;
    clock.advance(59);
    assert_goes_on(&mut changes).await;
    clock.advance(1);
    assert_unauthenticated(&end(&mut changes).await);
}

async fn a_stream_ends_when_its_caller_loses_the_permission() {
    let (service, run) = queued().await;
    let (app, operator) = (&service.app, Actor::operator());
    let ada = user(app, "clinic-12/ada", AccessRole::Viewer).await;
    let key = key(app, &ada).await;
    let mut followed = follow(&service, &run, Some(&key)).await;
    let role = AccessRole::Partner([Permission::ChangeRead].into());
    app.update_user(&operator, &ada, role, None).await.unwrap();
    let lost = end(&mut followed.run).await;
    assert_eq!(lost.code(), Code::PermissionDenied, "{lost:?}");
    assert_eq!(reason(&lost), "FORBIDDEN");
    let info = lost.get_details_error_info().unwrap();
    assert_eq!(info.metadata["permission"], "run.read");
    assert_goes_on(&mut followed.changes).await;
}

async fn streams_without_a_key_end_with_the_first_user() {
    let (service, run) = queued().await;
    let mut followed = follow(&service, &run, None).await;
    assert_goes_on(&mut followed.run).await;
    signed_up(&service.app, "root", AccessRole::Admin).await;
    assert_unauthenticated(&end(&mut followed.run).await);
    assert_unauthenticated(&end(&mut followed.changes).await);
}
