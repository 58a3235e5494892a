//! `practicum round list`.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::database::{Absent, InProgram, every_record};
use crate::cli::{Failure, output};
use crate::domain::{Key, RoundFilter};

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
            let found = every_record(RoundFilter::default(), async |list| {
                open.app.list_rounds(&open.actor, &program, list).await
            });
            for record in found.await? {
                let state = record.value.standing.state.as_str();
                let round = record.value.round;
                let key = round.key.as_ref().map_or("", Key::as_str);
                let (first, last) = (round.term.first(), round.term.last());
                output::line(&format!(
                    "{key}  {first} to {last}  {state}  {}",
                    round.name
                ));
            }
            Ok(ExitCode::SUCCESS)
        })
}
