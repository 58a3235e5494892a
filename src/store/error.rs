//! What can go wrong in the store. Drivers' errors are told apart by their
//! kind, never by the name of a constraint: SQLite gives none.

use sqlx::error::ErrorKind;

use crate::domain::EntityKind;

/// What went wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such record.
    #[error("there is no {kind} {key}")]
    NotFound {
        /// What was looked for.
        kind: EntityKind,
        /// Its key.
        key: String,
    },
    /// A record with the key, or a number, is there already.
    #[error("the record is there already")]
    AlreadyExists(#[source] sqlx::Error),
    /// A record that is referred to is missing, or others still refer to it.
    #[error("a record that is referred to is missing")]
    Referenced(#[source] sqlx::Error),
    /// Others write at the same time; trying again helps.
    #[error("others write at the same time")]
    Contended(#[source] sqlx::Error),
    /// The run is held by another worker, or has ended.
    #[error("the run {run} is no longer held")]
    Fenced {
        /// Key of the run.
        run: String,
    },
    /// What is stored cannot be: it was changed by another program.
    #[error("{table} {key}: what is stored is no valid record")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// Key of the record.
        key: String,
    },
    /// The URL names no database that is known.
    #[error("\"{0}\" names no database; use sqlite:PATH, a path, or postgres://...")]
    Url(String),
    /// The database cannot be reached, or its disk is full.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The schema is not the one that this Practicum knows.
    #[error("the schema of the database does not fit")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// Anything else: a fault of Practicum.
    #[error("the database refused a statement")]
    Unexpected(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return if is_out_of_reach(&error) {
                Self::Unavailable(error)
            } else {
                Self::Unexpected(error)
            };
        };
        let kind = database.kind();
        let code = database.code().unwrap_or_default().into_owned();
        if kind == ErrorKind::UniqueViolation {
            Self::AlreadyExists(error)
        } else if kind == ErrorKind::ForeignKeyViolation {
            Self::Referenced(error)
        } else if CONTENDED.contains(&code.as_str()) {
            Self::Contended(error)
        } else if UNAVAILABLE.contains(&code.as_str()) {
            Self::Unavailable(error)
        } else {
            Self::Unexpected(error)
        }
    }
}

/// SQLite: busy, locked; PostgreSQL: serialization, deadlock, lock.
const CONTENDED: [&str; 7] = ["5", "6", "261", "517", "40001", "40P01", "55P03"];

/// SQLite: I/O error, full, cannot open; PostgreSQL: idle in a transaction for
/// too long, out of resources, shut down, not yet up.
const UNAVAILABLE: [&str; 11] = [
    "10", "13", "14", "25P03", "53000", "53100", "53200", "53300", "57P01", "57P02", "57P03",
];

fn is_out_of_reach(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}
