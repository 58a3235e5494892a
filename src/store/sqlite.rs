//! What only SQLite needs: how the file is opened, how a write begins, and
//! what can be known of the file.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::lanes::Lanes;
use super::{Db, StoreError};

/// How a write begins. A deferred transaction that reads and then writes fails
/// at once when another wrote in between, whatever the busy timeout.
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
/// How a read begins; it sees one state from its first statement on.
pub(super) const BEGIN_READ: &str = "BEGIN DEFERRED";

/// How long a connection waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that read.
const READERS: u32 = 4;

/// Rows that a statement reads ahead of who takes them: a page of the longest
/// kind, so that one of it is read without a pause.
const ROWS_AHEAD: usize = 1024;

/// Opens a file, which is created when absent.
pub(super) async fn open(path: &Path) -> Result<Db, StoreError> {
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    opened(options).await
}

/// Opens a file that is there, and changes nothing about it.
pub(super) async fn open_as_it_is(path: &Path) -> Result<Db, StoreError> {
    opened(options(path).create_if_missing(false)).await
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        // An acknowledged write must survive a loss of power.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", "-65536")
        .statement_cache_capacity(256)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging()
}

async fn opened(options: SqliteConnectOptions) -> Result<Db, StoreError> {
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // A file does not go away as a server does.
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await?;
    Ok(Db::Sqlite {
        writer,
        readers,
        lanes: Lanes::new(options)?,
    })
}

/// Returns the number of the last migration that was carried out; 0 for none.
pub(super) async fn migrated(readers: &SqlitePool) -> Result<i64, StoreError> {
    let there: Option<(i64,)> =
        sqlx::query_as("SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_optional(readers)
            .await?;
    if there.is_none() {
        return Ok(0);
    }
    let sql = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";
    let (version,): (i64,) = sqlx::query_as(sql).fetch_one(readers).await?;
    Ok(version)
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHealth {
    /// Version of SQLite that is built in.
    pub version: String,
    /// How changes reach the file; `wal` is what Practicum sets.
    pub journal_mode: String,
    /// What SQLite finds wrong in the file; empty when it is whole.
    pub faults: Vec<String>,
}

/// Reads the whole file and returns what can be known of it.
pub(super) async fn examine(readers: &SqlitePool) -> Result<FileHealth, StoreError> {
    let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(readers)
        .await?;
    let (journal_mode,): (String,) = sqlx::query_as("PRAGMA journal_mode")
        .fetch_one(readers)
        .await?;
    let said: Vec<(String,)> = sqlx::query_as("PRAGMA integrity_check(20)")
        .fetch_all(readers)
        .await?;
    let mut faults: Vec<String> = said.into_iter().map(|(line,)| line).collect();
    faults.retain(|line| line != "ok");
    let dangling: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check ORDER BY 1")
            .fetch_all(readers)
            .await?;
    let dangling = dangling
        .into_iter()
        .map(|(table,)| format!("rows of {table} refer to records that are not there"));
    faults.extend(dangling);
    Ok(FileHealth {
        version,
        journal_mode,
        faults,
    })
}
