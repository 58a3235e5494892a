//! The result of a run in words and tables that a coordinator understands.

use std::fmt::Write as _;
use std::path::Path;

use comfy_table::{Cell, Table};
use serde_json::{Value, json};

use crate::cli::plan_text::{
    contact_line, levels_table, matched_by_rank, ranks_table, reasons_table, verdict,
};
use crate::cli::table;
use crate::domain::{Plan, Roster};

/// Supervisors shown among the fullest.
const FULLEST_SHOWN: usize = 5;
/// Unmatched trainees shown one by one.
const UNMATCHED_SHOWN: usize = 10;

/// Returns the result for people.
pub(in crate::cli) fn as_text(roster: &Roster, plan: &Plan, out: &Path, seconds: f64) -> String {
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
    let _ = writeln!(text, "How good this plan is\n{}\n", levels_table(plan));
    let _ = writeln!(text, "{}\n", verdict(plan));
    if matched > 0 {
        let _ = writeln!(text, "By preference\n{}\n", ranks_table(plan));
        let _ = writeln!(text, "{}\n", contact_line(plan));
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
pub(in crate::cli) fn as_json(roster: &Roster, plan: &Plan, out: &Path) -> Value {
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
