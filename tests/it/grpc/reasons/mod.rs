//! Every reason of an error is provoked through the service, as its clients
//! would meet it. A new reason gets a line in one of the lists below; a test
//! fails while it has none.

use std::collections::BTreeSet;
use std::path::Path;

use practicum::domain::AccessRole;
use practicum::grpc::pb;
use practicum::store::Db;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tonic::{Code, Status};

mod of_runs;
mod published;

use self::of_runs::{
    a_run_that_has_ended_cannot_be_cancelled, a_run_that_is_queued_has_no_plan,
    a_server_that_stops_is_unavailable, who_has_a_place_is_matched,
};
use self::published::{
    a_plan_belongs_to_its_round_alone, a_plan_is_published_but_once,
    a_second_plan_must_be_a_repair, an_answer_is_to_the_plan_that_holds,
    only_a_draft_is_opened_for_preferences, supervisors_answer_for_their_trainees_alone,
};
use super::people::create_site;
use super::rounds::round;
use super::runs::imported;
use crate::access::callers::{programs, signed_up};
use crate::support::service::{
    Service, database_url, import_messages, reason, roster_files, served_by_both,
};

/// Lists reasons with the tests of this file that provoke them.
macro_rules! reasons {
    ($($reason:ident: $test:ident,)+) => {
        const HERE: &[&str] = &[$(stringify!($reason)),+];
        served_by_both!($($test),+);
    };
}

reasons! {
    ALREADY_PUBLISHED: a_plan_is_published_but_once,
    FORBIDDEN: a_viewer_is_forbidden_to_write,
    NOT_A_REPAIR: a_second_plan_must_be_a_repair,
    NOT_SUPERVISED: supervisors_answer_for_their_trainees_alone,
    OTHER_ROUND: a_plan_belongs_to_its_round_alone,
    PLAN_REPLACED: an_answer_is_to_the_plan_that_holds,
    UNAUTHENTICATED: who_shows_no_key_is_unauthenticated,
    WRONG_ROUND_STATE: only_a_draft_is_opened_for_preferences,
    ALREADY_EXISTS: a_key_that_is_taken_already_exists,
    CONTENDED: who_waits_too_long_for_others_is_contended,
    INTERNAL: a_record_that_cannot_be_read_is_internal,
    INVALID_FIELDS: a_broken_name_is_an_invalid_field,
    INVALID_ROSTER: a_folder_without_files_is_an_invalid_roster,
    NOT_FOUND: a_program_that_is_not_there_is_not_found,
    NO_PLAN: a_run_that_is_queued_has_no_plan,
    NO_TRAINEES: a_round_of_nobody_has_no_trainees,
    OTHER_PROGRAM: a_folder_of_another_program_is_refused,
    PIN_AGAINST_FORBID: a_pinned_pair_cannot_be_forbidden,
    RUN_ENDED: a_run_that_has_ended_cannot_be_cancelled,
    STALE_ETAG: an_old_etag_is_stale,
    TAKES_PART: a_site_of_a_round_takes_part,
    TOO_LARGE: a_message_of_five_mebibytes_is_too_large,
    TRAINEE_MATCHED: who_has_a_place_is_matched,
    UNAVAILABLE: a_server_that_stops_is_unavailable,
}

/// Reasons that other files provoke: reason, file and test.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "ALREADY_REVOKED",
        "tests/it/access/users.rs",
        "users_are_created_changed_listed_and_revoked",
    ),
    (
        "DEADLINE_EXCEEDED",
        "tests/it/grpc/shedding.rs",
        "a_call_that_takes_too_long_is_ended_and_undone",
    ),
    (
        "NOT_PUBLISHED",
        "tests/it/grpc/publishing.rs",
        "tells_what_is_wrong_with_a_plan_that_is_to_be_published",
    ),
    (
        "OVERLOADED",
        "tests/it/grpc/shedding.rs",
        "calls_beyond_the_most_at_a_time_are_refused_at_once",
    ),
    (
        "OWN_ACCESS",
        "tests/it/access/users.rs",
        "nobody_shuts_themselves_out",
    ),
    (
        "RATE_LIMITED",
        "tests/it/grpc/shedding.rs",
        "a_caller_who_calls_too_often_is_told_how_long_to_wait",
    ),
    (
        "ROUND_CLOSED",
        "tests/it/grpc/publishing.rs",
        "a_closed_round_is_refused_by_every_door",
    ),
    (
        "TOO_MANY_STREAMS",
        "tests/it/grpc/shares.rs",
        "streams_of_one_caller_beyond_the_most_are_refused",
    ),
];

