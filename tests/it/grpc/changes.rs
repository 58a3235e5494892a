//! `ChangeService`: what partners are told of, in order, without loss, and of
//! their own program alone.

use std::time::Duration;

use practicum::app::{Actor, NewResponse};
use practicum::domain::{Key, ProgramKey, ResponseAnswer};
use practicum::grpc::pb;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use super::rounds::round;
use super::runs::{imported, start, watch};
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    a_watch_goes_on_after_a_cut_and_after_a_restart_without_loss,
    two_watchers_are_told_the_same_under_the_same_names,
    what_another_server_writes_is_told_soon,
    nothing_of_another_program_is_told,
    changes_are_listed_by_kind_and_page,
    refuses_a_place_that_was_never_reached,
);

type Changes = Streaming<pb::WatchChangesResponse>;

pub(super) fn client(service: &Service) -> pb::change_service_client::ChangeServiceClient<Channel> {
    pb::change_service_client::ChangeServiceClient::new(service.channel.clone())
}

async fn watching(service: &Service, parent: &str, after_sequence: i64) -> Changes {
    let request = pb::WatchChangesRequest {
        parent: parent.to_owned(),
        after_sequence,
        kinds: Vec::new(),
    };
    let stream = client(service).watch_changes(request).await.unwrap();
    stream.into_inner()
}

async fn next(stream: &mut Changes) -> Result<pb::Change, Status> {
    let message = tokio::time::timeout(Duration::from_secs(20), stream.message());
    let Ok(message) = message.await else {
        panic!("nothing was told within 20 s");
    };
    Ok(message?.and_then(|told| told.change).unwrap())
}

/// Takes the next changes of a stream.
async fn take(stream: &mut Changes, count: usize) -> Vec<pb::Change> {
    let mut changes = Vec::new();
    for _ in 0..count {
        changes.push(next(stream).await.unwrap());
    }
    changes
}

pub(super) async fn open(service: &Service, round: &str) -> pb::Round {
    let request = pb::OpenPreferencesRequest {
        round: round.to_owned(),
        ..Default::default()
    };
    let opened = service.rounds().open_preferences(request).await;
    opened.unwrap().into_inner().round.unwrap()
}

pub(super) async fn close(service: &Service, round: &str) -> pb::Round {
    let request = pb::CloseRoundRequest {
        round: round.to_owned(),
        ..Default::default()
    };
    let closed = service.rounds().close_round(request).await;
    closed.unwrap().into_inner().round.unwrap()
}

/// Solves a round and publishes the plan; returns its name.
pub(super) async fn published(service: &Service, round: &str) -> String {
    let run = start(service, round).await;
    watch(service, &run.name, 0).await;
    let plan = run.name.replace("/runs/", "/plans/");
    let request = pb::PublishRequest {
        round: round.to_owned(),
        plan: plan.clone(),
        ..Default::default()
    };
    let answer = service.rounds().publish(request).await.unwrap();
    let answer = answer.into_inner();
    assert_eq!(answer.publication.unwrap().plan, plan);
    assert!(!answer.is_stale, "{:?}", answer.changed_files);
    plan
}

/// Accepts a trainee of the published plan of a round.
pub(super) async fn accept(service: &Service, round: &str, plan: &str) {
    let [_, program, _, round] = round.split('/').collect::<Vec<_>>()[..] else {
        panic!("{round}");
    };
    let (program, round): (ProgramKey, Key) = (program.parse().unwrap(), round.parse().unwrap());
    let run: Key = plan.rsplit('/').next().unwrap().parse().unwrap();
    let actor = Actor::operator();
    let stored = service.app.get_plan(&actor, &program, &run).await.unwrap();
    let session = &stored.plan.sessions[0];
    let new = NewResponse {
        plan: Some(run),
        supervisor: session.supervisor.clone(),
        trainee: session.members[0].trainee.clone(),
        answer: ResponseAnswer::Accepted,
        reason: String::new(),
    };
    let said = service.app.respond(&actor, &program, &round, &new).await;
    said.unwrap();
}

