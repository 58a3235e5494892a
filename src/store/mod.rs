//! All SQL. One store over two databases: a SQLite file or a PostgreSQL server.
//!
//! Each statement is written once and runs on both (`dispatch`). Reads go
//! through [`Tx`] and see one state; writes go through [`WriteTx`], which ends
//! in an event. Rows become domain values here, and a row that cannot is
//! [`StoreError::Corrupt`]. The store knows no use case and no file format.

mod availability;
mod dispatch;
mod error;
mod event;
mod idempotency;
mod listing;
mod migrate;
mod participant;
mod plan;
mod postgres;
mod program;
mod round;
mod round_rows;
mod round_rows_write;
mod rows;
mod run;
mod run_event;
mod run_pulse;
mod site;
mod snapshot;
mod sqlite;
mod supervisor;
mod trainee;
mod trainee_rows;
mod tx;
mod words;

pub use error::StoreError;
pub use event::{BrokenLink, Event, RecordedEvent};
pub use idempotency::{DoneRequest, Request};
pub use listing::Seek;
pub use participant::Participants;
pub use plan::PlanRecord;
pub use round::RoundRecord;
pub use round_rows::RoundRows;
pub use rows::KeyRange;
pub use run::NewRun;
pub use run_pulse::{Claim, RunEnd};
pub use snapshot::Snapshot;
pub use trainee_rows::TraineeRows;
pub use tx::{ProgramScope, Tx, WriteTx};

use std::path::Path;

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file.
    Sqlite {
        /// Where writes go: one connection.
        writer: sqlx::SqlitePool,
        /// Where reads go.
        readers: sqlx::SqlitePool,
    },
    /// A server.
    Postgres(sqlx::PgPool),
}

impl Db {
    /// Opens a database and brings its schema up to date: `sqlite:PATH` or a
    /// bare path for a file, `postgres://...` for a server.
    ///
    /// # Errors
    /// [`StoreError::Url`], [`StoreError::Unavailable`] when it cannot be
    /// reached, [`StoreError::Schema`] when it is of a newer Practicum.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let db = Self::connect(url).await?;
        db.migrate().await?;
        Ok(db)
    }

    /// Opens a database as it is.
    ///
    /// # Errors
    /// As [`Db::open`], without the last.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(postgres::open(url).await?));
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains("://") || path.contains(":memory:") {
            let scheme = url.split("://").next().unwrap_or_default();
            return Err(StoreError::Url(scheme.to_owned()));
        }
        let (writer, readers) = sqlite::open(Path::new(path)).await?;
        Ok(Self::Sqlite { writer, readers })
    }

    /// Copies a SQLite database into a new file while it is in use; does
    /// nothing on a server, which has tools of its own for that.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub async fn backup(&self, file: &str) -> Result<(), StoreError> {
        if let Self::Sqlite { readers, .. } = self {
            sqlx::query("VACUUM INTO $1")
                .bind(file)
                .execute(readers)
                .await?;
        }
        Ok(())
    }

    /// Ends all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Returns every statement of the store by name, so that a test can prepare
/// each on both databases.
pub fn statements() -> Vec<(&'static str, &'static str)> {
    [
        availability::STATEMENTS,
        event::STATEMENTS,
        idempotency::STATEMENTS,
        participant::STATEMENTS,
        plan::STATEMENTS,
        program::STATEMENTS,
        round::STATEMENTS,
        &round::ROUNDS.0,
        round_rows::STATEMENTS,
        round_rows_write::STATEMENTS,
        run::STATEMENTS,
        &run::RUNS.0,
        run_event::STATEMENTS,
        run_pulse::STATEMENTS,
        site::STATEMENTS,
        &site::SITES.0,
        snapshot::STATEMENTS,
        supervisor::STATEMENTS,
        &supervisor::SUPERVISORS.0,
        trainee::STATEMENTS,
        &trainee::TRAINEES.0,
        trainee_rows::STATEMENTS,
        tx::STATEMENTS,
        words::STATEMENTS,
    ]
    .concat()
}
