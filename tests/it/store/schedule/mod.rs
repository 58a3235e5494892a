//! What a supervisor sees of published plans.

mod feed;
mod mine;
mod occurrences;

use practicum::app::{
    Actor, AppError, Attendance, Grant, ImportMode, ImportReport, OccurrenceRange, PublishOptions,
    RunStart, ScheduledOccurrence, Shown,
};
use practicum::domain::{
    AccessRole, Key, Participant, Realm, Roster, Round, RunLimits, Site, Supervisor, Trainee,
    ZoneName,
};

use super::databases::World;
use super::rosters::import;
use super::runs::worked;
use crate::support::world::{World as Tiny, days, minutes, parsed, weekly, zone};

/// Solves a round, with the plan of a run to be kept where there is one, and
/// publishes what comes out. Returns the run.
async fn publish(world: &World, report: &ImportReport, baseline: Option<&Key>) -> Key {
    let (app, actor) = (&world.app, Actor::operator());
    let (program, round) = (&report.program, &report.round);
    let start = RunStart {
        limits: RunLimits {
            seconds: 60,
            ..RunLimits::default()
        },
        baseline: baseline.cloned(),
        ..RunStart::default()
    };
    let run = app.start_run(&actor, program, round, start).await;
    let run = run.unwrap().value.key;
    let (ended, _) = worked(app, report, &run).await;
    assert!(ended.has_plan, "{:?}", ended.failure);
    let options = PublishOptions::default();
    let published = app.publish(&actor, program, round, &run, options).await;
    published.unwrap();
    run
}

/// Imports a roster and publishes its plan.
async fn published(world: &World, roster: &Roster) -> (ImportReport, Key) {
    let report = import(world, roster, ImportMode::Replace).await;
    let run = publish(world, &report, None).await;
    (report, run)
}

/// Returns a round with a term, in which a session starts at a multiple of so
/// many minutes and anything may be missed.
fn term(round: &mut Round, first: &str, last: &str, step: u32) {
    round.term = days(first, last);
    round.session_start_step = minutes(step);
    round.missed_sessions_max = 9;
}

/// A site that is open on some windows, with an agreement for any term.
fn open_at(name: &str, windows: &[&str]) -> impl FnOnce(&mut Site) + use<> {
    let (name, opening) = (zone(name), weekly(windows));
    move |site| {
        site.time_zone = name;
        site.opening = opening;
        site.agreement = days("2000-01-01", "2090-12-31");
    }
}

fn supervises_at(name: &str, windows: &[&str]) -> impl FnOnce(&mut Supervisor) + use<> {
    let (name, availability) = (zone(name), weekly(windows));
    move |supervisor| {
        supervisor.time_zone = name;
        supervisor.availability = availability;
    }
}

fn learns_at(name: &str, windows: &[&str]) -> impl FnOnce(&mut Trainee) + use<> {
    let (name, availability) = (zone(name), weekly(windows));
    move |trainee| {
        trainee.time_zone = name;
        trainee.availability = availability;
        trainee.contact_target = Some(minutes(0));
    }
}

/// A supervisor in London who meets a trainee at a site in New York, over the
/// three weeks in which the clocks of the two are an hour nearer.
fn across_the_sea() -> Roster {
    Tiny::new()
        .round(|round| term(round, "2031-02-24", "2031-04-13", 60))
        .site_with("harbour", open_at("America/New_York", &["mon 09:00 10:00"]))
        .supervisor_with("ines", |supervisor| {
            supervises_at("Europe/London", &["mon 12:00 20:00"])(supervisor);
            supervisor.delivery = practicum::domain::DeliveryOffer::InPerson;
        })
        .line("weekly")
        .trainee_with("t-1", learns_at("America/New_York", &["mon 08:00 12:00"]))
        .into_roster()
}

/// One supervisor, one group of three, Mondays at 09:00 at the site, four
/// times.
fn group_of_three() -> Roster {
    let monday = ["mon 09:00 10:00"];
    let mut tiny = Tiny::new()
        .round(|round| term(round, "2031-02-03", "2031-03-02", 60))
        .site_with("harbour", open_at("America/New_York", &monday))
        .supervisor_with("ines", |supervisor| {
            supervises_at("America/New_York", &monday)(supervisor);
            supervisor.delivery = practicum::domain::DeliveryOffer::InPerson;
        })
        .supervisor_with(
            "amara",
            supervises_at("America/New_York", &["tue 09:00 10:00"]),
        )
        .line_with("together", |line| {
            line.kinds = [practicum::domain::SessionKind::Group].into();
        });
    for key in ["t-1", "t-2", "t-3"] {
        tiny = tiny.trainee_with(key, learns_at("America/New_York", &monday));
    }
    tiny.into_roster()
}

fn supervisor(key: &str) -> Participant {
    Participant::Supervisor(parsed(key))
}

/// Returns somebody who is a supervisor of the program and nothing else.
fn as_supervisor(report: &ImportReport, key: &str) -> Actor {
    let grant = Grant {
        realm: Realm::Program(report.program.clone()),
        role: AccessRole::Supervisor(parsed(key)),
    };
    Actor::new(key.to_owned(), vec![grant])
}

async fn occurrences(
    world: &World,
    report: &ImportReport,
    of: &Participant,
    zone: Option<ZoneName>,
    (first, last): (&str, &str),
) -> Result<Shown<Vec<ScheduledOccurrence>>, AppError> {
    let range = OccurrenceRange {
        days: Some(days(first, last)),
        zone,
    };
    let actor = Actor::operator();
    let found = world
        .app
        .occurrences(&actor, &report.program, Some(of), range);
    found.await
}

/// Returns day, start and end on the wall of the zone, and how each comes out.
fn lines(found: &Shown<Vec<ScheduledOccurrence>>) -> Vec<String> {
    let line = |one: &ScheduledOccurrence| {
        let flag = one.meeting.occurrence.flag.as_str();
        let away: Vec<&str> = one.away.iter().map(Participant::key).collect();
        let (start, state) = (one.span.start, one.attendance.as_str());
        format!("{start} {flag} {state} {}", away.join(","))
            .trim_end()
            .to_owned()
    };
    found.value.iter().map(line).collect()
}

fn states(found: &Shown<Vec<ScheduledOccurrence>>) -> Vec<Attendance> {
    found.value.iter().map(|one| one.attendance).collect()
}
