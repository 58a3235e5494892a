//! What partners ask of a round before it is matched and of a plan after:
//! preflight, explanations, blocking pairs, what-if, repair, and the files.

use practicum::domain::Roster;
use practicum::grpc::pb;
use practicum::grpc::pb::edit::Change;
use tonic::Code;

use super::runs::{imported, start, watch};
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    an_unmatched_trainee_is_explained_and_a_matched_one_refused,
    a_round_is_checked_before_it_is_matched,
    a_fork_tells_what_more_places_would_give_and_changes_no_record,
    a_repair_keeps_what_it_can_of_a_plan,
    the_files_of_a_plan_and_of_its_model_come_in_pieces,
    without_rankings_of_sites_nothing_blocks,
);

pub(super) async fn solved(service: &Service, run: &pb::Run) -> pb::Plan {
    watch(service, &run.name, 0).await;
    let name = run.name.replace("/runs/", "/plans/");
    let found = service.plans().get_plan(pb::GetPlanRequest { name }).await;
    found.unwrap().into_inner().plan.unwrap()
}

async fn with_plan() -> (Service, String, Roster, pb::Run, pb::Plan) {
    let (service, round, roster) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    let plan = solved(&service, &run).await;
    (service, round, roster, run, plan)
}

fn edit(change: Change) -> pb::Edit {
    pb::Edit {
        change: Some(change),
    }
}

async fn an_unmatched_trainee_is_explained_and_a_matched_one_refused() {
    let (service, _, roster, _, plan) = Box::pin(with_plan()).await;
    let list = pb::ListUnmatchedRequest {
        parent: plan.name.clone(),
        ..Default::default()
    };
    let found = service.plans().list_unmatched(list).await.unwrap();
    let unmatched = found.into_inner().unmatched;
    let ask = |trainee: &str, seconds: i32| pb::ExplainTraineeRequest {
        plan: plan.name.clone(),
        trainee_id: trainee.to_owned(),
        time_limit_seconds: seconds,
    };
    for one in &unmatched {
        let mut plans = service.plans();
        let answer = plans.explain_trainee(ask(&one.trainee_id, 20)).await;
        let answer = answer.unwrap().into_inner().explanation.unwrap();
        assert_eq!(answer.trainee_id, one.trainee_id);
        assert_ne!(answer.outcome(), pb::ExplanationOutcome::Unspecified);
        assert!(answer.proved, "{answer:?}");
    }
    let is_matched = |key: &str| unmatched.iter().all(|one| one.trainee_id != key);
    let mut keys = roster.trainees.iter().map(|one| one.key.as_str());
    let matched = keys.find(|key| is_matched(key)).unwrap();
    let refused = service.plans().explain_trainee(ask(matched, 1)).await;
    assert_eq!(reason(&refused.unwrap_err()), "TRAINEE_MATCHED");
    let refused = service.plans().explain_trainee(ask("nobody", 1)).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    let refused = service.plans().explain_trainee(ask("", 601)).await;
    assert_eq!(
        broken(&refused.unwrap_err()),
        ["trainee_id", "time_limit_seconds"]
    );
}

async fn a_round_is_checked_before_it_is_matched() {
    let (service, round, roster) = imported("clinic-12").await;
    let mut rounds = service.rounds();
    let found = rounds.check_round(pb::CheckRoundRequest { round });
    let found = found.await.unwrap().into_inner().preflight.unwrap();
    let trainees: i32 = found.by_zone.iter().map(|area| area.trainees).sum();
    assert_eq!(usize::try_from(trainees).unwrap(), roster.trainees.len());
    assert!(!found.shortages.is_empty() || !found.without_candidate.is_empty());
}

