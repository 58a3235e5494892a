//! `AuditService`: the chain of events, and every way of touching it.

use practicum::domain::AccessRole;
use practicum::grpc::pb;
use practicum::store::Db;
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::callers::{signed, signed_up};
use crate::support::service::{Service, database, served_by_both};

served_by_both!(
    tells_what_was_done_by_whom,
    a_reader_can_hash_the_chain_again,
    finds_every_change_of_every_column,
    finds_events_that_are_gone_and_a_chain_that_is_cut,
);

type Audit = pb::audit_service_client::AuditServiceClient<super::callers::Signed>;

/// Returns a service with a program and some events, and who may read them.
async fn with_events() -> (Service, Audit) {
    let service = Service::start().await.with_program().await;
    let key = signed_up(&service.app, "north/ada", AccessRole::Coordinator).await;
    signed_up(&service.app, "north/bo", AccessRole::Viewer).await;
    let audit = Audit::new(signed(&service.channel, &key));
    (service, audit)
}

fn north() -> String {
    "programs/north".to_owned()
}

async fn proof(audit: &mut Audit) -> pb::VerifyChainResponse {
    let request = pb::VerifyChainRequest { parent: north() };
    audit.verify_chain(request).await.unwrap().into_inner()
}

async fn events(audit: &mut Audit, filter: &str, page_size: i32) -> Vec<pb::Event> {
    let mut request = pb::ListEventsRequest {
        parent: north(),
        page_size,
        filter: filter.to_owned(),
        ..Default::default()
    };
    let mut events = Vec::new();
    loop {
        let page = audit.list_events(request.clone()).await.unwrap();
        let page = page.into_inner();
        events.extend(page.events);
        if page.next_page_token.is_empty() {
            return events;
        }
        request.page_token = page.next_page_token;
    }
}

async fn tells_what_was_done_by_whom() {
    let (service, mut audit) = with_events().await;
    let all = events(&mut audit, "", 2).await;
    let told: Vec<(&str, &str, &str)> = all
        .iter()
        .map(|event| {
            (
                event.actor.as_str(),
                event.kind.as_str(),
                event.subject.as_str(),
            )
        })
        .collect();
    assert_eq!(told[0], ("operator", "create_program", "programs/north"));
    assert_eq!(told[1], ("operator", "create_user", "users/ada"));
    assert_eq!(told[2].1, "create_api_key");
    assert!(told[2].2.starts_with("users/ada/keys/"), "{told:?}");
    assert_eq!(all[1].payload(), "{\"role\":\"coordinator\"}");
    let sequences: Vec<i64> = all.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5]);
    let users = events(&mut audit, "kind = create_user", 1).await;
    let sequences: Vec<i64> = users.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [2, 4]);
    assert!(events(&mut audit, "kind = nothing", 50).await.is_empty());
    let request = pb::ListEventsRequest {
        parent: north(),
        filter: "actor = operator".to_owned(),
        ..Default::default()
    };
    let refused = audit.list_events(request).await.unwrap_err();
    assert_eq!(crate::support::service::broken(&refused), ["filter"]);
    // The users of every program have a chain of their own.
    let root = signed_up(&service.app, "root", AccessRole::Admin).await;
    let mut root = Audit::new(signed(&service.channel, &root));
    let request = pb::VerifyChainRequest::default();
    let proof = root.verify_chain(request).await.unwrap().into_inner();
    assert_eq!((proof.head_sequence, proof.broken), (2, None));
    let request = pb::ListEventsRequest::default();
    let own = root.list_events(request).await.unwrap().into_inner().events;
    assert_eq!(own[0].subject, "users/root");
}

/// As the comment of `Event` says it, so that a partner can do it as well.
async fn a_reader_can_hash_the_chain_again() {
    let (_service, mut audit) = with_events().await;
    let proof = proof(&mut audit).await;
    let chain_id = uuid::Uuid::try_parse(&proof.chain_id).unwrap();
    let hex = |bytes: &[u8]| -> String {
        let digest = Sha256::digest(bytes);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let mut previous = String::new();
    let mut last = 0;
    for event in events(&mut audit, "", 50).await {
        assert_eq!(event.payload_sha256, hex(event.payload().as_bytes()));
        let (sequence, at) = (event.sequence.to_string(), event.time.unwrap().seconds);
        let at = at.to_string();
        let parts: [&[u8]; 8] = [
            chain_id.as_bytes(),
            sequence.as_bytes(),
            at.as_bytes(),
            event.actor.as_bytes(),
            event.kind.as_bytes(),
            event.subject.as_bytes(),
            event.payload_sha256.as_bytes(),
            previous.as_bytes(),
        ];
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(part);
        }
        assert_eq!(event.sha256, hex(&bytes));
        (previous, last) = (event.sha256, event.sequence);
    }
    assert_eq!((proof.head_sha256, proof.head_sequence), (previous, last));
    assert_eq!(proof.broken, None);
}

