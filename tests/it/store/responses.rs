//! What supervisors say to a published plan.

use practicum::app::{Actor, AppError, ImportReport, NewResponse, Reason, ResponseFilter};
use practicum::domain::{
    ChangeKind, Key, PageRequest, ResponseAnswer, SupervisorKey, SupervisorResponse, TraineeKey,
};

use super::databases::{World, on_both};
use super::publishing::{close, events, publish, solved};
use super::runs::clinic;

on_both!(
    a_later_response_counts_and_both_stay_on_record,
    the_reason_goes_into_no_event_and_no_change,
    refuses_what_the_published_plan_does_not_give,
    a_repaired_plan_is_answered_anew,
    responses_are_read_in_pages,
);

const ROOM: &str = "no room before March: my own clinic is full";

/// Returns each supervisor and trainee whom a plan brings together.
async fn pairs(
    world: &World,
    report: &ImportReport,
    run: &Key,
) -> Vec<(SupervisorKey, TraineeKey)> {
    let actor = Actor::operator();
    let plan = world.app.get_plan(&actor, &report.program, run).await;
    let mut pairs: Vec<_> = plan
        .unwrap()
        .plan
        .sessions
        .iter()
        .flat_map(|session| {
            let members = session.members.iter();
            members.map(|member| (session.supervisor.clone(), member.trainee.clone()))
        })
        .collect();
    pairs.sort();
    pairs.dedup();
    pairs
}

fn saying(pair: &(SupervisorKey, TraineeKey), answer: ResponseAnswer, why: &str) -> NewResponse {
    NewResponse {
        plan: None,
        supervisor: pair.0.clone(),
        trainee: pair.1.clone(),
        answer,
        reason: why.to_owned(),
    }
}

async fn respond(
    world: &World,
    report: &ImportReport,
    new: &NewResponse,
) -> Result<SupervisorResponse, AppError> {
    let actor = Actor::operator();
    let (program, round) = (&report.program, &report.round);
    world.app.respond(&actor, program, round, new).await
}

async fn listed(
    world: &World,
    report: &ImportReport,
    filter: &ResponseFilter,
) -> Vec<SupervisorResponse> {
    let (actor, page) = (Actor::operator(), PageRequest::largest());
    let (program, round) = (&report.program, &report.round);
    let found = world
        .app
        .list_responses(&actor, program, round, filter, &page);
    found.await.unwrap().1.items
}

async fn a_later_response_counts_and_both_stay_on_record(world: World) {
    let report = clinic(&world).await;
    let run = solved(&world, &report, &report.round, None).await;
    publish(&world, &report, &report.round, &run).await.unwrap();
    let pairs = pairs(&world, &report, &run).await;
    let declined = saying(&pairs[0], ResponseAnswer::Declined, ROOM);
    let first = respond(&world, &report, &declined).await.unwrap();
    world.clock.advance(60);
    let accepted = saying(&pairs[0], ResponseAnswer::Accepted, "");
    let second = respond(&world, &report, &accepted).await.unwrap();
    assert_eq!((first.number, second.number), (1, 2));
    assert_eq!(second.at.0, first.at.0 + 60);
    let other = saying(&pairs[1], ResponseAnswer::Accepted, "");
    let other = respond(&world, &report, &other).await.unwrap();
    assert_eq!(other.number, 1);
    let now = listed(&world, &report, &ResponseFilter::default()).await;
    assert_eq!(now, [second.clone(), other.clone()]);
    assert_eq!(now[0].reason, "");
    let filter = ResponseFilter {
        with_earlier: true,
        ..ResponseFilter::default()
    };
    let all = listed(&world, &report, &filter).await;
    assert_eq!(all, [first, second.clone(), other]);
    assert_eq!(all[0].reason, ROOM);
    let filter = ResponseFilter {
        supervisor: Some(pairs[0].0.clone()),
        ..ResponseFilter::default()
    };
    let own = listed(&world, &report, &filter).await;
    assert!(own.contains(&second));
    assert!(own.iter().all(|one| one.supervisor == pairs[0].0));
}

async fn the_reason_goes_into_no_event_and_no_change(world: World) {
    let report = clinic(&world).await;
    let run = solved(&world, &report, &report.round, None).await;
    publish(&world, &report, &report.round, &run).await.unwrap();
    let pairs = pairs(&world, &report, &run).await;
    let declined = saying(&pairs[0], ResponseAnswer::Declined, ROOM);
    let said = respond(&world, &report, &declined).await.unwrap();
    let events = events(&world, &report).await;
    let last = events.last().unwrap();
    assert_eq!(last.kind, "respond");
    assert!(last.payload.as_ref().unwrap().contains("declined"));
    assert!(!format!("{events:?}").contains(ROOM));
    assert!(!format!("{said:?}").contains(ROOM));
    let (actor, every) = (Actor::operator(), std::collections::BTreeSet::new());
    let told = world
        .app
        .list_changes(&actor, &report.program, 0, &every, 100);
    let told = told.await.unwrap().changes;
    assert!(!format!("{told:?}").contains(ROOM));
    let told = &told.last().unwrap().what;
    assert_eq!(told.kind, ChangeKind::ResponseGiven);
    let (supervisor, trainee) = pairs[0].clone();
    let expected = (supervisor, trainee, ResponseAnswer::Declined);
    assert_eq!(told.response, Some(expected));
}

