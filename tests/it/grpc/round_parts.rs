//! `RoundService`: what belongs to a round, and what each change of it does.

use practicum::grpc::pb;

use super::runs::imported;
use crate::support::service::{Service, reason, served_by_both};

served_by_both!(
    preferences_come_back_best_first_and_those_of_others_stay,
    whoever_leaves_a_round_takes_wishes_rankings_and_decisions_along,
    participants_are_paged_by_kind_and_key,
    each_change_of_what_a_run_would_solve_is_a_new_version_of_the_round,
    a_repeated_request_takes_effect_once,
);

/// Returns the etag of a round.
pub(super) async fn etag(service: &Service, round: &str) -> String {
    let name = round.to_owned();
    let found = service
        .rounds()
        .get_round(pb::GetRoundRequest { name })
        .await;
    found.unwrap().into_inner().round.unwrap().etag
}

pub(super) fn at_site(key: &str) -> Option<pb::SiteOrSupervisor> {
    let target = pb::site_or_supervisor::Target::SiteId(key.to_owned());
    Some(pb::SiteOrSupervisor {
        target: Some(target),
    })
}

pub(super) fn wishes(trainee: &str, sites: &[(&str, i32)]) -> pb::TraineePreferences {
    let wish = |(site, rank): &(&str, i32)| pb::Preference {
        target: at_site(site),
        rank: *rank,
    };
    pb::TraineePreferences {
        trainee_id: trainee.to_owned(),
        ranked: sites.iter().map(wish).collect(),
    }
}

async fn preferences(service: &Service, round: &str, trainee: &str) -> pb::TraineePreferences {
    let request = pb::GetPreferencesRequest {
        round: round.to_owned(),
        trainee_id: trainee.to_owned(),
    };
    let found = service.rounds().get_preferences(request).await.unwrap();
    found.into_inner().preferences.unwrap()
}

async fn preferences_come_back_best_first_and_those_of_others_stay() {
    let (service, round, roster) = imported("clinic-12").await;
    let trainee = |number: usize| roster.trainees[number].key.to_string();
    let others = preferences(&service, &round, &trainee(1)).await;
    assert!(!others.ranked.is_empty());
    let before = etag(&service, &round).await;
    let request = pb::ReplacePreferencesRequest {
        round: round.clone(),
        preferences: Some(wishes(&trainee(0), &[("site-0001", 9), ("site-0003", 2)])),
        etag: before.clone(),
        request_id: String::new(),
    };
    let replaced = service.rounds().replace_preferences(request).await;
    let replaced = replaced.unwrap().into_inner();
    let expected = wishes(&trainee(0), &[("site-0003", 2), ("site-0001", 9)]);
    assert_eq!(replaced.preferences, Some(expected.clone()));
    assert_ne!(replaced.etag, before);
    assert_eq!(replaced.etag, etag(&service, &round).await);
    assert_eq!(preferences(&service, &round, &trainee(0)).await, expected);
    let batch = pb::BatchReplacePreferencesRequest {
        round: round.clone(),
        preferences: vec![
            wishes(&trainee(0), &[]),
            wishes(&trainee(2), &[("site-0002", 1)]),
        ],
        ..Default::default()
    };
    let done = service.rounds().batch_replace_preferences(batch).await;
    assert_eq!(
        done.unwrap().into_inner().etag,
        etag(&service, &round).await
    );
    let now = preferences(&service, &round, &trainee(0)).await;
    assert_eq!(now, wishes(&trainee(0), &[]));
    assert_eq!(preferences(&service, &round, &trainee(1)).await, others);
}

/// Returns a trainee at rank 1.
pub(super) fn first(trainee: &str) -> pb::RankedTrainee {
    pb::RankedTrainee {
        trainee_id: trainee.to_owned(),
        rank: 1,
    }
}

async fn pin(service: &Service, round: &str, trainee: &str, site: &str) {
    let request = pb::PinRequest {
        round: round.to_owned(),
        pair: Some(pb::Pair {
            trainee_id: trainee.to_owned(),
            target: at_site(site),
        }),
        ..Default::default()
    };
    service.rounds().pin(request).await.unwrap();
}

