//! `practicum round`: the rounds of a stored program.

mod close;
mod create;
mod list;
mod open;
mod overview;
mod policy;
mod publish;
mod rules;
mod show;

use std::path::Path;
use std::process::ExitCode;

use crate::cli::Failure;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Create a round: its dates, its policy, and who takes part.
    Create(create::Args),
    /// Open a draft for preferences.
    Open(open::Args),
    /// Publish a plan of a round, or a repair of the published one.
    Publish(publish::Args),
    /// Close a round: nothing of it changes any more.
    Close(close::Args),
    /// Show a round: state, dates, policy, lines, who takes part, decisions, runs.
    Show(show::Args),
    /// Show which rule sets hold in a round, or choose others.
    Rules(rules::Args),
    /// List the rounds of a program.
    List(list::Args),
}

pub(in crate::cli) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::Create(args) => create::run(args, tzdir),
        Command::Open(args) => open::run(args, tzdir),
        Command::Publish(args) => publish::run(args, tzdir),
        Command::Close(args) => close::run(args, tzdir),
        Command::Show(args) => show::run(args, tzdir),
        Command::Rules(args) => rules::run(args, tzdir),
        Command::List(args) => list::run(args, tzdir),
    }
}
