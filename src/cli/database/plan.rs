//! `practicum plan`: plans that are stored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Absent, Database, failure};
use crate::cli::{Failure, output};
use crate::domain::{Key, PageRequest, ProgramKey};
use crate::roster::PLAN_FILES;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// List the runs of a round that have a plan, oldest first.
    List(List),
    /// Write the plan folder of a run.
    Export(Export),
}

/// Options of `plan list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    database: Database,
    /// The program; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
    /// The round; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    round: Option<Key>,
}

/// Options of `plan export`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Export {
    /// The run.
    #[arg(value_name = "RUN")]
    run: Key,
    /// Folder for the plan; made when absent.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The program; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
}

pub(in crate::cli) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::List(args) => list(args, tzdir),
        Command::Export(args) => export(args, tzdir),
    }
}

fn list(args: &List, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    args.database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(args.program.as_ref()).await?;
        let round = open.round(&program, args.round.as_ref()).await?;
        let mut page = PageRequest::largest();
        loop {
            let found = open.app.list_plans(&open.actor, &program, &round, &page);
            let found = found.await.map_err(failure)?;
            for run in found.items {
                output::line(run.as_str());
            }
            page.after = found.next_after;
            if page.after.is_none() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    })
}

fn export(args: &Export, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let plan = args.database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(args.program.as_ref()).await?;
        let plan = open.app.get_plan(&open.actor, &program, &args.run).await;
        plan.map_err(failure)
    })?;
    plan.files()
        .replace_dir(&args.folder, &PLAN_FILES)
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    output::line(&format!("wrote the plan to {}", args.folder.display()));
    Ok(ExitCode::SUCCESS)
}
