//! `practicum round close`.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::database::{Absent, InRound, failure};
use crate::cli::{Failure, output};

/// Options of `round close`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A closed round is not solved, answered or changed any more, and is never opened
again. Runs under way go on to their end; everything stays readable.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    round: InRound,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.round.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let (program, round) = open.round(&args.round).await?;
        let closed = open.app.close_round(&open.actor, &program, &round, None);
        let state = closed.await.map_err(failure)?.value.standing.state;
        output::line(&format!("the round {round} is {}", state.as_str()));
        Ok(ExitCode::SUCCESS)
    })
}