fn kinds(changes: &[pb::Change]) -> Vec<pb::ChangeKind> {
    changes.iter().map(pb::Change::kind).collect()
}

async fn a_watch_goes_on_after_a_cut_and_after_a_restart_without_loss() {
    use pb::ChangeKind::{PlanPublished, PreferencesOpened, ResponseGiven, RoundClosed};
    let (service, round, roster) = imported("clinic-12").await;
    let parent = format!("programs/{}", roster.program.key);
    let mut stream = watching(&service, &parent, 0).await;
    open(&service, &round).await;
    let opened = next(&mut stream).await.unwrap();
    assert_eq!(opened.kind(), PreferencesOpened);
    assert_eq!(opened.name, format!("{parent}/changes/{}", opened.sequence));
    assert_eq!(
        (opened.round.as_str(), opened.plan.as_str()),
        (round.as_str(), "")
    );
    drop(stream);
    // Nobody is there when these are made.
    let plan = published(&service, &round).await;
    accept(&service, &round, &plan).await;
    let mut stream = watching(&service, &parent, opened.sequence).await;
    let missed = take(&mut stream, 2).await;
    assert_eq!(kinds(&missed), [PlanPublished, ResponseGiven]);
    assert!(missed.iter().all(|change| change.plan == plan));
    assert_eq!(missed[1].answer(), pb::ResponseAnswer::Accepted);
    // The server stops: the watcher is sent elsewhere, and told when.
    service.stop();
    let stopped = next(&mut stream).await.unwrap_err();
    assert_eq!(stopped.code(), Code::Unavailable);
    assert_eq!(reason(&stopped), "UNAVAILABLE");
    let retry = stopped.get_details_retry_info().unwrap();
    assert!(retry.retry_delay.unwrap() <= Duration::from_secs(5));
    let again = Service::start().await;
    let mut stream = watching(&again, &parent, missed[1].sequence).await;
    close(&again, &round).await;
    let closed = next(&mut stream).await.unwrap();
    assert_eq!((closed.kind(), &closed.plan), (RoundClosed, &plan));
    // From the start on, all of it comes again, under the same names.
    let mut stream = watching(&again, &parent, 0).await;
    let all = take(&mut stream, 4).await;
    assert_eq!(all, [&[opened][..], &missed, &[closed]].concat());
    assert!(all.is_sorted_by_key(|change| change.sequence));
}

async fn two_watchers_are_told_the_same_under_the_same_names() {
    let (service, round, roster) = imported("clinic-12").await;
    let parent = format!("programs/{}", roster.program.key);
    let mut first = watching(&service, &parent, 0).await;
    let mut second = watching(&service, &parent, 0).await;
    open(&service, &round).await;
    let plan = published(&service, &round).await;
    for _ in 0..3 {
        accept(&service, &round, &plan).await;
    }
    let told = take(&mut first, 5).await;
    assert_eq!(told, take(&mut second, 5).await);
    let names: std::collections::BTreeSet<_> = told.iter().map(|change| &change.name).collect();
    assert_eq!(names.len(), 5);
}

async fn what_another_server_writes_is_told_soon() {
    let (writer, round, roster) = imported("clinic-12").await;
    let reader = Service::start().await;
    let parent = format!("programs/{}", roster.program.key);
    let mut stream = watching(&reader, &parent, 0).await;
    // It looks, and waits.
    tokio::time::sleep(Duration::from_millis(100)).await;
    open(&writer, &round).await;
    let told = tokio::time::timeout(Duration::from_secs(5), stream.message());
    let told = told.await.unwrap().unwrap().unwrap().change.unwrap();
    assert_eq!(told.kind(), pb::ChangeKind::PreferencesOpened);
}

