//! The result of a run in words and tables that a coordinator understands.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use comfy_table::{Cell, Color, Table};
use serde_json::{Value, json};

use super::super::{output, table};
use super::progress::title;
use crate::domain::plan::{LevelResult, LevelStatus, Sense};
use crate::domain::{Plan, Roster, Rule};
use crate::solver_process::Solved;

/// Supervisors shown among the fullest.
const FULLEST_SHOWN: usize = 5;
/// Unmatched trainees shown one by one.
const UNMATCHED_SHOWN: usize = 10;

/// Returns the result for people.
pub(super) fn as_text(roster: &Roster, solved: &Solved, out: &Path, seconds: f64) -> String {
    let plan = &solved.plan;
    let mut text = String::new();
    let matched = plan.placements.len();
    let all = roster.trainees.len();
    let _ = writeln!(
        text,
        "\n{} of {all} trainees matched ({} %) for {}, {} to {}\n",
        matched,
        matched * 100 / all.max(1),
        roster.round.name,
        roster.round.term.first(),
        roster.round.term.last(),
    );
    let _ = writeln!(text, "How good this plan is\n{}\n", levels_table(solved));
    let _ = writeln!(text, "{}\n", verdict(plan));
    if matched > 0 {
        let _ = writeln!(text, "By preference\n{}\n", ranks_table(plan));
        let _ = writeln!(text, "{}\n", contact_line(roster, plan));
    }
    let fullest = fullest(roster, plan);
    if !fullest.is_empty() {
        let _ = writeln!(text, "Fullest supervisors\n{}\n", fullest_table(&fullest));
    }
    if !plan.unmatched.is_empty() {
        let _ = writeln!(
            text,
            "Not matched, by what stops the best-ranked site\n{}",
            reasons_table(plan)
        );
        let _ = writeln!(text, "{}\n", unmatched_lines(plan));
    }
    let _ = writeln!(text, "Plan folder: {} (in {seconds:.1} s)", out.display());
    text
}

fn levels_table(solved: &Solved) -> Table {
    let mut rows = table::new(&[
        "objective",
        "this plan",
        "best possible",
        "gap",
        "status",
        "seconds",
    ]);
    for level in &solved.plan.levels {
        let status = status_cell(level);
        let seconds = seconds(solved, level);
        rows.add_row(vec![
            Cell::new(title(level.level)),
            table::right(level.value),
            table::right(possible(level)),
            table::right(format!("{:.2} %", level.gap() * 100.0)),
            status,
            table::right(seconds.map_or_else(String::new, |seconds| format!("{seconds:.2}"))),
        ]);
    }
    rows
}

/// Returns how long a level took, over all rounds of the run; `None` where the
/// run was stopped before it said so.
fn seconds(solved: &Solved, level: &LevelResult) -> Option<f64> {
    let name = level.level.name();
    let stage = solved.stages.iter().find(|stage| stage.stage == name);
    stage.map(|stage| stage.seconds)
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

fn verdict(plan: &Plan) -> String {
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
fn matched_by_rank(plan: &Plan) -> BTreeMap<u32, usize> {
    let mut by_rank = BTreeMap::new();
    for placement in &plan.placements {
        *by_rank.entry(placement.preference_rank).or_default() += 1;
    }
    by_rank
}

fn ranks_table(plan: &Plan) -> Table {
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

fn contact_line(roster: &Roster, plan: &Plan) -> String {
    let minutes: u64 = plan
        .placements
        .iter()
        .map(|p| u64::from(p.contact.get()))
        .sum();
    let contact: BTreeMap<_, _> = plan
        .placements
        .iter()
        .map(|p| (&p.trainee, p.contact.get()))
        .collect();
    let short = roster.trainees.iter().filter_map(|trainee| {
        let contact = contact.get(&trainee.key)?;
        Some(u64::from(
            roster
                .contact_target(trainee)
                .get()
                .saturating_sub(*contact),
        ))
    });
    let supervision: u64 = plan
        .sessions
        .iter()
        .map(|s| u64::from(s.minutes.get()))
        .sum();
    format!(
        "Client contact: {} a week in all, {} short of what was wanted. Supervision: {} sessions, {} a week.",
        hours(minutes),
        hours(short.sum()),
        plan.sessions.len(),
        hours(supervision),
    )
}

/// Writes minutes as hours and minutes.
fn hours(minutes: u64) -> String {
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

/// How full one supervisor is.
struct Fullness<'a> {
    key: &'a str,
    trainees: u32,
    trainees_max: u32,
    minutes: u32,
    minutes_max: u32,
}

impl Fullness<'_> {
    /// Share of the tighter of both limits, in thousandths.
    fn share(&self) -> u64 {
        let share = |used: u32, of: u32| u64::from(used) * 1000 / u64::from(of.max(1));
        share(self.trainees, self.trainees_max).max(share(self.minutes, self.minutes_max))
    }
}

fn fullest<'a>(roster: &'a Roster, plan: &Plan) -> Vec<Fullness<'a>> {
    let mut fullness: Vec<Fullness<'_>> = roster
        .supervisors
        .iter()
        .filter_map(|person| {
            let own = || plan.sessions.iter().filter(|s| s.supervisor == person.key);
            let mut members: Vec<_> = own()
                .flat_map(|s| s.members.iter().map(|m| &m.trainee))
                .collect();
            members.sort();
            members.dedup();
            let new = u32::try_from(members.len()).unwrap_or(u32::MAX);
            (new > 0).then(|| Fullness {
                key: person.key.as_str(),
                trainees: person.caseload_current + new,
                trainees_max: person.caseload_max,
                minutes: own().map(|s| s.minutes.get()).sum(),
                minutes_max: person.minutes_per_week_max.get(),
            })
        })
        .collect();
    fullness.sort_by_key(|f| (std::cmp::Reverse((f.share(), f.trainees)), f.key));
    fullness
}

