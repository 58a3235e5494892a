//! What it costs to forbid blocking pairs, or gains to allow them: the levels
//! of the plan in hand beside those under the other policy.

use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::r#match::{Limits, match_roster};
use crate::cli::progress::title;
use crate::cli::table;
use crate::domain::plan::{LevelResult, LevelStatus, Sense};
use crate::domain::time::ZoneTable;
use crate::domain::{BlockingPairs, Plan, Roster};

/// The levels under both policies.
pub(super) struct Price {
    /// The policy of the round.
    now: BlockingPairs,
    /// Each level of the plan in hand and of the plan under the other policy;
    /// why there is none, where no plan is legal under it.
    levels: Result<Vec<(LevelResult, LevelResult)>, String>,
}

/// Matches the roster again under the other policy.
pub(super) fn price(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    limits: &Limits,
) -> Result<Price, Failure> {
    let now = roster.round.blocking_pairs;
    let mut other = roster.clone();
    other.round.blocking_pairs = now.other();
    let levels = match match_roster(&other, zones, limits) {
        Ok(run) => {
            let levels = plan.levels.iter().copied();
            Ok(levels.zip(run.solved.plan.levels).collect())
        }
        Err(Failure::Invalid(why)) => Err(why),
        Err(failure) => return Err(failure),
    };
    Ok(Price { now, levels })
}

/// Returns by how much a value is better than another; less than zero when it
/// is worse.
fn better_by(one: &LevelResult, than: &LevelResult) -> i64 {
    match one.level.sense() {
        Sense::Most => one.value - than.value,
        Sense::Least => than.value - one.value,
    }
}

fn is_proved(result: &LevelResult) -> bool {
    result.status == LevelStatus::Proved
}

fn value(result: &LevelResult) -> String {
    if is_proved(result) {
        format!("{} proved", result.value)
    } else {
        format!("{}, bound {}", result.value, result.bound)
    }
}

impl Price {
    pub(super) fn as_text(&self) -> String {
        let levels = match &self.levels {
            Ok(levels) => levels,
            Err(why) => {
                let other = self.now.other().as_str();
                return format!("\nWith blocking pairs {other} {why}\n");
            }
        };
        let headings = [self.now, self.now.other()].map(|one| format!("pairs {}", one.as_str()));
        let mut rows = table::new(&["objective", &headings[0], &headings[1], "difference"]);
        for (now, other) in levels {
            let difference = match better_by(other, now) {
                0 => "the same".to_owned(),
                better if better > 0 => format!("better by {better}"),
                worse => format!("worse by {}", -worse),
            };
            rows.add_row(vec![
                title(now.level).into(),
                table::right(value(now)),
                table::right(value(other)),
                difference.into(),
            ]);
        }
        format!("\nThe price, with the plan in hand on the left\n{rows}\n")
    }

    pub(super) fn as_json(&self) -> Value {
        let result = |result: &LevelResult| {
            json!({
                "value": result.value,
                "bound": result.bound,
                "is_proved": is_proved(result),
            })
        };
        let levels = self.levels.as_ref().ok().map(|levels| {
            let levels = levels.iter().map(|(now, other)| {
                json!({
                    "level": now.level.name(),
                    "now": result(now),
                    "other": result(other),
                    "better": better_by(other, now),
                })
            });
            levels.collect::<Vec<Value>>()
        });
        json!({
            "now": self.now.as_str(),
            "other": self.now.other().as_str(),
            "levels": levels,
            "no_plan_because": self.levels.as_ref().err(),
        })
    }
}
