//! `practicum round list`.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::database::{Absent, InProgram, failure};
use crate::cli::{Failure, output};
use crate::domain::{Key, ListRequest};

/// Options of `round list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    program: InProgram,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    args.program
        .database
        .with(tzdir, Absent::Refuse, async |open| {
            let program = open.program(&args.program).await?;
            let mut list = ListRequest::largest();
            loop {
                let found = open.app.list_rounds(&open.actor, &program, &list).await;
                let found = found.map_err(failure)?;
                for record in found.items {
                    let round = record.value.round;
                    let key = round.key.as_ref().map_or("", Key::as_str);
                    let (first, last) = (round.term.first(), round.term.last());
                    output::line(&format!("{key}  {first} to {last}  {}", round.name));
                }
                list.page.after = found.next_after;
                if list.page.after.is_none() {
                    return Ok(ExitCode::SUCCESS);
                }
            }
        })
}
