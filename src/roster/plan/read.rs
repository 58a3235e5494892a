//! Reads a plan from its files. Only what the files themselves say is checked
//! here; whether the plan keeps the rules is for the checker.

use std::collections::HashMap;
use std::path::Path;

use super::super::cells::TAG;
use super::super::folder::refuse_unknown_tables;
use super::super::table::{Columns, Row, read_table};
use super::super::words::{KINDS, WEEKDAYS};
use super::super::{FolderFiles, RosterErrors, finish};
use super::free_text::restored;
use super::summary::{self, PlanContext};
use super::{
    PLACEMENT_COLUMNS, PLACEMENTS, PLAN_FILES, SESSION_COLUMNS, SESSION_MEMBER_COLUMNS,
    SESSION_MEMBERS, SESSIONS, UNMATCHED, UNMATCHED_COLUMNS,
};
use crate::domain::plan::{Delivery, Placement, Session, SessionMember, Unmatched, WeeklyStart};
use crate::domain::{MinuteOfDay, Minutes, Plan, Rule, TraineeKey};
use crate::roster::keys::Keys;

/// What is allowed as the number of a session.
const SESSION_ID: &str = "a session's number such as session-0001";
/// Largest rank of a site.
const RANK_MOST: u32 = 1_000_000;

/// Reads a plan and what it was made from and with.
///
/// # Errors
/// Every mistake in it, with file, row and column.
pub fn read_plan(files: &FolderFiles) -> Result<(Plan, PlanContext), RosterErrors> {
    let mut errors = RosterErrors::default();
    let plan = read(files, &mut errors);
    finish(plan, errors)
}

/// Reads the plan in a folder and what it was made from and with.
///
/// # Errors
/// Every mistake in it, with file, row and column.
pub fn read_plan_folder(dir: &Path) -> Result<(Plan, PlanContext), RosterErrors> {
    FolderFiles::read_dir(dir, &PLAN_FILES).and_then(|files| read_plan(&files))
}

fn read(files: &FolderFiles, errors: &mut RosterErrors) -> Option<(Plan, PlanContext)> {
    refuse_unknown_tables(files.iter().map(|(name, _)| name), &PLAN_FILES, errors);
    for file in PLAN_FILES {
        if files.get(file).is_none() {
            errors.push_file(file, "the file is missing; every plan has one");
        }
    }
    let placements = read_placements(files, errors);
    let sessions = read_sessions(files, errors);
    let unmatched = read_unmatched(files, errors);
    let (levels, context) = summary::read(files, errors)?;
    let plan = Plan {
        placements,
        sessions,
        unmatched,
        levels,
    };
    Some((plan, context))
}

const fn all_required(columns: &'static [&'static str]) -> Columns {
    Columns {
        required: columns,
        optional: &[],
        multiline: &["detail", "action"],
    }
}

fn read_placements(files: &FolderFiles, errors: &mut RosterErrors) -> Vec<Placement> {
    let columns = all_required(&PLACEMENT_COLUMNS);
    let mut keys = Keys::default();
    let mut placements = read_table(files, PLACEMENTS, &columns, errors, |row| {
        let trainee = row.new_key("trainee_id", &mut keys);
        let site = row.key("site_id");
        let contact = read_minutes(row, "contact_minutes_per_week");
        let preference_rank = row.whole("preference_rank", 1, RANK_MOST);
        Some(Placement {
            trainee: trainee?,
            site: site?,
            contact: contact?,
            preference_rank: preference_rank?,
        })
    });
    placements.sort_by(|a, b| a.trainee.cmp(&b.trainee));
    placements
}

fn read_sessions(files: &FolderFiles, errors: &mut RosterErrors) -> Vec<Session> {
    let columns = all_required(&SESSION_COLUMNS);
    let mut keys = Keys::default();
    let mut sessions = read_table(files, SESSIONS, &columns, errors, |row| {
        read_session(row, &mut keys)
    });
    keys.settle(SESSIONS, errors);
    let mut members = read_members(files, &keys, errors);
    sessions.sort_by_key(|session| session.number);
    for session in &mut sessions {
        session.members = members.remove(&session.number).unwrap_or_default();
        session.members.sort();
    }
    sessions
}

