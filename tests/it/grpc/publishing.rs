//! `RoundService`: a round on its way, as its callers see it.

use practicum::grpc::pb;
use tonic::Code;

use super::changes::{accept, close, open, published};
use super::runs::{imported, start, watch};
use crate::support::service::{
    Service, broken, import_messages, reason, roster_files, served_by_both,
};

served_by_both!(
    a_round_carries_its_state_and_the_published_plan,
    a_closed_round_is_refused_by_every_door,
    says_that_the_records_have_changed_and_publishes_all_the_same,
    tells_what_is_wrong_with_a_plan_that_is_to_be_published,
    what_was_said_is_read_with_the_publication,
);

async fn get(service: &Service, name: &str) -> pb::Round {
    let name = name.to_owned();
    let found = service
        .rounds()
        .get_round(pb::GetRoundRequest { name })
        .await;
    found.unwrap().into_inner().round.unwrap()
}

async fn history(service: &Service, round: &str) -> pb::GetRoundHistoryResponse {
    let request = pb::GetRoundHistoryRequest {
        round: round.to_owned(),
    };
    let found = service.rounds().get_round_history(request).await;
    found.unwrap().into_inner()
}

async fn a_round_carries_its_state_and_the_published_plan() {
    use pb::RoundState::{Closed, Collecting, Draft, Matching, Published, Repaired};
    let (service, round, roster) = imported("clinic-12").await;
    let draft = get(&service, &round).await;
    assert_eq!((draft.state(), draft.published_plan.as_str()), (Draft, ""));
    let opened = open(&service, &round).await;
    assert_eq!(opened.state(), Collecting);
    assert_ne!(opened.etag, draft.etag);
    let first = published(&service, &round).await;
    let now = get(&service, &round).await;
    assert_eq!((now.state(), &now.published_plan), (Published, &first));
    let request = pb::StartRunRequest {
        round: round.clone(),
        time_limit_seconds: 30,
        baseline: first.clone(),
        ..Default::default()
    };
    let run = service.runs().start_run(request).await.unwrap();
    let run = run.into_inner().run.unwrap().name;
    watch(&service, &run, 0).await;
    let repair = run.replace("/runs/", "/plans/");
    let request = pb::PublishRequest {
        round: round.clone(),
        plan: repair.clone(),
        etag: get(&service, &round).await.etag,
        ..Default::default()
    };
    let answer = service.rounds().publish(request.clone()).await.unwrap();
    let answer = answer.into_inner();
    assert_eq!(answer.round.as_ref().unwrap().state(), Repaired);
    assert_eq!(answer.publication.unwrap().replaces, first);
    let stale = service.rounds().publish(request).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    let closed = close(&service, &round).await;
    assert_eq!((closed.state(), &closed.published_plan), (Closed, &repair));
    let request = pb::ListRoundsRequest {
        parent: format!("programs/{}", roster.program.key),
        ..Default::default()
    };
    let listed = service.rounds().list_rounds(request).await.unwrap();
    assert_eq!(listed.into_inner().rounds, [closed]);
    let history = history(&service, &round).await;
    let states: Vec<pb::RoundState> = history.steps.iter().map(pb::RoundStep::state).collect();
    assert_eq!(states, [Collecting, Matching, Published, Repaired, Closed]);
    assert!(history.steps.iter().all(|step| step.actor == "operator"));
    let plans: Vec<&String> = history.publications.iter().map(|one| &one.plan).collect();
    assert_eq!(plans, [&first, &repair]);
}

