//! What ends a run, and what no longer can: each state is asked to end, a
//! solver takes more memory than it may, and a lease is as long as it was set.

use std::time::Duration;

use practicum::app::{Actor, App, AppError, ManualClock, Reason, Settings};
use practicum::domain::{ProgramKey, RunLimits, RunState};
use practicum::store::{Db, StoreError};
use practicum::zone_data::ZoneData;
use std::sync::Arc;

use super::databases::{MONDAY, World, on_both};
use super::runs::{clinic, get, later, start, worked};

on_both!(
    a_run_is_cancelled_in_each_state_but_the_last_ones,
    a_run_is_over_when_its_own_lease_is,
);

async fn a_run_is_cancelled_in_each_state_but_the_last_ones(world: World) {
    let report = clinic(&world).await;
    let (actor, program) = (Actor::operator(), &report.program);
    let run = start(&world, &report, 60).await;
    let claim = world
        .db
        .run_claim(MONDAY, later(30), None)
        .await
        .unwrap()
        .unwrap();
    // Twice is as good as once while it is running.
    for _ in 0..2 {
        let asked = world.app.cancel_run(&actor, program, &run).await.unwrap();
        assert_eq!(asked.value.state, RunState::Running);
        assert!(asked.value.cancel_requested);
    }
    // Whoever holds it learns of it with the next sign of life.
    assert!(
        world
            .db
            .run_renew(&claim, later(60), Vec::new())
            .await
            .unwrap()
    );
    // Whoever takes it up after a crash ends it without solving.
    world.clock.advance(60);
    let (ended, _) = worked(&world.app, &report, &run).await;
    assert_eq!((ended.state, ended.attempts), (RunState::Cancelled, 2));
    let succeeded = start(&world, &report, 60).await;
    let (ended, _) = worked(&world.app, &report, &succeeded).await;
    assert_eq!(ended.state, RunState::Succeeded);
    let failed = start(&world, &report, 60).await;
    let broken = world.another_server(Some("/bin/false".into())).await;
    let (ended, _) = worked(&broken, &report, &failed).await;
    assert_eq!(ended.state, RunState::Failed);
    for run in [run, succeeded, failed] {
        let before = get(&world, &report, &run).await;
        let refused = world.app.cancel_run(&actor, program, &run).await;
        let reason = AppError::FailedPrecondition(Reason::RunEnded {
            run: run.to_string(),
            state: before.state.as_str(),
        });
        assert_eq!(refused.unwrap_err().to_string(), reason.to_string());
        assert_eq!(get(&world, &report, &run).await, before);
    }
}

async fn a_run_is_over_when_its_own_lease_is(world: World) {
    let report = clinic(&world).await;
    // The solver outlives its server until the time of the run is up.
    let run = start(&world, &report, 1).await;
    let settings = Settings {
        solver_program: Some(super::runs::solver("sleeps")),
        run_lease: Duration::from_secs(5),
        ..Settings::default()
    };
    let db = Db::open(&world.url).await.unwrap();
    let clock: Arc<ManualClock> = Arc::clone(&world.clock);
    let short = App::new(db, clock, ZoneData::embedded(), settings);
    let working = tokio::spawn(async move { short.work(std::future::pending()).await });
    let actor = Actor::operator();
    let wait = Duration::from_secs(10);
    let taken_up = world
        .app
        .wait_for_run_events(&actor, &report.program, &run, 1, wait);
    taken_up.await.unwrap();
    working.abort();
    assert_eq!(
        world.db.run_claim(later(4), later(9), None).await.unwrap(),
        None
    );
    let claim = world.db.run_claim(later(5), later(10), None).await.unwrap();
    assert_eq!(claim.unwrap().run, run);
}

/// A writer in the way for longer than the database waits, and then gone.
#[test]
fn a_write_is_tried_again_when_another_was_in_its_way() {
    super::databases::with_postgres(|url| async move {
        let impatient = format!("{url}&options=-c%20lock_timeout%3D200ms");
        let db = Db::open(&impatient).await.unwrap();
        let clock = Arc::new(ManualClock::at(MONDAY));
        let app = App::new(db.clone(), clock, ZoneData::embedded(), Settings::default());
        let actor = Actor::operator();
        let key: ProgramKey = "north".parse().unwrap();
        let new = practicum::app::NewProgram {
            key: Some(key.clone()),
            name: "North".to_owned(),
            time_zone: "UTC".parse().unwrap(),
        };
        let program = app.create_program(&actor, new).await.unwrap().value;
        let held = db.write(&key, MONDAY).await.unwrap();
        let once = db.write(&key, MONDAY).await;
        assert!(matches!(once, Err(StoreError::Contended(_))), "{once:?}");
        let letting_go = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            drop(held);
        });
        app.update_program(&actor, program.clone(), None)
            .await
            .unwrap();
        letting_go.await.unwrap();
        // Patience ends.
        let held = db.write(&key, MONDAY).await.unwrap();
        let refused = app.update_program(&actor, program, None).await;
        assert!(matches!(refused, Err(AppError::Contended)), "{refused:?}");
        drop(held);
    });
}

/// The memory of a run is that of its solver alone: the server stays.
#[test]
fn a_run_over_its_memory_fails_or_keeps_the_plan_it_had() {
    super::databases::on_sqlite(|world| async move {
        let options =
            practicum::roster::GenerateOptions::new(1_500, 7, practicum::roster::Regions::Us);
        let roster = practicum::roster::generate(&options.unwrap()).unwrap();
        let report =
            super::rosters::import(&world, &roster, practicum::app::ImportMode::Replace).await;
        let limits = RunLimits {
            seconds: 20,
            memory_bytes: RunLimits::MEMORY_MIN,
        };
        let actor = Actor::operator();
        let started = world
            .app
            .start_run(&actor, &report.program, &report.round, limits)
            .await;
        let (ended, _) = worked(&world.app, &report, &started.unwrap().value.key).await;
        assert_eq!(ended.state, RunState::Failed);
        assert!(ended.failure.is_some());
    });
}