fn read_session(row: &mut Row<'_>, keys: &mut Keys) -> Option<Session> {
    let number = row.read("session_id", SESSION_ID, session_number);
    let is_new = row
        .new_key::<crate::domain::Key>("session_id", keys)
        .is_some();
    let supervisor = row.key("supervisor_id");
    let kind = row.word("kind", &KINDS);
    let minutes = read_minutes(row, "minutes");
    let weekly_start = read_weekly_start(row, minutes);
    let time_zone = row.zone("time_zone");
    let delivery = read_delivery(row);
    Some(Session {
        number: number.filter(|_| is_new)?,
        supervisor: supervisor?,
        kind: kind?,
        weekly_start: weekly_start?,
        minutes: minutes?,
        time_zone: time_zone?,
        delivery: delivery?,
        members: Vec::new(),
    })
}

fn read_minutes(row: &mut Row<'_>, column: &str) -> Option<Minutes> {
    Minutes::new(row.whole(column, 0, Minutes::MAX)?)
}

fn read_weekly_start(row: &mut Row<'_>, minutes: Option<Minutes>) -> Option<Option<WeeklyStart>> {
    let is_empty = |column| row.cell(column) == Some("");
    if is_empty("weekday") && is_empty("start") && minutes.is_none_or(|m| m == Minutes::default()) {
        return Some(None);
    }
    let weekday = row.word("weekday", &WEEKDAYS);
    let start = row.read("start", "a time written as HH:MM", MinuteOfDay::parse);
    Some(Some(WeeklyStart {
        weekday: weekday?,
        start: start?,
    }))
}

fn read_delivery(row: &mut Row<'_>) -> Option<Delivery> {
    let is_in_person = row.word("delivery", &[("in_person", true), ("video", false)])?;
    if is_in_person {
        return row.key("site_id").map(Delivery::InPerson);
    }
    if row.cell("site_id")?.is_empty() {
        return Some(Delivery::Video);
    }
    row.refuse("site_id", "must be empty for a session by video");
    None
}

fn read_members(
    files: &FolderFiles,
    sessions: &Keys,
    errors: &mut RosterErrors,
) -> HashMap<u32, Vec<SessionMember>> {
    let columns = all_required(&SESSION_MEMBER_COLUMNS);
    let mut members: HashMap<u32, Vec<SessionMember>> = HashMap::new();
    read_table(files, SESSION_MEMBERS, &columns, errors, |row| {
        let number = row.read("session_id", SESSION_ID, session_number);
        if number.is_some() && !sessions.allow(row.cell("session_id")?) {
            row.refuse("session_id", format!("is not a session in {SESSIONS}"));
        }
        let trainee: Option<TraineeKey> = row.key("trainee_id");
        let line = row.read("line", TAG, |cell| restored(cell).parse().ok());
        let member = SessionMember {
            trainee: trainee?,
            line: line?,
        };
        members.entry(number?).or_default().push(member);
        None::<()>
    });
    members
}

fn read_unmatched(files: &FolderFiles, errors: &mut RosterErrors) -> Vec<Unmatched> {
    let columns = all_required(&UNMATCHED_COLUMNS);
    let mut keys = Keys::default();
    let mut unmatched = read_table(files, UNMATCHED, &columns, errors, |row| {
        let trainee = row.new_key("trainee_id", &mut keys);
        let reason = row.read("reason", "the name of a rule", |cell| {
            cell.parse::<Rule>().ok()
        });
        Some(Unmatched {
            trainee: trainee?,
            reason: reason?,
            detail: restored(row.raw("detail")?),
            action: restored(row.raw("action")?),
        })
    });
    unmatched.sort_by(|a, b| a.trainee.cmp(&b.trainee));
    unmatched
}

/// Reads `session-0001` exactly as it is written.
fn session_number(cell: &str) -> Option<u32> {
    let number: u32 = cell.strip_prefix("session-")?.parse().ok()?;
    (cell == format!("session-{number:04}")).then_some(number)
}
