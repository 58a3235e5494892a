//! Every write takes a `request_id` and gives a repeat the first answer.

use std::collections::BTreeSet;
use std::path::Path;
use std::pin::Pin;

use practicum::grpc::pb;
use prost::Message;

use super::people::{create_trainee, site, supervisor, trainee};
use super::rounds::round;
use super::runs::imported;
use crate::support::service::Service;

pub(super) fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// What was sent, and a check that it is answered the same again.
#[derive(Default)]
struct Sent {
    requests: BTreeSet<&'static str>,
    again: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

/// Sends a request under a new identifier twice, and keeps a third time for
/// later; gives the first answer.
macro_rules! send {
    ($sent:ident, $client:expr, $method:ident, $name:ident { $($field:tt)* }) => {{
        let request = pb::$name { request_id: id(), $($field)* };
        let mut client = $client;
        let first = client.$method(request.clone()).await.unwrap().into_inner();
        let again = client.$method(request.clone()).await.unwrap().into_inner();
        assert_eq!(first.encode_to_vec(), again.encode_to_vec(), stringify!($method));
        assert!($sent.requests.insert(stringify!($name)));
        let expected = first.clone();
        $sent.again.push(Box::pin(async move {
            let later = client.$method(request).await.unwrap().into_inner();
            assert_eq!(expected.encode_to_vec(), later.encode_to_vec(), stringify!($method));
        }));
        first
    }};
}

/// Returns the messages of the contract that carry a `request_id`.
fn messages_with_a_request_id() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/practicum/v1");
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut message = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("message ") {
                message = name.trim_end_matches([' ', '{', '}']);
            }
            if line.trim_start().starts_with("string request_id =") {
                names.insert(message.to_owned());
            }
        }
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_gives_a_repeat_the_first_answer() {
    let (service, round_name, roster) = imported("clinic-12").await;
    let mut sent = Sent::default();
    write_people(&service, &mut sent).await;
    write_batches(&service, &mut sent).await;
    write_rounds(&service, &mut sent, &round_name, &roster).await;
    // Everything has been changed, deleted or cancelled since.
    for again in std::mem::take(&mut sent.again) {
        again.await;
    }
    let mut all = messages_with_a_request_id();
    // A stream; its test is with those of rosters.
    assert!(all.remove("ImportRosterHeader"));
    let requests: BTreeSet<String> = sent
        .requests
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(requests, all, "each write needs its line here");
}

#[expect(
    clippy::too_many_lines,
    reason = "one entry for each write, told in order"
)]
async fn write_people(service: &Service, sent: &mut Sent) {
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
async fn write_batches(service: &Service, sent: &mut Sent) {
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

#[expect(
    clippy::too_many_lines,
    reason = "one entry for each write, told in order"
)]
async fn write_rounds(
    service: &Service,
    sent: &mut Sent,
    round_name: &str,
    roster: &practicum::domain::Roster,
) {
    send!(
        sent,
        service.rounds(),
        create_round,
        CreateRoundRequest {
            parent: "programs/north".to_owned(),
            round_id: String::new(),
            round: Some(round("Spring")),
        }
    );
    send!(
        sent,
        service.rounds(),
        update_round,
        UpdateRoundRequest {
            round: Some(pb::Round {
                name: round_name.to_owned(),
                ..round("Autumn")
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: vec!["display_name".to_owned()]
            }),
        }
    );
    let pair = |site: usize| {
        let key = roster.sites[site].key.to_string();
        Some(pb::Pair {
            trainee_id: roster.trainees[0].key.to_string(),
            target: Some(pb::SiteOrSupervisor {
                target: Some(pb::site_or_supervisor::Target::SiteId(key)),
            }),
        })
    };
    let name = || round_name.to_owned();
    send!(
        sent,
        service.rounds(),
        pin,
        PinRequest {
            round: name(),
            pair: pair(0),
        }
    );
    send!(
        sent,
        service.rounds(),
        unpin,
        UnpinRequest {
            round: name(),
            pair: pair(0),
        }
    );
    send!(
        sent,
        service.rounds(),
        forbid,
        ForbidRequest {
            round: name(),
            pair: pair(1),
        }
    );
    send!(
        sent,
        service.rounds(),
        unforbid,
        UnforbidRequest {
            round: name(),
            pair: pair(1),
        }
    );
    let run = send!(
        sent,
        service.runs(),
        start_run,
        StartRunRequest {
            round: name(),
            time_limit_seconds: 600,
            memory_bytes_max: 0,
        }
    );
    let run = run.run.unwrap();
    assert_eq!(run.state(), pb::RunState::Queued);
    // The run may end before it can be cancelled.
    let request = pb::CancelRunRequest {
        name: run.name,
        request_id: id(),
    };
    assert!(sent.requests.insert("CancelRunRequest"));
    if let Ok(first) = service.runs().cancel_run(request.clone()).await {
        let (mut runs, first) = (service.runs(), first.into_inner());
        sent.again.push(Box::pin(async move {
            let again = runs.cancel_run(request).await.unwrap().into_inner();
            assert_eq!(first, again);
        }));
    }
}
