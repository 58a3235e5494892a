//! `RoundService`: what is refused of the parts of a round, with every path.

use practicum::grpc::pb;
use tonic::{Code, Status};

use super::round_parts::{etag, wishes};
use super::runs::imported;
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    names_every_broken_supervision_line,
    names_everybody_whom_the_program_has_not,
    names_everybody_who_takes_no_part,
    a_batch_of_preferences_with_one_fault_changes_nothing,
    a_stale_etag_or_an_unknown_round_changes_nothing,
    refuses_kinds_and_page_tokens_of_another_list,
);

fn line(level: &str, line: &str) -> pb::SupervisionLine {
    pb::SupervisionLine {
        level: level.to_owned(),
        line: line.to_owned(),
        kinds: vec![i32::from(pb::SessionKind::Group)],
        role: i32::from(pb::SupervisorRole::Faculty),
        minutes_per_week: 90,
        licence: i32::from(pb::LicenceRule::Any),
    }
}

async fn replace_lines(
    service: &Service,
    round: &str,
    supervision_lines: Vec<pb::SupervisionLine>,
) -> Status {
    let request = pb::ReplaceSupervisionLinesRequest {
        round: round.to_owned(),
        supervision_lines,
        ..Default::default()
    };
    let replaced = service.rounds().replace_supervision_lines(request).await;
    replaced.unwrap_err()
}

async fn names_every_broken_supervision_line() {
    let (service, round, _) = imported("clinic-12").await;
    let broken_line = pb::SupervisionLine {
        level: "a;b".to_owned(),
        kinds: vec![i32::from(pb::SessionKind::Triadic), 9],
        minutes_per_week: 50,
        ..Default::default()
    };
    let long = pb::SupervisionLine {
        kinds: Vec::new(),
        minutes_per_week: 615,
        licence: 7,
        ..line("practicum", "weekly_group")
    };
    let lines = vec![line("practicum", "weekly_group"), broken_line, long];
    let refused = replace_lines(&service, &round, lines).await;
    assert_eq!(
        broken(&refused),
        [
            "supervision_lines[1].level",
            "supervision_lines[1].line",
            "supervision_lines[1].kinds[1]",
            "supervision_lines[1].role",
            "supervision_lines[1].minutes_per_week",
            "supervision_lines[1].licence",
            "supervision_lines[2].kinds",
            "supervision_lines[2].minutes_per_week",
            "supervision_lines[2].licence",
        ]
    );
    let twice = vec![line("a", "x"), line("b", "x"), line("a", "x")];
    let refused = replace_lines(&service, &round, twice).await;
    assert_eq!(broken(&refused), ["supervision_lines[2].line"]);
    let many = vec![line("a", "x"); 501];
    let refused = replace_lines(&service, &round, many).await;
    assert_eq!(broken(&refused), ["supervision_lines"]);
}

async fn names_everybody_whom_the_program_has_not() {
    let (service, round, roster) = imported("clinic-12").await;
    let add = |site_ids: &[&str], trainee_ids: &[&str], everybody| pb::AddParticipantsRequest {
        round: round.clone(),
        site_ids: site_ids.iter().map(ToString::to_string).collect(),
        trainee_ids: trainee_ids.iter().map(ToString::to_string).collect(),
        everybody,
        ..Default::default()
    };
    let refused = async |request| {
        let refused = service.rounds().add_participants(request).await;
        broken(&refused.unwrap_err())
    };
    let known = roster.trainees[0].key.as_str();
    let unknown = add(&["nowhere"], &[known, "nobody", "site-0001"], false);
    let paths = ["site_ids[0]", "trainee_ids[1]", "trainee_ids[2]"];
    assert_eq!(refused(unknown).await, paths);
    let wrong = add(&["", "a b"], &[], false);
    assert_eq!(refused(wrong).await, ["site_ids[0]", "site_ids[1]"]);
    assert_eq!(refused(add(&[], &[], false)).await, ["site_ids"]);
    assert_eq!(refused(add(&[], &[known], true)).await, ["everybody"]);
    let many = vec![known; 1001];
    assert_eq!(refused(add(&[], &many, false)).await, ["trainee_ids"]);
}