/// Reasons that no caller can provoke, and why.
const NEVER: &[(&str, &str)] = &[
    ("CANCELLED", "whoever gave up reads no answer"),
    (
        "SECRET_ALREADY_SHOWN",
        "a field of an answer tells it, never an error",
    ),
    (
        "ZONE_DATA_CHANGED",
        "a server has the same zone data from its start to its end",
    ),
];

#[test]
fn every_reason_of_the_contract_is_provoked_or_said_to_be_out_of_reach() {
    let numbers = 1..1000;
    let all: BTreeSet<&str> = numbers
        .filter_map(|number| pb::ErrorReason::try_from(number).ok())
        .map(|reason| reason.as_str_name().trim_start_matches("ERROR_REASON_"))
        .collect();
    let elsewhere = ELSEWHERE.iter().map(|(reason, _, _)| *reason);
    let never = NEVER.iter().map(|(reason, _)| *reason);
    let listed: Vec<&str> = HERE.iter().copied().chain(elsewhere).chain(never).collect();
    let once: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(once, all, "each reason needs its line");
    assert_eq!(once.len(), listed.len(), "a reason is listed twice");
    for (reason, file, test) in ELSEWHERE {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
        let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
        let body = text
            .split_once(&format!("fn {test}("))
            .map(|(_, rest)| rest);
        let body = body.unwrap_or_else(|| panic!("{file} has no test {test}"));
        let body = body.split("\n}\n").next().unwrap_or_default();
        assert!(
            body.contains(&format!("\"{reason}\"")),
            "{test} never names {reason}"
        );
    }
}

fn assert_reason<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, expected: &str) {
    let status = answer.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status)),
        (code, expected.to_owned())
    );
}

async fn get_program(service: &Service, name: &str) -> Result<pb::Program, Status> {
    let name = name.to_owned();
    let found = service
        .programs()
        .get_program(pb::GetProgramRequest { name })
        .await;
    found.map(|found| found.into_inner().program.unwrap())
}