async fn a_closed_round_is_refused_by_every_door() {
    let (service, round, roster) = imported("clinic-12").await;
    let before = close(&service, &round).await;
    let request = pb::StartRunRequest {
        round: round.clone(),
        ..Default::default()
    };
    let refused = service.runs().start_run(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(reason(&refused), "ROUND_CLOSED");
    let request = pb::AddParticipantsRequest {
        round: round.clone(),
        everybody: true,
        ..Default::default()
    };
    let refused = service.rounds().add_participants(request).await;
    assert_eq!(reason(&refused.unwrap_err()), "ROUND_CLOSED");
    let request = pb::UpdateRoundRequest {
        round: Some(pb::Round {
            name: round.clone(),
            display_name: "Another".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = service.rounds().update_round(request).await.unwrap_err();
    assert_eq!(reason(&refused), "ROUND_CLOSED");
    for validate_only in [true, false] {
        let header = pb::ImportRosterHeader {
            parent: format!("programs/{}", roster.program.key),
            mode: i32::from(pb::ImportMode::Replace),
            validate_only,
            ..Default::default()
        };
        let messages = import_messages(header, &roster_files("clinic-12"));
        let messages = tokio_stream::iter(messages);
        let refused = service.rosters().import_roster(messages).await;
        assert_eq!(reason(&refused.unwrap_err()), "ROUND_CLOSED");
    }
    assert_eq!(get(&service, &round).await, before);
}

async fn says_that_the_records_have_changed_and_publishes_all_the_same() {
    let (service, round, roster) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    watch(&service, &run.name, 0).await;
    let request = pb::ReplacePreferencesRequest {
        round: round.clone(),
        preferences: Some(pb::TraineePreferences {
            trainee_id: roster.trainees[0].key.to_string(),
            ..Default::default()
        }),
        ..Default::default()
    };
    service.rounds().replace_preferences(request).await.unwrap();
    let before = get(&service, &round).await;
    let mut request = pb::PublishRequest {
        round: round.clone(),
        plan: run.name.replace("/runs/", "/plans/"),
        validate_only: true,
        ..Default::default()
    };
    let looked = service.rounds().publish(request.clone()).await.unwrap();
    let looked = looked.into_inner();
    assert!(looked.is_stale && looked.publication.is_none());
    assert_eq!(looked.changed_files, ["preferences.csv"]);
    assert_eq!(get(&service, &round).await, before);
    request.validate_only = false;
    let done = service.rounds().publish(request).await.unwrap();
    let done = done.into_inner();
    assert!(done.is_stale && done.publication.is_some());
    assert_eq!(done.round.unwrap().state(), pb::RoundState::Published);
}

async fn tells_what_is_wrong_with_a_plan_that_is_to_be_published() {
    let (service, round, _) = imported("clinic-12").await;
    let publish = async |plan: &str| {
        let request = pb::PublishRequest {
            round: round.clone(),
            plan: plan.to_owned(),
            request_id: "no id".to_owned(),
            ..Default::default()
        };
        service.rounds().publish(request).await.unwrap_err()
    };
    let wrong = publish("programs/north/plans/none").await;
    assert_eq!(broken(&wrong), ["request_id", "plan"]);
    assert_eq!(broken(&publish("").await), ["request_id", "plan"]);
    let program = round.split("/rounds/").next().unwrap();
    let request = pb::PublishRequest {
        round: round.clone(),
        plan: format!("{program}/plans/none"),
        ..Default::default()
    };
    let missing = service.rounds().publish(request).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    let request = pb::ListResponsesRequest {
        round: round.clone(),
        ..Default::default()
    };
    let none = service.rounds().list_responses(request).await.unwrap_err();
    assert_eq!(reason(&none), "NOT_PUBLISHED");
}

async fn what_was_said_is_read_with_the_publication() {
    let (service, round, _) = imported("clinic-12").await;
    let plan = published(&service, &round).await;
    accept(&service, &round, &plan).await;
    accept(&service, &round, &plan).await;
    let list = async |with_earlier| {
        let request = pb::ListResponsesRequest {
            round: round.clone(),
            plan: plan.clone(),
            with_earlier,
            ..Default::default()
        };
        let found = service.rounds().list_responses(request).await.unwrap();
        found.into_inner()
    };
    let now = list(false).await;
    assert_eq!(now.publication.unwrap().plan, plan);
    let [said] = &now.responses[..] else {
        panic!("{:?}", now.responses);
    };
    assert_eq!(
        (said.number, said.answer()),
        (2, pb::ResponseAnswer::Accepted)
    );
    assert_eq!((&said.plan, said.actor.as_str()), (&plan, "operator"));
    assert_eq!(list(true).await.responses.len(), 2);
}