async fn names_everybody_who_takes_no_part() {
    let (service, round, roster) = imported("clinic-12").await;
    let leaving = roster.trainees[0].key.to_string();
    let remove = pb::RemoveParticipantsRequest {
        round: round.clone(),
        trainee_ids: vec![leaving.clone()],
        ..Default::default()
    };
    let mut rounds = service.rounds();
    rounds.remove_participants(remove.clone()).await.unwrap();
    let refused = rounds.remove_participants(remove).await.unwrap_err();
    assert_eq!(broken(&refused), ["trainee_ids[0]"]);
    let replace = pb::ReplacePreferencesRequest {
        round: round.clone(),
        preferences: Some(wishes(&leaving, &[("site-0001", 1), ("nowhere", 2)])),
        ..Default::default()
    };
    let refused = rounds.replace_preferences(replace).await.unwrap_err();
    assert_eq!(
        broken(&refused),
        ["preferences.trainee_id", "preferences.ranked[1].target"]
    );
    let get = pb::GetPreferencesRequest {
        round: round.clone(),
        trainee_id: leaving.clone(),
    };
    let refused = rounds.get_preferences(get).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    let ranked = pb::RankedTrainee {
        trainee_id: leaving,
        rank: 1,
    };
    let request = pb::ReplaceSiteRankingRequest {
        round,
        site_id: "nowhere".to_owned(),
        ranked: vec![ranked],
        ..Default::default()
    };
    let refused = rounds.replace_site_ranking(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["site_id", "ranked[0].trainee_id"]);
}

async fn a_batch_of_preferences_with_one_fault_changes_nothing() {
    let (service, round, roster) = imported("clinic-12").await;
    let before = etag(&service, &round).await;
    let trainee = |number: usize| roster.trainees[number].key.to_string();
    let batch = |preferences| pb::BatchReplacePreferencesRequest {
        round: round.clone(),
        preferences,
        ..Default::default()
    };
    let refused = async |request| {
        let refused = service.rounds().batch_replace_preferences(request).await;
        broken(&refused.unwrap_err())
    };
    let fine = wishes(&trainee(0), &[("site-0001", 1)]);
    let unknown = wishes(&trainee(1), &[("site-0001", 1), ("nowhere", 1)]);
    let found = refused(batch(vec![fine.clone(), unknown])).await;
    assert_eq!(found, ["preferences[1].ranked[1].target"]);
    let twice = wishes(&trainee(1), &[("site-0001", 1), ("site-0001", 2)]);
    let found = refused(batch(vec![fine.clone(), twice, fine.clone()])).await;
    assert_eq!(
        found,
        [
            "preferences[1].ranked[1].target",
            "preferences[2].trainee_id",
            "preferences[2].ranked[0].target",
        ]
    );
    let mut ranks = wishes("", &[("site-0001", 0), ("site-0002", 100_001)]);
    ranks.ranked.push(pb::Preference::default());
    let found = refused(batch(vec![ranks])).await;
    assert_eq!(
        found,
        [
            "preferences[0].trainee_id",
            "preferences[0].ranked[0].rank",
            "preferences[0].ranked[1].rank",
            "preferences[0].ranked[2].target",
            "preferences[0].ranked[2].rank",
        ]
    );
    assert_eq!(refused(batch(Vec::new())).await, ["preferences"]);
    assert_eq!(etag(&service, &round).await, before);
}

async fn a_stale_etag_or_an_unknown_round_changes_nothing() {
    let (service, round, roster) = imported("clinic-12").await;
    let request = pb::AddParticipantsRequest {
        round: round.clone(),
        everybody: true,
        etag: etag(&service, &round).await,
        ..Default::default()
    };
    let mut rounds = service.rounds();
    rounds.add_participants(request.clone()).await.unwrap();
    let now = etag(&service, &round).await;
    let refused = rounds.add_participants(request.clone()).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Aborted, "STALE_ETAG")
    );
    let replace = pb::ReplacePreferencesRequest {
        round: round.clone(),
        preferences: Some(wishes(roster.trainees[0].key.as_str(), &[])),
        etag: request.etag.clone(),
        request_id: String::new(),
    };
    let refused = rounds.replace_preferences(replace).await.unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    assert_eq!(etag(&service, &round).await, now);
    let elsewhere = pb::AddParticipantsRequest {
        round: "programs/clinic-12/rounds/none".to_owned(),
        ..request
    };
    let refused = rounds.add_participants(elsewhere).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    let unnamed = pb::ListSupervisionLinesRequest {
        round: "clinic-12".to_owned(),
    };
    let refused = rounds.list_supervision_lines(unnamed).await.unwrap_err();
    assert_eq!(broken(&refused), ["round"]);
}

async fn refuses_kinds_and_page_tokens_of_another_list() {
    let (service, round, _) = imported("clinic-12").await;
    let list = |kind, page_token| pb::ListParticipantsRequest {
        round: round.clone(),
        kind,
        page_size: 2,
        page_token,
    };
    let mut rounds = service.rounds();
    let page = rounds.list_participants(list(0, String::new())).await;
    let token = page.unwrap().into_inner().next_page_token;
    let other = rounds.list_participants(list(1, token.clone())).await;
    assert_eq!(broken(&other.unwrap_err()), ["page_token"]);
    let unknown = rounds.list_participants(list(4, String::new())).await;
    assert_eq!(broken(&unknown.unwrap_err()), ["kind"]);
    let seal = token.get(..16).unwrap();
    let forged = rounds.list_participants(list(0, format!("{seal}41"))).await;
    assert_eq!(broken(&forged.unwrap_err()), ["page_token"]);
}
