//! `practicum export`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Absent, InRound, failure, write_folder};
use crate::cli::Failure;
use crate::roster::ROSTER_FILES;

/// Options of `export`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Folder for the roster; made when absent.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    round: InRound,
}

pub(in crate::cli) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let files = args
        .round
        .program
        .database
        .with(tzdir, Absent::Refuse, async |open| {
            let (program, round) = open.round(&args.round).await?;
            let files = open.app.export_roster(&open.actor, &program, &round).await;
            files.map_err(failure)
        })?;
    write_folder("roster", &files, &args.folder, &ROSTER_FILES)?;
    Ok(ExitCode::SUCCESS)
}
