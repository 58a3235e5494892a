//! TLS and mTLS, with certificates made here; and peers that do not end their
//! handshake.

use std::time::{Duration, Instant};

use practicum::grpc::{Limits, Tls, TlsFile, TlsFiles, Transport, Web, pb};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Status;
use tonic::transport::ClientTlsConfig;

use crate::support::certificates::{Authority, Holds, secure_channel};
use crate::support::service::{Service, eventually};

/// How a handshake of TLS begins; the rest never comes.
const BEGINNING: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 252];

async fn served(files: &TlsFiles, limits: Limits) -> (Service, Tls) {
    let tls = Tls::new(files).unwrap();
    let transport = Transport {
        limits,
        tls: Some(tls.clone()),
        web: None,
    };
    (Service::with_transport(transport).await, tls)
}

async fn ask(service: &Service, tls: ClientTlsConfig) -> Result<(), Status> {
    let channel = secure_channel(service.address, tls);
    let mut programs = pb::program_service_client::ProgramServiceClient::new(channel);
    let request = pb::ListProgramsRequest::default();
    programs.list_programs(request).await.map(drop)
}

fn in_milliseconds(first_byte: u64) -> Limits {
    Limits {
        first_byte: Duration::from_millis(first_byte),
        ..Limits::default()
    }
}

/// Returns how long a connection lasts on which this is said.
async fn lasts(service: &Service, said: &[u8]) -> Duration {
    let started = Instant::now();
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    stream.write_all(said).await.unwrap();
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    // The server may close or reset; both end the read.
    let ended = tokio::time::timeout(Duration::from_secs(20), read).await;
    assert!(ended.is_ok(), "still open");
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn serves_those_who_trust_its_authority_and_no_others() {
    let (authority, other) = (Authority::new(), Authority::new());
    let files = authority.server(Holds::Now).files(None);
    let (service, _) = served(&files, Limits::default()).await;
    ask(&service, authority.trusted(None)).await.unwrap();
    ask(&service, other.trusted(None)).await.unwrap_err();
    let request = pb::ListProgramsRequest::default();
    // Plain text.
    service.programs().list_programs(request).await.unwrap_err();
    ask(&service, authority.trusted(None)).await.unwrap();
}

/// Off: `with_no_client_auth` in `src/grpc/tls.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn lets_nobody_in_without_a_certificate_of_the_authority_for_clients() {
    let (servers, clients, other) = (Authority::new(), Authority::new(), Authority::new());
    let files = servers.server(Holds::Now).files(Some(&clients));
    let (service, _) = served(&files, Limits::default()).await;
    let known = clients.client();
    ask(&service, servers.trusted(Some(&known))).await.unwrap();
    ask(&service, servers.trusted(None)).await.unwrap_err();
    for stranger in [other.client(), servers.client()] {
        let shown = servers.trusted(Some(&stranger));
        ask(&service, shown).await.unwrap_err();
    }
    // A certificate for servers is none for clients.
    let shown = clients.server(Holds::Now);
    ask(&service, servers.trusted(Some(&shown)))
        .await
        .unwrap_err();
    ask(&service, servers.trusted(Some(&known))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_another_certificate_once_it_is_replaced() {
    let (first, second) = (Authority::new(), Authority::new());
    let files = first.server(Holds::Now).files(None);
    let (service, tls) = served(&files, Limits::default()).await;
    ask(&service, first.trusted(None)).await.unwrap();
    let expired = second.server(Holds::Past).files(None);
    tls.replace(&expired).unwrap_err();
    ask(&service, first.trusted(None)).await.unwrap();
    let files = second.server(Holds::Now).files(None);
    tls.replace(&files).unwrap();
    ask(&service, second.trusted(None)).await.unwrap();
    ask(&service, first.trusted(None)).await.unwrap_err();
}

/// Off: `.timeout` left out of the handshake in `src/grpc/accept.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn closes_a_connection_that_does_not_end_its_handshake() {
    let files = Authority::new().server(Holds::Now).files(None);
    let (service, _) = served(&files, in_milliseconds(300)).await;
    for said in [&[][..], BEGINNING] {
        let lasted = lasts(&service, said).await;
        assert!(lasted >= Duration::from_millis(250), "{lasted:?}");
        assert!(lasted < Duration::from_secs(5), "{lasted:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closes_plain_text_at_once() {
    let files = Authority::new().server(Holds::Now).files(None);
    let (service, _) = served(&files, in_milliseconds(15_000)).await;
    for said in ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"] {
        let lasted = lasts(&service, said.as_bytes()).await;
        assert!(lasted < Duration::from_secs(5), "{lasted:?}");
    }
}

/// Off: no `JoinSet` around the handshakes in `src/grpc/accept.rs`, and a
/// `drain` of an hour here.
#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_stall_do_not_hold_up_the_end_nor_others() {
    let authority = Authority::new();
    let files = authority.server(Holds::Now).files(None);
    let (service, _) = served(&files, in_milliseconds(600_000)).await;
    let mut stalled = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(service.address).await.unwrap();
        stream.write_all(BEGINNING).await.unwrap();
        stalled.push(stream);
    }
    ask(&service, authority.trusted(None)).await.unwrap();
    let started = Instant::now();
    service.stop();
    eventually(|| async { service.server.is_finished() }).await;
    let took = started.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    for mut stream in stalled {
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        let ended = tokio::time::timeout(Duration::from_secs(5), read).await;
        assert!(ended.is_ok(), "still open");
    }
}

