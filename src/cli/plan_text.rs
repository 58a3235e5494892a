//! The parts of a plan in words and tables that a coordinator understands.

use std::collections::BTreeMap;

use comfy_table::{Cell, Color, Table};

use super::progress::title;
use super::{output, table};
use crate::domain::plan::{Level, LevelResult, LevelStatus, Sense};
use crate::domain::{Plan, Rule};

/// Returns the levels with what is possible and how much is known.
pub(super) fn levels_table(plan: &Plan) -> Table {
    let mut rows = table::new(&["objective", "this plan", "best possible", "gap", "status"]);
    for level in &plan.levels {
        let status = status_cell(level);
        rows.add_row(vec![
            Cell::new(title(level.level)),
            table::right(level.value),
            table::right(possible(level)),
            table::right(format!("{:.2} %", level.gap() * 100.0)),
            status,
        ]);
    }
    rows
}

fn possible(level: &LevelResult) -> String {
    if level.status == LevelStatus::Proved {
        return level.bound.to_string();
    }
    match level.level.sense() {
        Sense::Most => format!("at most {}", level.bound),
        Sense::Least => format!("at least {}", level.bound),
    }
}

fn status_cell(level: &LevelResult) -> Cell {
    let (text, colour) = match level.status {
        LevelStatus::Proved => ("proved", Color::Green),
        LevelStatus::WithinGap => ("within the gap asked for", Color::Yellow),
        LevelStatus::TimeLimit => ("time ran out", Color::Yellow),
    };
    let cell = Cell::new(text);
    if output::has_colour() {
        cell.fg(colour)
    } else {
        cell
    }
}

/// Says in a sentence how good a plan is known to be.
pub(super) fn verdict(plan: &Plan) -> String {
    match plan
        .levels
        .iter()
        .find(|level| level.status != LevelStatus::Proved)
    {
        None => "Proved: no plan is better, objective by objective in this order. \
                 Every rule was checked again by the independent checker."
            .to_owned(),
        Some(open) => format!(
            "Legal: every rule was checked by the independent checker. Not proved best from \
             \"{}\" on: more time (--time-limit) may find a better plan or prove this one.",
            title(open.level)
        ),
    }
}

/// Returns how many trainees got each choice.
pub(super) fn matched_by_rank(plan: &Plan) -> BTreeMap<u32, usize> {
    let mut by_rank = BTreeMap::new();
    for placement in &plan.placements {
        *by_rank.entry(placement.preference_rank).or_default() += 1;
    }
    by_rank
}

/// Returns how many trainees got which choice.
pub(super) fn ranks_table(plan: &Plan) -> Table {
    let mut rows = table::new(&["choice", "trainees", "", "running total"]);
    let (mut total, all) = (0, plan.placements.len());
    for (rank, count) in matched_by_rank(plan) {
        total += count;
        let bar = "#".repeat((count * 30).div_ceil(all.max(1)));
        rows.add_row(vec![
            table::right(rank),
            table::right(count),
            Cell::new(bar),
            table::right(format!("{} %", total * 100 / all.max(1))),
        ]);
    }
    rows
}

/// Says in a sentence how much contact and supervision a plan has.
pub(super) fn contact_line(plan: &Plan) -> String {
    let minutes: u64 = plan
        .placements
        .iter()
        .map(|p| u64::from(p.contact.get()))
        .sum();
    let mut levels = plan.levels.iter();
    let short = levels.find(|level| level.level == Level::ContactShortMinutes);
    let short = short.map_or_else(String::new, |level| {
        let minutes = u64::try_from(level.value).unwrap_or(0);
        format!(", {} short of what was wanted", hours(minutes))
    });
    let supervision: u64 = plan
        .sessions
        .iter()
        .map(|s| u64::from(s.minutes.get()))
        .sum();
    format!(
        "Client contact: {} a week in all{short}. Supervision: {} sessions, {} a week.",
        hours(minutes),
        plan.sessions.len(),
        hours(supervision),
    )
}

/// Writes minutes as hours and minutes.
fn hours(minutes: u64) -> String {
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

/// Returns how many trainees each rule leaves without a place.
pub(super) fn reasons_table(plan: &Plan) -> Table {
    let mut by_reason: BTreeMap<Rule, (usize, &str)> = BTreeMap::new();
    for unmatched in &plan.unmatched {
        by_reason
            .entry(unmatched.reason)
            .or_insert((0, &unmatched.action))
            .0 += 1;
    }
    let mut rows = table::new(&["rule", "trainees", "what helps"]);
    for (rule, (count, action)) in by_reason {
        rows.add_row(vec![
            Cell::new(rule.name()),
            table::right(count),
            Cell::new(action),
        ]);
    }
    rows
}