async fn a_fork_tells_what_more_places_would_give_and_changes_no_record() {
    let (service, round, roster, run, plan) = Box::pin(with_plan()).await;
    let site = roster.sites[1].key.to_string();
    let fork = |edits: Vec<pb::Edit>| pb::ForkRunRequest {
        run: run.name.clone(),
        edits,
        time_limit_seconds: 30,
        ..Default::default()
    };
    let close = vec![edit(Change::CloseSiteId(site.clone()))];
    let forked = service.runs().fork_run(fork(close.clone())).await.unwrap();
    let forked = forked.into_inner().run.unwrap();
    assert_eq!((&forked.forked_from, &forked.edits), (&run.name, &close));
    let without = solved(&service, &forked).await;
    assert!(without.placements < plan.placements, "{without:?}");
    let list = pb::ListPlacementsRequest {
        parent: without.name,
        ..Default::default()
    };
    let placed = service.plans().list_placements(list).await.unwrap();
    let placed = placed.into_inner().placements;
    assert!(placed.iter().all(|one| one.site_id != site));

    let again = start(&service, &round).await;
    assert_eq!(solved(&service, &again).await.levels, plan.levels);

    let unknown = vec![
        edit(Change::CloseSiteId("nowhere".to_owned())),
        edit(Change::LeaveSupervisorId("nobody".to_owned())),
    ];
    let refused = service.runs().fork_run(fork(unknown)).await.unwrap_err();
    assert_eq!(broken(&refused), ["edits[0]", "edits[1]"]);
}

async fn a_repair_keeps_what_it_can_of_a_plan() {
    let (service, round, _, _, plan) = Box::pin(with_plan()).await;
    let list = pb::ListPlacementsRequest {
        parent: plan.name.clone(),
        ..Default::default()
    };
    let placed = service.plans().list_placements(list).await.unwrap();
    let placed = placed.into_inner().placements;
    let declined = &placed[0];
    let request = pb::StartRunRequest {
        round,
        time_limit_seconds: 30,
        edits: vec![edit(Change::Decline(pb::DeclinedPlace {
            trainee_id: declined.trainee_id.clone(),
            site_id: declined.site_id.clone(),
        }))],
        baseline: plan.name.clone(),
        ..Default::default()
    };
    let started = service.runs().start_run(request).await.unwrap();
    let started = started.into_inner().run.unwrap();
    assert_eq!(started.baseline, plan.name);
    let repaired = solved(&service, &started).await;
    assert_eq!(repaired.levels[0].name, "changes");
    assert!(repaired.levels[0].value > 0);
    let compare = pb::ComparePlansRequest {
        baseline: plan.name,
        plan: repaired.name,
    };
    let compared = service.plans().compare_plans(compare).await.unwrap();
    let changed = compared.into_inner().placements;
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0].trainee_id, declined.trainee_id);
}

async fn the_files_of_a_plan_and_of_its_model_come_in_pieces() {
    let (service, _, _, _, plan) = Box::pin(with_plan()).await;
    let files = async |format: pb::PlanFormat| {
        let request = pb::ExportPlanRequest {
            name: plan.name.clone(),
            format: i32::from(format),
        };
        let mut stream = service
            .plans()
            .export_plan(request)
            .await
            .unwrap()
            .into_inner();
        let mut names: Vec<String> = Vec::new();
        while let Some(message) = stream.message().await.unwrap() {
            let piece = message.piece.unwrap();
            if names.last() != Some(&piece.file_name) {
                names.push(piece.file_name);
            }
        }
        names
    };
    let tables = files(pb::PlanFormat::Csv).await;
    assert!(tables.contains(&"placements.csv".to_owned()), "{tables:?}");
    let models = files(pb::PlanFormat::Mps).await;
    assert_eq!(models.len(), plan.levels.len());
    assert_eq!(models[0], "1-matched_priority.mps");
    let request = pb::ExportPlanRequest {
        name: plan.name.clone(),
        format: 99,
    };
    let refused = service.plans().export_plan(request).await;
    assert_eq!(broken(&refused.err().unwrap()), ["format"]);
}

async fn without_rankings_of_sites_nothing_blocks() {
    let (service, _, roster, _, plan) = Box::pin(with_plan()).await;
    assert!(roster.site_rankings.is_empty());
    let request = pb::AuditStabilityRequest {
        parent: plan.name,
        ..Default::default()
    };
    let found = service.plans().audit_stability(request).await.unwrap();
    assert!(found.into_inner().pairs.is_empty());
}
