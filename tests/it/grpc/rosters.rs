//! `RosterService`: a folder goes in in pieces and comes out the same.

use std::collections::BTreeMap;
use std::time::Duration;

use practicum::domain::AccessRole;
use practicum::grpc::pb;
use practicum::roster::{FolderFiles, read_roster, write_roster};
use tokio_stream::StreamExt;
use tonic::Code;
use tonic_types::StatusExt;

use crate::access::callers::{signed, signed_up};
use crate::support::service::{
    Service, broken, import_messages, reason, roster_files, served_by_both,
};

served_by_both!(
    exports_what_was_imported,
    a_second_import_changes_nothing,
    validation_returns_every_mistake_and_stores_nothing,
    an_import_with_mistakes_is_an_error_that_names_the_first,
    refuses_messages_out_of_order_and_unknown_files,
    refuses_the_folder_of_another_program,
    who_may_not_import_is_told_before_any_file_is_sent,
);

/// Less than an import waits for its next piece.
const AT_ONCE: Duration = Duration::from_secs(20);

fn header(program: &str) -> pb::ImportRosterHeader {
    pb::ImportRosterHeader {
        parent: format!("programs/{program}"),
        mode: i32::from(pb::ImportMode::Replace),
        validate_only: false,
        request_id: String::new(),
    }
}

/// Returns the key of the program of a roster.
fn program_of(files: &[(String, Vec<u8>)]) -> String {
    read_roster(&folder(files)).unwrap().program.key.to_string()
}

fn folder(files: &[(String, Vec<u8>)]) -> FolderFiles {
    let mut folder = FolderFiles::default();
    for (name, contents) in files {
        folder.insert(name, contents.clone());
    }
    folder
}

async fn import(
    service: &Service,
    header: pb::ImportRosterHeader,
    files: &[(String, Vec<u8>)],
) -> Result<pb::ImportRosterResponse, tonic::Status> {
    let messages = tokio_stream::iter(import_messages(header, files));
    let answer = service.rosters().import_roster(messages).await?;
    Ok(answer.into_inner())
}

async fn exports_what_was_imported() {
    let service = Service::start().await;
    let files = roster_files("clinic-12");
    let done = import(&service, header(&program_of(&files)), &files)
        .await
        .unwrap();
    assert!(done.stored && done.mistakes.is_empty());
    let trainees = done
        .changes
        .iter()
        .find(|changes| changes.kind == "trainee")
        .unwrap();
    assert_eq!(
        (trainees.created, trainees.updated, trainees.removed),
        (12, 0, 0)
    );
    let request = pb::ExportRosterRequest { round: done.round };
    let mut stream = service
        .rosters()
        .export_roster(request)
        .await
        .unwrap()
        .into_inner();
    let mut exported: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    while let Some(message) = stream.message().await.unwrap() {
        let piece = message.piece.unwrap();
        assert!(piece.contents.len() <= 64 << 10);
        exported
            .entry(piece.file_name)
            .or_default()
            .extend(piece.contents);
    }
    let exported: Vec<(String, Vec<u8>)> = exported.into_iter().collect();
    let mut expected = read_roster(&folder(&files)).unwrap();
    // The round has a key once it is stored.
    expected.round.key = read_roster(&folder(&exported)).unwrap().round.key;
    assert_eq!(folder(&exported), write_roster(&expected));
}

async fn a_second_import_changes_nothing() {
    let service = Service::start().await;
    let files = roster_files("clinic-12");
    let program = program_of(&files);
    import(&service, header(&program), &files).await.unwrap();
    let again = import(&service, header(&program), &files).await.unwrap();
    for changes in again.changes {
        let changed = changes.created + changes.updated + changes.removed;
        assert_eq!(changed, 0, "{changes:?}");
    }
}

/// Returns a roster with a mistake in each trainee.
fn broken_files() -> Vec<(String, Vec<u8>)> {
    let mut files = roster_files("clinic-12");
    let (_, trainees) = files
        .iter_mut()
        .find(|(name, _)| name == "trainees.csv")
        .unwrap();
    let text = String::from_utf8(trainees.clone()).unwrap();
    let rows: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(row, line)| match row {
            0 => line.to_owned(),
            _ => line.replacen(',', ",,", 1),
        })
        .collect();
    *trainees = rows.join("\n").into_bytes();
    files
}

