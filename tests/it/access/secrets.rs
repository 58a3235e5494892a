//! A key that was shown once is found nowhere again: not in the log, in
//! answers, in events, in the database, or in what `Debug` writes.

use std::io::Write;
use std::sync::{Arc, Mutex};

use practicum::app::{Actor, App};
use practicum::domain::AccessRole;
use practicum::grpc::pb;
use practicum::store::Db;
use secrecy::ExposeSecret;

use super::callers::{access, signed, signed_up, user};
use crate::support::command::practicum;
use crate::support::contents::rows;
use crate::support::server::Server;
use crate::support::service::{Service, database, served_by_both};

served_by_both!(no_key_is_kept_anywhere_in_the_database,);

/// Returns all that stands in the tables of users and events: as text, or as
/// bytes in hexadecimal.
async fn everything(db: &Db) -> String {
    let mut all = String::new();
    for table in ["api_key", "event", "idempotency", "program", "user_account"] {
        let rows = rows(db, table).await;
        assert!(!rows.is_empty(), "{table}");
        all.push_str(&rows.join("\n"));
    }
    all
}

async fn no_key_is_kept_anywhere_in_the_database() {
    let service = Service::start().await;
    let root = signed_up(&service.app, "root", AccessRole::Admin).await;
    let mut admin = access(&service.channel, &root);
    let request = pb::CreateApiKeyRequest {
        parent: "users/root".to_owned(),
        request_id: uuid::Uuid::now_v7().to_string(),
        ..Default::default()
    };
    let made = admin.create_api_key(request).await.unwrap().into_inner();
    let (_, secret) = made.key_text.rsplit_once('_').unwrap();
    let all = everything(&database(&service).await).await;
    // The search finds what is there: the answer that is kept has the name.
    let name = made.api_key.unwrap().name;
    let hexadecimal = |text: &str| -> String {
        let bytes = text.bytes();
        bytes.map(|byte| format!("{byte:02x}")).collect()
    };
    let all = all.to_lowercase();
    assert!(all.contains(&hexadecimal(&name)), "the kept answer");
    for canary in [secret, &hexadecimal(secret)] {
        assert!(!all.contains(canary));
    }
    let audit = pb::audit_service_client::AuditServiceClient::new(signed(&service.channel, &root));
    let events = { audit }
        .list_events(pb::ListEventsRequest::default())
        .await
        .unwrap();
    assert!(!format!("{events:?}").contains(secret));
}

/// What a subscriber writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn app(folder: &std::path::Path) -> App {
    let db = Db::open(&folder.join("p.db").display().to_string()).await;
    let clock = Arc::new(practicum::app::SystemClock);
    let zones = practicum::zone_data::ZoneData::embedded();
    App::new(
        db.unwrap(),
        clock,
        zones,
        practicum::app::Settings::default(),
    )
}

#[tokio::test]
async fn neither_debug_nor_the_finest_log_of_the_use_cases_shows_a_key() {
    let written = Written::default();
    let sink = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || sink.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let root = user(&app, "root", AccessRole::Admin).await;
    let issued = app.create_api_key(&Actor::operator(), &root, None).await;
    let issued = issued.unwrap();
    let text = issued.text.expose_secret();
    let (_, secret) = text.rsplit_once('_').unwrap();
    let actor = app.sign_in(Some(text)).await.unwrap();
    let wrong = another(text);
    let refused = app.sign_in(Some(&wrong)).await;
    let shown = format!("{issued:?} {actor:?} {app:?} {refused:?}");
    assert!(shown.contains("REDACTED"), "{shown}");
    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("refused a sign-in"), "{log}");
    for place in [&shown, &log] {
        assert!(!place.contains(&secret[..60]));
    }
}

/// Returns a key that differs in its last digit.
fn another(key: &str) -> String {
    let digit = if key.ends_with('0') { '1' } else { '0' };
    format!("{}{digit}", &key[..key.len() - 1])
}

#[test]
fn no_key_comes_into_the_log_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("p.db").display().to_string();
    let ok = |arguments: &[&str]| {
        let ran = practicum(&[arguments, &["--database", &database]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    ok(&["user", "create", "root", "--role", "admin"]);
    let text = ok(&["api-key", "create", "--user", "root"]);
    let text = text.trim();
    let server = Server::start(&database, &["--log-format", "json"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let list = pb::ListProgramsRequest::default;
        let mut programs = super::callers::programs(&server.channel(), text);
        programs.list_programs(list()).await.unwrap();
        for wrong in [another(text), format!("{text}x"), format!("x{text}")] {
            let mut programs = super::callers::programs(&server.channel(), &wrong);
            programs.list_programs(list()).await.unwrap_err();
        }
        let mut admin = access(&server.channel(), text);
        let request = pb::CreateApiKeyRequest {
            parent: "users/root".to_owned(),
            ..Default::default()
        };
        admin.create_api_key(request).await.unwrap();
    });
    drop(runtime);
    let (_, log) = server.terminate();
    let (_, secret) = text.rsplit_once('_').unwrap();
    assert!(log.contains("ListPrograms"), "{log}");
    assert!(!log.contains(&secret[..60]), "{log}");
    assert!(!log.contains("prk_"), "{log}");
}
