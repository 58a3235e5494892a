//! `practicum round`.

use std::path::Path;
use std::process::ExitCode;

use super::{Absent, Database, failure};
use crate::cli::{Failure, output};
use crate::domain::{Key, PageRequest, ProgramKey};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// List the rounds of a program.
    List(Args),
}

/// Options of `round list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    database: Database,
    /// The program; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
}

pub(in crate::cli) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let Command::List(args) = command;
    args.database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(args.program.as_ref()).await?;
        let mut page = PageRequest::largest();
        loop {
            let found = open.app.list_rounds(&open.actor, &program, &page).await;
            let found = found.map_err(failure)?;
            for record in found.items {
                let round = record.value;
                let key = round.key.as_ref().map_or("", Key::as_str);
                let (first, last) = (round.term.first(), round.term.last());
                output::line(&format!("{key}  {first} to {last}  {}", round.name));
            }
            page.after = found.next_after;
            if page.after.is_none() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    })
}
