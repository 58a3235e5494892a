//! `practicum plan`: plans that are stored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Absent, InProgram, InRound, every_page, failure, write_folder};
use super::{plan_compare, plan_respond, plan_show};
use crate::cli::{Failure, output};
use crate::domain::Key;
use crate::roster::{FolderFiles, PLAN_FOLDER_FILES};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// List the runs of a round that have a plan, oldest first.
    List(List),
    /// Show a plan: how good it is, who is where, and who meets whom when.
    Show(plan_show::Args),
    /// Say how a plan differs from another.
    Compare(plan_compare::Args),
    /// Write the plan of a run as a folder, a workbook or a JSON document.
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
    /// Folder for the plan, made when absent; or the file, in place of one that
    /// may be there.
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// What is written; docs/plan-formats.md says what is in each.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Folder)]
    format: Format,
    #[command(flatten)]
    program: InProgram,
}

/// What is written of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The plan folder: tables as CSV, and summary.json.
    Folder,
    /// A workbook with a sheet for each table.
    Xlsx,
    /// One JSON document.
    Json,
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
            let found = every_page(async |page| {
                let (app, actor) = (&open.app, &open.actor);
                app.list_plans(actor, &program, &round, &page).await
            });
            for run in found.await? {
                output::line(run.as_str());
            }
            Ok(ExitCode::SUCCESS)
        })
}

fn export(args: &Export, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.program.database;
    let files = database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(&args.program).await?;
        let (app, actor, run) = (&open.app, &open.actor, &args.run);
        match args.format {
            Format::Folder => app
                .get_plan(actor, &program, run)
                .await
                .map(|plan| plan.files()),
            Format::Xlsx => {
                let workbook = app.export_workbook(actor, &program, run).await;
                workbook.map(|bytes| args.one_file(bytes))
            }
            Format::Json => {
                let plan = app.get_plan(actor, &program, run).await;
                plan.map(|plan| args.one_file(plan.document()))
            }
        }
        .map_err(failure)
    })?;
    if args.format == Format::Folder {
        write_folder("plan", &files, &args.path, &PLAN_FOLDER_FILES)?;
    } else {
        let written = files.write_dir(args.folder());
        written.map_err(|error| Failure::Unavailable(error.to_string()))?;
        output::line(&format!("wrote the plan to {}", args.path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

impl Export {
    /// Returns the folder of the file that is written.
    fn folder(&self) -> &Path {
        let parent = self.path.parent();
        let named = parent.filter(|folder| !folder.as_os_str().is_empty());
        named.unwrap_or(Path::new("."))
    }

    fn one_file(&self, contents: Vec<u8>) -> FolderFiles {
        let mut files = FolderFiles::default();
        let name = self.path.file_name().unwrap_or_default();
        files.insert(&name.to_string_lossy(), contents);
        files
    }
}
