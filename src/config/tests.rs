//! What a configuration file may say, and what is told of one that is wrong.

use super::*;

fn mistakes(text: &str) -> Vec<(usize, String, String)> {
    let mistakes = Config::parse(text).unwrap_err();
    mistakes
        .into_iter()
        .map(|mistake| (mistake.line, mistake.key, mistake.message))
        .collect()
}

#[test]
fn tells_every_mistake_at_once_with_its_line_and_what_is_allowed() {
    let text = "[database]\nuri = \"p.db\"\n\n[serve]\nlisten = \"localhost:7420\"\n\
                solves_at_a_time = 0\nlog_format = \"xml\"\nconnections = \"many\"\n[sever]\n";
    let found = mistakes(text);
    let places: Vec<(usize, &str)> = found.iter().map(|m| (m.0, m.1.as_str())).collect();
    assert_eq!(
        places,
        [
            (2, "database.uri"),
            (5, "serve.listen"),
            (6, "serve.solves_at_a_time"),
            (7, "serve.log_format"),
            (8, "serve.connections"),
            (9, "sever"),
        ]
    );
    for (mistake, allowed) in found.iter().zip([
        "url",
        "127.0.0.1:7420",
        "from 1 to 256",
        "\"pretty\" or \"json\"",
        "from 1 to 65536",
        "database, serve, zone_data",
    ]) {
        assert!(mistake.2.contains(allowed), "{mistake:?}");
    }
}

#[test]
fn tells_where_a_text_is_no_toml() {
    let found = mistakes("[serve]\nlisten = \n");
    assert_eq!(found[0].0, 2, "{found:?}");
}

#[test]
fn shows_no_password_of_a_bad_url() {
    for url in ["mysql://app:hush@db/x", "postgres://app:hush@db:x/y"] {
        let found = mistakes(&format!("[database]\nurl = \"{url}\"\n"));
        assert_eq!((found[0].0, found[0].1.as_str()), (2, "database.url"));
        assert!(!found[0].2.contains("hush"), "{found:?}");
    }
}

#[test]
fn the_example_in_the_docs_has_every_key() {
    let example = Config::parse(include_str!("../../docs/practicum.toml")).unwrap();
    assert_eq!(
        example,
        Config {
            database_url: Some("practicum.db".to_owned()),
            zone_data_folder: Some(PathBuf::from("/usr/share/zoneinfo")),
            serve: ServeConfig {
                listen: Some(([127, 0, 0, 1], 7420).into()),
                log_format: Some("pretty".to_owned()),
                require_sign_in: Some(true),
                jwks: Some("/etc/practicum/jwks.json".to_owned()),
                jwt_issuer: Some("https://login.example.org".to_owned()),
                jwt_audience: Some("practicum".to_owned()),
                solves_at_a_time: Some(2),
                connections: Some(1024),
                calls_per_connection: Some(128),
                message_bytes_max: Some(4 << 20),
                connection_age_seconds: Some(1800),
                tls_certificate: Some("/etc/practicum/certificate.pem".to_owned()),
                tls_key: Some("/etc/practicum/key.pem".to_owned()),
                tls_client_ca: Some("/etc/practicum/client-ca.pem".to_owned()),
                plaintext_beyond_loopback: Some(false),
                grpc_web: Some(false),
                grpc_web_origins: Some(vec!["https://desk.example.org".to_owned()]),
                calls_in_flight: Some(1024),
                streams_in_flight: Some(4096),
                streams_per_caller: Some(1024),
                call_seconds: Some(120),
                calls_per_second: Some(200),
                calls_burst: Some(400),
            },
        }
    );
}

#[test]
fn no_key_can_be_left_out_of_the_example() {
    let text = include_str!("../../docs/practicum.toml");
    for (section, keys) in SECTIONS {
        for key in keys {
            let line = format!("\n{key} = ");
            assert_eq!(text.matches(&line).count(), 1, "{section}.{key}");
        }
    }
}

#[test]
fn an_empty_file_says_nothing() {
    assert_eq!(Config::parse("").unwrap(), Config::default());
    assert_eq!(Config::parse("[serve]\n").unwrap(), Config::default());
}
