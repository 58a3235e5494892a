//! What only SQLite needs: how the file is opened and how a write begins.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::StoreError;

/// How a write begins. A deferred transaction that reads and then writes fails
/// at once when another wrote in between, whatever the busy timeout.
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
/// How a read begins; it sees one state from its first statement on.
pub(super) const BEGIN_READ: &str = "BEGIN DEFERRED";

/// How long a connection waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that read.
const READERS: u32 = 4;

/// Opens a file, which is created when absent: one connection for writes, and
/// several for reads.
pub(super) async fn open(path: &Path) -> Result<(SqlitePool, SqlitePool), StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged write must survive a loss of power.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", "-65536")
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // A file does not go away as a server does.
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    Ok((writer, readers))
}
