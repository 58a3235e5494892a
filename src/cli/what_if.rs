//! `practicum what-if`: what would come of changes, each scenario matched on
//! its own and shown beside the roster as it is. Nothing is stored.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;

use serde_json::{Value, json};

use super::database::source::{Base, BaseSource};
use super::difference::{difference_json, difference_text};
use super::r#match::{Limits, match_roster};
use super::names::Names;
use super::progress::title;
use super::{Failure, folders, output, table};
use crate::domain::plan::{Level, LevelStatus};
use crate::domain::{Edit, InvalidEdit, Plan, PlanDifference, Roster};

/// Edits that are made together.
#[derive(Clone, Debug)]
struct Scenario(Vec<Edit>);

impl FromStr for Scenario {
    type Err = InvalidEdit;

    fn from_str(text: &str) -> Result<Self, InvalidEdit> {
        let edits = text.split(';').map(str::parse);
        edits.collect::<Result<_, _>>().map(Self)
    }
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let edits: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&edits.join("; "))
    }
}

/// Options of `what-if`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
practicum repair --help lists the edits. Of a stored plan they change the roster
that it was made from, as its run has kept it; nothing is stored, and
practicum run fork makes a run of a scenario.

Examples:
  practicum what-if --roster spring --scenario 'capacity harbour 5' \\
      --scenario 'leave ines; caseload kofi 6'
  practicum what-if --database practicum.db --scenario 'leave ines'
  practicum what-if --database practicum.db --plan RUN --scenario 'leave ines'")]
pub(super) struct Args {
    #[command(flatten)]
    source: BaseSource,
    /// Edits to be made together, with semicolons between them; may be given
    /// again for another scenario.
    #[arg(long = "scenario", value_name = "EDITS", required = true)]
    scenarios: Vec<Scenario>,
    #[command(flatten)]
    limits: Limits,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let Base {
        roster,
        zones,
        names,
        plan,
    } = args.source.read(tzdir)?;
    let edited = args
        .scenarios
        .iter()
        .map(|scenario| folders::edited(&roster, &scenario.0));
    let edited = edited.collect::<Result<Vec<Roster>, Failure>>()?;
    let base = match plan {
        Some(plan) => plan,
        None => match_roster(&roster, &zones, &args.limits)?.solved.plan,
    };
    let mut plans = Vec::new();
    for (scenario, edited) in args.scenarios.iter().zip(&edited) {
        output::error_line(&format!("scenario: {scenario}"));
        plans.push(match_roster(edited, &zones, &args.limits)?.solved.plan);
    }
    if args.json {
        let scenarios = args.scenarios.iter().zip(&plans);
        let scenarios = scenarios.map(|(scenario, plan)| scenario_json(scenario, &base, plan));
        let answer = json!({ "scenarios": scenarios.collect::<Vec<Value>>() });
        output::line(&format!("{answer:#}"));
    } else {
        output::text(&as_text(&names, &args.scenarios, &base, &plans));
    }
    Ok(ExitCode::SUCCESS)
}

fn scenario_json(scenario: &Scenario, base: &Plan, plan: &Plan) -> Value {
    let difference = PlanDifference::between(base, plan);
    let edits: Vec<String> = scenario.0.iter().map(ToString::to_string).collect();
    json!({
        "edits": edits,
        "is_proved": plan.levels.iter().all(|level| level.status == LevelStatus::Proved),
        "difference": difference_json(&difference, &|_| None),
    })
}

fn as_text(names: &Names, scenarios: &[Scenario], base: &Plan, plans: &[Plan]) -> String {
    let mut text = side_by_side(base, plans);
    for (number, (scenario, plan)) in (1..).zip(scenarios.iter().zip(plans)) {
        let _ = writeln!(text, "\nScenario {number}: {scenario}");
        text.push_str(&difference_text(base, plan, names, &|_| None));
    }
    text
}

/// Returns a column for the roster as it is and one for each scenario.
fn side_by_side(base: &Plan, plans: &[Plan]) -> String {
    let mut headings = vec!["objective".to_owned(), "as it is".to_owned()];
    headings.extend((1..=plans.len()).map(|number| format!("scenario {number}")));
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut rows = table::new(&headings);
    let all: Vec<&Plan> = std::iter::once(base).chain(plans).collect();
    let mut levels: Vec<Level> = Vec::new();
    for result in all.iter().flat_map(|plan| &plan.levels) {
        if !levels.contains(&result.level) {
            levels.push(result.level);
        }
    }
    for level in levels {
        let mut cells = vec![title(level).into()];
        for plan in &all {
            let result = plan.levels.iter().find(|result| result.level == level);
            cells.push(table::right(match result {
                None => "-".to_owned(),
                Some(result) if result.status == LevelStatus::Proved => {
                    format!("{} proved", result.value)
                }
                Some(result) => format!("{}, bound {}", result.value, result.bound),
            }));
        }
        rows.add_row(cells);
    }
    format!("{rows}\n")
}