async fn refuses_what_the_published_plan_does_not_give(world: World) {
    let report = clinic(&world).await;
    let run = solved(&world, &report, &report.round, None).await;
    let pairs = pairs(&world, &report, &run).await;
    let accepted = saying(&pairs[0], ResponseAnswer::Accepted, "");
    let refused = async |new: NewResponse| match respond(&world, &report, &new).await {
        Err(AppError::FailedPrecondition(reason)) => reason.name(),
        Err(AppError::Invalid(violations)) if violations.as_slice().len() == 1 => "reason",
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(accepted.clone()).await, "NOT_PUBLISHED");
    publish(&world, &report, &report.round, &run).await.unwrap();
    let stranger = pairs.iter().map(|pair| &pair.1).find(|trainee| {
        let pair = (pairs[0].0.clone(), (*trainee).clone());
        !pairs.contains(&pair)
    });
    let strangers = [stranger.unwrap().clone(), "nobody".parse().unwrap()];
    for trainee in strangers {
        let new = NewResponse {
            trainee,
            ..accepted.clone()
        };
        assert_eq!(refused(new).await, "NOT_SUPERVISED");
    }
    let new = NewResponse {
        plan: Some("another".parse().unwrap()),
        ..accepted.clone()
    };
    assert_eq!(refused(new).await, "PLAN_REPLACED");
    for reason in [
        "x".repeat(501),
        "two\nlines".to_owned(),
        " blank".to_owned(),
    ] {
        let new = NewResponse {
            reason,
            ..accepted.clone()
        };
        assert_eq!(refused(new).await, "reason");
    }
    let before = events(&world, &report).await.len();
    let longest = NewResponse {
        plan: Some(run),
        reason: "漢".repeat(500),
        ..accepted.clone()
    };
    respond(&world, &report, &longest).await.unwrap();
    assert_eq!(events(&world, &report).await.len(), before + 1);
    close(&world, &report, &report.round).await;
    assert_eq!(
        refused(accepted).await,
        Reason::RoundClosed {
            round: String::new()
        }
        .name()
    );
}

async fn a_repaired_plan_is_answered_anew(world: World) {
    let report = clinic(&world).await;
    let first = solved(&world, &report, &report.round, None).await;
    publish(&world, &report, &report.round, &first)
        .await
        .unwrap();
    let pairs = pairs(&world, &report, &first).await;
    let accepted = saying(&pairs[0], ResponseAnswer::Accepted, "");
    let said = respond(&world, &report, &accepted).await.unwrap();
    let second = solved(&world, &report, &report.round, Some(&first)).await;
    publish(&world, &report, &report.round, &second)
        .await
        .unwrap();
    let now = listed(&world, &report, &ResponseFilter::default()).await;
    assert_eq!(now, []);
    let of_first = ResponseFilter {
        plan: Some(first.clone()),
        ..ResponseFilter::default()
    };
    assert_eq!(listed(&world, &report, &of_first).await, [said]);
    let again = respond(&world, &report, &accepted).await.unwrap();
    assert_eq!((again.publication, again.number), (2, 1));
    let old = NewResponse {
        plan: Some(first.clone()),
        ..accepted
    };
    let refused = respond(&world, &report, &old).await;
    let expected = Reason::PlanReplaced {
        plan: first.to_string(),
        published: second.to_string(),
    };
    assert!(
        matches!(&refused, Err(AppError::FailedPrecondition(reason)) if *reason == expected),
        "{refused:?}"
    );
}

async fn responses_are_read_in_pages(world: World) {
    let report = clinic(&world).await;
    let run = solved(&world, &report, &report.round, None).await;
    publish(&world, &report, &report.round, &run).await.unwrap();
    let pairs = pairs(&world, &report, &run).await;
    for pair in &pairs {
        for answer in ResponseAnswer::ALL {
            let new = saying(pair, answer, "");
            respond(&world, &report, &new).await.unwrap();
        }
    }
    let (actor, program) = (Actor::operator(), &report.program);
    for with_earlier in [false, true] {
        let filter = ResponseFilter {
            with_earlier,
            ..ResponseFilter::default()
        };
        let mut page = PageRequest {
            size: 3,
            after: None,
        };
        let mut all = Vec::new();
        loop {
            let found = world
                .app
                .list_responses(&actor, program, &report.round, &filter, &page);
            let found = found.await.unwrap().1;
            assert!(found.items.len() <= 3);
            all.extend(found.items);
            page.after = found.next_after;
            if page.after.is_none() {
                break;
            }
        }
        assert_eq!(all, listed(&world, &report, &filter).await);
        let each = if with_earlier { 2 } else { 1 };
        assert_eq!(all.len(), pairs.len() * each);
        let is_last = |one: &SupervisorResponse| one.answer == ResponseAnswer::Declined;
        assert_eq!(all.iter().filter(|one| is_last(one)).count(), pairs.len());
    }
}
