//! `practicum completions SHELL`.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Failure, output};

/// Options of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell: bash, elvish, fish, powershell or zsh.
    shell: Shell,
}

pub(super) fn run<C: CommandFactory>(args: &Args) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut C::command(), "practicum", &mut script);
    output::text(&String::from_utf8_lossy(&script));
    Ok(ExitCode::SUCCESS)
}
