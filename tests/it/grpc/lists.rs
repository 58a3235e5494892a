//! Order and filter of lists, and batches, as callers write them.

use practicum::grpc::pb;
use tonic::Code;

use super::people::{create_site, site, supervisor, trainee};
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    orders_and_filters_a_list_page_by_page,
    names_a_wrong_order_and_a_wrong_filter,
    a_batch_tells_everything_that_is_wrong_with_its_path,
    a_batch_honours_etags_and_takes_at_most_a_thousand,
);

fn parent() -> String {
    "programs/north".to_owned()
}

fn named(key: &str, display_name: &str, level: &str) -> pb::Trainee {
    pb::Trainee {
        name: format!("programs/north/trainees/{key}"),
        level: level.to_owned(),
        ..trainee(display_name)
    }
}

async fn with_trainees() -> Service {
    let service = Service::start().await.with_program().await;
    let request = pb::BatchUpsertTraineesRequest {
        parent: parent(),
        trainees: vec![
            named("t-1", "Zoë", "practicum"),
            named("t-2", "Ana", "internship"),
            named("t-3", "Ana", "practicum"),
            named("t-4", "Miguel", "practicum"),
        ],
        request_id: String::new(),
    };
    let done = service.trainees().batch_upsert_trainees(request).await;
    for result in done.unwrap().into_inner().results {
        assert_eq!(result.outcome(), pb::UpsertOutcome::Created);
        assert_eq!(result.etag, "1");
    }
    service
}

