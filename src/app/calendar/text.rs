//! A supervisor's meetings as an iCalendar text.
//!
//! Each meeting that is held is an event of its own. One event with a rule of
//! recurrence would be shorter, but programs do not agree on what a rule means
//! at a clock change, and a meeting that is missed, skipped or moved would need
//! an exception each, on which they agree even less.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Weekday};
use sha2::{Digest, Sha256};

use super::lines::Lines;
use super::zones::{date_time, write as write_zone};
use crate::app::{AppError, Attendance, ScheduledOccurrence};
use crate::domain::plan::SessionMember;
use crate::domain::time::{Interval, OccurrenceFlag, UtcSecond, ZoneRules, ZoneTable};
use crate::domain::{ProgramKey, SessionKind, ZoneName};

/// How often a program that subscribes is asked to look again.
const REFRESH: &str = "PT1H";

/// Returns the calendar of a program's meetings; those that are not held are
/// left out.
pub(super) fn calendar(
    program: &ProgramKey,
    occurrences: &[ScheduledOccurrence],
    zones: &ZoneTable,
) -> Result<String, AppError> {
    let held: Vec<&ScheduledOccurrence> = occurrences
        .iter()
        .filter(|one| one.attendance == Attendance::Held)
        .collect();
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//Practicum//Schedule//EN");
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("X-WR-CALNAME", "Supervision");
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.add("X-PUBLISHED-TTL", REFRESH);
    for (zone, during) in spans(&held) {
        let rules = zones.rules(zone).ok_or_else(|| no_rules(zone))?;
        write_zone(&mut lines, zone, rules, during);
    }
    for one in held {
        event(&mut lines, program, one);
    }
    lines.add("END", "VCALENDAR");
    Ok(lines.into_text())
}

fn no_rules(zone: ZoneName) -> AppError {
    AppError::Internal(format!("no rules for {zone} were loaded").into())
}

/// Returns the zones of the meetings, each with the stretch of time in which
/// it has any.
fn spans(held: &[&ScheduledOccurrence]) -> BTreeMap<ZoneName, Interval> {
    let mut spans: BTreeMap<ZoneName, Interval> = BTreeMap::new();
    for one in held {
        let at = one.span.at;
        let during = spans.entry(one.session.time_zone).or_insert(at);
        during.start = during.start.min(at.start);
        during.end = during.end.max(at.end);
    }
    spans
}

fn event(lines: &mut Lines, program: &ProgramKey, one: &ScheduledOccurrence) {
    let session = &one.session;
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", &uid(program, one));
    lines.add("DTSTAMP", &utc(one.publication.published_at));
    lines.add("SEQUENCE", &one.publication.number.to_string());
    let start = format!("DTSTART;TZID={}", session.time_zone);
    lines.add(&start, &date_time(one.anchor_start.wall));
    // As time that passes: at a clock change the wall at the end may be read
    // in two ways.
    lines.add("DURATION", &format!("PT{}M", session.minutes));
    lines.add_text("SUMMARY", title(session.kind));
    let site = session.delivery.site();
    let place = match site {
        None => "Video",
        Some(site) if one.site_name.is_empty() => site.as_str(),
        Some(_) => &one.site_name,
    };
    lines.add_text("LOCATION", place);
    if let Some(remark) = remark(one.meeting.occurrence.flag) {
        lines.add_text("DESCRIPTION", remark);
    }
    lines.add("END", "VEVENT");
}

const fn title(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Individual => "Supervision (individual)",
        SessionKind::Triadic => "Supervision (triadic)",
        SessionKind::Group => "Supervision (group)",
    }
}

const fn remark(flag: OccurrenceFlag) -> Option<&'static str> {
    match flag {
        OccurrenceFlag::Gap => {
            Some("Moved this once: the clock goes forward over the usual start.")
        }
        OccurrenceFlag::Fold => {
            Some("The clock goes back over the start: the first of the two is meant.")
        }
        OccurrenceFlag::None | OccurrenceFlag::Skipped => None,
    }
}

/// Returns the identifier of a meeting. It stays the same when a repair moves
/// the session to another time, place or number: a session is known by its
/// first member and the line that it fills, a meeting by its week.
fn uid(program: &ProgramKey, one: &ScheduledOccurrence) -> String {
    let first = one.session.members.iter().min();
    let first = first.map(|SessionMember { trainee, line }| format!("{trainee} {line}"));
    let day = one.meeting.occurrence.local_date;
    let since_monday = u64::from(day.weekday().days_since(Weekday::Mon));
    let monday = day.checked_sub_days(Days::new(since_monday)).unwrap_or(day);
    let (round, supervisor) = (&one.publication.round, &one.session.supervisor);
    let known_by = format!(
        "{program} {round} {supervisor} {} {monday}",
        first.unwrap_or_default()
    );
    let digest = Sha256::digest(known_by);
    let hexadecimal: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("{hexadecimal}@practicum")
}

/// Returns an instant as `20270314T073000Z`.
fn utc(at: UtcSecond) -> String {
    let wall = ZoneRules::new(0, Vec::new()).wall_clock(at);
    let seconds = at.0.rem_euclid(60);
    let minutes = date_time(wall);
    let minutes = minutes.strip_suffix("00").unwrap_or(&minutes);
    format!("{minutes}{seconds:02}Z")
}
