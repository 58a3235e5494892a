//! What happens when there is too much to do: calls beyond the most at a time,
//! callers that call too often, calls that take too long.

use std::time::{Duration, Instant};

use practicum::app::Actor;
use practicum::domain::{ListRequest, ProgramKey};
use practicum::grpc::{Limits, Rate, pb};
use practicum::store::WriteTx;
use prost::Message;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use super::people::site as harbour;
use crate::support::plain_http2::call;
use crate::support::service::{
    Service, eventually, import_messages, reason, roster_files, served_by_both,
};

served_by_both!(
    calls_beyond_the_most_at_a_time_are_refused_at_once,
    a_call_that_takes_too_long_is_ended_and_undone,
    a_call_ends_when_its_caller_no_longer_waits,
);

fn north() -> ProgramKey {
    "north".parse().unwrap()
}

/// Holds up every write of the program until it is dropped.
pub(super) async fn held_up(service: &Service) -> WriteTx {
    let now = practicum::domain::time::UtcSecond(1_925_424_000);
    service.db.write(&north(), now).await.unwrap()
}

pub(super) fn site(key: &str) -> pb::CreateSiteRequest {
    pb::CreateSiteRequest {
        parent: "programs/north".to_owned(),
        site_id: key.to_owned(),
        site: Some(harbour("Harbour")),
        ..Default::default()
    }
}

async fn get(service: &Service) -> Result<(), Status> {
    let name = "programs/north".to_owned();
    let request = pb::GetProgramRequest { name };
    service.programs().get_program(request).await.map(drop)
}

async fn sites(service: &Service) -> usize {
    let list = ListRequest::largest();
    let actor = Actor::operator();
    let found = service.app.list_sites(&actor, &north(), &list).await;
    found.unwrap().items.len()
}

pub(super) fn waits(status: &Status) -> Duration {
    let retry = status.get_details_retry_info().unwrap();
    retry.retry_delay.unwrap()
}

