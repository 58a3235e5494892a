//! Sites, supervisors and trainees: pages, request ids, masks, deletion.

use practicum::grpc::pb;
use prost_types::FieldMask;
use tonic::Code;

use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    pages_through_all_trainees_in_the_order_of_keys,
    refuses_the_page_token_of_another_list,
    a_request_id_takes_effect_once,
    a_supervisor_keeps_what_the_mask_leaves_out,
    refuses_a_supervisor_of_a_site_that_is_not_there,
    deletes_a_site_once_its_etag_is_the_current_one,
);

fn day(year: i32) -> Option<pb::Date> {
    Some(pb::Date {
        year,
        month: 1,
        day: 1,
    })
}

pub(crate) fn site(display_name: &str) -> pb::Site {
    pb::Site {
        display_name: display_name.to_owned(),
        time_zone: "Europe/Lisbon".to_owned(),
        jurisdiction: "PT".to_owned(),
        setting: "school".to_owned(),
        capacity: 3,
        contact_minutes_per_week: 3000,
        contact_minutes_max: 900,
        agreement: Some(pb::DayRange {
            first_day: day(2030),
            last_day: day(2032),
        }),
        ..Default::default()
    }
}

pub(super) fn supervisor(display_name: &str, site: &str) -> pb::Supervisor {
    pb::Supervisor {
        display_name: display_name.to_owned(),
        time_zone: "Africa/Lagos".to_owned(),
        role: i32::from(pb::SupervisorRole::Site),
        site_ids: vec![site.to_owned()],
        delivery: i32::from(pb::DeliveryOffer::Both),
        caseload_max: 6,
        minutes_per_week_max: 600,
        kinds: vec![i32::from(pb::SessionKind::Individual)],
        licences: vec![pb::Licence {
            jurisdiction: "PT".to_owned(),
            credential: "OPP".to_owned(),
            valid: Some(pb::DayRange {
                first_day: day(2030),
                last_day: day(2031),
            }),
        }],
        ..Default::default()
    }
}

pub(super) fn trainee(display_name: &str) -> pb::Trainee {
    pb::Trainee {
        display_name: display_name.to_owned(),
        time_zone: "Europe/Lisbon".to_owned(),
        level: "practicum".to_owned(),
        jurisdiction: "PT".to_owned(),
        priority: 1,
        contact_minutes_max: 600,
        ..Default::default()
    }
}

pub(super) fn create_site(key: &str) -> pb::CreateSiteRequest {
    pb::CreateSiteRequest {
        parent: "programs/north".to_owned(),
        site_id: key.to_owned(),
        site: Some(site(key)),
        request_id: String::new(),
    }
}

pub(super) fn create_trainee(key: &str) -> pb::CreateTraineeRequest {
    pb::CreateTraineeRequest {
        parent: "programs/north".to_owned(),
        trainee_id: key.to_owned(),
        trainee: Some(trainee("Kwame")),
        request_id: String::new(),
    }
}

async fn pages_through_all_trainees_in_the_order_of_keys() {
    let service = Service::start().await.with_program().await;
    let mut trainees = service.trainees();
    for number in 0..125 {
        let request = create_trainee(&format!("t-{number:03}"));
        trainees.create_trainee(request).await.unwrap();
    }
    let mut request = pb::ListTraineesRequest {
        parent: "programs/north".to_owned(),
        ..Default::default()
    };
    let mut names = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let page = trainees
            .list_trainees(request.clone())
            .await
            .unwrap()
            .into_inner();
        sizes.push(page.trainees.len());
        names.extend(page.trainees.into_iter().map(|trainee| trainee.name));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(sizes, [50, 50, 25]);
    let all: Vec<String> = (0..125)
        .map(|number| format!("programs/north/trainees/t-{number:03}"))
        .collect();
    assert_eq!(names, all);
    request.page_size = -1;
    request.page_token = "7".to_owned();
    let refused = trainees.list_trainees(request.clone()).await.unwrap_err();
    assert_eq!(broken(&refused), ["page_size", "page_token"]);
}

