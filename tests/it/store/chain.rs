//! The chain of events: whole after every write, and broken by any change.

use practicum::app::ImportMode;
use practicum::domain::ProgramKey;
use practicum::store::{BrokenLink, Db};
use sqlx::AssertSqlSafe;

use super::databases::{World, on_both};
use super::rosters::{import, shipped};

on_both!(
    finds_every_change_of_an_event,
    finds_events_that_are_gone,
    holds_when_a_payload_is_erased,
);

pub(super) async fn run_sql(world: &World, sql: &str) {
    let done = match &world.db {
        Db::Sqlite { writer, .. } => {
            let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
                .execute(writer)
                .await;
            done.unwrap().rows_affected()
        }
        Db::Postgres(pool) => {
            let mut over_all = pool.begin().await.unwrap();
            sqlx::query("SELECT set_config('practicum.every_program', 'on', TRUE)")
                .execute(&mut *over_all)
                .await
                .unwrap();
            let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
                .execute(&mut *over_all)
                .await;
            over_all.commit().await.unwrap();
            done.unwrap().rows_affected()
        }
    };
    assert_eq!(done, 1, "{sql}");
}

pub(super) async fn broken(world: &World) -> Option<BrokenLink> {
    let program: ProgramKey = "clinic-12".parse().unwrap();
    let mut tx = world.db.read().await.unwrap();
    let (scope, _) = tx.program_fetch(&program).await.unwrap();
    tx.event_verify(scope).await.unwrap()
}

/// Imports three times, so that there are three events.
async fn three_events(world: &World) {
    for _ in 0..3 {
        import(world, &shipped("clinic-12"), ImportMode::Replace).await;
    }
    assert_eq!(broken(world).await, None);
}

async fn finds_every_change_of_an_event(world: World) {
    three_events(&world).await;
    for sequence in 1..=3 {
        for (column, other) in [
            ("at", "at + 1"),
            ("actor", "'somebody'"),
            ("kind", "'something'"),
            ("subject", "'rounds/other'"),
            ("payload", "'{}'"),
            ("payload_sha256", "'00'"),
            ("previous_sha256", "'00'"),
            ("sha256", "'00'"),
        ] {
            let keep = "INSERT INTO event SELECT program_id, sequence + 100, at, actor, kind, \
                 subject, payload, payload_sha256, previous_sha256, sha256 FROM event";
            run_sql(&world, &format!("{keep} WHERE sequence = {sequence}")).await;
            let change = format!("UPDATE event SET {column} = {other} WHERE sequence = {sequence}");
            run_sql(&world, &change).await;
            let found = broken(&world).await.unwrap();
            assert_eq!(found.sequence, sequence, "{column}: {found:?}");
            let bad = format!("DELETE FROM event WHERE sequence = {sequence}");
            run_sql(&world, &bad).await;
            let back = format!(
                "UPDATE event SET sequence = {sequence} WHERE sequence = {}",
                sequence + 100
            );
            run_sql(&world, &back).await;
            assert_eq!(broken(&world).await, None, "{column}");
        }
    }
}

async fn finds_events_that_are_gone(world: World) {
    three_events(&world).await;
    run_sql(&world, "DELETE FROM event WHERE sequence = 3").await;
    assert_eq!(broken(&world).await.unwrap().sequence, 3);
    run_sql(&world, "DELETE FROM event WHERE sequence = 1").await;
    assert_eq!(broken(&world).await.unwrap().sequence, 1);
}

async fn holds_when_a_payload_is_erased(world: World) {
    three_events(&world).await;
    run_sql(&world, "UPDATE event SET payload = NULL WHERE sequence = 2").await;
    assert_eq!(broken(&world).await, None);
}
