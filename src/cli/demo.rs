//! `practicum demo`: the example roster that comes with the binary, imported
//! into a database of its own and matched there.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use super::database::{Absent, Database, Open, failure, run, write_folder};
use super::r#match::summary;
use super::{Failure, output};
use crate::app::{ImportMode, ImportReport, RosterSource};
use crate::domain::{Roster, RunLimits};
use crate::roster::{FolderFiles, PLAN_FILES, ROSTER_FILES, read_roster};

macro_rules! example {
    ($($name:literal),+ $(,)?) => {
        &[$((
            $name,
            include_bytes!(concat!("../../tests/data/rosters/metro-120/", $name)),
        )),+]
    };
}

/// The files of `tests/data/rosters/metro-120`.
const EXAMPLE: &[(&str, &[u8])] = example![
    "program.toml",
    "sites.csv",
    "supervisors.csv",
    "trainees.csv",
    "licences.csv",
    "availability.csv",
    "away.csv",
    "preferences.csv",
    "exclusions.csv",
    "supervision_lines.csv",
];

/// Options of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The roster goes into `roster`, a database with it into `practicum.db`, and the
plan into `plan`, all in the folder of --out. Done again, it matches the same
round once more.")]
pub(super) struct Args {
    /// Folder for the example; made when absent.
    #[arg(long, value_name = "FOLDER", default_value = "plans/metro-120")]
    out: PathBuf,
    #[command(flatten)]
    limits: run::Limits,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let mut files = FolderFiles::default();
    for (name, bytes) in EXAMPLE {
        files.insert(name, bytes.to_vec());
    }
    let roster = read_roster(&files).map_err(|errors| anyhow::anyhow!("the example: {errors}"))?;
    let folders = Folders {
        roster: args.out.join("roster"),
        plan: args.out.join("plan"),
        database: Database::of_file(&args.out.join("practicum.db")),
    };
    write_folder("example roster", &files, &folders.roster, &ROSTER_FILES)?;
    let limits = args.limits.of_run();
    let database = &folders.database;
    let solved = database.with(tzdir, Absent::Create, async |open| {
        Box::pin(solve(open, &roster, limits, &folders)).await
    });
    solved?;
    output::line(&try_next(&folders));
    Ok(ExitCode::SUCCESS)
}

/// Where the parts of the example go.
struct Folders {
    roster: PathBuf,
    plan: PathBuf,
    database: Database,
}

/// Imports the roster, matches its round and prints the plan.
async fn solve(
    open: &Open,
    roster: &Roster,
    limits: RunLimits,
    folders: &Folders,
) -> Result<(), Failure> {
    let source = RosterSource::Roster(Box::new(roster.clone()));
    let imported = open
        .app
        .import_roster(&open.actor, None, source, ImportMode::Replace, false);
    let ImportReport { program, round, .. } = imported.await.map_err(failure)?;
    let database = &folders.database.url;
    output::line(&format!(
        "imported it into {database}: program {program}, round {round}"
    ));
    let started = Instant::now();
    let run = open.app.start_run(&open.actor, &program, &round, limits);
    let run = run.await.map_err(failure)?.value.key;
    output::line(&format!(
        "run {run}: at most {} s, Ctrl-C ends with the best plan so far",
        limits.seconds
    ));
    let ended = Box::pin(run::work_and_follow(open, &program, &run)).await?;
    if !ended.has_plan {
        run::conclude(&ended)?;
        return Ok(());
    }
    let stored = open.app.get_plan(&open.actor, &program, &run).await;
    let stored = stored.map_err(failure)?;
    stored
        .files()
        .replace_dir(&folders.plan, &PLAN_FILES)
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    let seconds = started.elapsed().as_secs_f64();
    let text = summary::as_text(roster, &stored.plan, &folders.plan, seconds);
    output::text(&text);
    Ok(())
}

/// Returns commands that work from here.
fn try_next(folders: &Folders) -> String {
    let (this, option) = (output::program(), folders.database.option());
    let roster = output::word(&folders.roster.display());
    let plan = output::word(&folders.plan.display());
    format!(
        "\nTry next:\n  \
         {this} plan show{option}   who is where, and who meets whom when\n  \
         {this} plan list{option}   every plan; `plan compare` says how two differ\n  \
         {this} check --roster {roster} --plan {plan}   proves the plan again\n  \
         {this} serve{option}   serves it over gRPC"
    )
}
