//! grpc-web as a browser speaks it, over HTTP/1, and whose pages may call.

use std::time::Duration;

use practicum::grpc::{Limits, Transport, Web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::service::Service;

const DESK: &str = "https://desk.example.org";

async fn served(origins: &[&str]) -> Service {
    let origins = origins.iter().map(|origin| origin.parse().unwrap());
    let transport = Transport {
        limits: Limits::default(),
        tls: None,
        web: Some(Web {
            origins: origins.collect(),
        }),
    };
    Service::with_transport(transport)
        .await
        .with_program()
        .await
}

/// Sends a request of HTTP/1 and returns the whole answer, in which everything
/// that is no text is left out.
async fn said(service: &Service, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    let head = format!(
        "{head}\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // A server that speaks no HTTP/1 closes in the midst of it.
    let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .unwrap();
    String::from_utf8_lossy(&answer).to_lowercase()
}

/// Calls a method with a message in its frame.
async fn called(service: &Service, method: &str, origin: &str, message: &[u8]) -> String {
    let head = format!(
        "POST /practicum.v1.ProgramService/{method} HTTP/1.1\r\norigin: {origin}\r\n\
         content-type: application/grpc-web+proto\r\nx-grpc-web: 1"
    );
    let length = u8::try_from(message.len()).unwrap();
    said(service, &head, &[&[0, 0, 0, 0, length], message].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_a_page_of_an_origin_that_was_named() {
    let service = served(&[DESK]).await;
    let answer = called(&service, "ListPrograms", DESK, &[]).await;
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("programs/north"), "{answer}");
    assert!(answer.contains("grpc-status:0"), "{answer}");
    let allowed = format!("access-control-allow-origin: {DESK}");
    assert!(answer.contains(&allowed), "{answer}");
    assert!(answer.contains("x-request-id: "), "{answer}");
    // Field 1 is the name; there is no such program.
    let answer = called(&service, "GetProgram", DESK, b"\x0a\x0eprograms/south").await;
    assert!(
        answer.contains("grpc-status: 5") || answer.contains("grpc-status:5"),
        "{answer}"
    );
    assert!(answer.contains("grpc-status-details-bin"), "{answer}");
}

/// Off: `AllowOrigin::any()` in `src/grpc/web.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn tells_other_pages_that_they_may_not_call() {
    let service = served(&[DESK]).await;
    let ask = |origin: &str| {
        format!(
            "OPTIONS /practicum.v1.ProgramService/ListPrograms HTTP/1.1\r\norigin: {origin}\r\n\
             access-control-request-method: POST\r\n\
             access-control-request-headers: content-type,x-grpc-web,authorization"
        )
    };
    let answer = said(&service, &ask(DESK), &[]).await;
    for told in [
        "access-control-allow-origin: https://desk.example.org",
        "access-control-allow-methods: post",
        "x-grpc-web",
        "authorization",
    ] {
        assert!(answer.contains(told), "{told}: {answer}");
    }
    for origin in [
        "https://evil.example.org",
        "null",
        "http://desk.example.org",
    ] {
        let answer = said(&service, &ask(origin), &[]).await;
        assert!(!answer.contains("allow-origin"), "{origin}: {answer}");
        let answer = called(&service, "ListPrograms", origin, &[]).await;
        assert!(!answer.contains("allow-origin"), "{origin}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn speaks_grpc_beside_grpc_web_and_no_other_http() {
    let service = served(&[]).await;
    let request = practicum::grpc::pb::ListProgramsRequest::default();
    service.programs().list_programs(request).await.unwrap();
    let answer = said(&service, "GET / HTTP/1.1", &[]).await;
    assert!(answer.starts_with("http/1.1 400"), "{answer}");
}

/// Off: `.accept_http1(true)` in `src/grpc/server.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn does_not_speak_http_1_unless_it_is_asked_to() {
    let service = Service::start().await.with_program().await;
    let answer = called(&service, "ListPrograms", DESK, &[]).await;
    assert!(!answer.contains("http/1.1 200"), "{answer}");
    assert!(!answer.contains("north"), "{answer}");
}
