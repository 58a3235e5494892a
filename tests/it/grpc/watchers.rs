//! Many who watch runs, and calls beside runs that are solved: neither may hold
//! up the others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use practicum::app::{Actor, App, ImportMode, RosterSource, RunStart, Settings, SystemClock};
use practicum::domain::time::UtcSecond;
use practicum::grpc::pb;
use practicum::store::Db;
use practicum::zone_data;
use tonic::Streaming;

use super::runs::{imported, start, watch};
use crate::support::server::Server;
use crate::support::service::{Service, eventually, served_by_both};

served_by_both!(several_watch_one_run_and_resume_where_they_were);

type Events = Streaming<pb::WatchRunResponse>;

async fn watching(service: &Service, name: &str, after_sequence: i64) -> Events {
    let request = pb::WatchRunRequest {
        name: name.to_owned(),
        after_sequence,
    };
    let events = service.runs().watch_run(request).await;
    events.unwrap().into_inner()
}

async fn several_watch_one_run_and_resume_where_they_were() {
    let (service, round, _) = imported("clinic-12").await;
    let run = start(&service, &round).await.name;
    let mut watchers = Vec::new();
    for _ in 0..8 {
        watchers.push(watching(&service, &run, 0).await);
    }
    // Each reads two events and goes away.
    let mut last = Vec::new();
    for mut events in watchers {
        let mut sequence = 0;
        for _ in 0..2 {
            let event = events.message().await.unwrap().unwrap().event.unwrap();
            assert_eq!(event.sequence, sequence + 1);
            sequence = event.sequence;
        }
        last.push(sequence);
    }
    let all = watch(&service, &run, 0).await;
    for after in last {
        let rest = watch(&service, &run, after).await;
        let seen = usize::try_from(after).unwrap();
        assert_eq!(rest[..], all[seen..]);
    }
}

/// Off: `spawn_blocking` left out around `solve_in_child` in
/// `src/app/worker/mod.rs`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_answered_while_as_many_runs_as_there_are_threads_are_solved() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db").display().to_string();
    let sleeps = format!("{}/tests/data/solvers/sleeps", env!("CARGO_MANIFEST_DIR"));
    let settings = Settings {
        solver_program: Some(sleeps.into()),
        solves_max: Some(4),
        ..Settings::default()
    };
    let app = app(&database, settings).await;
    let names = queued(&app, 4).await;
    let db = Db::open(&database).await.unwrap();
    let mut service = Service::over(app, db).await;
    let running = || async {
        let mut count = 0;
        for name in &names {
            let request = pb::GetRunRequest { name: name.clone() };
            let run = service.runs().get_run(request).await.unwrap().into_inner();
            count += usize::from(run.run.unwrap().state == i32::from(pb::RunState::Running));
        }
        count
    };
    eventually(|| async { running().await == 4 }).await;
    let started = Instant::now();
    for _ in 0..10 {
        assert_eq!(running().await, 4);
    }
    let each = started.elapsed() / 40;
    assert!(each < Duration::from_millis(250), "{each:?} a call");
    service.stop_working().await;
}

async fn app(database: &str, settings: Settings) -> App {
    let db = Db::open(database).await.unwrap();
    let zones = zone_data::open(None).unwrap();
    App::new(db, Arc::new(SystemClock), zones, settings)
}

/// Imports a round and queues runs; returns their names.
async fn queued(app: &App, count: usize) -> Vec<String> {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rosters");
    let roster = practicum::roster::read_folder(&data.join("clinic-12")).unwrap();
    let source = RosterSource::Roster(Box::new(roster));
    let actor = Actor::operator();
    let report = app
        .import_roster(&actor, None, source, ImportMode::Replace, false)
        .await
        .unwrap();
    let mut names = Vec::new();
    for _ in 0..count {
        let (program, round) = (&report.program, &report.round);
        let run = app.start_run(&actor, program, round, RunStart::default());
        let key = run.await.unwrap().value.key;
        names.push(format!("programs/{program}/runs/{key}"));
    }
    names
}

