//! Programs take turns at the solver: a long queue of one does not hold up the
//! first run of another, and no program has every solver while others wait.

use std::time::Duration;

use practicum::app::{App, ImportMode, ImportReport};
use practicum::domain::{Key, RunState};
use practicum::store::{Claim, Db, Event, RunEnd, statements};
use sqlx::{AssertSqlSafe, Row};

use super::databases::{MONDAY, World, on_both, on_sqlite};
use super::rosters::{import, shipped};
use super::runs::{clinic, get, later, solver, start};

on_both!(
    the_first_run_of_a_program_comes_before_the_queue_of_another,
    programs_take_turns_whoever_has_more_to_do,
    a_program_with_fewer_runs_under_way_comes_first,
    a_run_whose_worker_was_lost_is_of_its_program,
    a_program_that_has_enough_is_left_out_only_where_there_are_others,
    two_servers_solve_for_two_programs,
    the_last_solver_is_kept_for_another_program,
    a_program_alone_has_every_solver,
);

/// Imports the same round into another program.
async fn another(world: &World, program: &str) -> ImportReport {
    let mut roster = shipped("clinic-12");
    roster.program.key = program.parse().unwrap();
    import(world, &roster, ImportMode::Replace).await
}

async fn queue(world: &World, report: &ImportReport, count: usize) -> Vec<Key> {
    let mut keys = Vec::new();
    for _ in 0..count {
        keys.push(start(world, report, 600).await);
    }
    keys
}

async fn claim(db: &Db) -> Claim {
    let claim = db.run_claim(MONDAY, later(600), None).await.unwrap();
    claim.unwrap()
}

async fn finish(world: &World, claim: &Claim) {
    let end = RunEnd {
        state: RunState::Failed,
        failure: None,
        plan: None,
    };
    let mut write = world.db.write(&claim.program, MONDAY).await.unwrap();
    write.run_finish(claim, &end).await.unwrap();
    let payload = end.payload();
    let subject = format!("runs/{}", claim.run);
    let event = Event {
        actor: "operator",
        kind: "finish_run",
        subject: &subject,
        payload: &payload,
    };
    write.commit(&event, None).await.unwrap();
}

async fn the_first_run_of_a_program_comes_before_the_queue_of_another(world: World) {
    let long = clinic(&world).await;
    let short = another(&world, "south").await;
    let queued = queue(&world, &long, 20).await;
    let only = queue(&world, &short, 1).await;
    assert_eq!(claim(&world.db).await.run, queued[0]);
    // Another worker, with a connection of its own.
    let other = Db::open(&world.url).await.unwrap();
    assert_eq!(claim(&other).await.run, only[0]);
    assert_eq!(claim(&other).await.run, queued[1]);
}

async fn programs_take_turns_whoever_has_more_to_do(world: World) {
    let (north, south) = (clinic(&world).await, another(&world, "south").await);
    let east = another(&world, "east").await;
    queue(&world, &north, 5).await;
    queue(&world, &south, 3).await;
    let mut served = Vec::new();
    for turn in 0..6 {
        let claim = claim(&world.db).await;
        finish(&world, &claim).await;
        served.push(claim.program);
        if turn == 2 {
            // Comes late, and is next.
            queue(&world, &east, 2).await;
        }
    }
    let (n, s, e) = (north.program, south.program, east.program);
    let expected = [&n, &s, &n, &e, &s, &n].map(Clone::clone);
    assert_eq!(served, expected);
}

async fn a_program_with_fewer_runs_under_way_comes_first(world: World) {
    let (north, south) = (clinic(&world).await, another(&world, "south").await);
    queue(&world, &north, 4).await;
    for _ in 0..2 {
        claim(&world.db).await;
    }
    queue(&world, &south, 3).await;
    // South is behind by two, so that it has two in turn, then both the same.
    for program in [&south, &south, &north, &south] {
        assert_eq!(claim(&world.db).await.program, program.program);
    }
}

async fn a_run_whose_worker_was_lost_is_of_its_program(world: World) {
    let (north, south) = (clinic(&world).await, another(&world, "south").await);
    let lost = queue(&world, &north, 2).await;
    let waits = queue(&world, &south, 1).await;
    let (now, until) = (MONDAY, later(30));
    world.db.run_claim(now, until, None).await.unwrap();
    // Its lease is over: it is no run under way, and waits as those queued do.
    let mut served = Vec::new();
    for _ in 0..3 {
        let claim = world.db.run_claim(later(30), later(600), None).await;
        served.push(claim.unwrap().unwrap().run);
    }
    assert_eq!(served, [&waits[0], &lost[0], &lost[1]].map(Clone::clone));
}

