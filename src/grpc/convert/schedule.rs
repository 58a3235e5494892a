//! What a supervisor sees of published plans.

use std::sync::Arc;

use super::super::pb;
use super::fields::{date, day_range, number};
use super::local_time::{local_time, span};
use super::names::{name, round_name};
use super::publications::response;
use super::records::timestamp;
use super::words;
use crate::app::{
    Attendance, CalendarFeed, ScheduledOccurrence, ScheduledSession, SupervisedLine,
    SupervisedTrainee,
};
use crate::domain::plan::{Session, WeeklyStart};
use crate::domain::time::OccurrenceFlag;
use crate::domain::{Participant, ProgramKey, Publication, SupervisorKey, TraineeKey};

/// Returns the name of a person or a site.
fn participant_name(program: &ProgramKey, of: &Participant) -> String {
    let collection = match of {
        Participant::Site(_) => "sites",
        Participant::Supervisor(_) => "supervisors",
        Participant::Trainee(_) => "trainees",
    };
    name(program, collection, of.key())
}

fn plan_name(program: &ProgramKey, publication: &Publication) -> String {
    name(program, "plans", &publication.run)
}

fn weekday(start: Option<WeeklyStart>) -> i32 {
    let weekday = start.map(|start| start.weekday);
    weekday.map(words::weekday).unwrap_or_default()
}

fn minute(start: Option<WeeklyStart>) -> Option<i32> {
    start.map(|start| i32::from(start.start.get()))
}

fn site_id(session: &Session) -> String {
    let site = session.delivery.site();
    site.map(ToString::to_string).unwrap_or_default()
}

fn members(members: &[(TraineeKey, String)]) -> Vec<pb::ScheduledMember> {
    let member = |(trainee, name): &(TraineeKey, String)| pb::ScheduledMember {
        trainee_id: trainee.to_string(),
        display_name: name.clone(),
    };
    members.iter().map(member).collect()
}

/// Returns a trainee of a supervisor as a message.
pub(in super::super) fn trainee(
    program: &ProgramKey,
    one: &SupervisedTrainee,
) -> pb::SupervisedTrainee {
    let line = |line: &SupervisedLine| {
        let session: &Arc<Session> = &line.session;
        pb::SupervisedLine {
            line: line.line.to_string(),
            session_id: session.id(),
            kind: words::kind(session.kind),
            weekday: weekday(session.weekly_start),
            start_minute_of_day: minute(session.weekly_start),
            minutes: number(session.minutes.get()),
            time_zone: session.time_zone.to_string(),
        }
    };
    let placement = one.placement.as_ref();
    pb::SupervisedTrainee {
        round: round_name(program, &one.publication.round),
        plan: plan_name(program, &one.publication),
        publish_time: Some(timestamp(one.publication.published_at)),
        trainee_id: one.trainee.to_string(),
        display_name: one.name.clone(),
        site_id: placement.map_or_else(String::new, |place| place.site.to_string()),
        site_display_name: one.site_name.clone(),
        contact_minutes_per_week: placement.map_or(0, |place| number(place.contact.get())),
        lines: one.lines.iter().map(line).collect(),
        response: one
            .response
            .as_ref()
            .map(|said| response(program, &said.run, said)),
    }
}

/// Returns a weekly session as a message.
pub(in super::super) fn session(
    program: &ProgramKey,
    one: &ScheduledSession,
) -> pb::ScheduledSession {
    let session = &one.session;
    pb::ScheduledSession {
        round: round_name(program, &one.publication.round),
        plan: plan_name(program, &one.publication),
        session_id: session.id(),
        kind: words::kind(session.kind),
        term: Some(day_range(one.term)),
        minutes: number(session.minutes.get()),
        session_time_zone: session.time_zone.to_string(),
        weekday: weekday(session.weekly_start),
        start_minute_of_day: minute(session.weekly_start),
        shown_weekday: weekday(one.usual),
        shown_start_minute_of_day: minute(one.usual),
        site_id: site_id(session),
        site_display_name: one.site_name.clone(),
        members: members(&one.members),
        odd_occurrences: one
            .odd
            .iter()
            .map(|meeting| occurrence(program, meeting))
            .collect(),
    }
}

/// Returns a meeting as a message.
pub(in super::super) fn occurrence(
    program: &ProgramKey,
    one: &ScheduledOccurrence,
) -> pb::Occurrence {
    let session = &one.session;
    let names = |some: &[Participant]| {
        let named = some.iter().map(|of| participant_name(program, of));
        named.collect()
    };
    pb::Occurrence {
        round: round_name(program, &one.publication.round),
        plan: plan_name(program, &one.publication),
        session_id: session.id(),
        kind: words::kind(session.kind),
        supervisor_id: session.supervisor.to_string(),
        site_id: site_id(session),
        members: members(&one.members),
        session_day: Some(date(one.meeting.occurrence.local_date)),
        session_time_zone: session.time_zone.to_string(),
        session_start_local: Some(local_time(one.anchor_start)),
        span: Some(span(one.span)),
        flag: flag(one.meeting.occurrence.flag).into(),
        state: state(one.attendance).into(),
        away: names(&one.away),
        outside_windows: names(&one.outside),
    }
}

const fn flag(flag: OccurrenceFlag) -> pb::OccurrenceFlag {
    match flag {
        OccurrenceFlag::None => pb::OccurrenceFlag::Unspecified,
        OccurrenceFlag::Gap => pb::OccurrenceFlag::Gap,
        OccurrenceFlag::Fold => pb::OccurrenceFlag::Fold,
        OccurrenceFlag::Skipped => pb::OccurrenceFlag::Skipped,
    }
}

const fn state(attendance: Attendance) -> pb::OccurrenceState {
    match attendance {
        Attendance::Held => pb::OccurrenceState::Held,
        Attendance::Missed => pb::OccurrenceState::Missed,
        Attendance::Skipped => pb::OccurrenceState::Skipped,
    }
}

/// Returns the name of the calendar feed of a supervisor.
fn feed_name(program: &ProgramKey, supervisor: &SupervisorKey) -> String {
    format!("{}/calendarFeed", name(program, "supervisors", supervisor))
}

/// Returns a calendar feed as a message.
pub(in super::super) fn feed(program: &ProgramKey, feed: &CalendarFeed) -> pb::CalendarFeed {
    pb::CalendarFeed {
        name: feed_name(program, &feed.supervisor),
        rotate_time: feed.rotated_at.map(timestamp),
        rotations: number(feed.rotations),
    }
}
