//! The schema, embedded. Migrations only go forward and are never edited; both
//! databases have the same numbers and names.

use sqlx::migrate::Migrator;

use super::{Db, StoreError};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

impl Db {
    /// Brings the schema up to this version of Practicum.
    ///
    /// # Errors
    /// [`StoreError::Schema`] when the database is of a newer Practicum, or its
    /// migrations were edited.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await?,
            Self::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        Ok(())
    }

    /// Returns number and name of each migration of this database's kind.
    pub fn migrations(&self) -> Vec<(i64, String)> {
        let migrator = match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        };
        migrator
            .iter()
            .map(|migration| (migration.version, migration.description.to_string()))
            .collect()
    }
}
