//! `practicum model`: the model of a roster for other programs.

mod export;

use std::path::Path;
use std::process::ExitCode;

use super::Failure;

/// What to do with the model.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Write the exact model, one MPS file for each objective level.
    Export(export::Args),
}

pub(super) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::Export(args) => export::run(args, tzdir),
    }
}