/// Off: `calls: 3` here.
async fn calls_beyond_the_most_at_a_time_are_refused_at_once() {
    let limits = Limits {
        calls: 2,
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    let held = held_up(&service).await;
    let writing: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|key| {
            let mut sites = service.sites();
            // The calls below may have had the place just then.
            tokio::spawn(async move {
                loop {
                    match sites.create_site(site(key)).await {
                        Err(refused) if reason(&refused) == "OVERLOADED" => {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                        other => return other,
                    }
                }
            })
        })
        .collect();
    eventually(|| async { get(&service).await.is_err() }).await;
    let started = Instant::now();
    let refused = get(&service).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(1), "{refused:?}");
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    assert_eq!(reason(&refused), "OVERLOADED");
    assert_eq!(waits(&refused), Duration::from_secs(1));
    let mut health = HealthClient::new(service.channel.clone());
    let request = HealthCheckRequest::default();
    let answer = health.check(request).await.unwrap();
    assert_eq!(answer.into_inner().status, 1);
    drop(held);
    for call in writing {
        call.await.unwrap().unwrap();
    }
    get(&service).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_beyond_the_most_at_a_time_are_refused_and_calls_are_not() {
    let limits = Limits {
        watches: 1,
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    let watch = || async {
        let mut health = HealthClient::new(service.channel.clone());
        health.watch(HealthCheckRequest::default()).await
    };
    let mut first = watch().await.unwrap().into_inner();
    assert!(first.message().await.unwrap().is_some());
    let refused = watch().await.unwrap_err();
    assert_eq!(reason(&refused), "OVERLOADED", "{refused:?}");
    get(&service).await.unwrap();
    drop(first);
    eventually(|| async { watch().await.is_ok() }).await;
}

/// Off: `told` leaving the trailers alone in `src/grpc/refusal.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_is_told_as_such() {
    let limits = Limits {
        message_out: 600,
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    for key in ["a", "b", "c"] {
        let mut site = site(key);
        site.site.as_mut().unwrap().display_name = "a long name ".repeat(16).trim().to_owned();
        service.sites().create_site(site).await.unwrap();
    }
    let list = |page_size| pb::ListSitesRequest {
        parent: "programs/north".to_owned(),
        page_size,
        ..Default::default()
    };
    let refused = service.sites().list_sites(list(3)).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert_eq!(reason(&refused), "TOO_LARGE");
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(info.metadata["limit"], "600");
    service.sites().list_sites(list(1)).await.unwrap();
}

/// Off: a `call_time` of an hour here.
async fn a_call_that_takes_too_long_is_ended_and_undone() {
    let limits = Limits {
        call_time: Duration::from_secs(2),
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    let held = held_up(&service).await;
    let started = Instant::now();
    let refused = service.sites().create_site(site("late")).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(15));
    assert_eq!(refused.code(), Code::DeadlineExceeded, "{refused:?}");
    assert_eq!(reason(&refused), "DEADLINE_EXCEEDED");
    drop(held);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(sites(&service).await, 0);
    service.sites().create_site(site("soon")).await.unwrap();
    assert_eq!(sites(&service).await, 1);
}

/// Off: `asked_time` answering `None` in `src/grpc/admission.rs`.
async fn a_call_ends_when_its_caller_no_longer_waits() {
    let service = Service::start().await.with_program().await;
    let held = held_up(&service).await;
    let path = "/practicum.v1.SiteService/CreateSite";
    let message = site("late").encode_to_vec();
    let started = Instant::now();
    let timeout = [("grpc-timeout", "300m")];
    let answer = call(service.address, path, &timeout, &message).await;
    assert!(started.elapsed() < Duration::from_secs(15));
    assert_eq!(answer.status.code(), Code::DeadlineExceeded);
    assert_eq!(reason(&answer.status), "DEADLINE_EXCEEDED");
    assert!(answer.headers.contains_key("x-request-id"));
    drop(held);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(sites(&service).await, 0);
}

pub(super) fn rated(calls_per_second: u32, burst: u32) -> Limits {
    let number = |number| std::num::NonZeroU32::new(number).unwrap();
    Limits {
        rate: Some(Rate {
            calls_per_second: number(calls_per_second),
            burst: number(burst),
            spares_operator: false,
        }),
        ..Limits::default()
    }
}

/// Calls until that is too often; returns the refusal and how many calls were
/// answered before.
async fn until_refused(service: &Service) -> (Status, u64) {
    for calls in 0..200 {
        match get(service).await {
            Err(refused) if refused.code() == Code::ResourceExhausted => return (refused, calls),
            _ => {}
        }
    }
    panic!("called 200 times");
}

/// Off: `rate: None` here.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_calls_too_often_is_told_how_long_to_wait() {
    let service = Service::with_limits(rated(1, 4)).await.with_program().await;
    let (refused, calls) = until_refused(&service).await;
    // The program was the first call; time goes on meanwhile.
    assert!(calls >= 3, "{calls}");
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert_eq!(reason(&refused), "RATE_LIMITED");
    let wait = waits(&refused);
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1));
    let mut health = HealthClient::new(service.channel.clone());
    for _ in 0..10 {
        health.check(HealthCheckRequest::default()).await.unwrap();
    }
    tokio::time::sleep(wait).await;
    get(&service).await.unwrap();
}

/// Off: `rate: None` here.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_one_call_however_much_is_said_on_it() {
    let service = Service::with_limits(rated(1, 2)).await;
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rosters");
    let roster = practicum::roster::read_folder(&data.join("clinic-12")).unwrap();
    let header = pb::ImportRosterHeader {
        parent: format!("programs/{}", roster.program.key),
        mode: i32::from(pb::ImportMode::Replace),
        ..Default::default()
    };
    let messages = import_messages(header, &roster_files("clinic-12"));
    assert!(messages.len() > 10);
    let started = Instant::now();
    let mut rosters = service.rosters();
    let stream = tokio_stream::iter(messages);
    rosters.import_roster(stream).await.unwrap();
    // One call is left, and one more for each second that has passed.
    let (refused, calls) = until_refused(&service).await;
    assert_eq!(reason(&refused), "RATE_LIMITED");
    assert!(calls <= 2 + started.elapsed().as_secs(), "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_may_be_spared() {
    let mut limits = rated(1, 1);
    limits.rate.as_mut().unwrap().spares_operator = true;
    let service = Service::with_limits(limits).await.with_program().await;
    for _ in 0..10 {
        get(&service).await.unwrap();
    }
}
