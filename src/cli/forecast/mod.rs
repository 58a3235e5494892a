//! `practicum forecast`: which requirements a plan reaches by their due days,
//! and where the others fall behind for good.

mod json;
mod rows;
mod term;
mod text;

use std::path::Path;
use std::process::ExitCode;

use super::database::source::PlanSource;
use super::{Failure, folders, output};
use crate::domain::{Roster, TraineeKey};
use crate::matching::forecast::{Forecast, forecast};
use crate::roster::write_forecast;

/// Exit code 0 whatever the forecast says.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Hours are written 12:30. A week runs from Monday to Sunday on the trainee's own
calendar; docs/forecast.md says what counts in which week.")]
pub(super) struct Args {
    #[command(flatten)]
    source: PlanSource,
    /// Show the weeks of one trainee.
    #[arg(long, value_name = "ID")]
    trainee: Option<TraineeKey>,
    /// Add the forecast of every trainee to the plan folder, as a table.
    #[arg(long)]
    save: bool,
    /// Print the forecast as JSON, with the weeks of each trainee.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let planned = args.source.read(tzdir)?;
    let (roster, plan) = (&planned.roster, &planned.plan);
    let all = forecast(roster, &planned.zones, plan).map_err(folders::no_match)?;
    let asked = asked(args.trainee.as_ref(), &all)?;
    if args.save {
        write_forecast(&rows::of(&all))
            .write_dir(planned.folder()?)
            .map_err(|error| Failure::Unavailable(error.to_string()))?;
    }
    if args.json {
        output::line(&format!("{:#}", json::as_json(asked)));
    } else {
        output::text(&as_text(roster, args, asked));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the forecast of one trainee, or of all.
fn asked<'f>(trainee: Option<&TraineeKey>, all: &'f [Forecast]) -> Result<&'f [Forecast], Failure> {
    let Some(trainee) = trainee else {
        return Ok(all);
    };
    let found = all.iter().find(|forecast| forecast.trainee == *trainee);
    found
        .map(std::slice::from_ref)
        .ok_or_else(|| Failure::Invalid(format!("{trainee} is no trainee of this roster")))
}

fn as_text(roster: &Roster, args: &Args, asked: &[Forecast]) -> String {
    match (&args.trainee, asked) {
        (Some(_), [one]) => term::as_text(one),
        _ => text::as_text(roster, asked),
    }
}