/// Off: the first bytes not waited for after the handshake, in
/// `src/grpc/accept.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn closes_a_connection_that_is_silent_after_its_handshake() {
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
    let authority = Authority::new();
    let tls = Tls::new(&authority.server(Holds::Now).files(None)).unwrap();
    let transport = Transport {
        limits: in_milliseconds(400),
        tls: Some(tls),
        web: Some(Web::default()),
    };
    let service = Service::with_transport(transport).await;
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
    let connect = || async {
        let stream = TcpStream::connect(service.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        connector.connect(name, stream).await.unwrap()
    };
    // With grpc-web a client may choose HTTP/1.
    let mut web = connect().await;
    assert_eq!(web.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    web.write_all(b"OPTIONS / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = web.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{answer:?}");
    for said in [&b""[..], b"PRI * HTTP/2.0"] {
        let mut stream = connect().await;
        let started = Instant::now();
        stream.write_all(said).await.unwrap();
        let read = stream.read_to_end(&mut answer);
        let ended = tokio::time::timeout(Duration::from_secs(10), read).await;
        assert!(ended.is_ok(), "still open after {:?}", started.elapsed());
        assert!(started.elapsed() > Duration::from_millis(300));
    }
}

#[test]
fn says_what_is_wrong_with_certificates() {
    let authority = Authority::new();
    let sound = authority.server(Holds::Now);
    let with = |change: &dyn Fn(&mut TlsFiles)| {
        let mut files = sound.files(Some(&authority));
        change(&mut files);
        let mistake = Tls::new(&files).map(drop);
        mistake.map_err(|mistake| (mistake.file, mistake.what))
    };
    assert_eq!(with(&|_| {}), Ok(()));
    let other = authority.server(Holds::Now);
    let locked =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = &sound.certificate[..sound.certificate.len() / 2];
    let is = |file, part: &str, found: Result<(), (TlsFile, String)>| {
        let (found_file, what) = found.unwrap_err();
        assert_eq!(found_file, file, "{what}");
        assert!(what.contains(part), "{what}");
    };
    for (part, certificate) in [
        ("holds no certificate in PEM", ""),
        ("holds no certificate in PEM", "not PEM"),
        ("holds no certificate in PEM", &sound.key),
        ("is not sound PEM", cut),
        ("holds a certificate that is broken", broken),
        ("has expired", &authority.server(Holds::Past).certificate),
        (
            "does not hold yet",
            &authority.server(Holds::Future).certificate,
        ),
        ("is not one for servers", &authority.client().certificate),
    ] {
        let found = with(&|files| files.certificate = certificate.as_bytes().to_vec());
        is(TlsFile::Certificate, part, found);
    }
    for (part, key) in [
        ("holds no private key in PEM", ""),
        ("holds no private key in PEM", &sound.certificate),
        ("is locked by a passphrase", locked),
        ("is not the key of the certificate", &other.key),
    ] {
        let found = with(&|files| files.key = key.as_bytes().to_vec());
        is(TlsFile::Key, part, found);
    }
    for (part, authorities) in [
        ("holds no certificate in PEM", "nobody"),
        ("cannot be used", broken),
    ] {
        let found = with(&|files| files.client_ca = Some(authorities.as_bytes().to_vec()));
        is(TlsFile::ClientCa, part, found);
    }
}
