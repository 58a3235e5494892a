//! `RunService` and `PlanService`: a run is started, followed and read.

use practicum::domain::Roster;
use practicum::grpc::pb;
use practicum::roster::{FolderFiles, read_roster};
use tonic::Code;

use crate::support::service::{
    Service, broken, import_messages, reason, roster_files, served_by_both,
};

served_by_both!(
    a_run_is_followed_to_its_end_and_resumed_without_loss,
    the_plan_of_a_run_is_read_in_pages,
    compares_a_plan_with_one_after_a_forbid,
    lists_the_runs_of_a_round_and_cancels_none_that_has_ended,
    a_run_that_goes_on_is_cancelled_and_its_watcher_hears_of_it,
    tells_what_is_wrong_with_a_run_that_is_asked_for,
);

/// Returns a service that has imported a roster, the name of its round, and
/// the roster.
pub(crate) async fn imported(name: &str) -> (Service, String, Roster) {
    Box::pin(imported_files(&roster_files(name))).await
}

/// Returns the same for the files of a roster.
pub(super) async fn imported_files(files: &[(String, Vec<u8>)]) -> (Service, String, Roster) {
    let service = Service::start().await;
    let mut folder = FolderFiles::default();
    for (name, contents) in files {
        folder.insert(name, contents.clone());
    }
    let roster = read_roster(&folder).unwrap();
    let header = pb::ImportRosterHeader {
        parent: format!("programs/{}", roster.program.key),
        mode: i32::from(pb::ImportMode::Replace),
        ..Default::default()
    };
    let messages = tokio_stream::iter(import_messages(header, files));
    let done = service.rosters().import_roster(messages).await.unwrap();
    (service, done.into_inner().round, roster)
}

pub(crate) async fn start(service: &Service, round: &str) -> pb::Run {
    let request = pb::StartRunRequest {
        round: round.to_owned(),
        time_limit_seconds: 30,
        ..Default::default()
    };
    let started = service.runs().start_run(request).await.unwrap();
    started.into_inner().run.unwrap()
}

/// Follows a run from an event on to its end.
pub(super) async fn watch(service: &Service, run: &str, after_sequence: i64) -> Vec<pb::RunEvent> {
    let request = pb::WatchRunRequest {
        name: run.to_owned(),
        after_sequence,
    };
    let mut stream = service
        .runs()
        .watch_run(request)
        .await
        .unwrap()
        .into_inner();
    let mut events = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        events.push(message.event.unwrap());
    }
    events
}

async fn get(service: &Service, name: &str) -> pb::Run {
    let name = name.to_owned();
    let found = service.runs().get_run(pb::GetRunRequest { name }).await;
    found.unwrap().into_inner().run.unwrap()
}

async fn a_run_is_followed_to_its_end_and_resumed_without_loss() {
    let (service, round, _) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    assert_eq!(run.round, round);
    let events = watch(&service, &run.name, 0).await;
    let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
    let expected: Vec<i64> = (1..).take(events.len()).collect();
    assert_eq!(sequences, expected);
    let last = events.last().unwrap().happened.as_ref().unwrap();
    let succeeded = i32::from(pb::RunState::Succeeded);
    assert_eq!(*last, pb::run_event::Happened::State(succeeded));
    let is_progress =
        |event: &pb::RunEvent| matches!(event.happened, Some(pb::run_event::Happened::Progress(_)));
    assert!(events.iter().any(is_progress), "{events:?}");
    for after in [1, events.len() / 2, events.len()] {
        let rest = watch(&service, &run.name, i64::try_from(after).unwrap()).await;
        assert_eq!(rest, events[after..]);
    }
}

