//! Publishing: what may follow what, and that nothing unproved is published.

use practicum::app::{
    Actor, AppError, ImportReport, PublishOptions, Published, Reason, RoundStart, RunStart,
    StoredRound,
};
use practicum::domain::{Key, Pin, Round, RoundState, SiteOrSupervisor, Versioned};
use practicum::store::{Db, RecordedEvent, statements};
use sqlx::{AssertSqlSafe, Row};

use super::chain::{broken, run_sql};
use super::databases::{World, on_both, on_sqlite};
use super::rosters::shipped;
use super::runs::{clinic, worked};

on_both!(
    publishes_no_plan_of_another_round_and_none_that_is_not_there,
    a_stored_plan_that_was_tampered_with_is_not_published,
    a_repair_takes_the_place_of_the_published_plan_and_nothing_else_does,
    tells_which_records_have_changed_since_the_plan_was_made,
    a_plan_is_only_looked_at_when_asked_so,
);

/// Creates a round with the lines and the people of the clinic.
pub(super) async fn round_like(world: &World, report: &ImportReport, key: &str) -> Key {
    let round = Round {
        key: Some(key.parse().unwrap()),
        ..shipped("clinic-12").round
    };
    let start = RoundStart {
        like: Some(report.round.clone()),
        ..RoundStart::default()
    };
    let actor = Actor::operator();
    let made = world
        .app
        .create_round_with(&actor, &report.program, round, &start);
    made.await.unwrap().value.round.key.unwrap()
}

/// Solves a round, with a plan to be kept where there is one; returns the run.
pub(super) async fn solved(
    world: &World,
    report: &ImportReport,
    round: &Key,
    baseline: Option<&Key>,
) -> Key {
    let start = RunStart {
        baseline: baseline.cloned(),
        ..RunStart::default()
    };
    let (actor, program) = (Actor::operator(), &report.program);
    let started = world.app.start_run(&actor, program, round, start).await;
    let run = started.unwrap().value.key;
    let (ended, _) = worked(&world.app, report, &run).await;
    assert!(ended.has_plan, "{:?}", ended.failure);
    run
}

pub(super) async fn publish(
    world: &World,
    report: &ImportReport,
    round: &Key,
    run: &Key,
) -> Result<Published, AppError> {
    let options = PublishOptions::default();
    let actor = Actor::operator();
    let published = world
        .app
        .publish(&actor, &report.program, round, run, options);
    published.await
}

pub(super) async fn get(
    world: &World,
    report: &ImportReport,
    round: &Key,
) -> Versioned<StoredRound> {
    let actor = Actor::operator();
    let found = world.app.get_round(&actor, &report.program, round).await;
    found.unwrap()
}

pub(super) async fn state(world: &World, report: &ImportReport, round: &Key) -> RoundState {
    get(world, report, round).await.value.standing.state
}

pub(super) async fn close(world: &World, report: &ImportReport, round: &Key) {
    let actor = Actor::operator();
    let closed = world
        .app
        .close_round(&actor, &report.program, round, None)
        .await;
    assert_eq!(
        closed.unwrap().value.standing.state,
        RoundState::Closed,
        "{round}"
    );
}

pub(super) async fn events(world: &World, report: &ImportReport) -> Vec<RecordedEvent> {
    let mut tx = world.db.read().await.unwrap();
    let (scope, _) = tx.program_fetch(&report.program).await.unwrap();
    tx.event_list(scope, 0, 1000).await.unwrap()
}

pub(super) fn reason<T: std::fmt::Debug>(result: Result<T, AppError>) -> Reason {
    match result {
        Err(AppError::FailedPrecondition(reason)) => reason,
        other => panic!("not a precondition: {other:?}"),
    }
}

async fn publishes_no_plan_of_another_round_and_none_that_is_not_there(world: World) {
    let report = clinic(&world).await;
    let other = round_like(&world, &report, "other").await;
    let run = solved(&world, &report, &other, None).await;
    let refused = publish(&world, &report, &report.round, &run).await;
    let expected = Reason::OtherRound {
        run: run.to_string(),
        round: "other".to_owned(),
        named: report.round.to_string(),
    };
    assert_eq!(reason(refused), expected);
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    let start = RunStart::default();
    let queued = app.start_run(&actor, program, &report.round, start).await;
    let queued = queued.unwrap().value.key;
    let refused = publish(&world, &report, &report.round, &queued).await;
    assert!(matches!(reason(refused), Reason::NoPlan { .. }));
    let nobody = "nobody".parse().unwrap();
    let missing = publish(&world, &report, &report.round, &nobody).await;
    assert!(matches!(missing, Err(AppError::NotFound { .. })));
    let missing = publish(&world, &report, &nobody, &run).await;
    assert!(matches!(missing, Err(AppError::NotFound { .. })));
    let history = app.round_history(&actor, program, &report.round).await;
    assert_eq!(history.unwrap().publications, []);
}

