//! What a plan made with one more of a capacity gains over the plan in hand.

use crate::domain::plan::{Level, LevelResult, LevelStatus, Sense};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster};
use crate::matching::check::check;
use crate::matching::results::is_better;

/// What a plan gains over another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain {
    /// The first level on which the two differ, and by how much the later one
    /// is better; it is less than zero where it is worse. `None` when all
    /// levels are alike.
    pub first: Option<(Level, i64)>,
    /// Whether no pair of plans of the two rosters differs otherwise: up to
    /// that level, both plans are proved.
    pub is_proved: bool,
}

/// Returns what a plan that was made anew, with one more of some capacity,
/// gains over the plan in hand.
///
/// Where the time did not suffice and the new plan is worse, while the plan in
/// hand is legal for the edited roster too, nothing is gained, and that is not
/// proved.
pub fn gain(edited: &Roster, zones: &ZoneTable, before: &Plan, after: &Plan) -> Gain {
    let values = |plan: &Plan| {
        plan.levels
            .iter()
            .map(|one| one.value)
            .collect::<Vec<i64>>()
    };
    let levels: Vec<Level> = before.levels.iter().map(|one| one.level).collect();
    let is_worse = is_better(&levels, &values(before), &values(after));
    if is_worse && check(edited, zones, before).is_empty() {
        return Gain {
            first: None,
            is_proved: false,
        };
    }
    let mut is_proved = true;
    for (before, after) in before.levels.iter().zip(&after.levels) {
        is_proved &= [before, after].into_iter().all(is_closed);
        let more = after.value - before.value;
        if more != 0 {
            let better = match before.level.sense() {
                Sense::Most => more,
                Sense::Least => -more,
            };
            let first = Some((before.level, better));
            return Gain { first, is_proved };
        }
    }
    Gain {
        first: None,
        is_proved,
    }
}

fn is_closed(result: &LevelResult) -> bool {
    result.status == LevelStatus::Proved
}