async fn validation_returns_every_mistake_and_stores_nothing() {
    let service = Service::start().await;
    let program = program_of(&roster_files("clinic-12"));
    let header = pb::ImportRosterHeader {
        validate_only: true,
        ..header(&program)
    };
    let answer = import(&service, header.clone(), &broken_files())
        .await
        .unwrap();
    assert!(!answer.stored);
    assert!(answer.mistakes_total >= 12, "{answer:?}");
    assert_eq!(
        answer.mistakes.len().to_string(),
        answer.mistakes_total.to_string()
    );
    let rows: Vec<i64> = answer.mistakes.iter().map(|mistake| mistake.row).collect();
    assert!((2..=13).all(|row| rows.contains(&row)), "{rows:?}");
    let right = import(&service, header, &roster_files("clinic-12"))
        .await
        .unwrap();
    assert!(!right.stored && right.mistakes_total == 0);
    let request = pb::GetProgramRequest {
        name: format!("programs/{program}"),
    };
    let missing = service.programs().get_program(request).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
}

async fn an_import_with_mistakes_is_an_error_that_names_the_first() {
    let service = Service::start().await;
    let program = program_of(&roster_files("clinic-12"));
    let refused = import(&service, header(&program), &broken_files())
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "INVALID_ROSTER");
    let fields = refused.get_details_bad_request().unwrap().field_violations;
    assert!(
        fields[0].field.starts_with("trainees.csv row 2"),
        "{:?}",
        fields[0]
    );
}

async fn refuses_messages_out_of_order_and_unknown_files() {
    let service = Service::start().await;
    let files = roster_files("clinic-12");
    let program = program_of(&files);
    let messages = import_messages(header(&program), &files);
    let send = |messages: Vec<pb::ImportRosterRequest>| {
        let mut rosters = service.rosters();
        async move {
            rosters
                .import_roster(tokio_stream::iter(messages))
                .await
                .unwrap_err()
        }
    };
    assert_eq!(broken(&send(messages[1..].to_vec()).await), ["header"]);
    assert_eq!(broken(&send(Vec::new()).await), ["header"]);
    let twice = vec![messages[0].clone(), messages[0].clone()];
    assert_eq!(broken(&send(twice).await), ["header"]);
    let nothing = vec![messages[0].clone(), pb::ImportRosterRequest::default()];
    assert_eq!(broken(&send(nothing).await), ["part"]);
    let other = [("../trainees.csv".to_owned(), vec![1])];
    let refused = import(&service, header(&program), &other)
        .await
        .unwrap_err();
    assert_eq!(broken(&refused), ["piece.file_name"]);
    let wrong = pb::ImportRosterHeader {
        request_id: "x".to_owned(),
        ..pb::ImportRosterHeader::default()
    };
    let refused = import(&service, wrong, &files).await.unwrap_err();
    assert_eq!(
        broken(&refused),
        ["header.request_id", "header.parent", "header.mode"]
    );
}

async fn refuses_the_folder_of_another_program() {
    let service = Service::start().await.with_program().await;
    let refused = import(&service, header("north"), &roster_files("clinic-12"))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(reason(&refused), "OTHER_PROGRAM");
}

/// Off: `check_may_import` left out in `src/grpc/services/rosters.rs`.
async fn who_may_not_import_is_told_before_any_file_is_sent() {
    let service = Service::start().await.with_program().await;
    let ada = signed_up(&service.app, "north/ada", AccessRole::Viewer).await;
    let import = async |program: &str| {
        let first = import_messages(header(program), &[]);
        let messages = tokio_stream::iter(first).chain(tokio_stream::pending());
        let channel = signed(&service.channel, &ada);
        let mut rosters = pb::roster_service_client::RosterServiceClient::new(channel);
        let answer = tokio::time::timeout(AT_ONCE, rosters.import_roster(messages)).await;
        answer.unwrap().unwrap_err()
    };
    let forbidden = import("north").await;
    assert_eq!(forbidden.code(), Code::PermissionDenied, "{forbidden:?}");
    assert_eq!(reason(&forbidden), "FORBIDDEN");
    let info = forbidden.get_details_error_info().unwrap();
    assert_eq!(info.metadata["permission"], "roster.write");
    let hidden = import("south").await;
    assert_eq!(hidden.code(), Code::NotFound, "{hidden:?}");
}
