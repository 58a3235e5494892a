//! `practicum explain`: what would have to give for each unmatched trainee.

mod words;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::{Value, json};

use super::database::source::PlanSource;
use super::{Failure, folders, output};
use crate::domain::plan::Unmatched;
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster, TraineeKey};
use crate::matching::explain::{Explanation, explain};
use crate::matching::{MatchError, Observer, Progress};
use crate::roster::write_explanations;

/// Options of `explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each answer is verified by a plan that was solved anew and proved. It is the
smallest there is where it says so; docs/explanations.md has the exact meaning.")]
pub(super) struct Args {
    #[command(flatten)]
    source: PlanSource,
    /// Trainee to be explained; may be given several times. All unmatched ones
    /// when not given.
    #[arg(long, value_name = "ID")]
    trainee: Vec<TraineeKey>,
    /// Seconds for each trainee.
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// Add the answers to the plan folder, as a table.
    #[arg(long)]
    save: bool,
    /// Print the answers as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let planned = args.source.read(tzdir)?;
    let (roster, plan) = (&planned.roster, &planned.plan);
    if args.save {
        // Better known before the work.
        planned.folder()?;
    }
    let asked = asked(args, roster, plan)?;
    let seconds = Duration::from_secs(u64::from(args.seconds));
    let answers = explain_all(roster, &planned.zones, plan, &asked, seconds)?;
    if args.save {
        let rows: Vec<_> = answers.iter().map(words::as_row).collect();
        write_explanations(&rows)
            .write_dir(planned.folder()?)
            .map_err(|error| Failure::Unavailable(error.to_string()))?;
    }
    if args.json {
        let answers = asked.iter().zip(&answers);
        let answers: Vec<Value> = answers.map(|(u, answer)| as_json(u, answer)).collect();
        output::line(&format!("{:#}", json!({ "explanations": answers })));
    } else {
        for (unmatched, answer) in asked.iter().zip(&answers) {
            output::text(&as_text(unmatched, answer));
        }
        if asked.is_empty() {
            output::line("The plan matches every trainee.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the unmatched trainees who are asked for, with their reasons.
fn asked<'p>(args: &Args, roster: &Roster, plan: &'p Plan) -> Result<Vec<&'p Unmatched>, Failure> {
    if args.trainee.is_empty() {
        return Ok(plan.unmatched.iter().collect());
    }
    let mut asked = Vec::new();
    let mut refused = Vec::new();
    for trainee in &args.trainee {
        let found = plan.unmatched.iter().find(|u| u.trainee == *trainee);
        if let Some(unmatched) = found {
            asked.push(unmatched);
        } else if roster.trainees.iter().any(|t| t.key == *trainee) {
            refused.push(format!("{trainee} is matched in this plan"));
        } else {
            refused.push(format!("{trainee} is no trainee of this roster"));
        }
    }
    if refused.is_empty() {
        Ok(asked)
    } else {
        Err(Failure::Invalid(format!(
            "only unmatched trainees can be explained: {}",
            refused.join("; ")
        )))
    }
}

fn explain_all(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    asked: &[&Unmatched],
    seconds: Duration,
) -> Result<Vec<Explanation>, Failure> {
    let answers: Result<Vec<Option<Explanation>>, MatchError> = asked
        .par_iter()
        .map(|unmatched| {
            let mut until = Until(Instant::now() + seconds);
            explain(roster, zones, plan, &unmatched.trainee, &mut until)
        })
        .collect();
    Ok(answers
        .map_err(folders::no_match)?
        .into_iter()
        .flatten()
        .collect())
}

/// An observer that only watches the time.
struct Until(Instant);

impl Observer for Until {
    fn seconds_left(&self) -> f64 {
        self.0
            .saturating_duration_since(Instant::now())
            .as_secs_f64()
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&mut self, _progress: Progress) {}

    fn better_plan(&mut self, _plan: &Plan) {}
}

fn as_text(unmatched: &Unmatched, answer: &Explanation) -> String {
    format!(
        "{}\n  stopped by {}: {}\n  {}\n",
        unmatched.trainee,
        unmatched.reason,
        unmatched.detail,
        words::sentence(answer)
    )
}

fn as_json(unmatched: &Unmatched, answer: &Explanation) -> Value {
    let row = words::as_row(answer);
    let displaced: Vec<&str> = row.displaced.iter().map(|key| key.as_str()).collect();
    json!({
        "trainee_id": unmatched.trainee.as_str(),
        "reason": unmatched.reason.name(),
        "detail": unmatched.detail,
        "outcome": row.outcome,
        "proved": row.is_proved,
        "relaxations": words::relaxations_as_json(&answer.outcome),
        "displaced": displaced,
        "text": row.text,
    })
}