async fn nothing_of_another_program_is_told() {
    let (service, spring, roster) = imported("clinic-12").await;
    let service = service.with_program().await;
    let parent = format!("programs/{}", roster.program.key);
    let mut north = watching(&service, "programs/north", 0).await;
    let mut clinic = watching(&service, &parent, 0).await;
    open(&service, &spring).await;
    let request = pb::CreateRoundRequest {
        parent: "programs/north".to_owned(),
        round_id: "spring".to_owned(),
        round: Some(round("Spring")),
        ..Default::default()
    };
    service.rounds().create_round(request).await.unwrap();
    open(&service, "programs/north/rounds/spring").await;
    close(&service, &spring).await;
    let of_clinic = take(&mut clinic, 2).await;
    assert!(of_clinic.iter().all(|change| change.round == spring));
    let of_north = next(&mut north).await.unwrap();
    assert_eq!(of_north.round, "programs/north/rounds/spring");
    let quiet = tokio::time::timeout(Duration::from_secs(2), north.message()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    let request = pb::WatchChangesRequest {
        parent: "programs/south".to_owned(),
        ..Default::default()
    };
    let missing = client(&service).watch_changes(request).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
}

async fn changes_are_listed_by_kind_and_page() {
    let (service, round, roster) = imported("clinic-12").await;
    let parent = format!("programs/{}", roster.program.key);
    open(&service, &round).await;
    let plan = published(&service, &round).await;
    for _ in 0..5 {
        accept(&service, &round, &plan).await;
    }
    close(&service, &round).await;
    let list = async |after_sequence, kinds: &[pb::ChangeKind], page_size| {
        let request = pb::ListChangesRequest {
            parent: parent.clone(),
            after_sequence,
            kinds: kinds.iter().map(|kind| i32::from(*kind)).collect(),
            page_size,
        };
        let found = client(&service).list_changes(request).await.unwrap();
        found.into_inner()
    };
    let all = list(0, &[], 0).await;
    assert_eq!((all.changes.len(), all.has_more), (8, false));
    let mut after = 0;
    let mut paged = Vec::new();
    loop {
        let page = list(after, &[], 3).await;
        assert!(page.changes.len() <= 3);
        paged.extend(page.changes);
        after = page.last_sequence;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(paged, all.changes);
    let wanted = [pb::ChangeKind::PlanPublished, pb::ChangeKind::RoundClosed];
    let some = list(0, &wanted, 1).await;
    assert_eq!(
        (kinds(&some.changes), some.has_more),
        (wanted[..1].to_vec(), true)
    );
    let rest = list(some.last_sequence, &wanted, 1).await;
    assert_eq!(
        (kinds(&rest.changes), rest.has_more),
        (wanted[1..].to_vec(), false)
    );
    let none = list(rest.last_sequence, &[], 0).await;
    assert_eq!(
        (none.changes.len(), none.last_sequence),
        (0, rest.last_sequence)
    );
    // Watched by kind, the others are passed over.
    let request = pb::WatchChangesRequest {
        parent: parent.clone(),
        after_sequence: 0,
        kinds: vec![i32::from(pb::ChangeKind::RoundClosed)],
    };
    let stream = client(&service).watch_changes(request).await.unwrap();
    let told = next(&mut stream.into_inner()).await.unwrap();
    assert_eq!(told, all.changes[7]);
}

async fn refuses_a_place_that_was_never_reached() {
    let service = Service::start().await.with_program().await;
    let watch = async |after_sequence, kinds: &[i32]| {
        let request = pb::WatchChangesRequest {
            parent: "programs/north".to_owned(),
            after_sequence,
            kinds: kinds.to_vec(),
        };
        client(&service).watch_changes(request).await.unwrap_err()
    };
    assert_eq!(broken(&watch(-1, &[]).await), ["after_sequence"]);
    // A database that was put back from a backup, say.
    assert_eq!(broken(&watch(1000, &[]).await), ["after_sequence"]);
    assert_eq!(
        broken(&watch(0, &[1, 99, 0]).await),
        ["kinds[1]", "kinds[2]"]
    );
    let request = pb::ListChangesRequest {
        parent: "programs/north".to_owned(),
        after_sequence: 1000,
        page_size: 1,
        ..Default::default()
    };
    let refused = client(&service).list_changes(request).await.unwrap_err();
    assert_eq!(broken(&refused), ["after_sequence"]);
}
