//! Transactions: reads that see one state, and writes that end in an event.

use std::ops::{Deref, DerefMut};

use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::event::{self, Event};
use super::idempotency::{self, Request};
use super::lanes::Lane;
use super::wall::{entering, entering_now};
use super::{Db, StoreError, postgres, sqlite};
use crate::domain::time::UtcSecond;
use crate::domain::{EntityKind, Program, ProgramKey, Realm, Versioned};

statements! {
    PROGRAM_LOCK = "UPDATE program SET event_sequence = event_sequence + 1 \
        WHERE key = $1 AND deleted_at IS NULL \
        RETURNING program_id, event_sequence, event_sha256";
    PROGRAM_INSERT = "INSERT INTO program (program_id, key, version, created_at, updated_at, \
        name, time_zone, event_sequence, event_sha256) VALUES ($1, $2, 1, $3, $3, $4, $5, 1, '')";
    PROGRAM_HEAD = "UPDATE program SET event_sha256 = $2 WHERE program_id = $1";
}

/// Key of the row that stands for every program: it owns the users who have
/// their role in each. No key of a program is like it.
pub(super) const EVERY_PROGRAM: &str = "~every-program";
/// [`PROGRAM_LOCK`] on PostgreSQL, which enters the program as well.
const POSTGRES_PROGRAM_LOCK: &str = concat!(
    "UPDATE program SET event_sequence = event_sequence + 1 \
     WHERE key = $1 AND deleted_at IS NULL \
     RETURNING program_id, event_sequence, event_sha256, ",
    entering!()
);

/// An open transaction; dropped, it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// Of a file.
    Sqlite(Held),
    /// Of a server.
    Postgres(Transaction<'static, Postgres>),
}

/// A connection to a file that is held for some statements.
#[derive(Debug)]
pub enum Held {
    /// All statements are one transaction.
    Together(Transaction<'static, Sqlite>),
    /// Each statement is a transaction of its own.
    Apart(Box<Lane>),
}

impl Deref for Held {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Self::Together(transaction) => transaction,
            Self::Apart(connection) => connection,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Together(transaction) => transaction,
            Self::Apart(connection) => connection,
        }
    }
}

/// The program that a statement is about; every key starts with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProgramScope {
    pub(super) program_id: Uuid,
}

/// An open transaction that writes records of one program. It holds the
/// program's row, so that writers follow one another, and the only way to
/// commit it is an event.
#[derive(Debug)]
pub struct WriteTx {
    pub(super) tx: Tx,
    pub(super) scope: ProgramScope,
    pub(super) now: UtcSecond,
    pub(super) sequence: i64,
    pub(super) previous_sha256: String,
}

/// Begins a transaction to the end, even when the caller gives up meanwhile: a
/// connection to PostgreSQL whose `BEGIN` nobody waits for goes back to the
/// pool inside that transaction, and whoever is given it next writes into a
/// read.
async fn begun<T: Send + 'static>(
    beginning: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(beginning).await {
        Ok(begun) => Ok(begun?),
        Err(_) => Err(StoreError::Unavailable(sqlx::Error::WorkerCrashed)),
    }
}

/// Begins a transaction on PostgreSQL and enters a program, both by one message.
async fn begun_in(pool: PgPool, begin: &str, scope: ProgramScope) -> Result<Tx, StoreError> {
    let statements = format!("{begin}; {}", entering_now(scope));
    let statements = AssertSqlSafe(statements);
    Ok(Tx::Postgres(
        begun(async move { pool.begin_with(statements).await }).await?,
    ))
}

