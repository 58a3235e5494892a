//! A plan as one JSON document, for programs that want no folder;
//! docs/plan-formats.md names the fields. Texts are as they are: what a
//! spreadsheet might take for a formula is none here.

use serde::Serialize;

use super::summary::{PlanContext, SummaryFile};
use crate::domain::plan::{Placement, Session, Unmatched};
use crate::domain::{Plan, weekday_word};

/// Says what the document is.
const FORMAT: &str = "practicum-plan";
/// Grows when a field changes its meaning or goes; new fields leave it as it
/// is.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'p> {
    format: &'static str,
    version: u32,
    summary: SummaryFile,
    placements: Vec<PlacementEntry<'p>>,
    sessions: Vec<SessionEntry<'p>>,
    unmatched: Vec<UnmatchedEntry<'p>>,
}

#[derive(Serialize)]
struct PlacementEntry<'p> {
    trainee_id: &'p str,
    site_id: &'p str,
    contact_minutes_per_week: u32,
    preference_rank: u32,
}

#[derive(Serialize)]
struct SessionEntry<'p> {
    session_id: String,
    supervisor_id: &'p str,
    kind: &'static str,
    weekday: Option<&'static str>,
    start: Option<String>,
    minutes: u32,
    time_zone: &'p str,
    delivery: &'static str,
    site_id: Option<&'p str>,
    members: Vec<MemberEntry<'p>>,
}

#[derive(Serialize)]
struct MemberEntry<'p> {
    trainee_id: &'p str,
    line: &'p str,
}

#[derive(Serialize)]
struct UnmatchedEntry<'p> {
    trainee_id: &'p str,
    reason: &'static str,
    detail: &'p str,
    action: &'p str,
}

/// Returns a plan as a JSON document in UTF-8; the same plan and context give
/// the same bytes.
pub fn plan_document(plan: &Plan, context: &PlanContext) -> Vec<u8> {
    let document = Document {
        format: FORMAT,
        version: VERSION,
        summary: SummaryFile::new(&plan.levels, context),
        placements: plan.placements.iter().map(placement).collect(),
        sessions: plan.sessions.iter().map(session).collect(),
        unmatched: plan.unmatched.iter().map(unmatched).collect(),
    };
    let mut bytes = Vec::new();
    // Strings and finite numbers into memory: nothing of it can fail.
    if serde_json::to_writer_pretty(&mut bytes, &document).is_ok() {
        bytes.push(b'\n');
    }
    bytes
}

fn placement(placement: &Placement) -> PlacementEntry<'_> {
    PlacementEntry {
        trainee_id: placement.trainee.as_str(),
        site_id: placement.site.as_str(),
        contact_minutes_per_week: placement.contact.get(),
        preference_rank: placement.preference_rank,
    }
}

fn session(session: &Session) -> SessionEntry<'_> {
    let weekly = session.weekly_start;
    let members = session.members.iter().map(|member| MemberEntry {
        trainee_id: member.trainee.as_str(),
        line: member.line.as_str(),
    });
    SessionEntry {
        session_id: session.id(),
        supervisor_id: session.supervisor.as_str(),
        kind: session.kind.as_str(),
        weekday: weekly.map(|weekly| weekday_word(weekly.weekday)),
        start: weekly.map(|weekly| weekly.start.to_string()),
        minutes: session.minutes.get(),
        time_zone: session.time_zone.as_str(),
        delivery: session.delivery.as_str(),
        site_id: session.delivery.site().map(|site| site.as_str()),
        members: members.collect(),
    }
}

fn unmatched(unmatched: &Unmatched) -> UnmatchedEntry<'_> {
    UnmatchedEntry {
        trainee_id: unmatched.trainee.as_str(),
        reason: unmatched.reason.name(),
        detail: &unmatched.detail,
        action: &unmatched.action,
    }
}
