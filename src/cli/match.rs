//! `practicum match`.

use std::path::Path;
use std::process::ExitCode;

use super::Failure;

/// Options of `match`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    Err(Failure::Unavailable("still to be written".to_owned()))
}
