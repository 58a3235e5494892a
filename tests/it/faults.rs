//! Servers that are killed, stopped and woken in the midst of a run, on both
//! databases: each run ends in a defined state, by one holder, never stuck.

use std::time::{Duration, Instant};

use practicum::grpc::pb;
use practicum::roster::{GenerateOptions, Regions, generate, write_roster};
use tonic::transport::Channel;

use crate::store::databases::{serving, with_postgres, with_sqlite};
use crate::support::command::practicum;
use crate::support::server::{Server, child_of, is_there, signal};

/// Lease of the servers here, in seconds; the longest that a run may be stuck.
const LEASE: u64 = 3;

/// Stamps each test for both databases, of which it gets the URL.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { super::with_sqlite(super::$test); })+
        }
        mod postgres {
            $(#[test] fn $test() { super::with_postgres(|url| super::$test(super::serving(&url))); })+
        }
    };
}

on_both!(
    a_run_whose_solver_is_killed_ends_at_once_and_says_so,
    a_run_whose_server_is_killed_is_taken_up_again,
    a_server_that_wakes_after_its_lease_lets_go,
);

/// A round that keeps a solver busy for minutes.
pub(crate) struct Round {
    pub(crate) name: String,
    program: String,
}

/// Imports a round that keeps a solver busy for minutes.
pub(crate) async fn busy_round(database: &str) -> Round {
    let folder = tempfile::tempdir().unwrap();
    let options = GenerateOptions::new(700, 7, Regions::Us).unwrap();
    let roster = generate(&options).unwrap();
    write_roster(&roster).write_dir(folder.path()).unwrap();
    let path = folder.path().display().to_string();
    let database = database.to_owned();
    let ran =
        tokio::task::spawn_blocking(move || practicum(&["import", &path, "--database", &database]));
    let ran = ran.await.unwrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let round = roster.round.key.map(|key| key.to_string());
    let round = round.unwrap_or_else(|| format!("round-{}", roster.round.term.first()));
    let program = format!("programs/{}", roster.program.key);
    Round {
        name: format!("{program}/rounds/{round}"),
        program,
    }
}

fn server(database: &str) -> Server {
    Server::start(database, &["--run-lease", &LEASE.to_string()])
}

pub(crate) fn runs(channel: Channel) -> pb::run_service_client::RunServiceClient<Channel> {
    pb::run_service_client::RunServiceClient::new(channel)
}

async fn start(server: &Server, round: &Round) -> String {
    let request = pb::StartRunRequest {
        round: round.name.clone(),
        time_limit_seconds: 600,
        ..Default::default()
    };
    let started = runs(server.channel()).start_run(request).await.unwrap();
    started.into_inner().run.unwrap().name
}

async fn get(server: &Server, name: &str) -> pb::Run {
    let name = name.to_owned();
    let mut runs = runs(server.channel());
    let found = runs.get_run(pb::GetRunRequest { name }).await;
    found.unwrap().into_inner().run.unwrap()
}

/// Waits until a run is as it should be, at most so long; returns it.
pub(crate) async fn until(
    server: &Server,
    name: &str,
    most: Duration,
    is_it: impl Fn(&pb::Run) -> bool,
) -> pb::Run {
    let started = Instant::now();
    loop {
        let run = get(server, name).await;
        if is_it(&run) {
            return run;
        }
        assert!(started.elapsed() < most, "after {most:?}: {run:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits for the solver process of a server.
pub(crate) async fn solver(server: &Server) -> u32 {
    let started = Instant::now();
    loop {
        if let Some(child) = child_of(server.id()) {
            return child;
        }
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "no solver was started"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until a process has ended.
async fn gone(process: u32) {
    let started = Instant::now();
    while is_there(process) {
        assert!(
            started.elapsed() < Duration::from_secs(15),
            "{process} lives on"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn cancel(server: &Server, name: &str) -> pb::Run {
    let request = pb::CancelRunRequest {
        name: name.to_owned(),
        ..Default::default()
    };
    runs(server.channel()).cancel_run(request).await.unwrap();
    let cancelled = i32::from(pb::RunState::Cancelled);
    until(server, name, Duration::from_secs(20), |run| {
        run.state == cancelled
    })
    .await
}

/// Off: `LetGo::Ended` writes nothing in `carry_out` in `src/app/worker/mod.rs`.
async fn a_run_whose_solver_is_killed_ends_at_once_and_says_so(database: String) {
    let round = busy_round(&database).await;
    let server = server(&database);
    let run = start(&server, &round).await;
    signal("KILL", solver(&server).await);
    let failed = i32::from(pb::RunState::Failed);
    let ended = until(&server, &run, Duration::from_secs(10), |run| {
        run.state == failed
    })
    .await;
    assert!(ended.failure.contains("SIGKILL"), "{}", ended.failure);
    assert_eq!(ended.attempts, 1);
    // The server goes on, and takes up the next run.
    let next = start(&server, &round).await;
    solver(&server).await;
    cancel(&server, &next).await;
}

/// Off: `OR (state = 'running' AND lease_until <= $1)` left out of `RUN_CLAIM`.
async fn a_run_whose_server_is_killed_is_taken_up_again(database: String) {
    let round = busy_round(&database).await;
    let first = server(&database);
    let run = start(&first, &round).await;
    let orphan = solver(&first).await;
    signal("KILL", first.id());
    drop(first);
    let second = server(&database);
    // With the time to start, and on a busy machine.
    let soon = Duration::from_secs(LEASE + 10);
    let taken_up = until(&second, &run, soon, |run| run.attempts == 2).await;
    assert_eq!(taken_up.state, i32::from(pb::RunState::Running));
    gone(orphan).await;
    let ended = cancel(&second, &run).await;
    assert_eq!(ended.attempts, 2);
}

/// Off: `AND fencing_token = $3` left out of `RUN_RENEW` in
/// `src/store/run_pulse.rs`: the woken server goes on beside the other.
async fn a_server_that_wakes_after_its_lease_lets_go(database: String) {
    let round = busy_round(&database).await;
    let sleeper = server(&database);
    let run = start(&sleeper, &round).await;
    let its_solver = solver(&sleeper).await;
    let other = server(&database);
    stop_outside_of_writes(&sleeper, &other, &round).await;
    let soon = Duration::from_secs(LEASE + 10);
    until(&other, &run, soon, |run| run.attempts == 2).await;
    let new_solver = solver(&other).await;
    sleeper.signal("CONT");
    gone(its_solver).await;
    assert!(is_there(new_solver));
    let running = get(&sleeper, &run).await;
    assert_eq!(running.state, i32::from(pb::RunState::Running));
    assert_eq!(running.attempts, 2);
    let ended = cancel(&sleeper, &run).await;
    assert_eq!(ended.attempts, 2);
}

/// Stops a server at a moment when it does not hold the lock of the database,
/// which is what a stopped process cannot let go.
async fn stop_outside_of_writes(sleeper: &Server, other: &Server, round: &Round) {
    for _ in 0..20 {
        sleeper.signal("STOP");
        let mut programs = pb::program_service_client::ProgramServiceClient::new(other.channel());
        let request = pb::UpdateProgramRequest {
            program: Some(pb::Program {
                name: round.program.clone(),
                display_name: "Renamed".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let written = programs.update_program(request);
        let written = tokio::time::timeout(Duration::from_secs(2), written).await;
        if matches!(written, Ok(Ok(_))) {
            return;
        }
        sleeper.signal("CONT");
        tokio::time::sleep(Duration::from_millis(37)).await;
    }
    panic!("the server was never outside of a write");
}
