//! The `practicum` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    practicum::cli::main()
}
