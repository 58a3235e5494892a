//! How the service behaves as a server: health, reflection, limits, drain.

use std::time::{Duration, Instant};

use practicum::grpc::{Limits, REQUEST_ID_HEADER, pb};
use prost::Message;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::raw_http2::{GOAWAY, RawConnection};
use crate::support::service::{Service, eventually, reason};

const SERVICES: [&str; 9] = [
    "practicum.v1.AvailabilityService",
    "practicum.v1.PlanService",
    "practicum.v1.ProgramService",
    "practicum.v1.RosterService",
    "practicum.v1.RoundService",
    "practicum.v1.RunService",
    "practicum.v1.SiteService",
    "practicum.v1.SupervisorService",
    "practicum.v1.TraineeService",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_service_is_healthy() {
    let service = Service::start().await;
    let mut health = HealthClient::new(service.channel.clone());
    for name in SERVICES.into_iter().chain([""]) {
        let service = name.to_owned();
        let answer = health.check(HealthCheckRequest { service }).await.unwrap();
        assert_eq!(answer.into_inner().status, 1, "{name}");
    }
}

macro_rules! reflected {
    ($version:ident, $service:expr) => {{
        use reflection::server_reflection_request::MessageRequest;
        use reflection::server_reflection_response::MessageResponse;
        use tonic_reflection::pb::$version as reflection;
        let channel = $service.channel.clone();
        let mut client = reflection::server_reflection_client::ServerReflectionClient::new(channel);
        let ask = |message_request| reflection::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(message_request),
        };
        let symbol = "practicum.v1.SupervisorService.CreateSupervisor".to_owned();
        let asked = tokio_stream::iter([
            ask(MessageRequest::ListServices(String::new())),
            ask(MessageRequest::FileContainingSymbol(symbol)),
        ]);
        let mut answers = client
            .server_reflection_info(asked)
            .await
            .unwrap()
            .into_inner();
        let mut names = Vec::new();
        let mut files = 0;
        while let Some(answer) = answers.message().await.unwrap() {
            match answer.message_response.unwrap() {
                MessageResponse::ListServicesResponse(list) => {
                    names.extend(list.service.into_iter().map(|service| service.name));
                }
                MessageResponse::FileDescriptorResponse(found) => {
                    files += found.file_descriptor_proto.len();
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(files > 0);
        names
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_names_every_service_in_both_versions() {
    let service = Service::start().await;
    for names in [reflected!(v1, service), reflected!(v1alpha, service)] {
        for name in SERVICES {
            assert!(
                names.iter().any(|known| known == name),
                "{name} in {names:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_carries_the_id_of_its_request() {
    let service = Service::start().await;
    let mut programs = service.programs();
    let mut request = Request::new(pb::ListProgramsRequest::default());
    request
        .metadata_mut()
        .insert(REQUEST_ID_HEADER, "mine-7".parse().unwrap());
    let answer = programs.list_programs(request).await.unwrap();
    assert_eq!(answer.metadata().get(REQUEST_ID_HEADER).unwrap(), "mine-7");
    let mut request = Request::new(pb::GetProgramRequest::default());
    request
        .metadata_mut()
        .insert(REQUEST_ID_HEADER, "not an id".parse().unwrap());
    let refused = programs.get_program(request).await.unwrap_err();
    let id = refused
        .metadata()
        .get(REQUEST_ID_HEADER)
        .unwrap()
        .to_str()
        .unwrap();
    assert!(uuid::Uuid::try_parse(id).is_ok(), "{id}");
}

/// Off: `refusal::told` left out in `src/grpc/server.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_message_that_is_too_large() {
    let service = Service::start().await.with_program().await;
    let request = pb::GetProgramRequest {
        name: "x".repeat(5 << 20),
    };
    let refused = service.programs().get_program(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert_eq!(reason(&refused), "TOO_LARGE");
    let name = "programs/north".to_owned();
    service
        .programs()
        .get_program(pb::GetProgramRequest { name })
        .await
        .unwrap();
}

/// Off: a `first_byte` of an hour here.
#[tokio::test(flavor = "multi_thread")]
async fn closes_a_connection_that_stays_silent() {
    let limits = Limits {
        first_byte: Duration::from_millis(200),
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await;
    let mut silent = TcpStream::connect(service.address).await.unwrap();
    let mut bytes = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), silent.read_to_end(&mut bytes)).await;
    // The server may close or reset; both end the read.
    assert!(ended.is_ok());
}

/// Off: a `connection_age` of an hour here.
#[tokio::test(flavor = "multi_thread")]
async fn closes_a_connection_that_grew_old() {
    let limits = Limits {
        connection_age: Duration::from_millis(300),
        connection_age_grace: Duration::from_millis(300),
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await.with_program().await;
    let health = HealthClient::new(service.channel.clone());
    let request = HealthCheckRequest::default();
    // A watch never ends by itself, so that only age ends it.
    let mut watching = health.clone().watch(request).await.unwrap().into_inner();
    assert!(watching.message().await.unwrap().is_some());
    let ended = tokio::time::timeout(Duration::from_secs(5), watching.message()).await;
    assert!(!matches!(ended.unwrap(), Ok(Some(_))));
}

/// Off: `.max_connection_age_grace` set in `src/grpc/server.rs`: tonic then asks
/// nobody to go, and cuts the connection.
#[tokio::test(flavor = "multi_thread")]
async fn asks_an_old_connection_to_go_before_it_cuts_it() {
    let limits = Limits {
        connection_age: Duration::from_millis(500),
        connection_age_grace: Duration::from_secs(3),
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await;
    let started = Instant::now();
    let mut connection = RawConnection::open(service.address, 1 << 16).await;
    let watch = HealthCheckRequest::default().encode_to_vec();
    connection.begin(1, "/grpc.health.v1.Health/Watch", ("x-nothing", ""));
    connection.message(1, &watch);
    let frames = connection
        .until(|frames| frames.last().is_some_and(|frame| frame.kind == GOAWAY))
        .await;
    let asked = frames.last().unwrap();
    assert_eq!((asked.kind, asked.reason()), (GOAWAY, 0), "{frames:?}");
    assert!(started.elapsed() < Duration::from_secs(3));
    // The call may go on until the grace is over.
    connection.until(|_| false).await;
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(3400), "{took:?}");
    assert!(took < Duration::from_millis(5400), "{took:?}");
}

/// Off: `connections: 2` here.
#[tokio::test(flavor = "multi_thread")]
async fn takes_so_many_connections_and_lets_the_others_wait() {
    let limits = Limits {
        connections: 1,
        first_byte: Duration::from_secs(2),
        ..Limits::default()
    };
    let service = Service::with_limits(limits).await;
    let _silent = TcpStream::connect(service.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let started = Instant::now();
    service
        .programs()
        .list_programs(pb::ListProgramsRequest::default())
        .await
        .unwrap();
    assert!(
        started.elapsed() > Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
}

/// Off: a `first_byte` and a `drain` of an hour here.
#[tokio::test(flavor = "multi_thread")]
async fn drains_while_hostile_connections_are_open() {
    let service = Service::start().await.with_program().await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(service.address).await.unwrap());
    }
    let mut health = HealthClient::new(service.channel.clone());
    let request = HealthCheckRequest::default();
    let mut watching = health.watch(request).await.unwrap().into_inner();
    assert_eq!(watching.message().await.unwrap().unwrap().status, 1);
    let started = Instant::now();
    service.stop();
    assert_eq!(
        watching.message().await.unwrap().unwrap().status,
        2,
        "not serving"
    );
    eventually(|| async { service.server.is_finished() }).await;
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}
