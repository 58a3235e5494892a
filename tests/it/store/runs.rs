//! Runs: the plan is that of the folder, and whatever happens to the child or
//! the server, each run ends in a defined state.

use std::path::{Path, PathBuf};
use std::time::Duration;

use practicum::app::{Actor, App, AppError, ImportMode, ImportReport, Reason};
use practicum::domain::time::UtcSecond;
use practicum::domain::{Key, PageRequest, Run, RunEvent, RunEventKind, RunLimits, RunState};
use practicum::roster::{FolderFiles, PLAN_FILES};
use practicum::store::{RunEnd, StoreError};

use super::databases::{MONDAY, World, on_both};
use super::rosters::{import, shipped};
use crate::support::command::practicum;

on_both!(
    gives_the_plan_of_the_folder_byte_for_byte,
    freezes_keys_and_no_names,
    ends_a_queued_run_that_is_cancelled,
    ends_a_running_run_that_is_cancelled,
    ends_a_run_whose_child_outlives_its_time,
    ends_a_run_whose_child_crashes,
    takes_up_a_run_whose_server_died,
    refuses_a_late_holder,
    hands_runs_back_when_the_server_stops,
    gives_up_a_run_that_takes_every_server_down,
    refuses_limits_out_of_range_and_rounds_without_anybody,
);

pub(super) fn solver(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/solvers")
        .join(name)
}

pub(super) async fn clinic(world: &World) -> ImportReport {
    import(world, &shipped("clinic-12"), ImportMode::Replace).await
}

pub(super) async fn start(world: &World, report: &ImportReport, seconds: u32) -> Key {
    let limits = RunLimits {
        seconds,
        ..RunLimits::default()
    };
    let (program, round) = (&report.program, &report.round);
    let actor = Actor::operator();
    let run = world.app.start_run(&actor, program, round, limits).await;
    run.unwrap().value.key
}

pub(super) async fn get(world: &World, report: &ImportReport, run: &Key) -> Run {
    let actor = Actor::operator();
    let run = world.app.get_run(&actor, &report.program, run).await;
    run.unwrap().value
}

/// Follows a run by its events until it ends, at most a minute.
async fn followed(app: &App, report: &ImportReport, run: &Key) -> (Run, Vec<RunEvent>) {
    let actor = Actor::operator();
    let mut events: Vec<RunEvent> = Vec::new();
    for _ in 0..120 {
        let after = events.last().map_or(0, |event| event.sequence);
        let wait = Duration::from_millis(500);
        let (state, more) = app
            .wait_for_run_events(&actor, &report.program, run, after, wait)
            .await
            .unwrap();
        let is_over = more.is_empty() && state.value.state.is_end();
        events.extend(more);
        if is_over {
            return (state.value, events);
        }
    }
    panic!("the run did not end: {events:?}");
}

/// Works until the run has ended; returns it with its events.
pub(super) async fn worked(app: &App, report: &ImportReport, run: &Key) -> (Run, Vec<RunEvent>) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = app.clone();
    let working = tokio::spawn(async move {
        worker.work(async { drop(stopped.await) }).await;
    });
    let ended = followed(app, report, run).await;
    drop(stop);
    working.await.unwrap();
    let sequences: Vec<i64> = ended.1.iter().map(|event| event.sequence).collect();
    let count = i64::try_from(sequences.len()).unwrap();
    assert_eq!(sequences, (1..=count).collect::<Vec<_>>());
    assert_eq!(ended.1.last().unwrap().text, ended.0.state.as_str());
    ended
}

