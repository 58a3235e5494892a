//! Runs the `practicum` binary.

use std::process::{Command, Stdio};

/// How a run of the binary ended and what it said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Returns standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {:?} ({})", self.stdout, self.stderr))
    }
}

/// Runs `practicum` with arguments, without input and without settings from
/// the environment.
pub(crate) fn practicum(arguments: &[&str]) -> Ran {
    ran(&mut command(arguments))
}

/// Returns the command that [`practicum`] runs.
pub(crate) fn command(arguments: &[&str]) -> Command {
    without_settings(env!("CARGO_BIN_EXE_practicum"), arguments)
}

/// Returns a command without input and without settings from the environment.
pub(crate) fn without_settings(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    for setting in [
        "COLUMNS",
        "PRACTICUM_CONFIG",
        "PRACTICUM_DATABASE",
        "PRACTICUM_LISTEN",
        "PRACTICUM_LOG",
        "PRACTICUM_LOG_FORMAT",
        "PRACTICUM_TZDIR",
    ] {
        command.env_remove(setting);
    }
    command
}

/// Runs a command to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
