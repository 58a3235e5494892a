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

/// Connects to the server that the URL names.
pub(super) async fn open(url: &str) -> Result<PgPool, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(StoreError::Unavailable)?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.statement_cache_capacity(256))
        .await?;
    Ok(pool)
}
