//! `practicum schedule`: the coming sessions of a supervisor, in her zone.

use std::path::Path;
use std::process::ExitCode;

use chrono::NaiveDate;
use comfy_table::Table;
use serde_json::{Value, json};

use super::{Absent, InProgram, failure};
use crate::app::{Attendance, OccurrenceRange, ScheduledOccurrence, Shown};
use crate::cli::{Failure, output, table};
use crate::domain::time::{LocalReading, OccurrenceFlag};
use crate::domain::{DayRange, Participant, SupervisorKey, ZoneName, calendar_day};

/// Options of `schedule`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The supervisor.
    #[arg(long, value_name = "KEY")]
    supervisor: SupervisorKey,
    /// First local day, such as 2027-01-11; today when left out.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "until")]
    from: Option<NaiveDate>,
    /// Last local day, which belongs to the range; four weeks from today on when
    /// left out.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "from")]
    until: Option<NaiveDate>,
    /// IANA name of the zone in which the sessions are shown; the supervisor's
    /// own when left out.
    #[arg(long, value_name = "ZONE")]
    zone: Option<ZoneName>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    program: InProgram,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    let wanted = "wanted is a day written as YYYY-MM-DD, in the years 1970 to 2199";
    calendar_day(text).ok_or_else(|| wanted.to_owned())
}

pub(in crate::cli) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let days =
        match args.from.zip(args.until) {
            None => None,
            Some((from, until)) => Some(DayRange::new(from, until).ok_or_else(|| {
                Failure::Usage(format!("--until {until} is before --from {from}"))
            })?),
        };
    let database = &args.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(&args.program).await?;
        let of = Participant::Supervisor(args.supervisor.clone());
        let range = OccurrenceRange {
            days,
            zone: args.zone,
        };
        let found = open
            .app
            .occurrences(&open.actor, &program, Some(&of), range);
        let found = found.await.map_err(failure)?;
        if args.json {
            output::line(&as_json(&found).to_string());
        } else {
            output::text(&as_text(&found));
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn as_text(found: &Shown<Vec<ScheduledOccurrence>>) -> String {
    let (first, last) = (found.days.first(), found.days.last());
    let of = found.of.key();
    let all = &found.value;
    let heading = format!("Sessions of {of} from {first} to {last}, in {}", found.zone);
    let footer = format!("Zone data: {}", found.tzdb_version);
    if all.is_empty() {
        return format!(
            "{heading}\n\nThere are none in the plans that are published.\n\n{footer}\n"
        );
    }
    let count = |wanted: Attendance| {
        let such = all.iter().filter(|one| one.attendance == wanted);
        such.count()
    };
    let (held, missed, skipped) = (
        count(Attendance::Held),
        count(Attendance::Missed),
        count(Attendance::Skipped),
    );
    format!(
        "{heading}\n{}\n{held} held, {missed} missed, {skipped} skipped\n{footer}\n",
        rows(all)
    )
}

fn rows(all: &[ScheduledOccurrence]) -> Table {
    let header = ["day", "starts", "ends", "kind", "where", "trainees", "note"];
    let mut rows = table::new(&header);
    for one in all {
        let is_held = one.attendance == Attendance::Held;
        let day = one.span.start.wall.day();
        let time = |reading: LocalReading| {
            if is_held {
                reading.wall.time().to_string()
            } else {
                "-".to_owned()
            }
        };
        let place = match one.session.delivery.site() {
            None => "video",
            Some(site) if one.site_name.is_empty() => site.as_str(),
            Some(_) => &one.site_name,
        };
        let names = one.members.iter().map(|(key, name)| match name.as_str() {
            "" => key.as_str(),
            name => name,
        });
        rows.add_row(vec![
            day.format("%a %Y-%m-%d").to_string(),
            time(one.span.start),
            time(one.span.end),
            one.session.kind.as_str().to_owned(),
            place.to_owned(),
            names.collect::<Vec<_>>().join("\n"),
            note(one),
        ]);
    }
    rows
}

/// Says what is not as usual with a meeting.
fn note(one: &ScheduledOccurrence) -> String {
    let named = |some: &[Participant]| {
        let names = some.iter().map(|of| format!("{} {}", of.kind(), of.key()));
        names.collect::<Vec<_>>().join(", ")
    };
    let mut notes = Vec::new();
    match one.meeting.occurrence.flag {
        OccurrenceFlag::None => {}
        OccurrenceFlag::Gap => notes.push("moved: the clock goes forward".to_owned()),
        OccurrenceFlag::Fold => notes.push("the first of two: the clock goes back".to_owned()),
        OccurrenceFlag::Skipped => notes.push("skipped by a clock change".to_owned()),
    }
    if one.attendance == Attendance::Missed {
        notes.push("missed".to_owned());
    }
    if !one.away.is_empty() {
        notes.push(format!("away: {}", named(&one.away)));
    }
    if !one.outside.is_empty() {
        notes.push(format!("outside the windows of {}", named(&one.outside)));
    }
    notes.join("\n")
}

fn as_json(found: &Shown<Vec<ScheduledOccurrence>>) -> Value {
    let occurrences: Vec<Value> = found.value.iter().map(occurrence).collect();
    json!({
        "supervisor_id": found.of.key(),
        "time_zone": found.zone.as_str(),
        "first_day": found.days.first().to_string(),
        "last_day": found.days.last().to_string(),
        "tzdb_version": found.tzdb_version,
        "occurrences": occurrences,
    })
}

fn occurrence(one: &ScheduledOccurrence) -> Value {
    let named = |some: &[Participant]| -> Vec<Value> {
        some.iter()
            .map(|of| json!({ "kind": of.kind().as_str(), "id": of.key() }))
            .collect()
    };
    let members: Vec<&str> = one.members.iter().map(|(key, _)| key.as_str()).collect();
    json!({
        "round_id": one.publication.round.as_str(),
        "run_id": one.publication.run.as_str(),
        "session_id": one.session.id(),
        "kind": one.session.kind.as_str(),
        "session_day": one.meeting.occurrence.local_date.to_string(),
        "session_time_zone": one.session.time_zone.as_str(),
        "start": one.span.at.start.to_string(),
        "end": one.span.at.end.to_string(),
        "start_local": one.span.start.to_string(),
        "end_local": one.span.end.to_string(),
        "flag": one.meeting.occurrence.flag.as_str(),
        "state": one.attendance.as_str(),
        "site_id": one.session.delivery.site().map(|site| site.as_str()),
        "trainee_ids": members,
        "away": named(&one.away),
        "outside_windows": named(&one.outside),
    })
}
