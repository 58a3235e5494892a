//! Twins: the same request many times at once has one effect and one answer.

use std::collections::BTreeSet;

use practicum::grpc::pb;
use prost::Message;

use super::once::id;
use super::people::create_site;
use crate::support::service::{Service, broken, import_messages, roster_files, served_by_both};

served_by_both!(
    a_first_import_gives_a_repeat_the_first_answer,
    many_twins_of_many_requests_have_one_effect_each,
);

async fn a_first_import_gives_a_repeat_the_first_answer() {
    let service = Service::start().await;
    let files = roster_files("clinic-12");
    let header = pb::ImportRosterHeader {
        parent: "programs/clinic-12".to_owned(),
        mode: i32::from(pb::ImportMode::Replace),
        validate_only: false,
        request_id: id(),
    };
    let import = |header: pb::ImportRosterHeader| {
        let messages = tokio_stream::iter(import_messages(header, &files));
        let mut rosters = service.rosters();
        async move { rosters.import_roster(messages).await }
    };
    let twins = (0..8).map(|_| tokio::spawn(import(header.clone())));
    let mut answers = Vec::new();
    for twin in twins.collect::<Vec<_>>() {
        answers.push(twin.await.unwrap().unwrap().into_inner());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    // An import of the same that is not a repeat finds nothing to create.
    let other = pb::ImportRosterHeader {
        request_id: id(),
        ..header.clone()
    };
    let unchanged = import(other).await.unwrap().into_inner();
    assert!(answers[0].changes.iter().any(|one| one.created > 0));
    assert!(unchanged.changes.iter().all(|one| one.created == 0));
    let mode = i32::from(pb::ImportMode::Upsert);
    let refused = import(pb::ImportRosterHeader { mode, ..header })
        .await
        .unwrap_err();
    assert_eq!(broken(&refused), ["request_id"]);
}

async fn many_twins_of_many_requests_have_one_effect_each() {
    let service = Service::start().await.with_program().await;
    let mut twins = Vec::new();
    for _ in 0..8 {
        let request = pb::CreateSiteRequest {
            request_id: id(),
            site_id: String::new(),
            ..create_site("annex")
        };
        for _ in 0..64 {
            let (mut sites, request) = (service.sites(), request.clone());
            twins.push(tokio::spawn(
                async move { sites.create_site(request).await },
            ));
        }
    }
    let mut answers = BTreeSet::new();
    for twin in twins {
        answers.insert(twin.await.unwrap().unwrap().into_inner().encode_to_vec());
    }
    assert_eq!(answers.len(), 8);
    let request = pb::ListSitesRequest {
        parent: "programs/north".to_owned(),
        ..Default::default()
    };
    let all = service.sites().list_sites(request).await.unwrap();
    assert_eq!(all.into_inner().sites.len(), 8);
}
