//! Connections to a file for reads by one statement.
//!
//! sqlx's pool asks each connection that comes back whether it is still there:
//! a task of its own, and a message to the connection's thread and back, which
//! is as much work again as to read a record. A file does not go away as a
//! server does, and a statement whose reader has gone ends by itself.

use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleResult};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

/// Most connections; each is made when it is first wanted.
const MOST: usize = 4;

/// Connections to a file of which each is held for one statement.
#[derive(Clone, Debug)]
pub struct Lanes(Pool<Opening>);

/// A connection that is held for one statement.
pub(super) type Lane = Object<Opening>;

/// How a connection is made.
#[derive(Debug)]
pub struct Opening(SqliteConnectOptions);

impl Manager for Opening {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.0.connect().await
    }

    async fn recycle(&self, _: &mut SqliteConnection, _: &Metrics) -> RecycleResult<sqlx::Error> {
        Ok(())
    }
}

impl Lanes {
    /// Returns connections that are made by these options.
    pub(super) fn new(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let pool = Pool::builder(Opening(options)).max_size(MOST).build();
        pool.map(Self).map_err(sqlx::Error::config)
    }

    /// Takes a connection, and waits for one where all are held.
    pub(super) async fn take(&self) -> Result<Lane, sqlx::Error> {
        self.0.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed
            | PoolError::Timeout(_)
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => sqlx::Error::PoolClosed,
        })
    }

    /// Ends the connections that nobody holds, and gives out none any more.
    pub(super) async fn close(&self) {
        let idle = self.0.retain(|_, _| false).removed;
        self.0.close();
        for lane in idle {
            // It is over, whatever the last message to it said.
            let _ = lane.close().await;
        }
    }
}