async fn orders_and_filters_a_list_page_by_page() {
    let service = with_trainees().await;
    let mut request = pb::ListTraineesRequest {
        parent: parent(),
        page_size: 1,
        order_by: "display_name desc".to_owned(),
        filter: "level = \"practicum\" AND time_zone = Europe/Lisbon".to_owned(),
        ..Default::default()
    };
    let mut names = Vec::new();
    loop {
        let page = service.trainees().list_trainees(request.clone()).await;
        let page = page.unwrap().into_inner();
        names.extend(page.trainees.into_iter().map(|one| one.name));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let wanted = ["t-1", "t-4", "t-3"].map(|key| format!("programs/north/trainees/{key}"));
    assert_eq!(names, wanted);
    for other in [
        pb::ListTraineesRequest {
            order_by: "display_name".to_owned(),
            ..request.clone()
        },
        pb::ListTraineesRequest {
            filter: String::new(),
            ..request.clone()
        },
    ] {
        let refused = service.trainees().list_trainees(other).await.unwrap_err();
        assert_eq!(broken(&refused), ["page_token"]);
    }
    // The same order and filter, written otherwise, are the same list.
    request.order_by = " display_name  desc".to_owned();
    request.filter = "time_zone=\"Europe/Lisbon\" AND level=practicum".to_owned();
    service.trainees().list_trainees(request).await.unwrap();
}

async fn names_a_wrong_order_and_a_wrong_filter() {
    let service = with_trainees().await;
    let request = pb::ListTraineesRequest {
        parent: parent(),
        order_by: "name".to_owned(),
        filter: "levle = practicum".to_owned(),
        ..Default::default()
    };
    let refused = service.trainees().list_trainees(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["order_by", "filter"]);
    let request = pb::ListRunsRequest {
        parent: parent(),
        order_by: "round desc".to_owned(),
        filter: "state = RUNNING AND has_plan = false".to_owned(),
        ..Default::default()
    };
    let none = service.runs().list_runs(request.clone()).await.unwrap();
    assert!(none.into_inner().runs.is_empty());
    let filter = "state = RUNNING AND".to_owned();
    let request = pb::ListRunsRequest { filter, ..request };
    let refused = service.runs().list_runs(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["filter"]);
    let request = pb::ListRoundsRequest {
        parent: parent(),
        filter: "day = \"2031-02-30\"".to_owned(),
        ..Default::default()
    };
    let refused = service.rounds().list_rounds(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["filter"]);
}

async fn a_batch_tells_everything_that_is_wrong_with_its_path() {
    let service = Service::start().await.with_program().await;
    service
        .sites()
        .create_site(create_site("harbour"))
        .await
        .unwrap();
    let amara = |key: &str| pb::Supervisor {
        name: format!("programs/north/supervisors/{key}"),
        ..supervisor("Amara", "harbour")
    };
    let mut wrong = amara("c");
    wrong.time_zone = "Africa/Lagoss".to_owned();
    wrong.caseload_max = -1;
    let mut elsewhere = amara("d");
    elsewhere.name = "programs/south/supervisors/d".to_owned();
    let request = pb::BatchUpsertSupervisorsRequest {
        parent: parent(),
        supervisors: vec![
            amara("a"),
            amara("b"),
            wrong,
            elsewhere,
            amara("a"),
            supervisor("x", "y"),
        ],
        request_id: String::new(),
    };
    let refused = service
        .supervisors()
        .batch_upsert_supervisors(request)
        .await
        .unwrap_err();
    assert_eq!(
        broken(&refused),
        [
            "supervisors[2].time_zone",
            "supervisors[2].caseload_max",
            "supervisors[3].name",
            "supervisors[5].name",
            "supervisors[4].name",
        ]
    );
    let mut nowhere = amara("b");
    nowhere.site_ids.push("nowhere".to_owned());
    let request = pb::BatchUpsertSupervisorsRequest {
        parent: parent(),
        supervisors: vec![amara("a"), nowhere],
        request_id: String::new(),
    };
    let refused = service
        .supervisors()
        .batch_upsert_supervisors(request)
        .await
        .unwrap_err();
    assert_eq!(broken(&refused), ["supervisors[1].site_ids"]);
    let list = pb::ListSupervisorsRequest {
        parent: parent(),
        ..Default::default()
    };
    let all = service.supervisors().list_supervisors(list).await.unwrap();
    assert!(all.into_inner().supervisors.is_empty());
}

async fn a_batch_honours_etags_and_takes_at_most_a_thousand() {
    let service = Service::start().await.with_program().await;
    let one = |key: usize, etag: &str| pb::Site {
        name: format!("programs/north/sites/s-{key}"),
        etag: etag.to_owned(),
        ..site("Harbour")
    };
    let batch = |sites| pb::BatchUpsertSitesRequest {
        parent: parent(),
        sites,
        request_id: String::new(),
    };
    let thousand = (0..1000).map(|key| one(key, "")).collect();
    let done = service
        .sites()
        .batch_upsert_sites(batch(thousand))
        .await
        .unwrap();
    assert_eq!(done.into_inner().results.len(), 1000);
    let more = (0..1001).map(|key| one(key, "")).collect();
    for sites in [more, Vec::new()] {
        let refused = service
            .sites()
            .batch_upsert_sites(batch(sites))
            .await
            .unwrap_err();
        assert_eq!(broken(&refused), ["sites"]);
    }
    let mut changed = one(1, "1");
    changed.capacity = 9;
    let sites = vec![one(0, "1"), changed];
    let done = service
        .sites()
        .batch_upsert_sites(batch(sites.clone()))
        .await
        .unwrap();
    let outcomes: Vec<_> = done
        .into_inner()
        .results
        .iter()
        .map(|one| (one.outcome(), one.etag.clone()))
        .collect();
    assert_eq!(
        outcomes,
        [
            (pb::UpsertOutcome::Unchanged, "1".to_owned()),
            (pb::UpsertOutcome::Updated, "2".to_owned()),
        ]
    );
    let stale = service
        .sites()
        .batch_upsert_sites(batch(sites))
        .await
        .unwrap_err();
    assert_eq!(
        (stale.code(), reason(&stale)),
        (Code::Aborted, "STALE_ETAG".into())
    );
}
