//! What the methods need that publish plans and show what is published.

use practicum::domain::Permission::{
    ChangeRead, PlanPublish, PlanRead, RoundRead, RoundWrite, ScheduleWrite,
};
use practicum::grpc::pb;

use super::table::{Needs, Row, named, of, row};

const ROUND: &str = "/rounds/x";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = rounds();
    rows.extend(schedules());
    rows
}

fn rounds() -> Vec<Row> {
    let publish = Needs::InProgram(PlanPublish);
    let changes = Needs::InProgram(ChangeRead);
    vec![
        named(
            "RoundService/OpenPreferences",
            Needs::InProgram(RoundWrite),
            ROUND,
        ),
        row("RoundService/Publish", publish, |_, program| {
            pb::PublishRequest {
                round: of(program, ROUND),
                plan: of(program, "/plans/x"),
                ..Default::default()
            }
        }),
        named("RoundService/CloseRound", publish, ROUND),
        named(
            "RoundService/GetRoundHistory",
            Needs::InProgram(RoundRead),
            ROUND,
        ),
        named(
            "RoundService/ListResponses",
            Needs::InProgram(ScheduleWrite),
            ROUND,
        ),
        named("ChangeService/WatchChanges", changes, ""),
        named("ChangeService/ListChanges", changes, ""),
    ]
}

/// The schedule of somebody whom no caller is.
fn schedules() -> Vec<Row> {
    let read = Needs::OwnOr(PlanRead);
    let act = Needs::OwnOr(ScheduleWrite);
    const FEED: &str = "/supervisors/x/calendarFeed";
    let somebody = || "x".to_owned();
    let january = || {
        let day = Some(pb::Date {
            year: 2027,
            month: 1,
            day: 1,
        });
        Some(pb::DayRange {
            first_day: day,
            last_day: day,
        })
    };
    vec![
        row("ScheduleService/ListMyTrainees", read, move |_, program| {
            pb::ListMyTraineesRequest {
                parent: of(program, ""),
                supervisor_id: somebody(),
                ..Default::default()
            }
        }),
        row("ScheduleService/ListMySessions", read, move |_, program| {
            pb::ListMySessionsRequest {
                parent: of(program, ""),
                supervisor_id: somebody(),
                ..Default::default()
            }
        }),
        row(
            "ScheduleService/ListOccurrences",
            read,
            move |_, program| pb::ListOccurrencesRequest {
                parent: of(program, ""),
                owner: of(program, "/supervisors/x"),
                days: january(),
                ..Default::default()
            },
        ),
        row("ScheduleService/Respond", act, move |_, program| {
            pb::RespondRequest {
                round: of(program, ROUND),
                supervisor_id: somebody(),
                trainee_id: somebody(),
                answer: pb::ResponseAnswer::Accepted.into(),
                ..Default::default()
            }
        }),
        named("ScheduleService/GetCalendarFeed", read, FEED),
        named("ScheduleService/RotateCalendarFeed", act, FEED),
    ]
}