/// Returns the keys of the trainees that a plan places, read five at a time.
async fn placed_in_pages_of_five(service: &Service, plan: &str) -> Vec<String> {
    let mut request = pb::ListPlacementsRequest {
        parent: plan.to_owned(),
        page_size: 5,
        page_token: String::new(),
    };
    let mut trainees = Vec::new();
    loop {
        let page = service
            .plans()
            .list_placements(request.clone())
            .await
            .unwrap()
            .into_inner();
        assert!(page.placements.len() <= 5);
        trainees.extend(
            page.placements
                .into_iter()
                .map(|placement| placement.trainee_id),
        );
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    trainees
}

async fn the_plan_of_a_run_is_read_in_pages() {
    let (service, round, roster) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    watch(&service, &run.name, 0).await;
    let run = get(&service, &run.name).await;
    assert_eq!(run.state, i32::from(pb::RunState::Succeeded), "{run:?}");
    let name = run.plan.clone();
    let plan = service
        .plans()
        .get_plan(pb::GetPlanRequest { name: name.clone() })
        .await
        .unwrap();
    let plan = plan.into_inner().plan.unwrap();
    assert_eq!((plan.run, plan.round), (run.name, round));
    assert_eq!(plan.levels.len(), 4);
    let people = plan.placements + plan.unmatched;
    assert_eq!(people.to_string(), roster.trainees.len().to_string());
    assert!(
        plan.placements > 0 && plan.sessions > 0,
        "{}",
        plan.placements
    );
    let trainees = placed_in_pages_of_five(&service, &name).await;
    assert_eq!(trainees.len().to_string(), plan.placements.to_string());
    assert!(trainees.is_sorted());
    let request = pb::ListSessionsRequest {
        parent: name.clone(),
        ..Default::default()
    };
    let sessions = service
        .plans()
        .list_sessions(request)
        .await
        .unwrap()
        .into_inner()
        .sessions;
    assert_eq!(sessions.len().to_string(), plan.sessions.to_string());
    for session in &sessions {
        let has_site = !session.site_id.is_empty();
        assert_eq!(
            has_site,
            session.delivery == i32::from(pb::Delivery::InPerson)
        );
        assert!(!session.members.is_empty());
    }
    let request = pb::ListUnmatchedRequest {
        parent: name,
        ..Default::default()
    };
    let unmatched = service
        .plans()
        .list_unmatched(request)
        .await
        .unwrap()
        .into_inner()
        .unmatched;
    assert_eq!(unmatched.len().to_string(), plan.unmatched.to_string());
}

async fn compares_a_plan_with_one_after_a_forbid() {
    let (service, round, _) = imported("clinic-12").await;
    let first = start(&service, &round).await;
    watch(&service, &first.name, 0).await;
    let baseline = get(&service, &first.name).await.plan;
    let request = pb::ListPlacementsRequest {
        parent: baseline.clone(),
        ..Default::default()
    };
    let placed = service
        .plans()
        .list_placements(request)
        .await
        .unwrap()
        .into_inner();
    let placed = placed.placements[0].clone();
    let request = pb::ForbidRequest {
        round: round.clone(),
        pair: Some(pb::Pair {
            trainee_id: placed.trainee_id.clone(),
            target: Some(pb::SiteOrSupervisor {
                target: Some(pb::site_or_supervisor::Target::SiteId(
                    placed.site_id.clone(),
                )),
            }),
        }),
        request_id: String::new(),
    };
    service.rounds().forbid(request).await.unwrap();
    let second = start(&service, &round).await;
    watch(&service, &second.name, 0).await;
    let plan = get(&service, &second.name).await.plan;
    let compare = |plan: &str| {
        let request = pb::ComparePlansRequest {
            baseline: baseline.clone(),
            plan: plan.to_owned(),
        };
        let mut plans = service.plans();
        async move { plans.compare_plans(request).await.unwrap().into_inner() }
    };
    let change = compare(&plan).await;
    let moved = change
        .placements
        .iter()
        .find(|change| change.trainee_id == placed.trainee_id);
    assert_eq!(moved.unwrap().before, Some(placed.clone()));
    let after = moved
        .unwrap()
        .after
        .as_ref()
        .map(|after| after.site_id.clone());
    assert_ne!(after, Some(placed.site_id));
    let same = compare(&baseline).await;
    assert!(same.placements.is_empty() && same.session_change_trainee_ids.is_empty());
    assert!(same.unchanged > 0);
    assert!(same.levels.iter().all(|level| level.before == level.after));
}

async fn lists_the_runs_of_a_round_and_cancels_none_that_has_ended() {
    let (service, round, roster) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    watch(&service, &run.name, 0).await;
    let parent = format!("programs/{}", roster.program.key);
    let request = pb::ListRunsRequest {
        parent: parent.clone(),
        round: round.clone(),
        ..Default::default()
    };
    let listed = service
        .runs()
        .list_runs(request)
        .await
        .unwrap()
        .into_inner()
        .runs;
    assert_eq!(listed, [get(&service, &run.name).await]);
    let request = pb::ListRunsRequest {
        parent,
        round: "programs/other/rounds/x".to_owned(),
        ..Default::default()
    };
    let refused = service.runs().list_runs(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["round"]);
    let request = pb::CancelRunRequest {
        name: run.name,
        request_id: String::new(),
    };
    let refused = service.runs().cancel_run(request).await.unwrap_err();
    assert_eq!(reason(&refused), "RUN_ENDED");
}

async fn a_run_that_goes_on_is_cancelled_and_its_watcher_hears_of_it() {
    let (service, round, _) = imported("world-240").await;
    let request = pb::StartRunRequest {
        round,
        time_limit_seconds: 600,
        request_id: uuid::Uuid::now_v7().to_string(),
        ..Default::default()
    };
    let run = service
        .runs()
        .start_run(request.clone())
        .await
        .unwrap()
        .into_inner()
        .run
        .unwrap();
    let again = service
        .runs()
        .start_run(request)
        .await
        .unwrap()
        .into_inner()
        .run
        .unwrap();
    assert_eq!(again.name, run.name);
    let watching = pb::WatchRunRequest {
        name: run.name.clone(),
        after_sequence: 0,
    };
    let mut stream = service
        .runs()
        .watch_run(watching)
        .await
        .unwrap()
        .into_inner();
    stream.message().await.unwrap().unwrap();
    let request = pb::CancelRunRequest {
        name: run.name.clone(),
        request_id: String::new(),
    };
    service.runs().cancel_run(request).await.unwrap();
    let mut last = None;
    while let Some(message) = stream.message().await.unwrap() {
        last = message.event.unwrap().happened;
    }
    let cancelled = i32::from(pb::RunState::Cancelled);
    assert_eq!(last, Some(pb::run_event::Happened::State(cancelled)));
}

async fn tells_what_is_wrong_with_a_run_that_is_asked_for() {
    let service = Service::start().await.with_program().await;
    let request = pb::StartRunRequest {
        round: "programs/north/rounds/spring".to_owned(),
        time_limit_seconds: -1,
        memory_bytes_max: 5,
        edits: vec![pb::Edit::default()],
        baseline: "programs/south/plans/none".to_owned(),
        ..Default::default()
    };
    let refused = service.runs().start_run(request).await.unwrap_err();
    assert_eq!(
        broken(&refused),
        [
            "time_limit_seconds",
            "memory_bytes_max",
            "edits[0].change",
            "baseline"
        ]
    );
    let request = pb::WatchRunRequest {
        name: "programs/north/runs/none".to_owned(),
        after_sequence: -1,
    };
    let refused = service.runs().watch_run(request.clone()).await.unwrap_err();
    assert_eq!(broken(&refused), ["after_sequence"]);
    let request = pb::WatchRunRequest {
        after_sequence: 0,
        ..request
    };
    let missing = service.runs().watch_run(request).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
}
