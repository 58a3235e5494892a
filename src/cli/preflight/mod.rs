//! `practicum preflight`: what is known of a roster before any solve.

mod json;
mod text;

use std::path::Path;
use std::process::ExitCode;

use super::database::source::RosterSource;
use super::{Failure, folders, output};
use crate::matching::preflight::preflight;

/// Exit code 0 when the roster has no mistake, whatever is found in it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    source: RosterSource,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let (roster, zones) = args.source.read(tzdir)?;
    let found = preflight(&roster, &zones).map_err(folders::no_match)?;
    if args.json {
        output::line(&format!("{:#}", json::as_json(&found)));
    } else {
        output::text(&text::as_text(&roster, &found));
    }
    Ok(ExitCode::SUCCESS)
}
