//! Plans, their parts and how two differ.

use std::collections::{BTreeMap, BTreeSet};

use super::super::pb;
use super::fields::{count, number};
use super::names::{name, round_name};
use super::records::timestamp;
use super::words;
use crate::app::StoredPlan;
use crate::domain::plan::{Delivery, Level, LevelResult, Placement, Session, Unmatched};
use crate::domain::{Plan, ProgramKey, TraineeKey};

/// Returns what a plan is worth as a message.
pub(in super::super) fn message(program: &ProgramKey, stored: &StoredPlan) -> pb::Plan {
    let StoredPlan { plan, context, .. } = stored;
    pb::Plan {
        name: name(program, "plans", &stored.run),
        run: name(program, "runs", &stored.run),
        create_time: Some(timestamp(stored.created_at)),
        roster_sha256: context.roster_sha256.clone(),
        tzdb_version: context.tzdb_version.clone(),
        levels: plan.levels.iter().map(level).collect(),
        placements: count(plan.placements.len()),
        sessions: count(plan.sessions.len()),
        unmatched: count(plan.unmatched.len()),
        round: round_name(program, &stored.round),
        solver: context.solver.clone(),
        solver_version: context.solver_version.clone(),
    }
}

fn level(result: &LevelResult) -> pb::LevelResult {
    pb::LevelResult {
        level: words::objective(result.level.objective()),
        value: result.value,
        bound: result.bound,
        gap: result.gap(),
        status: words::level_status(result.status),
        name: result.level.name(),
        step: result.level.step().map(number),
    }
}

/// Returns a placement as a message.
pub(in super::super) fn placement(placement: &Placement) -> pb::Placement {
    pb::Placement {
        trainee_id: placement.trainee.to_string(),
        site_id: placement.site.to_string(),
        contact_minutes_per_week: number(placement.contact.get()),
        preference_rank: number(placement.preference_rank),
    }
}

/// Returns a session as a message.
pub(in super::super) fn session(session: &Session) -> pb::Session {
    let delivery = match session.delivery {
        Delivery::InPerson(_) => pb::Delivery::InPerson,
        Delivery::Video => pb::Delivery::Video,
    };
    let members = session.members.iter().map(|member| pb::SessionMember {
        trainee_id: member.trainee.to_string(),
        line: member.line.to_string(),
    });
    let weekly = session.weekly_start;
    pb::Session {
        session_id: session.id(),
        supervisor_id: session.supervisor.to_string(),
        kind: words::kind(session.kind),
        weekday: weekly
            .map(|start| words::weekday(start.weekday))
            .unwrap_or_default(),
        start_minute_of_day: weekly.map(|start| i32::from(start.start.get())),
        minutes: number(session.minutes.get()),
        time_zone: session.time_zone.to_string(),
        delivery: i32::from(delivery),
        site_id: session
            .delivery
            .site()
            .map(ToString::to_string)
            .unwrap_or_default(),
        members: members.collect(),
    }
}

/// Returns a trainee without a place as a message.
pub(in super::super) fn unmatched(unmatched: &Unmatched) -> pb::Unmatched {
    pb::Unmatched {
        trainee_id: unmatched.trainee.to_string(),
        reason: unmatched.reason.name().to_owned(),
        detail: unmatched.detail.clone(),
        action: unmatched.action.clone(),
    }
}

/// Says how `after` differs from `before`.
pub(in super::super) fn compare(before: &Plan, after: &Plan) -> pb::ComparePlansResponse {
    let (places_before, places_after) = (places(before), places(after));
    let (meetings_before, meetings_after) = (meetings(before), meetings(after));
    let trainees: BTreeSet<&TraineeKey> = places_before
        .keys()
        .chain(places_after.keys())
        .copied()
        .collect();
    let mut answer = pb::ComparePlansResponse::default();
    for trainee in trainees {
        let old = places_before.get(trainee);
        let new = places_after.get(trainee);
        let is_same = match (old, new) {
            (Some(old), Some(new)) => old.site == new.site && old.contact == new.contact,
            _ => false,
        };
        if !is_same {
            answer.placements.push(pb::PlacementChange {
                trainee_id: trainee.to_string(),
                before: old.map(|place| placement(place)),
                after: new.map(|place| placement(place)),
            });
        } else if meetings_before.get(trainee) != meetings_after.get(trainee) {
            answer.session_change_trainee_ids.push(trainee.to_string());
        } else {
            answer.unchanged += 1;
        }
    }
    answer.levels = level_changes(before, after);
    answer
}

fn places(plan: &Plan) -> BTreeMap<&TraineeKey, &Placement> {
    plan.placements
        .iter()
        .map(|placement| (&placement.trainee, placement))
        .collect()
}

/// Returns what each trainee's week holds, as texts that are equal where the
/// sessions are. The number of a session says nothing: it moves when another
/// session comes or goes.
fn meetings(plan: &Plan) -> BTreeMap<&TraineeKey, BTreeSet<String>> {
    let mut meetings: BTreeMap<&TraineeKey, BTreeSet<String>> = BTreeMap::new();
    for session in &plan.sessions {
        for member in &session.members {
            let meeting = format!(
                "{} {} {:?} {:?} {} {} {:?}",
                session.supervisor,
                member.line,
                session.kind,
                session.weekly_start,
                session.minutes,
                session.time_zone,
                session.delivery
            );
            meetings.entry(&member.trainee).or_default().insert(meeting);
        }
    }
    meetings
}

fn level_changes(before: &Plan, after: &Plan) -> Vec<pb::LevelChange> {
    let value = |plan: &Plan, level: Level| {
        let result = plan.levels.iter().find(|result| result.level == level);
        result.map(|result| result.value)
    };
    let mut levels: Vec<Level> = after.levels.iter().map(|result| result.level).collect();
    for result in &before.levels {
        if !levels.contains(&result.level) {
            levels.push(result.level);
        }
    }
    levels
        .into_iter()
        .map(|level| pb::LevelChange {
            level: words::objective(level.objective()),
            before: value(before, level),
            after: value(after, level),
            name: level.name(),
        })
        .collect()
}
