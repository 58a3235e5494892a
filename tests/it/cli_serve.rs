//! `practicum serve`, run as an operator runs it.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use practicum::grpc::pb;
use tonic::transport::Endpoint;

use crate::support::command::practicum;

struct Server {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

fn serve(arguments: &[&str]) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db");
    let mut child = Command::new(env!("CARGO_BIN_EXE_practicum"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database"])
        .arg(&database)
        .args(arguments)
        .env_remove("PRACTICUM_LOG")
        .env_remove("PRACTICUM_CONFIG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
    Server {
        child,
        address,
        folder,
    }
}

impl Server {
    /// Sends SIGTERM and returns how long the end took, and the log.
    fn terminate(mut self) -> (Duration, String) {
        let started = Instant::now();
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        drop(self.folder);
        (started.elapsed(), log)
    }
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
    let server = serve(&["--config", file.to_str().unwrap()]);
    let address = format!("http://{}", server.address);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(async {
        let channel = Endpoint::from_shared(address)
            .unwrap()
            .connect()
            .await
            .unwrap();
        let mut programs = pb::program_service_client::ProgramServiceClient::new(channel);
        let request = pb::ListProgramsRequest {
            page_token: "x".repeat(70_000),
            ..Default::default()
        };
        programs.list_programs(request).await
    });
    drop(runtime);
    let code = answer.unwrap_err().code();
    assert!(
        code == tonic::Code::OutOfRange || code == tonic::Code::ResourceExhausted,
        "{code}"
    );
    let (_, log) = server.terminate();
    let is_json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    assert!(log.lines().count() > 0 && log.lines().all(is_json), "{log}");
}

#[test]
fn ends_within_ten_seconds_with_hostile_connections_open() {
    let server = serve(&[]);
    let silent: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(server.address).unwrap())
        .collect();
    let (took, log) = server.terminate();
    assert!(took < Duration::from_secs(10), "{took:?}: {log}");
    drop(silent);
}

#[test]
fn logs_each_call_with_its_request_id_as_json() {
    let server = serve(&["--log-format", "json"]);
    let address = format!("http://{}", server.address);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let channel = Endpoint::from_shared(address)
            .unwrap()
            .connect()
            .await
            .unwrap();
        let mut programs = pb::program_service_client::ProgramServiceClient::new(channel);
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
