//! `ProgramService`: the conventions that all resources keep.

use practicum::grpc::pb;
use prost_types::FieldMask;
use tonic::Code;
use tonic_types::StatusExt;

use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    gives_back_what_was_created,
    gives_a_uuid_where_no_key_is_given,
    names_every_broken_field,
    refuses_a_second_of_the_same_key_and_a_missing_one,
    changes_only_what_the_mask_names,
    without_a_mask_changes_the_fields_that_are_set,
    refuses_a_stale_etag_and_tells_the_current_one,
    loses_no_update_of_writers_without_etags,
    a_program_is_created_once_for_each_request_id,
);

fn program(display_name: &str, time_zone: &str) -> pb::Program {
    pb::Program {
        display_name: display_name.to_owned(),
        time_zone: time_zone.to_owned(),
        ..Default::default()
    }
}

fn create(key: &str, program: pb::Program) -> pb::CreateProgramRequest {
    pb::CreateProgramRequest {
        program_id: key.to_owned(),
        program: Some(program),
        request_id: String::new(),
    }
}

async fn gives_back_what_was_created() {
    let service = Service::start().await;
    let mut programs = service.programs();
    let request = create("north", program("North", "Europe/Lisbon"));
    let created = programs.create_program(request).await.unwrap().into_inner();
    let created = created.program.unwrap();
    assert_eq!(created.name, "programs/north");
    assert_eq!(created.display_name, "North");
    assert!(!created.etag.is_empty());
    assert!(created.create_time.unwrap().seconds > 1_700_000_000);
    let name = created.name.clone();
    let found = programs.get_program(pb::GetProgramRequest { name }).await;
    assert_eq!(found.unwrap().into_inner().program, Some(created));
}

async fn gives_a_uuid_where_no_key_is_given() {
    let service = Service::start().await;
    let request = create("", program("North", "UTC"));
    let created = service.programs().create_program(request).await.unwrap();
    let name = created.into_inner().program.unwrap().name;
    let key = name.strip_prefix("programs/").unwrap();
    assert!(uuid::Uuid::try_parse(key).is_ok(), "{key}");
}

async fn names_every_broken_field() {
    let service = Service::start().await;
    let mut request = create("no spaces", program("", "Lisbon"));
    request.request_id = "7".to_owned();
    let refused = service
        .programs()
        .create_program(request)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "INVALID_FIELDS");
    let paths = [
        "request_id",
        "program_id",
        "program.display_name",
        "program.time_zone",
    ];
    assert_eq!(broken(&refused), paths);
}

async fn refuses_a_second_of_the_same_key_and_a_missing_one() {
    let service = Service::start().await.with_program().await;
    let mut programs = service.programs();
    let again = create("north", program("North", "UTC"));
    let refused = programs.create_program(again).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::AlreadyExists, "ALREADY_EXISTS".into())
    );
    let name = "programs/south".to_owned();
    let missing = programs
        .get_program(pb::GetProgramRequest { name })
        .await
        .unwrap_err();
    assert_eq!(
        (missing.code(), reason(&missing)),
        (Code::NotFound, "NOT_FOUND".into())
    );
    let named = missing.get_details_resource_info().unwrap();
    assert_eq!(
        (named.resource_type.as_str(), named.resource_name.as_str()),
        ("program", "south")
    );
}

async fn changes_only_what_the_mask_names() {
    let service = Service::start().await.with_program().await;
    let mut programs = service.programs();
    let mut new = program("Far North", "Asia/Tokyo");
    new.name = "programs/north".to_owned();
    let mut request = pb::UpdateProgramRequest {
        program: Some(new),
        update_mask: Some(FieldMask {
            paths: vec!["time_zone".to_owned()],
        }),
        request_id: String::new(),
    };
    let changed = programs
        .update_program(request.clone())
        .await
        .unwrap()
        .into_inner();
    let changed = changed.program.unwrap();
    assert_eq!(
        (changed.display_name.as_str(), changed.time_zone.as_str()),
        ("North", "Asia/Tokyo")
    );
    request.update_mask = Some(FieldMask {
        paths: vec!["etag".to_owned()],
    });
    let refused = programs.update_program(request.clone()).await.unwrap_err();
    assert_eq!(broken(&refused), ["update_mask"]);
    request.update_mask = Some(FieldMask {
        paths: vec!["*".to_owned()],
    });
    let program = request.program.as_mut().unwrap();
    program.time_zone.clear();
    let refused = programs.update_program(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["program.time_zone"]);
}

async fn without_a_mask_changes_the_fields_that_are_set() {
    let service = Service::start().await.with_program().await;
    let mut new = program("Far North", "");
    new.name = "programs/north".to_owned();
    let request = pb::UpdateProgramRequest {
        program: Some(new),
        ..Default::default()
    };
    let changed = service.programs().update_program(request).await.unwrap();
    let changed = changed.into_inner().program.unwrap();
    assert_eq!(changed.display_name, "Far North");
    assert_eq!(changed.time_zone, "Europe/Lisbon");
}

async fn refuses_a_stale_etag_and_tells_the_current_one() {
    let service = Service::start().await.with_program().await;
    let mut programs = service.programs();
    let name = "programs/north".to_owned();
    let found = programs
        .get_program(pb::GetProgramRequest { name })
        .await
        .unwrap();
    let mut mine = found.into_inner().program.unwrap();
    mine.display_name = "Mine".to_owned();
    let request = pb::UpdateProgramRequest {
        program: Some(mine),
        ..Default::default()
    };
    let changed = programs
        .update_program(request.clone())
        .await
        .unwrap()
        .into_inner();
    let current = changed.program.unwrap().etag;
    let refused = programs.update_program(request).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::Aborted, "STALE_ETAG".into())
    );
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(info.metadata["current_etag"], current);
    assert!(refused.get_details_retry_info().is_none());
}

async fn loses_no_update_of_writers_without_etags() {
    let service = Service::start().await.with_program().await;
    let writers = (0..4).map(|writer| {
        let mut programs = service.programs();
        tokio::spawn(async move {
            for change in 0..5 {
                let mut new = program(&format!("Writer {writer} change {change}"), "");
                new.name = "programs/north".to_owned();
                let request = pb::UpdateProgramRequest {
                    program: Some(new),
                    ..Default::default()
                };
                programs.update_program(request).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let name = "programs/north".to_owned();
    let found = service
        .programs()
        .get_program(pb::GetProgramRequest { name })
        .await;
    assert_eq!(found.unwrap().into_inner().program.unwrap().etag, "21");
}

async fn a_program_is_created_once_for_each_request_id() {
    let service = Service::start().await;
    for key in ["north", ""] {
        let mut request = create(key, program("North", "UTC"));
        request.request_id = uuid::Uuid::now_v7().to_string();
        let first = service
            .programs()
            .create_program(request.clone())
            .await
            .unwrap();
        let again = service
            .programs()
            .create_program(request.clone())
            .await
            .unwrap();
        assert_eq!(first.into_inner(), again.into_inner());
        request.program = Some(program("South", "UTC"));
        let refused = service
            .programs()
            .create_program(request)
            .await
            .unwrap_err();
        assert_eq!(broken(&refused), ["request_id"]);
    }
    let request = pb::ListProgramsRequest::default();
    let all = service
        .programs()
        .list_programs(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(all.programs.len(), 2);
}
