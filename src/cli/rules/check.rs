//! `practicum rules check`: every rule of a plan with its limit, its value and
//! the slack between them; without a plan, with the best value that any can
//! give it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{find, known};
use crate::app::{RuleCheck, TraineeReport};
use crate::cli::database::rule_sets::{self, Stored};
use crate::cli::{Failure, folders, output, table};
use crate::domain::rule_set::{Bound, RULE_SETS_MAX, RuleRow};
use crate::domain::{Key, Roster, RuleSet};
use crate::matching::rule_outlook::rule_outlook;
use crate::matching::rule_report::rule_report;
use crate::roster::{FolderFiles, PLAN_FILES, read_plan};
use crate::zone_data;

/// Exit code of a plan that breaks a rule.
const BROKEN: u8 = 3;

/// Exit code 3 when a rule is broken.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --rules it checks the sets that hold: those of the round, or those that a
stored plan was made with. With it, any others, so that you see how a plan would
stand under a set that it was not made for.

Without a plan, of a roster folder or a stored --round, each rule is looked at
alone, with the least contact and the sessions that suit it best: what is kept
there promises nothing, what is broken is broken in every plan.

Examples:
  practicum rules check --roster my-roster --plan my-plan
  practicum rules check --roster my-roster --rules coamfte
  practicum rules check --database practicum.db            the latest plan
  practicum rules check --database practicum.db --plan RUN --rules coamfte,ours
  practicum rules check --database practicum.db --round spring")]
pub(in crate::cli) struct Args {
    /// Folder of the roster that the plan was made for; without it, what is
    /// stored is checked.
    #[arg(long, value_name = "FOLDER")]
    roster: Option<PathBuf>,
    /// Folder of the plan; of a stored one, its run.
    #[arg(long, value_name = "FOLDER or RUN")]
    plan: Option<PathBuf>,
    /// Rule sets to check, in place of those that hold; several with commas
    /// between them.
    #[arg(long, value_name = "RULE_SETS", value_delimiter = ',')]
    rules: Vec<Key>,
    #[command(flatten)]
    stored: Stored,
    /// Print every row as JSON, each month by itself.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    args.stored.check_roster(args.roster.as_ref())?;
    let (found, has_plan) = match &args.roster {
        Some(folder) => (of_folder(args, folder, tzdir)?, args.plan.is_some()),
        None => {
            let plan = args.plan.as_deref().map(run_of).transpose()?;
            let has_plan = plan.is_some() || !args.stored.names_round();
            let found = rule_sets::check(&args.stored, plan.as_ref(), &args.rules, tzdir);
            (found?, has_plan)
        }
    };
    let broken = found.broken();
    if args.json {
        output::line(&format!("{:#}", as_json(&found, broken)));
    } else {
        output::text(&as_text(&found, broken, has_plan));
    }
    Ok(if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(BROKEN)
    })
}

/// Returns the run that names a stored plan.
fn run_of(plan: &Path) -> Result<Key, Failure> {
    let run = plan.to_str().and_then(|text| text.parse().ok());
    run.ok_or_else(|| {
        let plan = plan.display();
        Failure::Usage(format!(
            "{plan} is no run of a stored plan; a plan in a folder needs --roster"
        ))
    })
}

fn of_folder(args: &Args, folder: &Path, tzdir: Option<&Path>) -> Result<RuleCheck, Failure> {
    let roster = folders::roster(folder)?;
    let rule_sets = asked(args, folder, &roster)?;
    let Some(plan) = &args.plan else {
        let trainees = rule_outlook(&roster, &rule_sets);
        return Ok(RuleCheck {
            rule_sets,
            trainees,
        });
    };
    let (plan, _) = FolderFiles::read_dir(plan, &PLAN_FILES)
        .and_then(|files| read_plan(&files))
        .map_err(|errors| {
            let folder = plan.display();
            Failure::Invalid(format!("the plan in {folder}:\n{errors}"))
        })?;
    let mut named = roster.zones();
    named.extend(plan.sessions.iter().map(|session| session.time_zone));
    let zones = zone_data::open(tzdir)
        .and_then(|data| data.table(named, roster.round.term))
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    let trainees = rule_report(&roster, &zones, &plan, &rule_sets);
    Ok(RuleCheck {
        rule_sets,
        trainees,
    })
}

