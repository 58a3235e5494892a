//! All SQL.

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
    /// Opens and migrates a database: `sqlite:PATH` or a bare path for a file,
    /// `postgres://...` for a server.
    ///
    /// # Errors
    /// When it cannot be opened, or is of a newer Practicum.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        todo!()
    }
}

/// What went wrong in the store.
#[derive(Debug, thiserror::Error)]
#[error("the store failed")]
pub struct StoreError;
