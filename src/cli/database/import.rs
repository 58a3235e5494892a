//! `practicum import`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Absent, Database, ERRORS_SHOWN, failure};
use crate::app::{Changes, ImportMode, ImportReport, RosterSource};
use crate::cli::{Failure, output};
use crate::domain::ProgramKey;
use crate::roster::read_folder;

/// Options of `import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The program and the round are those of program.toml, and are made when they are
not there. In mode `replace` the folder is the whole round: who is absent no
longer takes part. In mode `upsert` rows are added and changed, none removed.")]
pub(in crate::cli) struct Args {
    /// Folder of the roster; docs/roster-format.md says what is in it.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    database: Database,
    /// Refuse the folder of any other program.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
    /// What happens to rows that the folder does not name.
    #[arg(long, value_enum, default_value_t = Mode::Replace)]
    mode: Mode,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Mode {
    /// The folder is the whole round.
    Replace,
    /// The folder adds and changes.
    Upsert,
}

pub(in crate::cli) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let roster = read_folder(&args.folder).map_err(|errors| {
        let folder = args.folder.display();
        Failure::Invalid(format!(
            "the roster in {folder}:\n{}",
            errors.summary(ERRORS_SHOWN)
        ))
    })?;
    let mode = match args.mode {
        Mode::Replace => ImportMode::Replace,
        Mode::Upsert => ImportMode::Upsert,
    };
    let absent = if args.dry_run {
        Absent::Refuse
    } else {
        Absent::Create
    };
    let report = args.database.with(tzdir, absent, async |open| {
        let source = RosterSource::Roster(Box::new(roster));
        let program = args.program.as_ref();
        let imported = open
            .app
            .import_roster(&open.actor, program, source, mode, args.dry_run);
        imported.await.map_err(failure)
    })?;
    print(&report);
    Ok(ExitCode::SUCCESS)
}

fn print(report: &ImportReport) {
    let verb = if report.is_dry_run {
        "would change"
    } else {
        "changed"
    };
    let (program, round) = (&report.program, &report.round);
    output::line(&format!("program {program}, round {round}: {verb}"));
    for (kind, changes) in &report.changes {
        let Changes {
            created,
            updated,
            unchanged,
            removed,
        } = changes;
        let kind = kind.as_str();
        output::line(&format!(
            "  {kind:<17} {created:>6} new {updated:>6} changed {removed:>6} removed \
             {unchanged:>6} as they were"
        ));
    }
}
