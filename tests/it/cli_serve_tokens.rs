//! `practicum serve` with tokens of an identity provider, as an operator runs
//! it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use practicum::grpc::pb;
use serde_json::json;
use tonic::Code;

use crate::access::callers::programs;
use crate::support::command::practicum;
use crate::support::server::Server;
use crate::support::tokens::{AUDIENCE, ISSUER, Signer, claims, header};

fn write_keys(folder: &Path, signer: &Signer) -> String {
    let path = folder.join("jwks.json");
    fs::write(&path, json!({ "keys": [signer.jwk] }).to_string()).unwrap();
    path.display().to_string()
}

/// Returns the options that take tokens by the keys in a file.
fn options(keys: &str) -> [&str; 6] {
    [
        "--jwks",
        keys,
        "--jwt-issuer",
        ISSUER,
        "--jwt-audience",
        AUDIENCE,
    ]
}

fn ask(server: &Server, token: &str) -> Result<(), Code> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let request = pb::ListProgramsRequest::default();
        let mut programs = programs(&server.channel(), token);
        let answer = programs.list_programs(request).await;
        answer.map(drop).map_err(|status| status.code())
    })
}

#[test]
fn takes_tokens_and_reads_their_keys_again_when_told() {
    let (first, second) = (Signer::p256("one"), Signer::p256("two"));
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db").display().to_string();
    let user = ["user", "create", "ada", "--role", "viewer", "--database"];
    let created = practicum(&[&user[..], &[&database]].concat());
    assert_eq!(created.code, 0, "{}", created.stderr);
    let keys = write_keys(folder.path(), &first);
    let options = options(&keys);
    let server = Server::start(&database, &options);
    let by_first = first.token(&header("one"), &claims("ada"));
    let by_second = second.token(&header("two"), &claims("ada"));
    ask(&server, &by_first).unwrap();
    assert_eq!(ask(&server, &by_second), Err(Code::Unauthenticated));
    let told = || {
        server.signal("HUP");
        // Who is known stays known for three seconds.
        std::thread::sleep(Duration::from_secs(4));
    };
    fs::write(&keys, "{").unwrap();
    told();
    ask(&server, &by_first).unwrap();
    write_keys(folder.path(), &second);
    told();
    ask(&server, &by_second).unwrap();
    assert_eq!(ask(&server, &by_first), Err(Code::Unauthenticated));
    let (_, log) = server.terminate();
    assert!(
        log.contains("keeps the keys of tokens that it has"),
        "{log}"
    );
    assert!(log.contains("read the keys of tokens again"), "{log}");
    assert!(
        log.contains("a token by a key that the JWKS file does not have"),
        "{log}"
    );
    assert!(
        !log.contains(&by_first) && !log.contains(&by_second),
        "{log}"
    );
}

#[test]
fn refuses_a_part_of_the_options_and_a_file_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("jwks.json").display().to_string();
    let database = folder.path().join("practicum.db").display().to_string();
    let said = |options: &[&str]| {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--database", &database];
        let ran = practicum(&[&serve[..], options].concat());
        (ran.code, ran.stderr)
    };
    let (code, error) = said(&["--jwks", &keys, "--jwt-issuer", ISSUER]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("give all three or none"), "{error}");
    let all = options(&keys);
    let (code, error) = said(&all);
    assert_eq!(code, 4, "{error}");
    assert!(error.contains("jwks.json cannot be read"), "{error}");
    fs::write(&keys, r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#).unwrap();
    let (code, error) = said(&all);
    assert_eq!(code, 3, "{error}");
    assert!(
        error.contains("(number 1) that is a shared secret"),
        "{error}"
    );
}
