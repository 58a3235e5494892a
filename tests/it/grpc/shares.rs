//! What one caller may take of a server that others call as well.

use std::time::Duration;

use practicum::domain::AccessRole;
use practicum::grpc::{Limits, pb};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use super::shedding::{held_up, rated, site, waits};
use crate::access::callers::{programs, signed, signed_up};
use crate::support::service::{Service, eventually, reason, served_by_both};

served_by_both!(
    streams_of_one_caller_beyond_the_most_are_refused,
    calls_of_one_caller_beyond_the_most_are_refused,
);

/// Off: the layer of `per_caller` left out in `src/grpc/server.rs`.
async fn streams_of_one_caller_beyond_the_most_are_refused() {
    let limits = Limits {
        watches_per_caller: 2,
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    let ada = signed_up(&service.app, "north/ada", AccessRole::Viewer).await;
    let eve = signed_up(&service.app, "north/eve", AccessRole::Viewer).await;
    let watch = async |key: &str| {
        let channel = signed(&service.channel, key);
        let mut changes = pb::change_service_client::ChangeServiceClient::new(channel);
        let request = pb::WatchChangesRequest {
            parent: "programs/north".to_owned(),
            ..Default::default()
        };
        changes.watch_changes(request).await
    };
    let first = watch(&ada).await.unwrap();
    let _second = watch(&ada).await.unwrap();
    let refused = watch(&ada).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert_eq!(reason(&refused), "TOO_MANY_STREAMS");
    assert_eq!(waits(&refused), Duration::from_secs(1));
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(info.metadata["limit"], "2");
    // Others may, and she may call.
    let _of_another = watch(&eve).await.unwrap();
    let request = pb::ListProgramsRequest::default();
    let mut calls = programs(&service.channel, &ada);
    calls.list_programs(request).await.unwrap();
    drop(first);
    eventually(|| async { watch(&ada).await.is_ok() }).await;
}

/// Off: the layer of `per_caller` left out in `src/grpc/server.rs`.
async fn calls_of_one_caller_beyond_the_most_are_refused() {
    let limits = Limits {
        calls_per_caller: 2,
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    let ada = signed_up(&service.app, "north/ada", AccessRole::Coordinator).await;
    let eve = signed_up(&service.app, "north/eve", AccessRole::Viewer).await;
    let get = async |key: &str| {
        let name = "programs/north".to_owned();
        let request = pb::GetProgramRequest { name };
        let mut calls = programs(&service.channel, key);
        calls.get_program(request).await
    };
    let held = held_up(&service).await;
    let writing: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|key| {
            let channel = signed(&service.channel, &ada);
            let mut sites = pb::site_service_client::SiteServiceClient::new(channel);
            // The calls below may have had the place just then.
            tokio::spawn(async move {
                loop {
                    match sites.create_site(site(key)).await {
                        Err(refused) if reason(&refused) == "RATE_LIMITED" => {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                        other => return other,
                    }
                }
            })
        })
        .collect();
    eventually(|| async { get(&ada).await.is_err() }).await;
    let refused = get(&ada).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert_eq!(reason(&refused), "RATE_LIMITED");
    assert_eq!(waits(&refused), Duration::from_secs(1));
    get(&eve).await.unwrap();
    drop(held);
    for call in writing {
        call.await.unwrap().unwrap();
    }
    get(&ada).await.unwrap();
}

/// Off: health and reflection with the places of other streams in
/// `src/grpc/admission.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn streams_without_a_name_keep_nobody_out_who_has_one() {
    let limits = Limits {
        watches: 2,
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    let watch = || async {
        let mut health = HealthClient::new(service.channel.clone());
        health.watch(HealthCheckRequest::default()).await
    };
    let _open = watch().await.unwrap();
    assert_eq!(reason(&watch().await.unwrap_err()), "OVERLOADED");
    let mut changes = pb::change_service_client::ChangeServiceClient::new(service.channel.clone());
    let mut held = Vec::new();
    for _ in 0..2 {
        let request = pb::WatchChangesRequest {
            parent: "programs/north".to_owned(),
            ..Default::default()
        };
        held.push(changes.watch_changes(request).await.unwrap());
    }
}

/// Off: the count left out in `import_roster`.
#[tokio::test(flavor = "multi_thread")]
async fn imports_that_one_caller_begins_and_does_not_end_are_bounded() {
    let service = Service::start().await.with_program().await;
    let ada = signed_up(&service.app, "north/ada", AccessRole::Coordinator).await;
    let eve = signed_up(&service.app, "north/eve", AccessRole::Coordinator).await;
    let header = pb::import_roster_request::Part::Header(pb::ImportRosterHeader {
        parent: "programs/north".to_owned(),
        mode: i32::from(pb::ImportMode::Replace),
        ..Default::default()
    });
    let header = pb::ImportRosterRequest { part: Some(header) };
    let begin = |key: &str| {
        let channel = signed(&service.channel, key);
        let mut rosters = pb::roster_service_client::RosterServiceClient::new(channel);
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        sender.try_send(header.clone()).unwrap();
        let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let answer = tokio::spawn(async move { rosters.import_roster(stream).await });
        (sender, answer)
    };
    let end = async |key: &str| {
        let (sender, answer) = begin(key);
        drop(sender);
        let answer = answer.await.unwrap();
        answer.map_or_else(|refused| reason(&refused), |_| String::new())
    };
    let mut begun: Vec<_> = (0..9).map(|_| begin(&ada)).collect();
    let ended = |begun: &[(_, tokio::task::JoinHandle<_>)]| {
        begun.iter().position(|(_, answer)| answer.is_finished())
    };
    eventually(|| async { ended(&begun).is_some() }).await;
    let (_, refused) = begun.remove(ended(&begun).unwrap());
    let refused = refused.await.unwrap().unwrap_err();
    assert_eq!(reason(&refused), "TOO_MANY_STREAMS", "{refused:?}");
    assert_eq!(ended(&begun), None);
    assert_ne!(end(&eve).await, "TOO_MANY_STREAMS");
    drop(begun);
    eventually(|| async { end(&ada).await != "TOO_MANY_STREAMS" }).await;
}

/// Off: one name for everybody where `src/grpc/rate.rs` counts.
#[tokio::test(flavor = "multi_thread")]
async fn each_caller_is_counted_alone() {
    let mut limits = rated(1, 20);
    limits.rate.as_mut().unwrap().spares_operator = true;
    let service = Service::with_limits(limits).await.with_program().await;
    let ada = signed_up(&service.app, "north/ada", AccessRole::Viewer).await;
    let eve = signed_up(&service.app, "north/eve", AccessRole::Viewer).await;
    let get = async |key: &str| {
        let name = "programs/north".to_owned();
        let mut calls = programs(&service.channel, key);
        calls.get_program(pb::GetProgramRequest { name }).await
    };
    let mut answers = Vec::new();
    for _ in 0..60 {
        answers.push(get(&ada).await.map_err(|refused| reason(&refused)));
    }
    assert!(answers[0].is_ok());
    assert_eq!(answers[59].as_ref().unwrap_err(), "RATE_LIMITED");
    get(&eve).await.unwrap();
}
