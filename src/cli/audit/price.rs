//! What it costs to forbid blocking pairs, for people and programs.

use std::time::Instant;

use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::r#match::{Limits, clash_text, followed};
use crate::cli::progress::title;
use crate::cli::table;
use crate::domain::plan::{LevelResult, LevelStatus};
use crate::domain::time::ZoneTable;
use crate::domain::{BlockingPairs, Plan, Roster};
use crate::solver_process::{LevelPrice, PriceOutcome, SolveFailure, price_in_child};

/// The levels under both policies.
pub(super) struct Price {
    /// The policy of the round.
    now: BlockingPairs,
    /// Each level under both; why there is none, where no plan is legal under
    /// the other policy.
    levels: Result<Vec<LevelPrice>, String>,
}

/// Matches the roster again under the other policy.
pub(super) fn price(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    limits: &Limits,
) -> Result<Price, Failure> {
    let priced = followed(roster, limits, Instant::now(), |options, follower| {
        let price = price_in_child(roster, zones, plan, options, follower)?;
        match price.outcome {
            PriceOutcome::Priced(levels) => Ok((price.now, Ok(levels))),
            PriceOutcome::NoLegalPlan(clashes) => Ok((price.now, Err(clash_text(&clashes)))),
            PriceOutcome::Open => Err(SolveFailure::NothingYet),
        }
    });
    priced.map(|(now, levels)| Price { now, levels })
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
        for price in levels {
            let difference = match price.better_by() {
                0 => "the same".to_owned(),
                better if better > 0 => format!("better by {better}"),
                worse => format!("worse by {}", -worse),
            };
            rows.add_row(vec![
                title(price.now.level).into(),
                table::right(value(&price.now)),
                table::right(value(&price.other)),
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
            let levels = levels.iter().map(|price| {
                json!({
                    "level": price.now.level.name(),
                    "now": result(&price.now),
                    "other": result(&price.other),
                    "better": price.better_by(),
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