async fn gives_the_plan_of_the_folder_byte_for_byte(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rosters/clinic-12");
    let ran = practicum(&[
        "match",
        "--roster",
        data.to_str().unwrap(),
        "--out",
        folder.path().to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let of_folder = FolderFiles::read_dir(folder.path(), &PLAN_FILES).unwrap();

    let report = clinic(&world).await;
    let run = start(&world, &report, 60).await;
    let (ended, events) = worked(&world.app, &report, &run).await;
    assert_eq!(ended.state, RunState::Succeeded, "{:?}", ended.failure);
    assert!(events.iter().any(|e| e.kind == RunEventKind::Progress));
    let actor = Actor::operator();
    let plan = world.app.get_plan(&actor, &report.program, &run).await;
    assert_eq!(plan.unwrap().files(), of_folder);
    let page = PageRequest::default();
    let plans = world
        .app
        .list_plans(&actor, &report.program, &report.round, &page)
        .await
        .unwrap();
    assert_eq!(plans.items, [run]);
}

async fn freezes_keys_and_no_names(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 60).await;
    let run = get(&world, &report, &run).await;
    let mut tx = world.db.read().await.unwrap();
    let (scope, _) = tx.program_fetch(&report.program).await.unwrap();
    let snapshot = tx
        .snapshot_fetch(scope, &run.snapshot_sha256)
        .await
        .unwrap();
    let text = String::from_utf8(snapshot.bytes).unwrap();
    let roster = shipped("clinic-12");
    for trainee in &roster.trainees {
        assert!(text.contains(trainee.key.as_str()));
        assert!(!text.contains(&trainee.name), "{}", trainee.name);
        assert!(trainee.email.is_empty() || !text.contains(&trainee.email));
    }
    for supervisor in &roster.supervisors {
        assert!(!text.contains(&supervisor.name), "{}", supervisor.name);
    }
    assert!(!text.contains("spring break"));
}

async fn ends_a_queued_run_that_is_cancelled(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 60).await;
    let actor = Actor::operator();
    let cancelled = world.app.cancel_run(&actor, &report.program, &run).await;
    assert_eq!(cancelled.unwrap().value.state, RunState::Cancelled);
    let again = world.app.cancel_run(&actor, &report.program, &run).await;
    assert!(matches!(
        again,
        Err(AppError::FailedPrecondition(Reason::RunEnded { .. }))
    ));
    let (_, events) = worked(&world.app, &report, &run).await;
    let texts: Vec<&str> = events.iter().map(|event| event.text.as_str()).collect();
    assert_eq!(texts, ["queued", "cancelled"]);
    let plan = world.app.get_plan(&actor, &report.program, &run).await;
    assert!(matches!(
        plan,
        Err(AppError::FailedPrecondition(Reason::NoPlan { .. }))
    ));
}

async fn ends_a_running_run_that_is_cancelled(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 600).await;
    let server = world.another_server(Some(solver("sleeps"))).await;
    let (actor, app) = (Actor::operator(), world.app.clone());
    let (program, key) = (report.program.clone(), run.clone());
    // Another process asks, so that nothing but the store carries it over.
    let asks = tokio::spawn(async move {
        let wait = Duration::from_secs(10);
        app.wait_for_run_events(&actor, &program, &key, 1, wait)
            .await
            .unwrap();
        app.cancel_run(&actor, &program, &key).await.unwrap();
    });
    let (ended, _) = worked(&server, &report, &run).await;
    asks.await.unwrap();
    assert_eq!(ended.state, RunState::Cancelled);
}

async fn ends_a_run_whose_child_outlives_its_time(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 1).await;
    let server = world.another_server(Some(solver("sleeps"))).await;
    let (ended, _) = worked(&server, &report, &run).await;
    assert_eq!(ended.state, RunState::Failed);
    assert!(
        ended
            .failure
            .unwrap()
            .contains("ended before there was any plan")
    );
}

async fn ends_a_run_whose_child_crashes(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 60).await;
    let server = world.another_server(Some(solver("crashes"))).await;
    let (ended, _) = worked(&server, &report, &run).await;
    assert_eq!((ended.state, ended.has_plan), (RunState::Failed, false));
    assert!(ended.failure.unwrap().contains("exit status: 3"));
}

pub(super) fn later(seconds: i64) -> UtcSecond {
    UtcSecond(MONDAY.0 + seconds)
}

