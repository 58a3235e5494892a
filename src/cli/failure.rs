//! How a command fails: a few kinds, each with an exit code of its own.

use std::process::ExitCode;

use super::output;
use crate::store::StoreError;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A fault of Practicum itself; exit code 1.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
    /// The command line or the configuration was not understood; exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The input is wrong; exit code 3. Holds every line of what is wrong.
    #[error("{0}")]
    Invalid(String),
    /// Something is not available; exit code 4.
    #[error("{0}")]
    Unavailable(String),
    /// The database failed; exit code 4. Whoever knows which one it is says
    /// so, and what to do.
    #[error("{0}")]
    Database(Box<StoreError>),
}

impl Failure {
    /// Prints the failure to standard error and returns its exit code.
    pub(super) fn report(&self) -> ExitCode {
        output::error_line(&format!("error: {self}"));
        ExitCode::from(match self {
            Self::Internal(_) => 1,
            Self::Usage(_) => 2,
            Self::Invalid(_) => 3,
            Self::Unavailable(_) | Self::Database(_) => 4,
        })
    }
}
