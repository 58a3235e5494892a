//! What only PostgreSQL needs: how the server is reached and how a
//! transaction begins.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use super::StoreError;

/// How a write begins; writers of one program wait for its row.
pub(super) const BEGIN_WRITE: &str = "BEGIN";
/// How a read begins; it sees one state from its first statement on.
pub(super) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Most connections of this process.
const CONNECTIONS: u32 = 10;
/// How long somebody waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a statement waits for a row that another transaction holds.
const LOCK_TIMEOUT: &str = "10s";
/// How long a transaction may do nothing: a process that is stopped in the
/// midst of one must not hold its rows for ever.
const IDLE_TIMEOUT: &str = "30s";

/// Connects to the server that the URL names. What its `options` say stands.
pub(super) async fn open(url: &str) -> Result<PgPool, StoreError> {
    let mut options: PgConnectOptions = url.parse().map_err(StoreError::Unavailable)?;
    let given = options.get_options().unwrap_or_default().to_owned();
    for (setting, value) in [
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_TIMEOUT),
    ] {
        if !given.contains(setting) {
            options = options.options([(setting, value)]);
        }
    }
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.statement_cache_capacity(256))
        .await?;
    Ok(pool)
}