async fn a_stored_plan_that_was_tampered_with_is_not_published(world: World) {
    let report = clinic(&world).await;
    let run = solved(&world, &report, &report.round, None).await;
    let actor = Actor::operator();
    let plan = world.app.get_plan(&actor, &report.program, &run).await;
    let plan = plan.unwrap().plan;
    let (placed, session) = (&plan.placements[0], &plan.sessions[0]);
    let of_trainee = format!("WHERE trainee_key = '{}'", placed.trainee);
    let of_session = format!("WHERE number = {}", session.number);
    let before = (
        get(&world, &report, &report.round).await,
        events(&world, &report).await,
    );
    for (table, change, back, which) in [
        (
            "placement",
            "contact_minutes_per_week = contact_minutes_per_week + 15".to_owned(),
            "contact_minutes_per_week = contact_minutes_per_week - 15".to_owned(),
            of_trainee.as_str(),
        ),
        (
            "placement",
            "site_key = 'nowhere'".to_owned(),
            format!("site_key = '{}'", placed.site),
            &of_trainee,
        ),
        (
            "session",
            "minutes = minutes + 15".to_owned(),
            "minutes = minutes - 15".to_owned(),
            &of_session,
        ),
        (
            "plan_level",
            "value = value + 1".to_owned(),
            "value = value - 1".to_owned(),
            "WHERE position = 0",
        ),
        (
            "plan",
            "roster_sha256 = 'x' || roster_sha256".to_owned(),
            "roster_sha256 = SUBSTR(roster_sha256, 2)".to_owned(),
            "WHERE TRUE",
        ),
    ] {
        run_sql(&world, &format!("UPDATE {table} SET {change} {which}")).await;
        let refused = publish(&world, &report, &report.round, &run).await;
        assert!(matches!(refused, Err(AppError::Internal(_))), "{change}");
        let after = (
            get(&world, &report, &report.round).await,
            events(&world, &report).await,
        );
        assert_eq!(after, before, "{change}");
        run_sql(&world, &format!("UPDATE {table} SET {back} {which}")).await;
    }
    // As it was, it is published.
    publish(&world, &report, &report.round, &run).await.unwrap();
}

async fn a_repair_takes_the_place_of_the_published_plan_and_nothing_else_does(world: World) {
    let report = clinic(&world).await;
    let round = &report.round;
    let first = solved(&world, &report, round, None).await;
    let other = solved(&world, &report, round, None).await;
    let published = publish(&world, &report, round, &first).await.unwrap();
    let publication = published.publication.unwrap();
    assert_eq!((publication.number, &publication.replaces), (1, &None));
    assert_eq!(published.round, get(&world, &report, round).await);
    let again = publish(&world, &report, round, &first).await;
    assert!(matches!(reason(again), Reason::AlreadyPublished { .. }));
    let expected = Reason::NotARepair {
        run: other.to_string(),
        published: first.to_string(),
    };
    assert_eq!(
        reason(publish(&world, &report, round, &other).await),
        expected
    );
    // A repair of a plan that is not the published one is none of it.
    let astray = solved(&world, &report, round, Some(&other)).await;
    let refused = publish(&world, &report, round, &astray).await;
    assert!(matches!(reason(refused), Reason::NotARepair { .. }));
    let second = solved(&world, &report, round, Some(&first)).await;
    let third = solved(&world, &report, round, Some(&second)).await;
    for (number, run, before) in [(2, &second, &first), (3, &third, &second)] {
        let repaired = publish(&world, &report, round, run).await.unwrap();
        let standing = repaired.round.value.standing;
        assert_eq!(standing.state, RoundState::Repaired);
        let publication = standing.publication.unwrap();
        assert_eq!(publication.number, number);
        assert_eq!(publication.replaces.as_ref(), Some(before));
    }
    let refused = publish(&world, &report, round, &first).await;
    assert!(matches!(reason(refused), Reason::NotARepair { .. }));
    let actor = Actor::operator();
    let history = world.app.round_history(&actor, &report.program, round);
    let history = history.await.unwrap();
    let runs: Vec<&Key> = history.publications.iter().map(|one| &one.run).collect();
    assert_eq!(runs, [&first, &second, &third]);
    let mut tx = world.db.read().await.unwrap();
    let (scope, _) = tx.program_fetch(&report.program).await.unwrap();
    let holds = tx.publications_now(scope).await.unwrap();
    assert_eq!(holds, history.publications[2..]);
    let kinds: Vec<String> = events(&world, &report)
        .await
        .into_iter()
        .map(|event| event.kind)
        .filter(|kind| kind == "publish_plan")
        .collect();
    assert_eq!(kinds.len(), 3);
    assert_eq!(broken(&world).await, None);
}

