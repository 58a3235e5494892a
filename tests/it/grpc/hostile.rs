//! Peers that keep to no rule: each limit of the server holds them off, and
//! others are served meanwhile.
//!
//! Each test says how its limit is taken off, so that it fails.

use std::time::{Duration, Instant};

use practicum::grpc::{Limits, pb};
use prost::Message;
use tonic::Request;
use tonic_health::pb::HealthCheckRequest;

use super::runs::imported;
use crate::support::raw_http2::{
    ENHANCE_YOUR_CALM, GOAWAY, HEADERS, REFUSED_STREAM, RST_STREAM, RawConnection,
};
use crate::support::service::{Service, eventually};

const WATCH: &str = "/grpc.health.v1.Health/Watch";
const PLAIN: (&str, &str) = ("x-nothing", "");

async fn is_served(service: &Service) {
    let request = pb::ListProgramsRequest::default();
    let mut programs = service.programs();
    let answer = programs.list_programs(request);
    let answer = tokio::time::timeout(Duration::from_secs(2), answer).await;
    answer.unwrap().unwrap();
}

/// Off: `.max_concurrent_streams` left out in `src/grpc/server.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn calls_beyond_the_most_at_a_time_are_refused() {
    let limits = Limits {
        streams: 4,
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await;
    let mut connection = RawConnection::open(service.address, 1 << 16).await;
    let watch = HealthCheckRequest::default().encode_to_vec();
    // Streams of clients have odd numbers.
    for stream in (1..20).step_by(2) {
        connection.begin(stream, WATCH, PLAIN);
        connection.message(stream, &watch);
    }
    let is_refused = |frame: &&crate::support::raw_http2::Frame| {
        frame.kind == RST_STREAM && frame.reason() == REFUSED_STREAM
    };
    let frames = connection
        .until(|frames| frames.iter().filter(is_refused).count() == 6)
        .await;
    let refused: Vec<u32> = frames.iter().filter(is_refused).map(|f| f.stream).collect();
    assert_eq!(refused, [9, 11, 13, 15, 17, 19]);
    is_served(&service).await;
}

/// Off: `headers: 1 << 20` here.
#[tokio::test(flavor = "multi_thread")]
async fn headers_that_are_too_large_are_refused() {
    let service = Service::start().await;
    let ask = |bytes: usize| {
        let mut request = Request::new(pb::ListProgramsRequest::default());
        let filler = "a".repeat(bytes).parse().unwrap();
        request.metadata_mut().insert("x-filler", filler);
        let mut programs = service.programs();
        async move { programs.list_programs(request).await }
    };
    ask(8 << 10).await.unwrap();
    let refused = ask(20 << 10).await.unwrap_err();
    assert!(refused.message().contains("431"), "{refused:?}");
    is_served(&service).await;
}

/// Off: `.http2_max_local_error_reset_streams(None)` in `src/grpc/server.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_provokes_resets_is_sent_away() {
    let service = Service::start().await;
    let mut connection = RawConnection::open(service.address, 1 << 16).await;
    for stream in (1..400).step_by(2) {
        // More than was announced: an error of the stream that the server
        // answers with a reset.
        connection.begin(stream, WATCH, ("content-length", "1"));
        connection.message(stream, b"more than one byte");
    }
    assert_sent_away(&mut connection).await;
    is_served(&service).await;
}

/// Off: `.http2_max_pending_accept_reset_streams(Some(usize::MAX))` in
/// `src/grpc/server.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_begins_calls_and_takes_them_back_is_sent_away() {
    let service = Service::start().await;
    let mut connection = RawConnection::open(service.address, 1 << 16).await;
    for stream in (1..20_000).step_by(2) {
        connection.begin(stream, WATCH, PLAIN);
        connection.reset(stream);
    }
    assert_sent_away(&mut connection).await;
    is_served(&service).await;
}

async fn assert_sent_away(connection: &mut RawConnection) {
    let frames = connection
        .until(|frames| frames.last().is_some_and(|frame| frame.kind == GOAWAY))
        .await;
    let last = frames.last().unwrap();
    assert_eq!((last.kind, last.reason()), (GOAWAY, ENHANCE_YOUR_CALM));
}

/// Off: a `drain` of an hour here, so that the end waits for the slowest reader.
#[tokio::test(flavor = "multi_thread")]
async fn watchers_that_never_read_hold_nobody_up() {
    let (service, round, _) = imported("clinic-12").await;
    let request = pb::StartRunRequest {
        round,
        ..Default::default()
    };
    let run = service.runs().start_run(request).await.unwrap();
    let name = run.into_inner().run.unwrap().name;
    let request = pb::WatchRunRequest {
        name,
        after_sequence: 0,
    };
    let mut slow = Vec::new();
    for _ in 0..20 {
        // No byte may be sent on its streams.
        let mut connection = RawConnection::open(service.address, 0).await;
        for stream in (1..20).step_by(2) {
            connection.begin(stream, "/practicum.v1.RunService/WatchRun", PLAIN);
            connection.message(stream, &request.encode_to_vec());
        }
        connection
            .until(|frames| frames.iter().any(|frame| frame.kind == HEADERS))
            .await;
        slow.push(connection);
    }
    let mut events = service
        .runs()
        .watch_run(request)
        .await
        .unwrap()
        .into_inner();
    let mut last = None;
    while let Some(message) = events.message().await.unwrap() {
        last = message.event.unwrap().happened;
    }
    let succeeded = i32::from(pb::RunState::Succeeded);
    assert_eq!(last, Some(pb::run_event::Happened::State(succeeded)));
    let started = Instant::now();
    service.stop();
    eventually(|| async { service.server.is_finished() }).await;
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}
