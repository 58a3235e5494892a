//! How a database does: what it holds, whether it can be written, and which
//! runs wait. Nothing here changes anything.

use super::dispatch::{on, statements};
use super::postgres::{self, ServerHealth};
use super::sqlite::{self, FileHealth};
use super::{Db, StoreError, Tx};
use crate::domain::time::UtcSecond;

statements! {
    RECORD_COUNTS = "SELECT \
        (SELECT COUNT(*) FROM program WHERE deleted_at IS NULL AND key < '~'), \
        (SELECT COUNT(*) FROM site WHERE deleted_at IS NULL), \
        (SELECT COUNT(*) FROM supervisor WHERE deleted_at IS NULL), \
        (SELECT COUNT(*) FROM trainee WHERE deleted_at IS NULL), \
        (SELECT COUNT(*) FROM round WHERE deleted_at IS NULL), \
        (SELECT COUNT(*) FROM run WHERE deleted_at IS NULL), \
        (SELECT COUNT(*) FROM plan), (SELECT COUNT(*) FROM event)";
    // "Queued or running" is said again for SQLite, which takes an index of some
    // rows only where the statement repeats its condition.
    RUNS_AT_WORK = "SELECT \
        (SELECT COUNT(*) FROM run WHERE state IN ('queued', 'running') \
            AND state = 'queued' AND deleted_at IS NULL), \
        (SELECT MIN(created_at) FROM run WHERE state IN ('queued', 'running') \
            AND state = 'queued' AND deleted_at IS NULL), \
        (SELECT COUNT(*) FROM run WHERE state = 'running' AND lease_until > $1), \
        (SELECT COUNT(*) FROM run WHERE state = 'running' AND lease_until <= $1)";
    WRITE_NOTHING = "UPDATE program SET version = version WHERE version < 0";
}

/// What a database runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A SQLite file.
    File(FileHealth),
    /// A PostgreSQL server.
    Server(ServerHealth),
}

/// How many records there are of each kind, in all programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// Programs.
    pub programs: i64,
    /// Sites.
    pub sites: i64,
    /// Supervisors.
    pub supervisors: i64,
    /// Trainees.
    pub trainees: i64,
    /// Rounds.
    pub rounds: i64,
    /// Runs, ended ones included.
    pub runs: i64,
    /// Plans.
    pub plans: i64,
    /// Events of all chains.
    pub events: i64,
}

/// Runs that have not ended, in all programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunsAtWork {
    /// Runs that wait for a worker.
    pub queued: i64,
    /// When the one that waits longest was queued.
    pub queued_since: Option<UtcSecond>,
    /// Runs that a worker holds.
    pub running: i64,
    /// Runs whose worker gave no sign of life until its lease was over.
    pub lease_over: i64,
}

impl Db {
    /// Returns what the database runs on and, of a file, whether it is whole,
    /// which reads all of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn backend(&self) -> Result<Backend, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Backend::File(sqlite::examine(readers).await?),
            Self::Postgres(pool) => Backend::Server(postgres::examine(pool).await?),
        })
    }

    /// Begins a write, and lets it go again.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Refused`] and the like, when
    /// records cannot be written.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        on!(&mut tx, |connection| {
            sqlx::query(WRITE_NOTHING)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Gives a role of the server what serving needs and nothing more; does
    /// nothing for a file, which has no roles.
    ///
    /// # Errors
    /// [`StoreError::Role`] when there is no such role, or it owns the tables;
    /// [`StoreError::Refused`] when this role may not grant.
    pub async fn grant_to(&self, role: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres(pool) => postgres::grant(pool, role).await,
        }
    }
}

impl Tx {
    /// Counts the records.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_counts(&mut self) -> Result<RecordCounts, StoreError> {
        type Counts = (i64, i64, i64, i64, i64, i64, i64, i64);
        self.enter_every_program().await?;
        let counts: Counts = on!(self, |connection| {
            sqlx::query_as(RECORD_COUNTS).fetch_one(connection).await
        })?;
        let (programs, sites, supervisors, trainees, rounds, runs, plans, events) = counts;
        Ok(RecordCounts {
            programs,
            sites,
            supervisors,
            trainees,
            rounds,
            runs,
            plans,
            events,
        })
    }

    /// Counts the runs that have not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs_at_work(&mut self, now: UtcSecond) -> Result<RunsAtWork, StoreError> {
        self.enter_every_program().await?;
        let row: (i64, Option<i64>, i64, i64) = on!(self, |connection| {
            sqlx::query_as(RUNS_AT_WORK)
                .bind(now.0)
                .fetch_one(connection)
                .await
        })?;
        let (queued, queued_since, running, lease_over) = row;
        Ok(RunsAtWork {
            queued,
            queued_since: queued_since.map(UtcSecond),
            running,
            lease_over,
        })
    }
}