/// Returns the memory that a process has now, in KiB, and the processor time
/// that it has used, in hundredths of a second.
fn used(process: u32) -> (u64, u64) {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap();
    let about = read("status");
    let line = about.lines().find(|line| line.starts_with("VmRSS:"));
    let memory = line.unwrap().split_whitespace().nth(1).unwrap().parse();
    let about = read("stat");
    // After the name come the state and the fields from the fourth on.
    let (_, fields) = about.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let time = |at: usize| fields[at].parse::<u64>().unwrap();
    (memory.unwrap(), time(11) + time(12))
}

/// Off: a pulse for each watcher in `src/app/pulse.rs`, for the processor time.
#[test]
fn a_thousand_idle_watchers_take_little_memory_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db").display().to_string();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let names = runtime.block_on(async {
        let app = app(&database, Settings::default()).await;
        let names = queued(&app, 4).await;
        // Somebody else holds them, and says nothing.
        let db = Db::open(&database).await.unwrap();
        let far = UtcSecond(4_000_000_000);
        for _ in &names {
            db.run_claim(UtcSecond(1_925_424_000), far, None)
                .await
                .unwrap()
                .unwrap();
        }
        names
    });
    let server = Server::quiet(&database);
    let (memory_before, _) = used(server.id());
    runtime.block_on(async {
        let mut watchers: Vec<Events> = Vec::new();
        for _ in 0..250 {
            let channel = server.channel();
            for name in &names {
                let mut runs = pb::run_service_client::RunServiceClient::new(channel.clone());
                let request = pb::WatchRunRequest {
                    name: name.clone(),
                    after_sequence: 0,
                };
                let mut events = runs.watch_run(request).await.unwrap().into_inner();
                let mut last = 0;
                // Queued, and running.
                while last < 2 {
                    last = events.message().await.unwrap().unwrap().event.unwrap().sequence;
                }
                watchers.push(events);
            }
        }
        assert_eq!(watchers.len(), 1000);
        let (memory, time_before) = used(server.id());
        tokio::time::sleep(Duration::from_secs(5)).await;
        let (_, time) = used(server.id());
        let (grown, spent) = ((memory - memory_before) >> 10, time - time_before);
        eprintln!("1,000 idle watchers: {grown} MiB more than {} MiB; {spent} hundredths of a second in 5 s", memory_before >> 10);
        assert!(memory >> 10 < 100, "{} MiB", memory >> 10);
        assert!(spent < 100, "{spent} hundredths of a second");
        drop(watchers);
    });
}

/// Off: a pulse for each watcher in `src/app/pulse.rs`, for the processor time.
#[test]
fn a_thousand_idle_partners_take_little_memory_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db").display().to_string();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        queued(&app(&database, Settings::default()).await, 1).await;
    });
    let server = Server::quiet(&database);
    runtime.block_on(async {
        let mut watchers = Vec::new();
        for _ in 0..250 {
            let channel = server.channel();
            let list = pb::ListProgramsRequest::default();
            let mut programs =
                pb::program_service_client::ProgramServiceClient::new(channel.clone());
            let programs = programs.list_programs(list).await.unwrap().into_inner();
            let parent = &programs.programs[0].name;
            for _ in 0..4 {
                let channel = channel.clone();
                let mut changes = pb::change_service_client::ChangeServiceClient::new(channel);
                let request = pb::WatchChangesRequest {
                    parent: parent.clone(),
                    ..Default::default()
                };
                watchers.push(changes.watch_changes(request).await.unwrap().into_inner());
            }
        }
        assert_eq!(watchers.len(), 1000);
        let (memory, time_before) = used(server.id());
        tokio::time::sleep(Duration::from_secs(5)).await;
        let (_, time) = used(server.id());
        let spent = time - time_before;
        eprintln!(
            "1,000 idle partners: {} MiB; {spent} hundredths of a second in 5 s",
            memory >> 10
        );
        assert!(memory >> 10 < 100, "{} MiB", memory >> 10);
        assert!(spent < 100, "{spent} hundredths of a second");
        drop(watchers);
    });
}
