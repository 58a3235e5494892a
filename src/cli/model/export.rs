//! `practicum model export`: the exact model of a roster as MPS files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::database::source::{PlanSource, Planned};
use crate::cli::{Failure, folders, output};
use crate::matching::exact_model::ExactModel;

/// Options of `model export`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The files are named 1-matched_priority.mps and so on, in the order of the
levels. The best value of each is the best value of its level; the values that
the plan has on the levels before are rows. Rows are named after the rules of
docs/matching-model.md. Any solver of mixed-integer models reads them.

Examples:
  practicum model export --roster my-roster --plan my-plan --out my-models
  practicum model export --database practicum.db --out my-models
  practicum model export --database practicum.db --plan RUN --out my-models")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    source: PlanSource,
    /// Folder for the files; made when absent.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let planned = args.source.read(tzdir)?;
    let Planned {
        roster,
        zones,
        plan,
        ..
    } = &planned;
    let model = ExactModel::new(roster, zones, &plan.levels).map_err(folders::no_match)?;
    fs::create_dir_all(&args.out).map_err(|error| unwritable(&args.out, &error))?;
    for (name, text) in model.files() {
        let path = args.out.join(name);
        fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
        output::line(&path.display().to_string());
    }
    let (columns, rows) = model.size();
    output::line(&format!("{columns} columns, {rows} rows"));
    Ok(ExitCode::SUCCESS)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Unavailable(format!("{} cannot be written: {error}", path.display()))
}
