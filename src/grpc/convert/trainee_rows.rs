//! What belongs to a trainee in every round: exclusions and requirements.

use super::super::pb;
use super::fields::{Fields, date, number};
use super::{pairs, words};
use crate::domain::{Exclusion, Minutes, Requirement, TraineeKey};

/// Reads all exclusions of a trainee.
pub(in super::super) fn read_exclusions(
    messages: &[pb::Exclusion],
    trainee: Option<&TraineeKey>,
    fields: &mut Fields<'_>,
) -> Option<Vec<Exclusion>> {
    fields.items("exclusions", messages, |one, fields| {
        let target = pairs::read_target(one.target.clone(), fields);
        let reason = fields.remark("reason", one.reason.clone());
        Some(Exclusion {
            trainee: trainee?.clone(),
            target: target?,
            reason: reason?,
        })
    })
}

/// Returns exclusions as messages.
pub(in super::super) fn exclusions(exclusions: &[Exclusion]) -> Vec<pb::Exclusion> {
    let message = |one: &Exclusion| pb::Exclusion {
        target: Some(pairs::target(&one.target)),
        reason: one.reason.clone(),
    };
    exclusions.iter().map(message).collect()
}

/// Reads all requirements of a trainee.
pub(in super::super) fn read_requirements(
    messages: &[pb::Requirement],
    trainee: Option<&TraineeKey>,
    fields: &mut Fields<'_>,
) -> Option<Vec<Requirement>> {
    fields.items("requirements", messages, |one, fields| {
        let category = fields.choice("category", one.category, words::read_category);
        let required = fields.minutes("minutes_required", one.minutes_required, Minutes::MAX);
        let completed = fields.minutes("minutes_completed", one.minutes_completed, Minutes::MAX);
        let due_day = fields.day("due_day", one.due_day);
        Some(Requirement {
            trainee: trainee?.clone(),
            category: category?,
            required: required?,
            completed: completed?,
            due_day: due_day?,
        })
    })
}

/// Returns requirements as messages.
pub(in super::super) fn requirements(requirements: &[Requirement]) -> Vec<pb::Requirement> {
    let message = |one: &Requirement| pb::Requirement {
        category: words::category(one.category),
        minutes_required: number(one.required.get()),
        minutes_completed: number(one.completed.get()),
        due_day: Some(date(one.due_day)),
    };
    requirements.iter().map(message).collect()
}
