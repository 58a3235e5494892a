//! `practicum rules check`: every rule of a plan with its limit, its value and
//! the slack between them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{find, known};
use crate::cli::{Failure, folders, output, table};
use crate::domain::rule_set::{Bound, RuleRow};
use crate::domain::{Roster, RuleSet};
use crate::matching::rule_report::{TraineeReport, rule_report};
use crate::roster::{FolderFiles, PLAN_FILES, read_plan};
use crate::zone_data;

/// Exit code of a plan that breaks a rule.
const BROKEN: u8 = 3;

/// Exit code 3 when a rule is broken.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Folder of the roster that the plan was made for.
    #[arg(long, value_name = "FOLDER")]
    roster: PathBuf,
    /// Folder of the plan.
    #[arg(long, value_name = "FOLDER")]
    plan: PathBuf,
    /// Rule sets to check, in place of those of the round; several with commas
    /// between them.
    #[arg(long, value_name = "RULE_SETS", value_delimiter = ',')]
    rules: Vec<String>,
    /// Print every row as JSON, each month by itself.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let roster = folders::roster(&args.roster)?;
    let sets = asked(args, &roster)?;
    let (plan, _) = FolderFiles::read_dir(&args.plan, &PLAN_FILES)
        .and_then(|files| read_plan(&files))
        .map_err(|errors| {
            let folder = args.plan.display();
            Failure::Invalid(format!("the plan in {folder}:\n{errors}"))
        })?;
    let mut named = roster.zones();
    named.extend(plan.sessions.iter().map(|session| session.time_zone));
    let zones = zone_data::open(tzdir)
        .and_then(|data| data.table(named, roster.round.term))
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    let report = rule_report(&roster, &zones, &plan, &sets);
    let broken = rows(&report).filter(|(_, _, row)| !row.holds).count();
    if args.json {
        output::line(&format!("{:#}", as_json(&sets, &report, broken)));
    } else {
        output::text(&as_text(&sets, &report, broken));
    }
    Ok(if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(BROKEN)
    })
}

/// Returns the rule sets to check: those that are named, else the round's.
fn asked(args: &Args, roster: &Roster) -> Result<Vec<RuleSet>, Failure> {
    if args.rules.is_empty() {
        return Ok(roster.rule_sets.clone());
    }
    let known = known(Some(&args.roster))?;
    args.rules
        .iter()
        .map(|name| find(&known, name).cloned())
        .collect()
}

/// Returns every row with its trainee and the position of its rule set.
fn rows(report: &[TraineeReport]) -> impl Iterator<Item = (&TraineeReport, usize, &RuleRow)> {
    report.iter().flat_map(|trainee| {
        let sets = trainee.sets.iter();
        sets.flat_map(move |(set, rows)| rows.iter().map(move |row| (trainee, *set, row)))
    })
}

fn as_json(sets: &[RuleSet], report: &[TraineeReport], broken: usize) -> Value {
    let rows: Vec<Value> = rows(report)
        .map(|(trainee, set, row)| {
            json!({
                "trainee_id": trainee.trainee.as_str(),
                "site_id": trainee.site.as_str(),
                "rule_set": sets[set].key.as_str(),
                "rule": row.rule.name(),
                "clause": row.clause,
                "window": row.span.to_string(),
                "bound": row.bound.as_str(),
                "measure": row.measure.as_str(),
                "limit": row.limit.to_string(),
                "value": row.value.to_string(),
                "slack": row.slack.to_string(),
                "holds": row.holds,
            })
        })
        .collect();
    let names: Vec<&str> = sets.iter().map(|set| set.key.as_str()).collect();
    json!({ "rule_sets": names, "rows": rows, "broken": broken })
}

fn as_text(sets: &[RuleSet], report: &[TraineeReport], broken: usize) -> String {
    if sets.is_empty() {
        return "The round asks for no rule set; name some with --rules.\n".to_owned();
    }
    let mut table = table::new(&[
        "trainee", "rule set", "rule", "window", "limit", "value", "slack", "holds",
    ]);
    for (trainee, set, row) in tightest(report) {
        let sign = match row.bound {
            Bound::AtLeast => "≥",
            Bound::AtMost => "≤",
        };
        table.add_row([
            table::left(&trainee.trainee),
            table::left(&sets[set].key),
            table::left(row.rule),
            table::left(row.span),
            table::right(format!("{sign} {} {}", row.limit, row.measure.as_str())),
            table::right(row.value),
            table::right(row.slack),
            table::left(if row.holds { "yes" } else { "NO" }),
        ]);
    }
    let apply = report
        .iter()
        .filter(|trainee| !trainee.sets.is_empty())
        .count();
    let mut text = String::new();
    if apply > 0 {
        text.push_str(&format!("{table}\n"));
    }
    text.push_str(&format!(
        "The rule sets apply to {apply} of {} placed trainees; {}\n",
        report.len(),
        match broken {
            0 => "every rule is kept.".to_owned(),
            1 => "a rule is broken in 1 row.".to_owned(),
            several => format!("rules are broken in {several} rows."),
        }
    ));
    text
}

/// Returns, of each rule of each trainee, the window with the least slack.
fn tightest(report: &[TraineeReport]) -> Vec<(&TraineeReport, usize, &RuleRow)> {
    let mut least: BTreeMap<(usize, usize, usize), (&TraineeReport, usize, &RuleRow)> =
        BTreeMap::new();
    for (place, trainee) in report.iter().enumerate() {
        for (one, set, row) in rows(std::slice::from_ref(trainee)) {
            let tightest = least
                .entry((place, set, row.clause))
                .or_insert((one, set, row));
            if (row.holds, row.slack) < (tightest.2.holds, tightest.2.slack) {
                *tightest = (one, set, row);
            }
        }
    }
    least.into_values().collect()
}
