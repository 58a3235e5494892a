//! The writes of rounds and runs.

use practicum::grpc::pb;
use prost::Message;

use super::super::round_parts::{first, wishes};
use super::super::rounds::round;
use super::super::runs::{start, watch};
use super::{Sent, id};
use crate::support::service::Service;

#[expect(
    clippy::too_many_lines,
    reason = "one entry for each write, told in order"
)]
pub(super) async fn write_rounds(
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
            edits: Vec::new(),
            baseline: String::new(),
        }
    );
    let run = run.run.unwrap();
    assert_eq!(run.state(), pb::RunState::Queued);
    send!(
        sent,
        service.runs(),
        fork_run,
        ForkRunRequest {
            run: run.name.clone(),
            edits: Vec::new(),
            baseline: String::new(),
            time_limit_seconds: 600,
            memory_bytes_max: 0,
        }
    );
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

/// Changes what belongs to a round.
#[expect(
    clippy::too_many_lines,
    reason = "one entry for each write, told in order"
)]
pub(super) async fn write_round_parts(service: &Service, sent: &mut Sent, round_name: &str) {
    let name = || round_name.to_owned();
    let etag = String::new;
    let wished = || wishes("tr-00001", &[("site-0001", 1)]);
    send!(
        sent,
        service.rounds(),
        replace_preferences,
        ReplacePreferencesRequest {
            round: name(),
            preferences: Some(wished()),
            etag: etag(),
        }
    );
    send!(
        sent,
        service.rounds(),
        batch_replace_preferences,
        BatchReplacePreferencesRequest {
            round: name(),
            preferences: vec![wished()],
            etag: etag(),
        }
    );
    send!(
        sent,
        service.rounds(),
        replace_site_ranking,
        ReplaceSiteRankingRequest {
            round: name(),
            site_id: "site-0001".to_owned(),
            ranked: vec![first("tr-00001")],
            etag: etag(),
        }
    );
    send!(
        sent,
        service.rounds(),
        remove_participants,
        RemoveParticipantsRequest {
            round: name(),
            site_ids: Vec::new(),
            supervisor_ids: Vec::new(),
            trainee_ids: vec!["tr-00002".to_owned()],
            etag: etag(),
        }
    );
    send!(
        sent,
        service.rounds(),
        add_participants,
        AddParticipantsRequest {
            round: name(),
            site_ids: Vec::new(),
            supervisor_ids: Vec::new(),
            trainee_ids: Vec::new(),
            everybody: true,
            etag: etag(),
        }
    );
    send!(
        sent,
        service.rounds(),
        replace_supervision_lines,
        ReplaceSupervisionLinesRequest {
            round: name(),
            supervision_lines: Vec::new(),
            etag: etag(),
        }
    );
}

/// Takes rounds through their states.
pub(super) async fn write_round_states(service: &Service, sent: &mut Sent, round_name: &str) {
    let name = || round_name.to_owned();
    let etag = String::new;
    let request = pb::CreateRoundRequest {
        parent: "programs/north".to_owned(),
        round_id: "draft".to_owned(),
        round: Some(round("Draft")),
        request_id: id(),
    };
    service.rounds().create_round(request).await.unwrap();
    send!(
        sent,
        service.rounds(),
        open_preferences,
        OpenPreferencesRequest {
            round: "programs/north/rounds/draft".to_owned(),
            etag: etag(),
        }
    );
    let run = start(service, round_name).await.name;
    watch(service, &run, 0).await;
    send!(
        sent,
        service.rounds(),
        publish,
        PublishRequest {
            round: name(),
            plan: run.replace("/runs/", "/plans/"),
            etag: etag(),
            validate_only: false,
        }
    );
    send!(
        sent,
        service.rounds(),
        close_round,
        CloseRoundRequest {
            round: name(),
            etag: etag(),
        }
    );
}
