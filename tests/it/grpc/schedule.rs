//! `ScheduleService`, as its callers see it.

use practicum::grpc::pb;
use tonic::Code;

use super::runs::{imported, start as start_run, watch};
use crate::support::ics::events;
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    a_supervisor_sees_her_trainees_and_answers,
    a_supervisor_sees_her_sessions_and_each_meeting,
    a_calendar_is_read_by_name_and_by_a_path_that_is_shown_once,
    names_everything_that_is_wrong_with_a_list,
    names_everything_that_is_wrong_with_an_answer_or_a_feed,
);

/// Solves a round and publishes its plan; returns the name of the plan.
async fn published(service: &Service, round: &str) -> String {
    let run = start_run(service, round).await.name;
    watch(service, &run, 0).await;
    let plan = run.replace("/runs/", "/plans/");
    let request = pb::PublishRequest {
        round: round.to_owned(),
        plan: plan.clone(),
        ..Default::default()
    };
    service.rounds().publish(request).await.unwrap();
    plan
}

/// Returns a service with a published plan, its round, program and plan, and a
/// supervisor who meets somebody.
async fn story() -> (Service, String, String, String, pb::Session) {
    let (service, round, roster) = imported("clinic-12").await;
    let plan = published(&service, &round).await;
    let request = pb::ListSessionsRequest {
        parent: plan.clone(),
        ..Default::default()
    };
    let sessions = service.plans().list_sessions(request).await.unwrap();
    let sessions = sessions.into_inner().sessions;
    let program = format!("programs/{}", roster.program.key);
    (service, round, program, plan, sessions[0].clone())
}

async fn a_supervisor_sees_her_trainees_and_answers() {
    let (service, round, program, plan, session) = Box::pin(story()).await;
    let request = pb::ListMyTraineesRequest {
        parent: program.clone(),
        supervisor_id: session.supervisor_id.clone(),
        ..Default::default()
    };
    let mine = service.schedules().list_my_trainees(request.clone()).await;
    let mine = mine.unwrap().into_inner().trainees;
    let member = &session.members[0].trainee_id;
    let one = mine.iter().find(|one| one.trainee_id == *member).unwrap();
    assert_eq!((&one.round, &one.plan), (&round, &plan));
    assert!(!one.display_name.is_empty() && !one.site_display_name.is_empty());
    assert!(
        one.lines
            .iter()
            .any(|line| line.session_id == session.session_id)
    );
    assert_eq!(one.response, None);

    let answer = pb::RespondRequest {
        round: round.clone(),
        supervisor_id: session.supervisor_id.clone(),
        trainee_id: member.clone(),
        answer: pb::ResponseAnswer::Declined.into(),
        reason: "no room before March".to_owned(),
        plan: plan.clone(),
        request_id: uuid::Uuid::now_v7().to_string(),
    };
    let said = service.schedules().respond(answer.clone()).await.unwrap();
    let said = said.into_inner().response.unwrap();
    // A repeat says nothing anew.
    let again = service.schedules().respond(answer).await.unwrap();
    assert_eq!(again.into_inner().response.as_ref(), Some(&said));
    assert_eq!((said.number, &said.plan), (1, &plan));
    let mine = service.schedules().list_my_trainees(request).await;
    let mine = mine.unwrap().into_inner().trainees;
    let one = mine.iter().find(|one| one.trainee_id == *member).unwrap();
    assert_eq!(one.response, Some(said));
}

