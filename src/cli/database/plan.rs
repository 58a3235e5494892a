//! `practicum plan`: plans that are stored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Absent, InProgram, InRound, failure, write_folder};
use super::{plan_compare, plan_respond, plan_show};
use crate::cli::{Failure, output};
use crate::domain::{Key, PageRequest};
use crate::roster::PLAN_FOLDER_FILES;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// List the runs of a round that have a plan, oldest first.
    List(List),
    /// Show a plan: how good it is, who is where, and who meets whom when.
    Show(plan_show::Args),
    /// Say how a plan differs from another.
    Compare(plan_compare::Args),
    /// Write the plan folder of a run.
    Export(Export),
    /// Accept or decline a trainee of the published plan, for a supervisor.
    Respond(plan_respond::Respond),
    /// List what supervisors said to a published plan.
    Responses(plan_respond::Responses),
}

/// Options of `plan list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    round: InRound,
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
    program: InProgram,
}

pub(in crate::cli) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::List(args) => list(args, tzdir),
        Command::Show(args) => plan_show::run(args, tzdir),
        Command::Compare(args) => plan_compare::run(args, tzdir),
        Command::Export(args) => export(args, tzdir),
        Command::Respond(args) => plan_respond::respond(args, tzdir),
        Command::Responses(args) => plan_respond::responses(args, tzdir),
    }
}

fn list(args: &List, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    args.round
        .program
        .database
        .with(tzdir, Absent::Refuse, async |open| {
            let (program, round) = open.round(&args.round).await?;
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
    let plan = args
        .program
        .database
        .with(tzdir, Absent::Refuse, async |open| {
            let program = open.program(&args.program).await?;
            let plan = open.app.get_plan(&open.actor, &program, &args.run).await;
            plan.map_err(failure)
        })?;
    write_folder("plan", &plan.files(), &args.folder, &PLAN_FOLDER_FILES)?;
    Ok(ExitCode::SUCCESS)
}
