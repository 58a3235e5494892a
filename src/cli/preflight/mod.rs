//! `practicum preflight`: what is known of a roster before any solve.

mod json;
mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Failure, folders, output};
use crate::matching::preflight::preflight;

/// Exit code 0 when the roster has no mistake, whatever is found in it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the roster; docs/roster-format.md says what is in it.
    #[arg(long, value_name = "FOLDER")]
    roster: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let roster = folders::roster(&args.roster)?;
    let zones = folders::zones(&roster, tzdir)?;
    let found = preflight(&roster, &zones).map_err(folders::no_match)?;
    if args.json {
        output::line(&format!("{:#}", json::as_json(&found)));
    } else {
        output::text(&text::as_text(&roster, &found));
    }
    Ok(ExitCode::SUCCESS)
}