fn fullest_table(fullness: &[Fullness<'_>]) -> Table {
    let mut rows = table::new(&["supervisor", "trainees", "minutes a week"]);
    for full in fullness.iter().take(FULLEST_SHOWN) {
        rows.add_row(vec![
            Cell::new(full.key),
            table::right(format!("{} of {}", full.trainees, full.trainees_max)),
            table::right(format!("{} of {}", full.minutes, full.minutes_max)),
        ]);
    }
    let at_limit = fullness
        .iter()
        .filter(|full| full.trainees >= full.trainees_max)
        .count();
    rows.add_row(vec![
        Cell::new(format!(
            "at the caseload limit: {at_limit} of {}",
            fullness.len()
        )),
        Cell::new(""),
        Cell::new(""),
    ]);
    rows
}

fn reasons_table(plan: &Plan) -> Table {
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

fn unmatched_lines(plan: &Plan) -> String {
    let mut lines: Vec<String> = plan
        .unmatched
        .iter()
        .take(UNMATCHED_SHOWN)
        .map(|unmatched| format!("  {}: {}", unmatched.trainee, unmatched.detail))
        .collect();
    if let Some(more) = plan
        .unmatched
        .len()
        .checked_sub(UNMATCHED_SHOWN)
        .filter(|n| *n > 0)
    {
        lines.push(format!("  and {more} more, in unmatched.csv"));
    }
    lines.join("\n")
}

/// Returns the result for machines.
pub(super) fn as_json(roster: &Roster, solved: &Solved, out: &Path) -> Value {
    let plan = &solved.plan;
    let by_rank: serde_json::Map<String, Value> = matched_by_rank(plan)
        .into_iter()
        .map(|(rank, count)| (rank.to_string(), json!(count)))
        .collect();
    let levels: Vec<Value> = plan
        .levels
        .iter()
        .map(|level| {
            json!({
                "name": level.level.name(),
                "value": level.value,
                "bound": level.bound,
                "gap": (level.gap() * 1e6).round() / 1e6,
                "status": level.status.as_str(),
                "seconds": seconds(solved, level).map(|seconds| (seconds * 1e3).round() / 1e3),
            })
        })
        .collect();
    let unmatched: Vec<Value> = plan
        .unmatched
        .iter()
        .map(|u| {
            json!({
                "trainee_id": u.trainee.as_str(),
                "reason": u.reason.name(),
                "detail": u.detail,
                "action": u.action,
            })
        })
        .collect();
    let contact: u64 = plan
        .placements
        .iter()
        .map(|p| u64::from(p.contact.get()))
        .sum();
    json!({
        "plan_folder": out.display().to_string(),
        "trainees": roster.trainees.len(),
        "matched": plan.placements.len(),
        "matched_by_rank": by_rank,
        "contact_minutes_per_week": contact,
        "sessions": plan.sessions.len(),
        "levels": levels,
        "unmatched": unmatched,
    })
}