async fn a_supervisor_sees_her_sessions_and_each_meeting() {
    let (service, _, program, _, session) = Box::pin(story()).await;
    let request = pb::ListMySessionsRequest {
        parent: program.clone(),
        supervisor_id: session.supervisor_id.clone(),
        ..Default::default()
    };
    let sessions = service.schedules().list_my_sessions(request).await;
    let sessions = sessions.unwrap().into_inner();
    let found = sessions.sessions.iter();
    let mut found = found.filter(|one| one.session_id == session.session_id);
    let weekly = found.next().unwrap();
    assert_eq!(weekly.weekday, session.weekday);
    assert_eq!(weekly.start_minute_of_day, session.start_minute_of_day);
    assert_eq!(weekly.session_time_zone, session.time_zone);
    let term = weekly.term.unwrap();

    let mut request = pb::ListOccurrencesRequest {
        parent: program.clone(),
        owner: format!("{program}/supervisors/{}", session.supervisor_id),
        days: Some(term),
        page_size: 7,
        ..Default::default()
    };
    let mut all = Vec::new();
    loop {
        let page = service.schedules().list_occurrences(request.clone()).await;
        let page = page.unwrap().into_inner();
        assert_eq!(page.time_zone, sessions.time_zone);
        all.extend(page.occurrences);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let starts: Vec<i64> = all.iter().map(start).collect();
    assert!(starts.is_sorted() && starts.len() > 7);
    assert!(
        all.iter()
            .all(|one| one.supervisor_id == session.supervisor_id)
    );
    assert!(all.iter().all(|one| one.outside_windows.is_empty()));
    assert!(all.iter().any(|one| one.session_id == session.session_id));
}

fn start(one: &pb::Occurrence) -> i64 {
    let span = one.span.as_ref().unwrap();
    span.start_time.as_ref().unwrap().seconds
}

async fn a_calendar_is_read_by_name_and_by_a_path_that_is_shown_once() {
    let (service, _, program, _, session) = Box::pin(story()).await;
    let name = format!(
        "{program}/supervisors/{}/calendarFeed",
        session.supervisor_id
    );
    let by = |name: &str, path: &str| pb::GetCalendarFeedRequest {
        name: name.to_owned(),
        path: path.to_owned(),
    };
    let found = service.schedules().get_calendar_feed(by(&name, "")).await;
    let found = found.unwrap().into_inner();
    let feed = found.feed.unwrap();
    assert_eq!((feed.name.as_str(), feed.rotations), (name.as_str(), 0));
    let rotate = pb::RotateCalendarFeedRequest {
        name: name.clone(),
        request_id: uuid::Uuid::now_v7().to_string(),
    };
    let first = service
        .schedules()
        .rotate_calendar_feed(rotate.clone())
        .await;
    let first = first.unwrap().into_inner();
    assert_eq!(first.path_withheld(), pb::ErrorReason::Unspecified);
    let again = service.schedules().rotate_calendar_feed(rotate).await;
    let again = again.unwrap().into_inner();
    assert_eq!(again.path_withheld(), pb::ErrorReason::SecretAlreadyShown);
    assert_eq!((again.path.as_str(), &again.feed), ("", &first.feed));
    let read = service
        .schedules()
        .get_calendar_feed(by("", &first.path))
        .await;
    let read = read.unwrap().into_inner();
    assert_eq!(read.calendar, found.calendar);
    assert_eq!(read.feed, first.feed);
    events(&read.calendar);
    let rotate = pb::RotateCalendarFeedRequest {
        name,
        request_id: String::new(),
    };
    let second = service.schedules().rotate_calendar_feed(rotate).await;
    assert_ne!(second.unwrap().into_inner().path, first.path);
    let revoked = service
        .schedules()
        .get_calendar_feed(by("", &first.path))
        .await;
    let revoked = revoked.unwrap_err();
    assert_eq!(
        (revoked.code(), reason(&revoked)),
        (Code::NotFound, "NOT_FOUND".into())
    );
    let secret = first.path.rsplit('/').next().unwrap();
    assert!(!format!("{revoked:?}").contains(secret));
}

async fn names_everything_that_is_wrong_with_a_list() {
    let (service, _, program, _, session) = Box::pin(story()).await;
    let nobody = pb::ListMyTraineesRequest {
        parent: program.clone(),
        ..Default::default()
    };
    let refused = service.schedules().list_my_trainees(nobody).await;
    assert_eq!(broken(&refused.unwrap_err()), ["supervisor_id"]);
    let wrong = pb::ListOccurrencesRequest {
        parent: "programs/".to_owned(),
        owner: "supervisors/ines".to_owned(),
        days: None,
        time_zone: "Europe/Lodnon".to_owned(),
        page_size: -1,
        page_token: "x".to_owned(),
    };
    let refused = service
        .schedules()
        .list_occurrences(wrong)
        .await
        .unwrap_err();
    let paths = [
        "parent",
        "owner",
        "days",
        "time_zone",
        "page_size",
        "page_token",
    ];
    assert_eq!(broken(&refused), paths);
    let date = |year| pb::Date {
        year,
        month: 1,
        day: 1,
    };
    let long = pb::ListOccurrencesRequest {
        parent: program.clone(),
        owner: format!("{program}/supervisors/{}", session.supervisor_id),
        days: Some(pb::DayRange {
            first_day: Some(date(2031)),
            last_day: Some(date(2033)),
        }),
        ..Default::default()
    };
    let refused = service
        .schedules()
        .list_occurrences(long)
        .await
        .unwrap_err();
    assert_eq!(broken(&refused), ["days.last_day"]);
}

async fn names_everything_that_is_wrong_with_an_answer_or_a_feed() {
    let (service, round, program, _, session) = Box::pin(story()).await;
    let wrong = pb::RespondRequest {
        round,
        supervisor_id: session.supervisor_id.clone(),
        trainee_id: "no such key".to_owned(),
        plan: "programs/elsewhere/plans/x".to_owned(),
        ..Default::default()
    };
    let refused = service.schedules().respond(wrong).await.unwrap_err();
    assert_eq!(broken(&refused), ["trainee_id", "answer", "plan"]);
    for (name, path, field) in [
        ("", "", "name"),
        ("", "/calendar/north/short.ics", "path"),
        (
            &format!("{program}/supervisors/x/calendarFeed"),
            "/calendar/x",
            "path",
        ),
    ] {
        let request = pb::GetCalendarFeedRequest {
            name: name.to_owned(),
            path: path.to_owned(),
        };
        let refused = service.schedules().get_calendar_feed(request).await;
        assert_eq!(broken(&refused.unwrap_err()), [field]);
    }
}
