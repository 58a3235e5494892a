//! `practicum serve` over TLS, as an operator runs it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use practicum::grpc::pb;
use tonic::Status;
use tonic::transport::ClientTlsConfig;

use crate::support::certificates::{Authority, Holds, Signed, secure_channel};
use crate::support::command::practicum;
use crate::support::server::Server;

/// Writes a certificate and its key, and returns the options that name them.
fn written(folder: &Path, signed: &Signed) -> [String; 4] {
    let path = |name: &str| folder.join(name).display().to_string();
    fs::write(path("certificate.pem"), &signed.certificate).unwrap();
    fs::write(path("key.pem"), &signed.key).unwrap();
    [
        "--tls-certificate".to_owned(),
        path("certificate.pem"),
        "--tls-key".to_owned(),
        path("key.pem"),
    ]
}

fn serve(folder: &Path, options: &[String]) -> Server {
    let database = folder.join("practicum.db").display().to_string();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    Server::start(&database, &options)
}

fn ask(server: &Server, tls: ClientTlsConfig) -> Result<(), Status> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let channel = secure_channel(server.address, tls);
        let mut programs = pb::program_service_client::ProgramServiceClient::new(channel);
        let request = pb::ListProgramsRequest::default();
        programs.list_programs(request).await.map(drop)
    })
}

#[test]
fn serves_over_tls_and_reads_its_certificates_again_when_told() {
    let (first, second) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let options = written(folder.path(), &first.server(Holds::Now));
    let server = serve(folder.path(), &options);
    ask(&server, first.trusted(None)).unwrap();
    ask(&server, second.trusted(None)).unwrap_err();
    let told = || {
        server.signal("HUP");
        std::thread::sleep(Duration::from_secs(2));
    };
    // One that has expired is not shown.
    written(folder.path(), &second.server(Holds::Past));
    told();
    ask(&server, first.trusted(None)).unwrap();
    written(folder.path(), &second.server(Holds::Now));
    told();
    ask(&server, second.trusted(None)).unwrap();
    ask(&server, first.trusted(None)).unwrap_err();
    let (_, log) = server.terminate();
    assert!(log.contains("has expired"), "{log}");
    assert!(log.contains("read the certificates again"), "{log}");
}

#[test]
fn lets_in_clients_whose_certificate_the_named_authority_signed() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let mut options = written(folder.path(), &servers.server(Holds::Now)).to_vec();
    let path = folder.path().join("client-ca.pem").display().to_string();
    fs::write(&path, &clients.pem).unwrap();
    options.extend(["--tls-client-ca".to_owned(), path]);
    let server = serve(folder.path(), &options);
    ask(&server, servers.trusted(Some(&clients.client()))).unwrap();
    ask(&server, servers.trusted(None)).unwrap_err();
}

/// Off: `require_sign_in: false` in `src/cli/serve.rs`.
#[test]
fn beyond_loopback_everybody_must_sign_in() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db").display().to_string();
    let tls = written(folder.path(), &authority.server(Holds::Now)).to_vec();
    let plain = vec!["--plaintext-beyond-loopback".to_owned()];
    for (options, scheme) in [(tls, "https"), (plain, "http")] {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let server = Server::start_on("0.0.0.0:0", &database, &options);
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], server.address.port()));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let answer = runtime.block_on(async {
            let channel = if scheme == "https" {
                secure_channel(address, authority.trusted(None))
            } else {
                tonic::transport::Endpoint::from_shared(format!("http://{address}"))
                    .unwrap()
                    .connect_lazy()
            };
            let mut programs = pb::program_service_client::ProgramServiceClient::new(channel);
            let request = pb::ListProgramsRequest::default();
            programs.list_programs(request).await
        });
        let code = answer.unwrap_err().code();
        assert_eq!(code, tonic::Code::Unauthenticated, "{scheme}");
    }
}

#[test]
fn names_the_file_that_cannot_be_used_and_says_why() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let sound = authority.server(Holds::Now);
    let options = written(folder.path(), &sound);
    let refused = |part: &str, file: &str| {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let ran = practicum(&[&["serve", "--database", "unused.db"], &options[..]].concat());
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        let path = folder.path().join(file).display().to_string();
        for part in [part, &path] {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("BEGIN PRIVATE"), "{}", ran.stderr);
    };
    let key = folder.path().join("key.pem");
    fs::write(&key, &authority.server(Holds::Now).key).unwrap();
    refused("--tls-key", "key.pem");
    refused("is not the key of the certificate", "key.pem");
    fs::remove_file(&key).unwrap();
    refused("cannot be read", "key.pem");
    fs::write(&key, &sound.key).unwrap();
    let certificate = folder.path().join("certificate.pem");
    fs::write(&certificate, "nothing").unwrap();
    refused("holds no certificate in PEM", "certificate.pem");
    written(folder.path(), &authority.server(Holds::Past));
    refused("has expired", "certificate.pem");
}

#[test]
fn refuses_options_that_go_ill_together() {
    for (options, part) in [
        (&["--tls-certificate", "c.pem"][..], "--tls-key"),
        (&["--tls-client-ca", "c.pem"], "--tls-certificate"),
        (&["--grpc-web-origin", "https://a.example"], "--grpc-web"),
        (&["--grpc-web", "--grpc-web-origin", "*"], "https://"),
        (&["--calls-per-second", "many"], "--calls-per-second"),
    ] {
        let ran = practicum(&[&["serve", "--database", "unused.db"], options].concat());
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}