async fn takes_up_a_run_whose_server_died(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 60).await;
    // A server that takes the run up and is heard of no more.
    let claim = world.db.run_claim(MONDAY, later(30), None).await.unwrap();
    assert_eq!(claim.unwrap().run, run);
    let held = world
        .db
        .run_claim(later(29), later(59), None)
        .await
        .unwrap();
    assert_eq!(held, None);
    world.clock.advance(30);
    let (ended, events) = worked(&world.app, &report, &run).await;
    assert_eq!((ended.state, ended.attempts), (RunState::Succeeded, 2));
    let running = events.iter().filter(|event| event.text == "running");
    assert_eq!(running.count(), 2);
}

async fn refuses_a_late_holder(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 60).await;
    let late = world
        .db
        .run_claim(MONDAY, later(30), None)
        .await
        .unwrap()
        .unwrap();
    let new = world
        .db
        .run_claim(later(30), later(60), None)
        .await
        .unwrap();
    assert_eq!(new.unwrap().fencing_token, late.fencing_token + 1);
    let end = RunEnd {
        state: RunState::Failed,
        failure: None,
        plan: None,
    };
    let mut write = world.db.write(&report.program, later(31)).await.unwrap();
    let finished = write.run_finish(&late, &end).await;
    assert!(matches!(finished, Err(StoreError::Fenced { .. })));
    drop(write);
    let renewed = world.db.run_renew(&late, later(90), Vec::new()).await;
    assert!(matches!(renewed, Err(StoreError::Fenced { .. })));
    let released = world.db.run_release(&late, later(31)).await;
    assert!(matches!(released, Err(StoreError::Fenced { .. })));
    assert_eq!(get(&world, &report, &run).await.state, RunState::Running);
}

async fn hands_runs_back_when_the_server_stops(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 600).await;
    let server = world.another_server(Some(solver("sleeps"))).await;
    server
        .work(tokio::time::sleep(Duration::from_millis(1500)))
        .await;
    assert_eq!(get(&world, &report, &run).await.state, RunState::Queued);
    let (ended, _) = worked(&world.app, &report, &run).await;
    assert_eq!(ended.state, RunState::Succeeded);
}

async fn gives_up_a_run_that_takes_every_server_down(world: World) {
    let report = clinic(&world).await;
    let run = start(&world, &report, 60).await;
    for server in 0..5 {
        let (now, until) = (later(server * 30), later(server * 30 + 30));
        assert!(
            world
                .db
                .run_claim(now, until, None)
                .await
                .unwrap()
                .is_some()
        );
    }
    world.clock.advance(150);
    let (ended, _) = worked(&world.app, &report, &run).await;
    assert_eq!(ended.state, RunState::Failed);
    assert!(ended.failure.unwrap().contains("given up"));
}

async fn refuses_limits_out_of_range_and_rounds_without_anybody(world: World) {
    let report = clinic(&world).await;
    let (actor, app) = (Actor::operator(), &world.app);
    let limits = RunLimits {
        seconds: 0,
        memory_bytes: 1,
    };
    let (program, round) = (&report.program, &report.round);
    let refused = app.start_run(&actor, program, round, limits).await;
    let AppError::Invalid(violations) = refused.unwrap_err() else {
        panic!("not invalid");
    };
    assert_eq!(violations.as_slice().len(), 2);
    let mut empty = shipped("clinic-12").round;
    empty.key = Some("empty".parse().unwrap());
    let made = app.create_round(&actor, program, empty).await.unwrap();
    let round = made.value.round.key.unwrap();
    let limits = RunLimits::default();
    let started = app.start_run(&actor, program, &round, limits).await;
    let missing: Key = "none".parse().unwrap();
    let nowhere = app.start_run(&actor, program, &missing, limits).await;
    assert!(matches!(nowhere, Err(AppError::NotFound { .. })));
    assert!(matches!(
        started,
        Err(AppError::FailedPrecondition(Reason::NoTrainees { .. }))
    ));
}