async fn a_program_that_has_enough_is_left_out_only_where_there_are_others(world: World) {
    let north = clinic(&world).await;
    queue(&world, &north, 3).await;
    let scope = claim(&world.db).await.scope;
    let next = || world.db.run_claim(MONDAY, later(600), Some(scope));
    assert!(next().await.unwrap().is_some(), "alone it has everything");
    let south = another(&world, "south").await;
    assert_eq!(next().await.unwrap(), None);
    queue(&world, &south, 1).await;
    assert_eq!(next().await.unwrap().unwrap().program, south.program);
    assert_eq!(next().await.unwrap(), None);
}

/// Works on every server at once until the states of the runs are these.
async fn work_until(world: &World, servers: Vec<App>, report: &ImportReport, running: usize) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let working: Vec<_> = servers
        .into_iter()
        .map(|server| {
            let mut stopped = stopped.clone();
            tokio::spawn(async move {
                let until = async { drop(stopped.wait_for(|stopped| *stopped).await) };
                server.work(until).await;
            })
        })
        .collect();
    let mut found = usize::MAX;
    // Long enough that one more would have been taken up.
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        found = count(world, report).await;
        if found > running {
            break;
        }
    }
    assert_eq!(found, running);
    stop.send(true).unwrap();
    for server in working {
        server.await.unwrap();
    }
}

/// Returns how many runs of a program are under way.
async fn count(world: &World, report: &ImportReport) -> usize {
    let list = practicum::domain::ListRequest::largest();
    let actor = practicum::app::Actor::operator();
    let runs = world.app.list_runs(&actor, &report.program, &list);
    let runs = runs.await.unwrap().items;
    let running = runs
        .iter()
        .filter(|run| run.value.state == RunState::Running);
    running.count()
}

async fn two_servers_solve_for_two_programs(world: World) {
    let north = clinic(&world).await;
    let south = another(&world, "south").await;
    queue(&world, &north, 20).await;
    let only = queue(&world, &south, 1).await;
    let one = world.another_server(Some(solver("sleeps"))).await;
    let other = world.another_server(Some(solver("sleeps"))).await;
    let looks = async {
        for _ in 0..100 {
            if get(&world, &south, &only[0]).await.state == RunState::Running {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the only run of a program still waits");
    };
    tokio::join!(work_until(&world, vec![one, other], &north, 2), looks);
}

async fn the_last_solver_is_kept_for_another_program(world: World) {
    let north = clinic(&world).await;
    another(&world, "south").await;
    queue(&world, &north, 3).await;
    let server = world.another_server(Some(solver("sleeps"))).await;
    work_until(&world, vec![server], &north, 1).await;
}

async fn a_program_alone_has_every_solver(world: World) {
    let north = clinic(&world).await;
    queue(&world, &north, 3).await;
    let server = world.another_server(Some(solver("sleeps"))).await;
    work_until(&world, vec![server], &north, 2).await;
}

/// Off: `run_to_do` left out of migration 14.
#[test]
fn the_next_run_is_found_by_an_index() {
    on_sqlite(|world| async move {
        let Db::Sqlite { readers, .. } = &world.db else {
            panic!("not a file");
        };
        let all = statements();
        let (_, sql) = all.iter().find(|(name, _)| *name == "RUN_CLAIM").unwrap();
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
            .fetch_all(readers)
            .await
            .unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let of_runs = steps
            .iter()
            .filter(|step| step.split(' ').nth(1) == Some("run"));
        assert!(of_runs.clone().count() >= 6, "{steps:#?}");
        for step in of_runs {
            // The one scan stops at its first row.
            let is_by_index = step.starts_with("SEARCH run USING ")
                || (step.starts_with("SCAN run USING ") && step.ends_with("INDEX run_to_do"));
            assert!(is_by_index, "{steps:#?}");
        }
        // Only the programs that have something to do are sorted.
        let sorts = steps.iter().filter(|step| step.contains("TEMP B-TREE"));
        assert_eq!(sorts.count(), 1, "{steps:#?}");
    });
}