async fn whoever_leaves_a_round_takes_wishes_rankings_and_decisions_along() {
    let (service, round, roster) = imported("clinic-12").await;
    let mut rounds = service.rounds();
    let [leaving, staying] = [0, 1].map(|number: usize| roster.trainees[number].key.as_str());
    let ranking = |site: &str| pb::GetSiteRankingRequest {
        round: round.clone(),
        site_id: site.to_owned(),
    };
    for site in ["site-0001", "site-0002"] {
        let request = pb::ReplaceSiteRankingRequest {
            round: round.clone(),
            site_id: site.to_owned(),
            ranked: vec![first(leaving), first(staying)],
            ..Default::default()
        };
        rounds.replace_site_ranking(request).await.unwrap();
    }
    pin(&service, &round, leaving, "site-0002").await;
    pin(&service, &round, staying, "site-0001").await;
    let request = pb::RemoveParticipantsRequest {
        round: round.clone(),
        site_ids: vec!["site-0001".to_owned()],
        trainee_ids: vec![leaving.to_owned()],
        ..Default::default()
    };
    let removed = rounds.remove_participants(request).await.unwrap();
    let counts = removed.into_inner().counts.unwrap();
    assert_eq!((counts.sites, counts.trainees), (2, 11));
    let missing = rounds.get_site_ranking(ranking("site-0001")).await;
    assert_eq!(reason(&missing.unwrap_err()), "NOT_FOUND");
    let left = rounds.get_site_ranking(ranking("site-0002")).await.unwrap();
    assert_eq!(left.into_inner().ranked, [first(staying)]);
    let list = pb::ListPinsRequest {
        round: round.clone(),
    };
    let pins = rounds.list_pins(list).await.unwrap().into_inner().pins;
    assert_eq!(pins, []);
    let list = pb::ListPreferencesRequest {
        round: round.clone(),
        ..Default::default()
    };
    let all = rounds.list_preferences(list).await.unwrap().into_inner();
    assert_eq!(all.preferences.len(), 11);
    let wished = all.preferences.iter().flat_map(|one| &one.ranked);
    let mut targets = wished.map(|wish| wish.target.clone());
    assert!(targets.all(|target| target != at_site("site-0001")));
    let back = pb::AddParticipantsRequest {
        round: round.clone(),
        everybody: true,
        ..Default::default()
    };
    let added = rounds.add_participants(back).await.unwrap().into_inner();
    let expected = pb::ParticipantCounts {
        sites: 3,
        supervisors: 11,
        trainees: 12,
    };
    assert_eq!(added.counts, Some(expected));
    let run = pb::StartRunRequest {
        round,
        time_limit_seconds: 30,
        ..Default::default()
    };
    service.runs().start_run(run).await.unwrap();
}

async fn participants_are_paged_by_kind_and_key() {
    let (service, round, roster) = imported("clinic-12").await;
    let kind = i32::from(pb::ParticipantKind::Supervisor);
    let mut request = pb::ListParticipantsRequest {
        round,
        kind,
        page_size: 4,
        page_token: String::new(),
    };
    let mut found = Vec::new();
    loop {
        let page = service.rounds().list_participants(request.clone()).await;
        let page = page.unwrap().into_inner();
        assert!(page.participants.len() <= 4);
        found.extend(page.participants);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let supervisors = roster.supervisors.iter();
    let expected: Vec<pb::Participant> = supervisors
        .map(|one| pb::Participant {
            participant: Some(pb::participant::Participant::SupervisorId(
                one.key.to_string(),
            )),
        })
        .collect();
    assert_eq!(found, expected);
}

async fn each_change_of_what_a_run_would_solve_is_a_new_version_of_the_round() {
    let (service, round, roster) = imported("clinic-12").await;
    let mut rounds = service.rounds();
    let mut seen = vec![etag(&service, &round).await];
    let pair = Some(pb::Pair {
        trainee_id: roster.trainees[0].key.to_string(),
        target: at_site("site-0002"),
    });
    let pin = pb::PinRequest {
        round: round.clone(),
        pair: pair.clone(),
        ..Default::default()
    };
    rounds.pin(pin.clone()).await.unwrap();
    seen.push(etag(&service, &round).await);
    rounds.pin(pin).await.unwrap();
    assert_eq!(
        etag(&service, &round).await,
        seen[1],
        "pinned already, nothing changed"
    );
    let unpin = pb::UnpinRequest {
        round: round.clone(),
        pair,
        ..Default::default()
    };
    rounds.unpin(unpin).await.unwrap();
    seen.push(etag(&service, &round).await);
    let lines = pb::ReplaceSupervisionLinesRequest {
        round: round.clone(),
        ..Default::default()
    };
    let emptied = rounds.replace_supervision_lines(lines).await.unwrap();
    assert_eq!(emptied.into_inner().supervision_lines, []);
    seen.push(etag(&service, &round).await);
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), 4, "{seen:?}");
}

async fn a_repeated_request_takes_effect_once() {
    let (service, round, roster) = imported("clinic-12").await;
    let request = pb::RemoveParticipantsRequest {
        round: round.clone(),
        trainee_ids: vec![roster.trainees[0].key.to_string()],
        request_id: "0198c0de-0000-7000-8000-000000000001".to_owned(),
        ..Default::default()
    };
    let mut rounds = service.rounds();
    let first = rounds.remove_participants(request.clone()).await.unwrap();
    let again = rounds.remove_participants(request).await.unwrap();
    assert_eq!(first.into_inner(), again.into_inner());
}
