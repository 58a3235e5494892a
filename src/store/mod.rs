//! All SQL. One store over two databases: a SQLite file or a PostgreSQL server.
//!
//! Each statement is written once and runs on both (`dispatch`). Reads go
//! through [`Tx`] and see one state; writes go through [`WriteTx`], which ends
//! in an event. Rows become domain values here, and a row that cannot is
//! [`StoreError::Corrupt`]. The store knows no use case and no file format.

mod address;
mod api_key;
mod availability;
mod calendar_feed;
mod change;
mod dispatch;
mod error;
mod event;
mod health;
mod idempotency;
mod lanes;
mod listing;
mod migrate;
mod participant;
mod plan;
mod postgres;
mod program;
mod publication;
mod response;
mod round;
mod round_rows;
mod round_rows_write;
mod rows;
mod rule_set;
mod run;
mod run_event;
mod run_pulse;
mod schedule;
mod sign_in;
mod site;
mod snapshot;
mod sqlite;
mod supervisor;
mod trainee;
mod trainee_rows;
mod tx;
mod user;
mod wall;
mod words;

pub use address::Address;
pub use calendar_feed::CalendarFeedRecord;
pub use error::StoreError;
pub use event::{BrokenLink, ChainHead, Event, RecordedEvent};
pub use health::{Backend, RecordCounts, RunsAtWork};
pub use idempotency::{DoneRequest, Request};
pub use lanes::Lanes;
pub use listing::Seek;
pub use migrate::SchemaVersion;
pub use participant::Participants;
pub use plan::PlanRecord;
pub use postgres::ServerHealth;
pub use response::Responses;
pub use round::RoundRecord;
pub use round_rows::RoundRows;
pub use rows::KeyRange;
pub use rule_set::RuleSetText;
pub use run::NewRun;
pub use run_pulse::{Claim, RunEnd};
pub use sign_in::{KnownKey, KnownUser};
pub use snapshot::Snapshot;
pub use sqlite::FileHealth;
pub use trainee_rows::TraineeRows;
pub use tx::{ProgramScope, Tx, WriteTx};
pub use wall::Gap;

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file.
    Sqlite {
        /// Where writes go: one connection.
        writer: sqlx::SqlitePool,
        /// Where reads of one state go.
        readers: sqlx::SqlitePool,
        /// Where reads by one statement go.
        lanes: Lanes,
    },
    /// A server.
    Postgres(sqlx::PgPool),
}

impl Db {
    /// Opens a database and brings its schema up to date, or only looks
    /// whether it is where the role may not change it: `sqlite:PATH` or a bare
    /// path for a file, which is made when absent, `postgres://...` for a
    /// server.
    ///
    /// # Errors
    /// [`StoreError::Url`]; [`StoreError::Unavailable`], [`StoreError::Refused`]
    /// or [`StoreError::Damaged`] when it cannot be opened;
    /// [`StoreError::SchemaNewer`] when it is of a newer Practicum;
    /// [`StoreError::SchemaBehind`] when somebody else has to migrate it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let db = Self::connect(&Address::parse(url)?).await?;
        db.bring_up_to_date().await?;
        Ok(db)
    }

    /// Opens a database, whatever its schema; a file is made when absent.
    ///
    /// # Errors
    /// As [`Db::open`], without those about the schema.
    pub async fn connect(address: &Address) -> Result<Self, StoreError> {
        match address {
            Address::File(path) => sqlite::open(path).await,
            Address::Server(options) => Ok(Self::Postgres(postgres::open(options).await?)),
        }
    }

    /// Opens a database to look at it: a file is not made, and how it is
    /// written stays as it is.
    ///
    /// # Errors
    /// As [`Db::connect`].
    pub async fn inspect(address: &Address) -> Result<Self, StoreError> {
        match address {
            Address::File(path) => sqlite::open_as_it_is(path).await,
            Address::Server(_) => Self::connect(address).await,
        }
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

    /// Says whether a statement for the records of some keys takes hardly
    /// longer than one for a single key. On PostgreSQL it takes several times
    /// as long: see `docs/performance.md`.
    pub fn reads_many_as_fast_as_one(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// Ends all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite {
                writer,
                readers,
                lanes,
            } => {
                lanes.close().await;
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
        api_key::STATEMENTS,
        availability::STATEMENTS,
        calendar_feed::STATEMENTS,
        change::STATEMENTS,
        event::STATEMENTS,
        health::STATEMENTS,
        idempotency::STATEMENTS,
        participant::STATEMENTS,
        plan::STATEMENTS,
        program::STATEMENTS,
        publication::STATEMENTS,
        response::STATEMENTS,
        round::STATEMENTS,
        &round::ROUNDS.0,
        round_rows::STATEMENTS,
        round_rows_write::STATEMENTS,
        rule_set::STATEMENTS,
        run::STATEMENTS,
        &run::RUNS.0,
        run_event::STATEMENTS,
        run_pulse::STATEMENTS,
        schedule::STATEMENTS,
        sign_in::STATEMENTS,
        site::STATEMENTS,
        &site::SITES.0,
        snapshot::STATEMENTS,
        supervisor::STATEMENTS,
        &supervisor::SUPERVISORS.0,
        trainee::STATEMENTS,
        &trainee::TRAINEES.0,
        trainee_rows::STATEMENTS,
        tx::STATEMENTS,
        user::STATEMENTS,
        words::STATEMENTS,
    ]
    .concat()
}
