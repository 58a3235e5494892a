//! Plans, their parts and how two differ.

use super::super::pb;
use super::fields::{count, number};
use super::names::{name, round_name};
use super::records::timestamp;
use super::words;
use crate::app::StoredPlan;
use crate::domain::plan::{Delivery, LevelResult, Placement, Session, Unmatched};
use crate::domain::{LevelDifference, PlacementDifference, PlanDifference, ProgramKey};

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
        rule_sets: context.rule_sets.clone(),
    }
}

/// Returns the value of a level as a message.
pub(super) fn level(result: &LevelResult) -> pb::LevelResult {
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

/// Returns the values of a level in two plans as a message.
pub(super) fn level_change(change: &LevelDifference) -> pb::LevelChange {
    pb::LevelChange {
        level: words::objective(change.level.objective()),
        name: change.level.name(),
        before: change.before.map(|result| result.value),
        after: change.after.map(|result| result.value),
    }
}

/// Says how one plan differs from another.
pub(in super::super) fn difference(difference: &PlanDifference) -> pb::ComparePlansResponse {
    let place = |change: &PlacementDifference| pb::PlacementChange {
        trainee_id: change.trainee.to_string(),
        before: change.before.as_ref().map(placement),
        after: change.after.as_ref().map(placement),
    };
    pb::ComparePlansResponse {
        placements: difference.placements.iter().map(place).collect(),
        session_change_trainee_ids: difference
            .sessions
            .iter()
            .map(ToString::to_string)
            .collect(),
        levels: difference.levels.iter().map(level_change).collect(),
        unchanged: count(difference.unchanged),
    }
}
