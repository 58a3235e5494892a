//! `practicum repair`: a new plan after a decline, a leave, a lapsed licence or
//! a closed site, with the fewest changes to the plan that people know.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};

use super::difference::{difference_json, difference_text};
use super::r#match::{Limits, match_into, summary};
use super::names::Names;
use super::plan_text::verdict;
use super::{Failure, folders, output, table};
use crate::domain::{Baseline, Edit, Plan, PlanDifference, Roster, TraineeKey};
use crate::matching::repair::{Fallen, fallen};

/// Options of `repair`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Edits, each in words:
  close SITE                              nobody is placed there
  leave SUPERVISOR                        she supervises nobody
  withdraw TRAINEE                        the trainee no longer takes part
  lapse SUPERVISOR JURISDICTION LAST_DAY  no licence holds there after that day
  away site|supervisor|trainee KEY FIRST_DAY LAST_DAY
  decline TRAINEE SITE                    the trainee is not placed there
  forbid TRAINEE site|supervisor KEY      pin TRAINEE site|supervisor KEY
  capacity SITE PLACES                    contact SITE MINUTES_PER_WEEK
  caseload SUPERVISOR TRAINEES            minutes SUPERVISOR MINUTES_PER_WEEK

A change is a site, or a supervision line with its supervisor and weekly time,
that the plan promised to a trainee and the new plan does not keep. The new
plan has the fewest, and then the best values of the round's own objectives.")]
pub(super) struct Args {
    /// Folder of the roster, as it was or as it is now.
    #[arg(long, value_name = "FOLDER")]
    roster: PathBuf,
    /// Folder of the plan that people know.
    #[arg(long, value_name = "FOLDER")]
    plan: PathBuf,
    /// What has changed and is not in the roster yet; may be given again.
    #[arg(long = "edit", value_name = "EDIT")]
    edits: Vec<Edit>,
    /// Folder for the new plan; made when absent.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    limits: Limits,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let roster = folders::roster(&args.roster)?;
    let before = folders::plan("plan", &args.plan)?;
    let mut roster = folders::edited(&roster, &args.edits)?;
    let zones = folders::zones(&roster, tzdir)?;
    let fallen = fallen(&roster, &zones, &before).map_err(folders::no_match)?;
    roster.baseline = Some(Baseline::of_plan(&before));
    let run = match_into(&roster, &zones, &args.out, (&args.limits, started))?;
    let repair = Repair {
        roster: &roster,
        edits: &args.edits,
        before: &before,
        after: &run.solved.plan,
        fallen: &fallen,
    };
    if args.json {
        let mut answer = repair.as_json();
        answer["match"] = summary::as_json(&roster, &run.solved.plan, &args.out);
        output::line(&format!("{answer:#}"));
    } else {
        output::text(&repair.as_text(&args.plan, &args.out));
    }
    Ok(ExitCode::SUCCESS)
}

struct Repair<'r> {
    roster: &'r Roster,
    edits: &'r [Edit],
    before: &'r Plan,
    after: &'r Plan,
    fallen: &'r [Fallen],
}

impl Repair<'_> {
    /// Says why a trainee's arrangement is not what it was.
    fn why(&self, trainee: &TraineeKey) -> Option<String> {
        let roster = &self.roster.trainees;
        if roster.binary_search_by(|t| t.key.cmp(trainee)).is_err() {
            return Some("the trainee no longer takes part".to_owned());
        }
        let own = self.fallen.iter().find(|one| one.trainee == *trainee);
        Some(own.map_or_else(
            || "somebody else keeps more in this way".to_owned(),
            |own| format!("{}: {}", own.rule, own.detail),
        ))
    }

    fn as_text(&self, plan: &Path, out: &Path) -> String {
        let mut text = String::new();
        if !self.edits.is_empty() {
            text.push_str("What has changed\n");
            for edit in self.edits {
                let _ = writeln!(text, "  {edit}");
            }
            text.push('\n');
        }
        text.push_str(&self.without_a_new_plan());
        let names = Names::of_roster(self.roster);
        text.push_str("The new plan\n");
        let why = |trainee: &TraineeKey| self.why(trainee);
        text.push_str(&difference_text(self.before, self.after, &names, &why));
        let _ = writeln!(text, "\n{}", verdict(self.after));
        let _ = writeln!(
            text,
            "The plan is in {out}; practicum check --roster ... --plan {out} --baseline {plan} proves it again.",
            out = out.display(),
            plan = plan.display()
        );
        text
    }

    fn without_a_new_plan(&self) -> String {
        if self.fallen.is_empty() {
            return "Everybody could stay where they are; a new plan is made all the same.\n\n"
                .to_owned();
        }
        let mut by_cause: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for one in self.fallen {
            *by_cause.entry((one.rule.name(), &one.detail)).or_default() += 1;
        }
        let mut rows = table::new(&["rule", "what is wrong", "trainees"]);
        for ((rule, detail), count) in by_cause {
            rows.add_row(vec![rule.into(), detail.into(), table::right(count)]);
        }
        format!(
            "Without a new plan, {} of {} placed trainees could not stay as they are, or are in question\n{rows}\n\n",
            self.fallen.len(),
            self.before.placements.len()
        )
    }

    fn as_json(&self) -> Value {
        let edits: Vec<String> = self.edits.iter().map(ToString::to_string).collect();
        let fallen = self.fallen.iter().map(|one| {
            json!({
                "trainee_id": one.trainee.as_str(),
                "rule": one.rule.name(),
                "detail": one.detail,
            })
        });
        let difference = PlanDifference::between(self.before, self.after);
        json!({
            "edits": edits,
            "without_a_new_plan": fallen.collect::<Vec<Value>>(),
            "difference": difference_json(&difference, &|trainee| self.why(trainee)),
        })
    }
}
