//! `practicum round`: the rounds of a stored program.

mod create;
mod list;
mod overview;
mod policy;
mod rules;
mod show;

use std::path::Path;
use std::process::ExitCode;

use crate::cli::Failure;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Create a round: its dates, its policy, and who takes part.
    Create(create::Args),
    /// Show a round: dates, policy, lines, who takes part, decisions, runs.
    Show(show::Args),
    /// Show which rule sets hold in a round, or choose others.
    Rules(rules::Args),
    /// List the rounds of a program.
    List(list::Args),
}

pub(in crate::cli) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::Create(args) => create::run(args, tzdir),
        Command::Show(args) => show::run(args, tzdir),
        Command::Rules(args) => rules::run(args, tzdir),
        Command::List(args) => list::run(args, tzdir),
    }
}
