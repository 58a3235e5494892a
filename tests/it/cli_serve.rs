//! `practicum serve`, run as an operator runs it.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use practicum::grpc::pb;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::command::practicum;
use crate::support::server::{Server, is_there};

/// Starts a server over a new file, which goes with the folder.
fn serve(arguments: &[&str]) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db").display().to_string();
    (Server::start(&database, arguments), folder)
}

#[test]
fn refuses_an_address_that_others_can_reach() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.7:80"] {
        let ran = practicum(&["serve", "--database", "unused.db", "--listen", address]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("not a loopback address"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn says_what_is_wrong_with_a_database() {
    let ran = practicum(&["serve", "--database", "mysql://here/x"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("postgres://USER@HOST/NAME"),
        "{}",
        ran.stderr
    );
}

#[test]
fn says_that_a_port_is_taken_and_how_to_get_another() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("p.db").display().to_string();
    let ran = practicum(&["serve", "--database", &database, "--listen", &address]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    for part in [
        address.as_str(),
        "another `practicum serve`",
        "--listen 127.0.0.1:0",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}

#[test]
fn takes_settings_from_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(
        &file,
        "[serve]\nlog_format = \"json\"\nmessage_bytes_max = 65536\n",
    )
    .unwrap();
    let (server, _folder) = serve(&["--config", file.to_str().unwrap()]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(async {
        let mut programs = pb::program_service_client::ProgramServiceClient::new(server.channel());
        let request = pb::ListProgramsRequest {
            page_token: "x".repeat(70_000),
            ..Default::default()
        };
        programs.list_programs(request).await
    });
    drop(runtime);
    let code = answer.unwrap_err().code();
    assert_eq!(code, tonic::Code::ResourceExhausted);
    let (_, log) = server.terminate();
    let is_json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    assert!(log.lines().count() > 0 && log.lines().all(is_json), "{log}");
}

#[test]
fn ends_within_ten_seconds_with_hostile_connections_open() {
    let (server, _folder) = serve(&[]);
    let silent = silent(&server);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let watches = runtime.block_on(async {
        let mut watches = Vec::new();
        for _ in 0..20 {
            let mut health = HealthClient::new(server.channel());
            let request = HealthCheckRequest::default();
            let mut watch = health.watch(request).await.unwrap().into_inner();
            assert!(watch.message().await.unwrap().is_some());
            watches.push(watch);
        }
        watches
    });
    let (took, log) = server.terminate();
    assert!(took < Duration::from_secs(10), "{took:?}: {log}");
    drop((silent, watches));
}

/// Off: `signals.next()` awaited once in `src/cli/serve.rs`.
#[test]
fn a_second_signal_ends_it_at_once() {
    let (server, _folder) = serve(&[]);
    let silent = silent(&server);
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(500));
    let asked = Instant::now();
    assert!(
        is_there(server.id()),
        "silent connections no longer hold it up"
    );
    server.signal("TERM");
    let (_, log) = server.ended();
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    assert!(log.contains("ends at once"), "{log}");
    drop(silent);
}

/// Opens 200 connections that say nothing.
fn silent(server: &Server) -> Vec<TcpStream> {
    let connect = |_| TcpStream::connect(server.address).unwrap();
    (0..200).map(connect).collect()
}

#[test]
fn logs_each_call_with_its_request_id_as_json() {
    let (server, _folder) = serve(&["--log-format", "json"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut programs = pb::program_service_client::ProgramServiceClient::new(server.channel());
        let mut request = tonic::Request::new(pb::ListProgramsRequest::default());
        let metadata = request.metadata_mut();
        metadata.insert("x-request-id", "mine-7".parse().unwrap());
        programs.list_programs(request).await.unwrap();
    });
    drop(runtime);
    let (_, log) = server.terminate();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let call = lines
        .iter()
        .find(|line| line["span"]["request.id"] == "mine-7");
    let call = call.unwrap_or_else(|| panic!("{log}"));
    assert_eq!(
        call["span"]["method"],
        "/practicum.v1.ProgramService/ListPrograms"
    );
    assert!(call["fields"]["duration_ms"].is_number(), "{call}");
}