async fn refuses_the_page_token_of_another_list() {
    let service = Service::start().await.with_program().await;
    for key in ["a", "b"] {
        service
            .trainees()
            .create_trainee(create_trainee(key))
            .await
            .unwrap();
        service.sites().create_site(create_site(key)).await.unwrap();
    }
    let request = pb::ListTraineesRequest {
        parent: "programs/north".to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let page = service
        .trainees()
        .list_trainees(request)
        .await
        .unwrap()
        .into_inner();
    let request = pb::ListSitesRequest {
        parent: "programs/north".to_owned(),
        page_size: 1,
        page_token: page.next_page_token,
        ..Default::default()
    };
    let refused = service.sites().list_sites(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["page_token"]);
}

async fn a_request_id_takes_effect_once() {
    let service = Service::start().await.with_program().await;
    let mut request = create_trainee("");
    request.request_id = uuid::Uuid::now_v7().to_string();
    let first = service
        .trainees()
        .create_trainee(request.clone())
        .await
        .unwrap();
    let again = service
        .trainees()
        .create_trainee(request.clone())
        .await
        .unwrap();
    assert_eq!(first.into_inner(), again.into_inner());
    request.trainee = Some(trainee("Somebody else"));
    let refused = service
        .trainees()
        .create_trainee(request)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    let request = pb::ListTraineesRequest {
        parent: "programs/north".to_owned(),
        ..Default::default()
    };
    let all = service
        .trainees()
        .list_trainees(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(all.trainees.len(), 1);
}

async fn a_supervisor_keeps_what_the_mask_leaves_out() {
    let service = Service::start().await.with_program().await;
    service
        .sites()
        .create_site(create_site("harbour"))
        .await
        .unwrap();
    let request = pb::CreateSupervisorRequest {
        parent: "programs/north".to_owned(),
        supervisor_id: "amara".to_owned(),
        supervisor: Some(supervisor("Amara", "harbour")),
        request_id: String::new(),
    };
    let created = service
        .supervisors()
        .create_supervisor(request)
        .await
        .unwrap();
    let created = created.into_inner().supervisor.unwrap();
    assert_eq!(created.licences.len(), 1);
    let request = pb::UpdateSupervisorRequest {
        supervisor: Some(pb::Supervisor {
            name: created.name.clone(),
            caseload_max: 9,
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["caseload_max".to_owned(), "licences".to_owned()],
        }),
        request_id: String::new(),
    };
    let changed = service
        .supervisors()
        .update_supervisor(request)
        .await
        .unwrap();
    let changed = changed.into_inner().supervisor.unwrap();
    let expected = pb::Supervisor {
        caseload_max: 9,
        licences: Vec::new(),
        etag: changed.etag.clone(),
        update_time: changed.update_time,
        ..created
    };
    assert_eq!(changed, expected);
}

async fn refuses_a_supervisor_of_a_site_that_is_not_there() {
    let service = Service::start().await.with_program().await;
    let request = pb::CreateSupervisorRequest {
        parent: "programs/north".to_owned(),
        supervisor_id: "amara".to_owned(),
        supervisor: Some(supervisor("Amara", "nowhere")),
        request_id: String::new(),
    };
    let refused = service
        .supervisors()
        .create_supervisor(request)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::NotFound, "NOT_FOUND".into())
    );
}

async fn deletes_a_site_once_its_etag_is_the_current_one() {
    let service = Service::start().await.with_program().await;
    let mut sites = service.sites();
    let created = sites
        .create_site(create_site("harbour"))
        .await
        .unwrap()
        .into_inner();
    let created = created.site.unwrap();
    let mut request = pb::DeleteSiteRequest {
        name: created.name.clone(),
        etag: "stale".to_owned(),
        request_id: String::new(),
    };
    let refused = sites.delete_site(request.clone()).await.unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    request.etag = created.etag;
    sites.delete_site(request.clone()).await.unwrap();
    let name = created.name;
    let missing = sites
        .get_site(pb::GetSiteRequest { name })
        .await
        .unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(
        sites.delete_site(request).await.unwrap_err().code(),
        Code::NotFound
    );
}
