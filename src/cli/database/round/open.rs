//! `practicum round open`.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::database::{Absent, InRound, failure};
use crate::cli::{Failure, output};

/// Options of `round open`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Partners that follow the changes of the program are told. Preferences may be
changed before and after, until the round is closed.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    round: InRound,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.round.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let (program, round) = open.round(&args.round).await?;
        let opened = open
            .app
            .open_preferences(&open.actor, &program, &round, None);
        let state = opened.await.map_err(failure)?.value.standing.state;
        output::line(&format!("the round {round} is {}", state.as_str()));
        Ok(ExitCode::SUCCESS)
    })
}
