//! `practicum roster`: checks a roster folder, or generates a lifelike one.

mod check;
mod generate;
pub(super) mod overview;

use std::process::ExitCode;

use super::Failure;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show what is in a roster folder and everything that is wrong with it.
    Check(check::Args),
    /// Write a lifelike roster with made-up names.
    Generate(generate::Args),
}

pub(super) fn run(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Check(args) => check::run(args),
        Command::Generate(args) => generate::run(args),
    }
}
