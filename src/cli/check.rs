//! `practicum check`: proves a plan folder again, from the roster folder and
//! the plan alone.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::domain::plan::LevelStatus;
use crate::domain::time::ZoneTable;
use crate::domain::{Baseline, Plan, Roster, Rule};
use crate::matching::check::{Breach, check};
use crate::roster::{PlanContext, read_folder, read_plan_folder, roster_hash};
use crate::zone_data;

use super::{Failure, output};

/// Exit code of a plan that breaks a rule.
const BROKEN: u8 = 3;

/// Options of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the roster that the plan was made for.
    #[arg(long, value_name = "FOLDER")]
    roster: PathBuf,
    /// Folder of the plan.
    #[arg(long, value_name = "FOLDER")]
    plan: PathBuf,
    /// Folder of the earlier plan whose promises the plan was to keep.
    #[arg(long, value_name = "FOLDER")]
    baseline: Option<PathBuf>,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let (roster, (plan, context)) = read(args)?;
    let zones = zones(&roster, &plan, tzdir)?;
    let breaches = check(&roster, &zones, &plan);
    let notes = notes(&roster, &zones, &context);
    if args.json {
        let answer = as_json(&plan, &zones, &breaches, &notes);
        output::line(&format!("{answer:#}"));
    } else {
        output::text(&as_text(&roster, &plan, &zones, &breaches, &notes));
    }
    Ok(if breaches.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(BROKEN)
    })
}

fn read(args: &Args) -> Result<(Roster, (Plan, PlanContext)), Failure> {
    let roster = read_folder(&args.roster);
    let plan = read_plan_folder(&args.plan);
    let baseline = args.baseline.as_deref().map(read_plan_folder).transpose();
    match (roster, plan, baseline) {
        (Ok(mut roster), Ok(plan), Ok(baseline)) => {
            if let Some((baseline, _)) = baseline {
                roster.baseline = Some(Baseline::of_plan(&baseline));
            }
            Ok((roster, plan))
        }
        (roster, plan, baseline) => {
            let mut problems = String::new();
            for (kind, folder, errors) in [
                ("roster", Some(&args.roster), roster.err()),
                ("plan", Some(&args.plan), plan.err()),
                ("baseline", args.baseline.as_ref(), baseline.err()),
            ] {
                if let (Some(folder), Some(errors)) = (folder, errors) {
                    let _ = write!(
                        problems,
                        "\nthe {kind} in {} cannot be read:\n{errors}",
                        folder.display()
                    );
                }
            }
            Err(Failure::Invalid(format!("nothing was checked{problems}")))
        }
    }
}

fn zones(roster: &Roster, plan: &Plan, tzdir: Option<&Path>) -> Result<ZoneTable, Failure> {
    let unavailable = |error: zone_data::ZoneDataError| Failure::Unavailable(error.to_string());
    let mut named = roster.zones();
    named.extend(plan.sessions.iter().map(|session| session.time_zone));
    zone_data::open(tzdir)
        .and_then(|data| data.table(named, roster.round.term))
        .map_err(unavailable)
}

/// Returns what is worth knowing of where the plan comes from, though no rule
/// depends on it.
fn notes(roster: &Roster, zones: &ZoneTable, context: &PlanContext) -> Vec<String> {
    let mut notes = Vec::new();
    if context.roster_sha256 != roster_hash(roster) {
        notes.push(
            "the plan was made from another state of this roster; its bounds speak of that one"
                .to_owned(),
        );
    }
    if context.tzdb_version != zones.version() {
        notes.push(format!(
            "the plan was made with zone data {}, it was checked with {}",
            context.tzdb_version,
            zones.version()
        ));
    }
    notes
}

fn as_text(
    roster: &Roster,
    plan: &Plan,
    zones: &ZoneTable,
    breaches: &[Breach],
    notes: &[String],
) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        let _ = writeln!(text, "{line}");
    };
    if breaches.is_empty() {
        line(&format!("The plan keeps all {} rules.", Rule::ALL.len()));
        line(&format!(
            "  {} placed, {} unmatched, of {} trainees",
            plan.placements.len(),
            plan.unmatched.len(),
            roster.trainees.len()
        ));
        line(&format!(
            "  {} weekly sessions, every occurrence from {} to {} (zone data {})",
            plan.sessions.len(),
            roster.round.term.first(),
            roster.round.term.last(),
            zones.version()
        ));
        line("The levels were counted again and are as the plan says:");
        for result in &plan.levels {
            line(&format!(
                "  {:<22} {:>9}   bound {:>9}   {}",
                result.level.name(),
                result.value,
                result.bound,
                status_in_words(result.status)
            ));
        }
        line("Bounds come from the solver. No value contradicts its bound, but that nothing");
        line("better exists cannot be proved from the plan alone.");
    } else {
        for breach in breaches {
            line(&breach.to_string());
        }
        line(&match breaches.len() {
            1 => "The plan is broken in 1 place.".to_owned(),
            several => format!("The plan is broken in {several} places."),
        });
    }
    for note in notes {
        line(&format!("Note: {note}."));
    }
    text
}

fn status_in_words(status: LevelStatus) -> &'static str {
    match status {
        LevelStatus::Proved => "said to be proved",
        LevelStatus::WithinGap => "within the gap asked for",
        LevelStatus::TimeLimit => "stopped by the time limit",
    }
}

fn as_json(plan: &Plan, zones: &ZoneTable, breaches: &[Breach], notes: &[String]) -> Value {
    let breaches: Vec<Value> = breaches
        .iter()
        .map(|breach| {
            json!({
                "rule": breach.broken.name(),
                "subject": breach.subject,
                "detail": breach.detail,
            })
        })
        .collect();
    let levels: Vec<Value> = plan
        .levels
        .iter()
        .map(|result| {
            json!({
                "name": result.level.name(),
                "value": result.value,
                "bound": result.bound,
                "status": result.status.as_str(),
            })
        })
        .collect();
    json!({
        "legal": breaches.is_empty(),
        "breaches": breaches,
        "placements": plan.placements.len(),
        "unmatched": plan.unmatched.len(),
        "sessions": plan.sessions.len(),
        "levels": levels,
        "tzdb_version": zones.version(),
        "notes": notes,
    })
}
