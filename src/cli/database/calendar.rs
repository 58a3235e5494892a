//! `practicum calendar`: the sessions of a supervisor for her calendar program.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Absent, InProgram, failure};
use crate::cli::{Failure, output};
use crate::domain::SupervisorKey;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Write the sessions of a supervisor as an iCalendar file.
    Export(Export),
}

/// Options of `calendar export`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Export {
    /// The supervisor.
    #[arg(long, value_name = "KEY")]
    supervisor: SupervisorKey,
    /// File for the calendar, written anew when it is there; `KEY.ics` in the
    /// current folder when left out, and standard output for `-`.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    program: InProgram,
}

pub(in crate::cli) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::Export(args) => export(args, tzdir),
    }
}

fn export(args: &Export, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.program.database;
    let text = database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(&args.program).await?;
        let named = Some(&args.supervisor);
        let calendar = open.app.get_calendar(&open.actor, &program, named).await;
        Ok(calendar.map_err(failure)?.text)
    })?;
    let usual = || PathBuf::from(format!("{}.ics", args.supervisor));
    let file = args.file.clone().unwrap_or_else(usual);
    if file.as_os_str() == "-" {
        output::text(&text);
        return Ok(ExitCode::SUCCESS);
    }
    std::fs::write(&file, &text).map_err(|error| {
        Failure::Unavailable(format!("cannot write {}: {error}", file.display()))
    })?;
    let events = text.lines().filter(|line| *line == "BEGIN:VEVENT").count();
    output::line(&format!("wrote {events} sessions to {}", file.display()));
    Ok(ExitCode::SUCCESS)
}
