//! What only PostgreSQL needs: how the server is reached and how a
//! transaction begins.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use super::StoreError;

/// How a write begins; writers of one program wait for its row.
pub(super) const BEGIN_WRITE: &str = "BEGIN";
/// How a read begins; it sees one state from its first statement on.
pub(super) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Most connections of this process.
const CONNECTIONS: u32 = 10;
/// How long a connection may lie idle before it is asked whether it still is
/// one. To ask each time would cost as much as a statement.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// How long somebody waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects to the server that the URL names.
pub(super) async fn open(url: &str) -> Result<PgPool, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(StoreError::Unavailable)?;
    let options = options.disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(
                async move { Ok(about.idle_for < TRUSTED_FOR || connection.ping().await.is_ok()) },
            )
        })
        .connect_with(options.statement_cache_capacity(256))
        .await?;
    Ok(pool)
}
