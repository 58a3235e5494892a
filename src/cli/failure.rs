//! How a command fails: four kinds, each with an exit code of its own.

use std::process::ExitCode;

use super::output;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A fault of Practicum itself; exit code 1.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
    /// The command line was not understood; exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The input is wrong; exit code 3. Holds every line of what is wrong.
    #[error("{0}")]
    Invalid(String),
    /// Something is not available; exit code 4.
    #[error("{0}")]
    Unavailable(String),
}

impl Failure {
    /// Prints the failure to standard error and returns its exit code.
    pub(super) fn report(&self) -> ExitCode {
        output::error_line(&format!("error: {self}"));
        ExitCode::from(match self {
            Self::Internal(_) => 1,
            Self::Usage(_) => 2,
            Self::Invalid(_) => 3,
            Self::Unavailable(_) => 4,
        })
    }
}
