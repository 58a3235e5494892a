//! The writes of programs, people and sites.

use practicum::grpc::pb;
use prost::Message;

use super::super::people::{create_trainee, site, supervisor, trainee};
use super::{Sent, id};
use crate::support::service::Service;

#[expect(
    clippy::too_many_lines,
    reason = "one entry for each write, told in order"
)]
pub(super) async fn write_people(service: &Service, sent: &mut Sent) {
    let parent = || "programs/north".to_owned();
    let program = |display_name: &str| {
        Some(pb::Program {
            name: parent(),
            display_name: display_name.to_owned(),
            time_zone: "UTC".to_owned(),
            ..Default::default()
        })
    };
    send!(
        sent,
        service.programs(),
        create_program,
        CreateProgramRequest {
            program_id: "north".to_owned(),
            program: program("North"),
        }
    );
    send!(
        sent,
        service.programs(),
        update_program,
        UpdateProgramRequest {
            program: program("Far North"),
            update_mask: None,
        }
    );
    send!(
        sent,
        service.sites(),
        create_site,
        CreateSiteRequest {
            parent: parent(),
            site_id: "annex".to_owned(),
            site: Some(site("Annex")),
        }
    );
    send!(
        sent,
        service.sites(),
        update_site,
        UpdateSiteRequest {
            site: Some(pb::Site {
                name: "programs/north/sites/annex".to_owned(),
                ..site("Wing")
            }),
            update_mask: None,
        }
    );
    send!(
        sent,
        service.supervisors(),
        create_supervisor,
        CreateSupervisorRequest {
            parent: parent(),
            supervisor_id: "amara".to_owned(),
            supervisor: Some(supervisor("Amara", "annex")),
        }
    );
    let amara = || "programs/north/supervisors/amara".to_owned();
    send!(
        sent,
        service.supervisors(),
        update_supervisor,
        UpdateSupervisorRequest {
            supervisor: Some(pb::Supervisor {
                name: amara(),
                ..supervisor("Amara O.", "annex")
            }),
            update_mask: None,
        }
    );
    send!(
        sent,
        service.availability(),
        replace_availability,
        ReplaceAvailabilityRequest {
            availability: Some(pb::Availability {
                name: format!("{}/availability", amara()),
                ..Default::default()
            }),
        }
    );
    send!(
        sent,
        service.trainees(),
        create_trainee,
        CreateTraineeRequest {
            parent: parent(),
            trainee_id: String::new(),
            trainee: Some(trainee("Kwame")),
        }
    );
    service
        .trainees()
        .create_trainee(create_trainee("kofi"))
        .await
        .unwrap();
    let kofi = || "programs/north/trainees/kofi".to_owned();
    send!(
        sent,
        service.trainees(),
        update_trainee,
        UpdateTraineeRequest {
            trainee: Some(pb::Trainee {
                name: kofi(),
                ..trainee("Kofi")
            }),
            update_mask: None,
        }
    );
    send!(
        sent,
        service.supervisors(),
        delete_supervisor,
        DeleteSupervisorRequest {
            name: amara(),
            etag: String::new(),
        }
    );
    send!(
        sent,
        service.trainees(),
        delete_trainee,
        DeleteTraineeRequest {
            name: kofi(),
            etag: String::new(),
        }
    );
    send!(
        sent,
        service.sites(),
        delete_site,
        DeleteSiteRequest {
            name: "programs/north/sites/annex".to_owned(),
            etag: String::new(),
        }
    );
}

/// Replaces a record of each kind by a batch of one.
pub(super) async fn write_batches(service: &Service, sent: &mut Sent) {
    let parent = || "programs/north".to_owned();
    let name = |collection: &str| format!("programs/north/{collection}/one");
    send!(
        sent,
        service.sites(),
        batch_upsert_sites,
        BatchUpsertSitesRequest {
            parent: parent(),
            sites: vec![pb::Site {
                name: name("sites"),
                ..site("One")
            }],
        }
    );
    let one = pb::Supervisor {
        name: name("supervisors"),
        ..supervisor("One", "one")
    };
    send!(
        sent,
        service.supervisors(),
        batch_upsert_supervisors,
        BatchUpsertSupervisorsRequest {
            parent: parent(),
            supervisors: vec![one],
        }
    );
    let one = pb::Trainee {
        name: name("trainees"),
        ..trainee("One")
    };
    send!(
        sent,
        service.trainees(),
        batch_upsert_trainees,
        BatchUpsertTraineesRequest {
            parent: parent(),
            trainees: vec![one],
        }
    );
}

/// Changes what belongs to a trainee in every round.
pub(super) async fn write_trainee_rows(service: &Service, sent: &mut Sent) {
    let mut programs = service.programs();
    let all = programs.list_programs(pb::ListProgramsRequest::default());
    let programs = all.await.unwrap().into_inner().programs;
    let imported = programs
        .iter()
        .find(|one| one.name != "programs/north")
        .unwrap();
    let trainee = || format!("{}/trainees/tr-00001", imported.name);
    send!(
        sent,
        service.exclusions(),
        replace_exclusions,
        ReplaceExclusionsRequest {
            trainee: trainee(),
            exclusions: Vec::new(),
            etag: String::new(),
        }
    );
    send!(
        sent,
        service.requirements(),
        replace_requirements,
        ReplaceRequirementsRequest {
            trainee: trainee(),
            requirements: Vec::new(),
            etag: String::new(),
        }
    );
}