async fn tells_which_records_have_changed_since_the_plan_was_made(world: World) {
    let report = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    let run = solved(&world, &report, &report.round, None).await;
    let look = PublishOptions {
        validate_only: true,
        etag: None,
    };
    let changed = async || {
        let looked = app.publish(&actor, program, &report.round, &run, look);
        looked.await.unwrap().changed_files
    };
    assert_eq!(changed().await, Vec::<String>::new());
    let roster = shipped("clinic-12");
    let mut trainee = roster.trainees[0].clone();
    trainee.name = "Somebody Else".to_owned();
    let updated = app.update_trainee(&actor, program, trainee.clone(), None);
    updated.await.unwrap();
    assert_eq!(changed().await, Vec::<String>::new());
    trainee.priority += 1;
    let updated = app.update_trainee(&actor, program, trainee, None);
    updated.await.unwrap();
    assert_eq!(changed().await, ["trainees.csv"]);
    let pin = Pin {
        trainee: roster.trainees[0].key.clone(),
        target: SiteOrSupervisor::Site(roster.sites[0].key.clone()),
    };
    app.pin(&actor, program, &report.round, pin).await.unwrap();
    assert_eq!(changed().await, ["pins.csv", "trainees.csv"]);
    let published = publish(&world, &report, &report.round, &run).await.unwrap();
    assert_eq!(published.changed_files, ["pins.csv", "trainees.csv"]);
    let events = events(&world, &report).await;
    let payload = events.last().unwrap().payload.clone().unwrap();
    assert!(payload.contains("pins.csv"), "{payload}");
}

async fn a_plan_is_only_looked_at_when_asked_so(world: World) {
    let report = clinic(&world).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    let run = solved(&world, &report, &report.round, None).await;
    let before = (
        get(&world, &report, &report.round).await,
        events(&world, &report).await,
    );
    let look = PublishOptions {
        validate_only: true,
        etag: Some(before.0.version),
    };
    let looked = app.publish(&actor, program, &report.round, &run, look);
    let looked = looked.await.unwrap();
    assert_eq!((looked.publication, looked.round), (None, before.0.clone()));
    let after = (
        get(&world, &report, &report.round).await,
        events(&world, &report).await,
    );
    assert_eq!(after, before);
    let stale = PublishOptions {
        validate_only: false,
        etag: Some(before.0.version + 1),
    };
    let refused = app.publish(&actor, program, &report.round, &run, stale);
    assert!(matches!(
        refused.await,
        Err(AppError::StaleEtag { current, .. }) if current == before.0.version
    ));
}

/// However many events, publications and responses a program has.
#[test]
fn what_is_published_and_told_is_found_by_an_index() {
    on_sqlite(|world| async move {
        let Db::Sqlite { readers, .. } = &world.db else {
            panic!("not a file");
        };
        let mut looked_at = 0;
        for (name, sql) in statements() {
            let is_here = [
                "CHANGE_",
                "PUBLICATION_",
                "RESPONSE_",
                "ROUND_STATE_",
                "SUPERVISED_",
            ];
            if !is_here.iter().any(|start| name.starts_with(start)) {
                continue;
            }
            looked_at += 1;
            let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows = sqlx::query(explained).fetch_all(readers).await.unwrap();
            for step in rows.iter().map(|row| row.get::<String, _>("detail")) {
                // What was given is read from end to end, and nothing else.
                let is_given = step.contains("json_each") || step.contains("CONSTANT ROW");
                let is_found = !step.contains("SCAN") && !step.contains("TEMP B-TREE");
                assert!(is_given || is_found, "{name}: {step}");
            }
        }
        assert_eq!(looked_at, 14);
    });
}
