//! How one plan differs from another, in words and tables.

use std::fmt::Write as _;

use comfy_table::Table;
use serde_json::{Value, json};

use super::names::Names;
use super::progress::title;
use super::table;
use crate::domain::plan::{LevelResult, LevelStatus, Placement, Sense};
use crate::domain::{LevelDifference, PlacementDifference, Plan, PlanDifference, TraineeKey};

/// Returns what a later plan has over an earlier one: the levels, then who
/// gains a place, loses it, or has another, with the reasons that `why` knows.
pub(super) fn difference_text(
    before: &Plan,
    after: &Plan,
    names: &Names,
    why: &dyn Fn(&TraineeKey) -> Option<String>,
) -> String {
    let difference = PlanDifference::between(before, after);
    let because = |trainee: &TraineeKey| {
        let why = why(trainee);
        why.map_or_else(String::new, |why| format!("\n    because {why}"))
    };
    let mut text = format!("{}\n\n", levels(&difference.levels));
    let (mut gained, mut lost, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for PlacementDifference {
        trainee,
        before: old,
        after: new,
    } in &difference.placements
    {
        let who = names.trainee(trainee);
        match (old, new) {
            (None, Some(new)) => {
                let why = reason(before, trainee, "before");
                gained.push(format!("{who}: {}{why}", place(new, names)));
            }
            (Some(old), None) => {
                let why = reason(after, trainee, "now");
                let because = because(trainee);
                lost.push(format!("{who}: was at {}{because}{why}", place(old, names)));
            }
            (Some(old), Some(new)) => {
                let (old, new) = (place(old, names), place(new, names));
                moved.push(format!("{who}: {old} -> {new}{}", because(trainee)));
            }
            (None, None) => {}
        }
    }
    let others: Vec<String> = difference
        .sessions
        .iter()
        .map(|key| format!("{}{}", names.trainee(key), because(key)))
        .collect();
    for (heading, lines) in [
        ("Gained a place", gained),
        ("Lost their place", lost),
        ("Moved, or have other contact", moved),
        ("Same place, other sessions", others),
    ] {
        if !lines.is_empty() {
            let _ = writeln!(text, "{heading} ({})", lines.len());
        }
        for line in &lines {
            let _ = writeln!(text, "  {line}");
        }
    }
    let _ = writeln!(
        text,
        "Placed alike, with the same sessions: {}",
        difference.unchanged
    );
    text
}

/// Says why a plan has no place for a trainee; one who took no part in the
/// round is not in the plan at all.
fn reason(plan: &Plan, trainee: &TraineeKey, when: &str) -> String {
    let unmatched = plan.unmatched.iter().find(|one| one.trainee == *trainee);
    match unmatched {
        Some(one) => format!("\n    {when} not placed, {}: {}", one.reason, one.detail),
        None => format!("\n    {when} not in the round"),
    }
}

fn place(placement: &Placement, names: &Names) -> String {
    let Placement {
        site,
        contact,
        preference_rank,
        ..
    } = placement;
    let site = names.site(site);
    format!(
        "{site}, choice {preference_rank}, {} min a week",
        contact.get()
    )
}

fn levels(levels: &[LevelDifference]) -> Table {
    let mut rows = table::new(&["objective", "before", "after", "change"]);
    for level in levels {
        let value = |result: Option<LevelResult>| match result {
            None => "-".to_owned(),
            Some(result) if result.status == LevelStatus::Proved => {
                format!("{} proved", result.value)
            }
            Some(result) => result.value.to_string(),
        };
        rows.add_row(vec![
            title(level.level).into(),
            table::right(value(level.before)),
            table::right(value(level.after)),
            change(level).into(),
        ]);
    }
    rows
}

/// Says by how much a level is better or worse.
fn change(level: &LevelDifference) -> String {
    let (Some(before), Some(after)) = (level.before, level.after) else {
        return String::new();
    };
    let distance = after.value - before.value;
    let is_better = match level.level.sense() {
        Sense::Most => distance > 0,
        Sense::Least => distance < 0,
    };
    match (distance, is_better) {
        (0, _) => "the same".to_owned(),
        (_, true) => format!("{distance:+}, better"),
        (_, false) => format!("{distance:+}, worse"),
    }
}

/// Returns a difference for machines, with the reasons that `why` knows.
pub(super) fn difference_json(
    difference: &PlanDifference,
    why: &dyn Fn(&TraineeKey) -> Option<String>,
) -> Value {
    let place = |placement: &Option<Placement>| {
        placement.as_ref().map(|placement| {
            json!({
                "site_id": placement.site.as_str(),
                "contact_minutes_per_week": placement.contact.get(),
                "preference_rank": placement.preference_rank,
            })
        })
    };
    let placements = difference.placements.iter().map(|change| {
        json!({
            "trainee_id": change.trainee.as_str(),
            "before": place(&change.before),
            "after": place(&change.after),
            "because": why(&change.trainee),
        })
    });
    let sessions = difference
        .sessions
        .iter()
        .map(|trainee| json!({ "trainee_id": trainee.as_str(), "because": why(trainee) }));
    let value = |result: Option<LevelResult>| result.map(|result| result.value);
    let levels = difference.levels.iter().map(|level| {
        json!({
            "level": level.level.name(),
            "before": value(level.before),
            "after": value(level.after),
        })
    });
    json!({
        "levels": levels.collect::<Vec<Value>>(),
        "placements": placements.collect::<Vec<Value>>(),
        "sessions": sessions.collect::<Vec<Value>>(),
        "unchanged": difference.unchanged,
    })
}