async fn run_sql(db: &Db, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    let rows = match db {
        Db::Sqlite { writer, .. } => {
            let done = sqlx::query(sql).execute(writer).await;
            done.unwrap().rows_affected()
        }
        Db::Postgres(pool) => {
            let done = sqlx::query(sql).execute(pool).await;
            done.unwrap().rows_affected()
        }
    };
    assert!(rows > 0);
}

const OF_NORTH: &str = "program_id = (SELECT program_id FROM program WHERE key = 'north')";

/// Keeps an event aside, far behind all others, and puts it back.
async fn put_back(db: &Db, sequence: i64) {
    let gone = format!("DELETE FROM event WHERE sequence = {sequence} AND {OF_NORTH}");
    run_sql(db, &gone).await;
    let aside = sequence + 1000;
    let back =
        format!("UPDATE event SET sequence = {sequence} WHERE sequence = {aside} AND {OF_NORTH}");
    run_sql(db, &back).await;
}

async fn finds_every_change_of_every_column() {
    let (service, mut audit) = with_events().await;
    let db = database(&service).await;
    assert_eq!(proof(&mut audit).await.broken, None);
    let columns = [
        ("sequence", "sequence + 500"),
        ("at", "at + 1"),
        ("actor", "'somebody'"),
        ("kind", "'something'"),
        ("subject", "'users/other'"),
        ("payload", "'{\"role\":\"admin\"}'"),
        ("payload_sha256", "'00'"),
        ("previous_sha256", "'00'"),
        ("sha256", "'00'"),
    ];
    for sequence in 1..=5 {
        for (column, other) in columns {
            let keep = format!(
                "INSERT INTO event SELECT program_id, sequence + 1000, at, actor, kind, subject, \
                 payload, payload_sha256, previous_sha256, sha256 FROM event \
                 WHERE sequence = {sequence} AND {OF_NORTH}"
            );
            run_sql(&db, &keep).await;
            let change = format!(
                "UPDATE event SET {column} = {other} WHERE sequence = {sequence} AND {OF_NORTH}"
            );
            run_sql(&db, &change).await;
            let broken = proof(&mut audit).await.broken;
            let broken = broken.unwrap_or_else(|| panic!("{column} of {sequence}"));
            assert_eq!(broken.sequence, sequence, "{column}: {broken:?}");
            assert!(!broken.fault.is_empty());
            if column == "sequence" {
                let back = format!(
                    "UPDATE event SET sequence = {sequence} \
                     WHERE sequence = {} AND {OF_NORTH}",
                    sequence + 500
                );
                run_sql(&db, &back).await;
            }
            put_back(&db, sequence).await;
            assert_eq!(proof(&mut audit).await.broken, None, "{column}");
        }
    }
}

async fn finds_events_that_are_gone_and_a_chain_that_is_cut() {
    let (service, mut audit) = with_events().await;
    let db = database(&service).await;
    let last = format!("DELETE FROM event WHERE sequence = 5 AND {OF_NORTH}");
    run_sql(&db, &last).await;
    assert_eq!(proof(&mut audit).await.broken.unwrap().sequence, 5);
    let middle = format!("DELETE FROM event WHERE sequence = 3 AND {OF_NORTH}");
    run_sql(&db, &middle).await;
    assert_eq!(proof(&mut audit).await.broken.unwrap().sequence, 3);
    let head = "UPDATE program SET event_sequence = 2, event_sha256 = (SELECT sha256 FROM event \
                WHERE event.program_id = program.program_id AND sequence = 1) WHERE key = 'north'";
    run_sql(&db, head).await;
    assert!(proof(&mut audit).await.broken.is_some());
}
