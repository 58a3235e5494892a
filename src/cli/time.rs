//! `practicum time`.

use std::path::Path;
use std::process::ExitCode;

use super::Failure;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// To come.
    Check,
}

pub(super) fn run(_command: &Command, _tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    Err(Failure::Unavailable("still to be written".to_owned()))
}
