//! Writes the files of a plan.

use super::super::FolderFiles;
use super::super::write::TableWriter;
use super::free_text::neutralised;
use super::summary::{self, PlanContext};
use super::{
    PLACEMENT_COLUMNS, PLACEMENTS, SESSION_COLUMNS, SESSION_MEMBER_COLUMNS, SESSION_MEMBERS,
    SESSIONS, UNMATCHED, UNMATCHED_COLUMNS,
};
use crate::domain::{Plan, SiteKey, weekday_word};

/// Returns the files of a plan; the same plan and context give the same bytes.
pub fn write_plan(plan: &Plan, context: &PlanContext) -> FolderFiles {
    let mut files = FolderFiles::default();
    write_placements(plan, &mut files);
    write_sessions(plan, &mut files);
    write_unmatched(plan, &mut files);
    summary::write(&plan.levels, context, &mut files);
    files
}

fn write_placements(plan: &Plan, files: &mut FolderFiles) {
    let mut table = TableWriter::new(&PLACEMENT_COLUMNS);
    for placement in &plan.placements {
        table.row([
            &placement.trainee,
            &placement.site,
            &placement.contact,
            &placement.preference_rank,
        ]);
    }
    table.finish(PLACEMENTS, files);
}

fn write_sessions(plan: &Plan, files: &mut FolderFiles) {
    let mut sessions = TableWriter::new(&SESSION_COLUMNS);
    let mut members = TableWriter::new(&SESSION_MEMBER_COLUMNS);
    for session in &plan.sessions {
        let weekly = session.weekly_start;
        let weekday = weekly.map_or("", |weekly| weekday_word(weekly.weekday));
        let start = weekly.map(|weekly| weekly.start.to_string());
        let site = session.delivery.site().map_or("", SiteKey::as_str);
        sessions.row([
            &session.id(),
            &session.supervisor,
            &session.kind.as_str(),
            &weekday,
            &start.unwrap_or_default(),
            &session.minutes,
            &session.time_zone,
            &session.delivery.as_str(),
            &site,
        ]);
        for member in &session.members {
            let line = neutralised(member.line.as_str());
            members.row([&session.id(), &member.trainee, &line]);
        }
    }
    sessions.finish(SESSIONS, files);
    members.finish(SESSION_MEMBERS, files);
}

fn write_unmatched(plan: &Plan, files: &mut FolderFiles) {
    let mut table = TableWriter::new(&UNMATCHED_COLUMNS);
    for unmatched in &plan.unmatched {
        table.row([
            &unmatched.trainee,
            &unmatched.reason,
            &neutralised(&unmatched.detail),
            &neutralised(&unmatched.action),
        ]);
    }
    table.finish(UNMATCHED, files);
}
