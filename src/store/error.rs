//! What can go wrong in the store. Drivers' errors are told apart by their
//! kind, never by the name of a constraint: SQLite gives none.

use sqlx::error::ErrorKind;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::SqliteError;

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
    /// The URL names no database that is known; says why, without the URL.
    #[error("{0}")]
    Url(String),
    /// The database cannot be reached.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The server refuses the role, its password, the database, or a statement
    /// that the role has no right to.
    #[error("the server refuses this")]
    Refused(#[source] sqlx::Error),
    /// The database can be read and not be written.
    #[error("the database cannot be written")]
    ReadOnly(#[source] sqlx::Error),
    /// The disk of the database is full.
    #[error("the disk of the database is full")]
    Full(#[source] sqlx::Error),
    /// The file is no database, or a damaged one.
    #[error("the database is damaged, or is none")]
    Damaged(#[source] sqlx::Error),
    /// The schema is that of a newer Practicum.
    #[error(
        "the schema is of a newer Practicum: it has migration {found}, this Practicum knows up to {known}"
    )]
    SchemaNewer {
        /// A migration that this Practicum does not know.
        found: i64,
        /// The last one that it knows.
        known: i64,
    },
    /// The schema is that of an older Practicum, and the role may not change
    /// it.
    #[error("the schema is at migration {found}, this Practicum needs {known}")]
    SchemaBehind {
        /// The last migration that the database has; 0 for none.
        found: i64,
        /// The last one that this Practicum knows.
        known: i64,
    },
    /// The schema was not made by the migrations that this Practicum knows.
    #[error("the schema of the database does not fit")]
    Schema(#[source] MigrateError),
    /// There is no such role on the server, or none that can be granted to.
    #[error("{0}")]
    Role(String),
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
        let is_sqlite = database.try_downcast_ref::<SqliteError>().is_some();
        if kind == ErrorKind::UniqueViolation {
            Self::AlreadyExists(error)
        } else if kind == ErrorKind::ForeignKeyViolation {
            Self::Referenced(error)
        } else if is_sqlite {
            of_sqlite(&code)(error)
        } else {
            of_postgres(&code)(error)
        }
    }
}

/// Returns what an error of SQLite means. Its code says in the lowest byte
/// what it is, and above that where it arose.
fn of_sqlite(code: &str) -> fn(sqlx::Error) -> StoreError {
    let primary = code.parse::<u32>().unwrap_or_default() & 0xff;
    match primary {
        // Busy, locked.
        5 | 6 => StoreError::Contended,
        8 => StoreError::ReadOnly,
        // Out of memory, I/O error, cannot open.
        7 | 10 | 14 => StoreError::Unavailable,
        13 => StoreError::Full,
        // Malformed, no database.
        11 | 26 => StoreError::Damaged,
        _ => StoreError::Unexpected,
    }
}

/// Returns what an error of PostgreSQL means.
fn of_postgres(code: &str) -> fn(sqlx::Error) -> StoreError {
    match code {
        // Serialization, deadlock, lock.
        "40001" | "40P01" | "55P03" => StoreError::Contended,
        // A transaction that may only read, as on a standby.
        "25006" => StoreError::ReadOnly,
        "53100" => StoreError::Full,
        // No right, no such database.
        "42501" | "3D000" => StoreError::Refused,
        "XX001" | "XX002" => StoreError::Damaged,
        // Idle in a transaction for too long, out of resources, shut down or
        // not yet up, a broken connection.
        "25P03" | "57P01" | "57P02" | "57P03" => StoreError::Unavailable,
        _ if code.starts_with("53") || code.starts_with("08") => StoreError::Unavailable,
        // No such role, or a wrong password.
        _ if code.starts_with("28") => StoreError::Refused,
        _ => StoreError::Unexpected,
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn means(of: fn(&str) -> fn(sqlx::Error) -> StoreError, code: &str) -> StoreError {
        of(code)(sqlx::Error::PoolClosed)
    }

    #[test]
    fn knows_an_error_of_sqlite_wherever_it_arose() {
        // The last of each is an extended code: 10 | 3 << 8 and the like.
        for code in ["10", "778", "14", "526"] {
            let error = means(of_sqlite, code);
            assert!(
                matches!(error, StoreError::Unavailable(_)),
                "{code}: {error}"
            );
        }
        for code in ["5", "261", "517", "6", "262"] {
            let error = means(of_sqlite, code);
            assert!(matches!(error, StoreError::Contended(_)), "{code}: {error}");
        }
        for code in ["8", "264", "1032"] {
            let error = means(of_sqlite, code);
            assert!(matches!(error, StoreError::ReadOnly(_)), "{code}: {error}");
        }
        for code in ["11", "267", "26"] {
            let error = means(of_sqlite, code);
            assert!(matches!(error, StoreError::Damaged(_)), "{code}: {error}");
        }
        assert!(matches!(means(of_sqlite, "13"), StoreError::Full(_)));
        assert!(matches!(means(of_sqlite, "1"), StoreError::Unexpected(_)));
    }

    #[test]
    fn knows_errors_of_postgresql_by_code_and_class() {
        assert!(matches!(means(of_postgres, "53100"), StoreError::Full(_)));
        for code in ["53300", "08006", "57P03"] {
            let error = means(of_postgres, code);
            assert!(
                matches!(error, StoreError::Unavailable(_)),
                "{code}: {error}"
            );
        }
        for code in ["28P01", "28000", "3D000", "42501"] {
            let error = means(of_postgres, code);
            assert!(matches!(error, StoreError::Refused(_)), "{code}: {error}");
        }
        assert!(matches!(
            means(of_postgres, "42601"),
            StoreError::Unexpected(_)
        ));
    }
}