impl Db {
    /// Begins a read that sees one state.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection is to be had.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        match self.clone() {
            Self::Sqlite { readers, .. } => {
                let begun = begun(async move { readers.begin_with(sqlite::BEGIN_READ).await });
                Ok(Tx::Sqlite(Held::Together(begun.await?)))
            }
            Self::Postgres(pool) => {
                let begun = begun(async move { pool.begin_with(postgres::BEGIN_READ).await });
                Ok(Tx::Postgres(begun.await?))
            }
        }
    }

    /// Holds a connection on which each statement sees the newest state: for a
    /// read by one statement, which needs no transaction around it. On
    /// PostgreSQL it has one, since a program is entered for a transaction.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection is to be had.
    pub async fn glance(&self) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { lanes, .. } => {
                Ok(Tx::Sqlite(Held::Apart(Box::new(lanes.take().await?))))
            }
            Self::Postgres(_) => self.read().await,
        }
    }

    /// Begins a read of one program that sees one state.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_in(&self, scope: ProgramScope) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { .. } => self.read().await,
            Self::Postgres(pool) => begun_in(pool.clone(), postgres::BEGIN_READ, scope).await,
        }
    }

    /// Holds a connection for a read of one program by one statement, as
    /// [`Db::glance`] does.
    ///
    /// # Errors
    /// As [`Db::glance`].
    pub async fn glance_in(&self, scope: ProgramScope) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { .. } => self.glance().await,
            Self::Postgres(_) => self.read_in(scope).await,
        }
    }

    /// Begins a transaction for the pulse of the runs of a program.
    pub(super) async fn begin_in(&self, scope: ProgramScope) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { .. } => self.begin().await,
            Self::Postgres(pool) => begun_in(pool.clone(), postgres::BEGIN_WRITE, scope).await,
        }
    }

    /// Begins a transaction for the pulse of runs, outside any program.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        match self.clone() {
            Self::Sqlite { writer, .. } => {
                let begun = begun(async move { writer.begin_with(sqlite::BEGIN_WRITE).await });
                Ok(Tx::Sqlite(Held::Together(begun.await?)))
            }
            Self::Postgres(pool) => {
                let begun = begun(async move { pool.begin_with(postgres::BEGIN_WRITE).await });
                Ok(Tx::Postgres(begun.await?))
            }
        }
    }

    /// Begins a write to the records of a program.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such program.
    pub async fn write(&self, program: &ProgramKey, now: UtcSecond) -> Result<WriteTx, StoreError> {
        self.write_at(program.as_str(), now).await
    }

    /// Begins a write to the users and keys of a realm.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_realm(&self, realm: &Realm, now: UtcSecond) -> Result<WriteTx, StoreError> {
        match realm {
            Realm::EveryProgram => self.write_at(EVERY_PROGRAM, now).await,
            Realm::Program(program) => self.write(program, now).await,
        }
    }

    async fn write_at(&self, program: &str, now: UtcSecond) -> Result<WriteTx, StoreError> {
        let mut tx = self.begin().await?;
        let lock = match &tx {
            Tx::Sqlite(_) => PROGRAM_LOCK,
            Tx::Postgres(_) => POSTGRES_PROGRAM_LOCK,
        };
        let locked: Option<(Uuid, i64, String)> = on!(&mut tx, |connection| {
            sqlx::query_as(lock)
                .bind(program)
                .fetch_optional(connection)
                .await
        })?;
        let (program_id, sequence, previous_sha256) =
            locked.ok_or_else(|| StoreError::NotFound {
                kind: EntityKind::Program,
                key: program.to_owned(),
            })?;
        Ok(WriteTx {
            tx,
            scope: ProgramScope { program_id },
            now,
            sequence,
            previous_sha256,
        })
    }

    /// Begins a write that creates a program.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the key is taken.
    pub async fn write_new(
        &self,
        program: &Program,
        now: UtcSecond,
    ) -> Result<WriteTx, StoreError> {
        let mut tx = self.begin().await?;
        let program_id = Uuid::now_v7();
        on!(&mut tx, |connection| {
            sqlx::query(PROGRAM_INSERT)
                .bind(program_id)
                .bind(program.key.as_str())
                .bind(now.0)
                .bind(program.name.as_str())
                .bind(program.time_zone.as_str())
                .execute(connection)
                .await
                .map(drop)
        })?;
        let scope = ProgramScope { program_id };
        tx.enter(scope).await?;
        Ok(WriteTx {
            tx,
            scope,
            now,
            sequence: 1,
            previous_sha256: String::new(),
        })
    }
}

impl ProgramScope {
    /// The scope of those who have their role in every program.
    pub const EVERY_PROGRAM: Self = Self {
        program_id: Uuid::nil(),
    };

    /// Returns the scope of a program of a test.
    #[cfg(test)]
    pub(crate) const fn numbered(number: u128) -> Self {
        Self {
            program_id: Uuid::from_u128(number),
        }
    }

    /// Returns what every hash of the chain of events begins with.
    pub fn chain_id(&self) -> Uuid {
        self.program_id
    }
}

impl Tx {
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(Held::Together(transaction)) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
            // Each statement committed itself.
            Self::Sqlite(Held::Apart(_)) => {}
        }
        Ok(())
    }
}

impl WriteTx {
    /// Returns the program that is written to.
    pub fn scope(&self) -> ProgramScope {
        self.scope
    }

    /// Returns the instant of the write.
    pub fn now(&self) -> UtcSecond {
        self.now
    }

    /// Returns a record as it is once this write has replaced its value.
    pub(super) fn next_version<T>(&self, before: &Versioned<T>, value: T) -> Versioned<T> {
        Versioned {
            id: before.id,
            version: before.version + 1,
            created_at: before.created_at,
            updated_at: self.now,
            value,
        }
    }

    /// Returns the transaction for reads within the write.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Records what was done and commits it; with a request, so that a repeat
    /// of it finds the answer that it got.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the request was carried out already.
    pub async fn commit(
        mut self,
        event: &Event<'_>,
        request: Option<&Request<'_>>,
    ) -> Result<(), StoreError> {
        let head = event::append(&mut self, event).await?;
        if let Some(request) = request {
            idempotency::insert(&mut self, event.actor, request).await?;
        }
        let program_id = self.scope.program_id;
        on!(&mut self.tx, |connection| {
            sqlx::query(PROGRAM_HEAD)
                .bind(program_id)
                .bind(head)
                .execute(connection)
                .await
                .map(drop)
        })?;
        self.tx.commit().await
    }
}
