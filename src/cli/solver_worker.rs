//! `practicum solver-worker`: the child that solves; started by others, with
//! messages on its standard input and output.

use std::process::ExitCode;

use super::Failure;
use crate::solver_process::run_worker;

pub(super) fn run() -> Result<ExitCode, Failure> {
    run_worker(std::io::stdin(), std::io::stdout())
        .map_err(|error| Failure::Unavailable(format!("solver-worker: {error}")))?;
    Ok(ExitCode::SUCCESS)
}
