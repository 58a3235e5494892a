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
    let output = Command::new(env!("CARGO_BIN_EXE_practicum"))
        .args(arguments)
        .env_remove("PRACTICUM_TZDIR")
        .env_remove("PRACTICUM_LOG")
        .env_remove("COLUMNS")
        .env_remove("PRACTICUM_DATABASE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