/// Returns the rule sets to check: those that are named, else the round's.
fn asked(args: &Args, folder: &Path, roster: &Roster) -> Result<Vec<RuleSet>, Failure> {
    if args.rules.is_empty() {
        return Ok(roster.rule_sets.clone());
    }
    if args.rules.len() > RULE_SETS_MAX {
        let what = format!("--rules may name at most {RULE_SETS_MAX} rule sets");
        return Err(Failure::Usage(what));
    }
    let known = known(Some(folder))?;
    args.rules
        .iter()
        .map(|name| find(&known, name.as_str()).cloned())
        .collect()
}

fn as_json(found: &RuleCheck, broken: usize) -> Value {
    let rows: Vec<Value> = found
        .rows()
        .map(|(trainee, set, row)| {
            json!({
                "trainee_id": trainee.trainee.as_str(),
                "site_id": trainee.site.as_str(),
                "rule_set": set.key.as_str(),
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
    let sets = found.rule_sets.iter();
    let names: Vec<&str> = sets.map(|set| set.key.as_str()).collect();
    json!({ "rule_sets": names, "rows": rows, "broken": broken })
}

fn as_text(found: &RuleCheck, broken: usize, has_plan: bool) -> String {
    if found.rule_sets.is_empty() {
        return "The round asks for no rule set; name some with --rules.\n".to_owned();
    }
    let value = if has_plan { "value" } else { "at best" };
    let mut table = table::new(&[
        "trainee", "rule set", "rule", "window", "limit", value, "slack", "holds",
    ]);
    for (trainee, set, row) in tightest(found) {
        let sign = match row.bound {
            Bound::AtLeast => "≥",
            Bound::AtMost => "≤",
        };
        table.add_row([
            table::left(&trainee.trainee),
            table::left(&set.key),
            table::left(row.rule),
            table::left(row.span),
            table::right(format!("{sign} {} {}", row.limit, row.measure.as_str())),
            table::right(row.value),
            table::right(row.slack),
            table::left(if row.holds { "yes" } else { "NO" }),
        ]);
    }
    let trainees = found.trainees.iter();
    let apply = trainees.filter(|trainee| !trainee.sets.is_empty()).count();
    let mut text = String::new();
    if apply > 0 {
        text.push_str(&format!("{table}\n"));
    }
    let (whom, kept) = if has_plan {
        ("placed trainees", "every rule is kept.")
    } else {
        (
            "trainees with a site in reach",
            "no rule is out of reach by itself.",
        )
    };
    text.push_str(&format!(
        "The rule sets apply to {apply} of {} {whom}; {}\n",
        found.trainees.len(),
        match broken {
            0 => kept.to_owned(),
            1 => "a rule is broken in 1 row.".to_owned(),
            several => format!("rules are broken in {several} rows."),
        }
    ));
    text
}

/// Returns, of each rule of each trainee, the window with the least slack.
fn tightest(found: &RuleCheck) -> Vec<(&TraineeReport, &RuleSet, &RuleRow)> {
    let mut least: BTreeMap<(usize, usize), (&TraineeReport, &RuleSet, &RuleRow)> = BTreeMap::new();
    let mut tightest = Vec::new();
    for trainee in &found.trainees {
        least.clear();
        for (position, rows) in &trainee.sets {
            let Some(set) = found.rule_sets.get(*position) else {
                continue;
            };
            for row in rows {
                let now = least
                    .entry((*position, row.clause))
                    .or_insert((trainee, set, row));
                if (row.holds, row.slack) < (now.2.holds, now.2.slack) {
                    *now = (trainee, set, row);
                }
            }
        }
        tightest.extend(least.values().copied());
    }
    tightest
}
