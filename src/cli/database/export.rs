//! `practicum export`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Absent, Database, failure};
use crate::cli::{Failure, output};
use crate::domain::{Key, ProgramKey};
use crate::roster::ROSTER_FILES;

/// Options of `export`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Folder for the roster; made when absent.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The program; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
    /// The round; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    round: Option<Key>,
}

pub(in crate::cli) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let files = args.database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(args.program.as_ref()).await?;
        let round = open.round(&program, args.round.as_ref()).await?;
        let files = open.app.export_roster(&open.actor, &program, &round).await;
        files.map_err(failure)
    })?;
    files
        .replace_dir(&args.folder, &ROSTER_FILES)
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    output::line(&format!("wrote the roster to {}", args.folder.display()));
    Ok(ExitCode::SUCCESS)
}