async fn rename(service: &Service, etag: &str) -> Result<(), Status> {
    let request = pb::UpdateProgramRequest {
        program: Some(pb::Program {
            name: "programs/north".to_owned(),
            display_name: "Northern".to_owned(),
            etag: etag.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    service.programs().update_program(request).await.map(drop)
}

async fn import(
    service: &Service,
    parent: &str,
    files: &[(String, Vec<u8>)],
) -> Result<(), Status> {
    let header = pb::ImportRosterHeader {
        parent: parent.to_owned(),
        mode: i32::from(pb::ImportMode::Replace),
        ..Default::default()
    };
    let messages = tokio_stream::iter(import_messages(header, files));
    service.rosters().import_roster(messages).await.map(drop)
}

async fn a_key_that_is_taken_already_exists() {
    let service = Service::start().await.with_program().await;
    let create = || async { service.sites().create_site(create_site("harbour")).await };
    create().await.unwrap();
    assert_reason(create().await, Code::AlreadyExists, "ALREADY_EXISTS");
}

/// Somebody who writes and does not end.
enum Writing {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Writing {
    async fn begin() -> Self {
        let url = database_url();
        if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            connection.execute("BEGIN IMMEDIATE").await.unwrap();
            return Self::Sqlite(connection);
        }
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute("BEGIN").await.unwrap();
        let lock = "LOCK TABLE program IN EXCLUSIVE MODE";
        connection.execute(lock).await.unwrap();
        Self::Postgres(connection)
    }

    async fn end(self) {
        match self {
            Self::Sqlite(mut connection) => connection.execute("ROLLBACK").await.map(drop),
            Self::Postgres(mut connection) => connection.execute("ROLLBACK").await.map(drop),
        }
        .unwrap();
    }
}

async fn who_waits_too_long_for_others_is_contended() {
    let service = Service::start().await.with_program().await;
    let other = Writing::begin().await;
    assert_reason(rename(&service, "").await, Code::Aborted, "CONTENDED");
    other.end().await;
    rename(&service, "").await.unwrap();
}

async fn a_record_that_cannot_be_read_is_internal() {
    let service = Service::start().await.with_program().await;
    let spoil = "UPDATE program SET time_zone = 'Nowhere/Land'";
    match &service.db {
        Db::Sqlite { writer, .. } => writer.execute(spoil).await.map(drop).unwrap(),
        Db::Postgres(pool) => pool.execute(spoil).await.map(drop).unwrap(),
    }
    let found = get_program(&service, "programs/north").await;
    assert_reason(found, Code::Internal, "INTERNAL");
}

async fn a_broken_name_is_an_invalid_field() {
    let service = Service::start().await;
    let found = get_program(&service, "north").await;
    assert_reason(found, Code::InvalidArgument, "INVALID_FIELDS");
}

async fn a_folder_without_files_is_an_invalid_roster() {
    let service = Service::start().await;
    let imported = import(&service, "programs/clinic-12", &[]).await;
    assert_reason(imported, Code::InvalidArgument, "INVALID_ROSTER");
}

async fn a_program_that_is_not_there_is_not_found() {
    let service = Service::start().await;
    let found = get_program(&service, "programs/nowhere").await;
    assert_reason(found, Code::NotFound, "NOT_FOUND");
}

async fn a_round_of_nobody_has_no_trainees() {
    let service = Service::start().await.with_program().await;
    let request = pb::CreateRoundRequest {
        parent: "programs/north".to_owned(),
        round: Some(round("Spring")),
        ..Default::default()
    };
    let created = service.rounds().create_round(request).await.unwrap();
    let request = pb::StartRunRequest {
        round: created.into_inner().round.unwrap().name,
        ..Default::default()
    };
    let started = service.runs().start_run(request).await;
    assert_reason(started, Code::FailedPrecondition, "NO_TRAINEES");
}

async fn a_folder_of_another_program_is_refused() {
    let service = Service::start().await;
    let imported = import(&service, "programs/other", &roster_files("clinic-12")).await;
    assert_reason(imported, Code::FailedPrecondition, "OTHER_PROGRAM");
}

async fn a_pinned_pair_cannot_be_forbidden() {
    let (service, round, roster) = imported("clinic-12").await;
    let site = roster.sites[0].key.to_string();
    let target = pb::site_or_supervisor::Target::SiteId(site);
    let pair = Some(pb::Pair {
        trainee_id: roster.trainees[0].key.to_string(),
        target: Some(pb::SiteOrSupervisor {
            target: Some(target),
        }),
    });
    let request = pb::PinRequest {
        round: round.clone(),
        pair: pair.clone(),
        ..Default::default()
    };
    service.rounds().pin(request).await.unwrap();
    let request = pb::ForbidRequest {
        round,
        pair,
        ..Default::default()
    };
    let forbidden = service.rounds().forbid(request).await;
    assert_reason(forbidden, Code::FailedPrecondition, "PIN_AGAINST_FORBID");
}

async fn an_old_etag_is_stale() {
    let service = Service::start().await.with_program().await;
    let etag = get_program(&service, "programs/north").await.unwrap().etag;
    rename(&service, &etag).await.unwrap();
    assert_reason(rename(&service, &etag).await, Code::Aborted, "STALE_ETAG");
}

async fn a_site_of_a_round_takes_part() {
    let (service, _, roster) = imported("clinic-12").await;
    let request = pb::DeleteSiteRequest {
        name: format!("programs/clinic-12/sites/{}", roster.sites[0].key),
        ..Default::default()
    };
    let deleted = service.sites().delete_site(request).await;
    assert_reason(deleted, Code::FailedPrecondition, "TAKES_PART");
}

async fn a_message_of_five_mebibytes_is_too_large() {
    let service = Service::start().await;
    let found = get_program(&service, &"x".repeat(5 << 20)).await;
    assert_reason(found, Code::ResourceExhausted, "TOO_LARGE");
}

async fn a_viewer_is_forbidden_to_write() {
    let service = Service::start().await.with_program().await;
    let key = signed_up(&service.app, "eve", AccessRole::Viewer).await;
    let request = pb::CreateProgramRequest {
        program: Some(pb::Program {
            display_name: "South".to_owned(),
            time_zone: "Europe/Lisbon".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let created = programs(&service.channel, &key)
        .create_program(request)
        .await;
    assert_reason(created, Code::PermissionDenied, "FORBIDDEN");
}

async fn who_shows_no_key_is_unauthenticated() {
    let service = Service::start().await.with_program().await;
    signed_up(&service.app, "eve", AccessRole::Viewer).await;
    let found = get_program(&service, "programs/north").await;
    assert_reason(found, Code::Unauthenticated, "UNAUTHENTICATED");
}
