//! The schema, embedded. Migrations only go forward and are never edited; both
//! databases have the same numbers and names.

use sqlx::migrate::{MigrateError, Migrator};

use super::{Db, StoreError, postgres, sqlite};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How far a schema has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaVersion {
    /// Number of the last migration that the database has; 0 for none.
    pub found: i64,
    /// Number of the last migration that this Practicum knows.
    pub known: i64,
}

impl SchemaVersion {
    /// Returns [`StoreError::SchemaNewer`] or [`StoreError::SchemaBehind`]
    /// unless the schema is the one that this Practicum works with.
    ///
    /// # Errors
    /// As said.
    pub fn check(self) -> Result<(), StoreError> {
        let Self { found, known } = self;
        match found.cmp(&known) {
            std::cmp::Ordering::Greater => Err(StoreError::SchemaNewer { found, known }),
            std::cmp::Ordering::Less => Err(StoreError::SchemaBehind { found, known }),
            std::cmp::Ordering::Equal => Ok(()),
        }
    }
}

impl Db {
    /// Brings the schema up to this version of Practicum.
    ///
    /// # Errors
    /// [`StoreError::SchemaNewer`] when the database is of a newer Practicum,
    /// [`StoreError::Schema`] when its migrations were edited,
    /// [`StoreError::Refused`] when the role may not change it.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migrated = match self {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await,
            Self::Postgres(pool) => POSTGRES.run(pool).await,
        };
        let Err(error) = migrated else {
            return Ok(());
        };
        if let MigrateError::VersionMissing(found) = error {
            let known = self.known();
            return Err(StoreError::SchemaNewer { found, known });
        }
        if let MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) = error {
            return Err(error.into());
        }
        Err(StoreError::Schema(error))
    }

    /// Brings the schema up to date where that is this role's to do, and
    /// otherwise only looks whether it is: on a server, the owner of the
    /// tables migrates, and the role that serves may not.
    pub(super) async fn bring_up_to_date(&self) -> Result<(), StoreError> {
        if let Self::Postgres(pool) = self
            && !postgres::may_migrate(pool).await?
        {
            return self.schema_version().await?.check();
        }
        self.migrate().await
    }

    /// Returns how far the schema has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schema_version(&self) -> Result<SchemaVersion, StoreError> {
        let found = match self {
            Self::Sqlite { readers, .. } => sqlite::migrated(readers).await?,
            Self::Postgres(pool) => postgres::migrated(pool).await?,
        };
        Ok(SchemaVersion {
            found,
            known: self.known(),
        })
    }

    /// Returns number and name of each migration of this database's kind.
    pub fn migrations(&self) -> Vec<(i64, String)> {
        self.migrator()
            .iter()
            .map(|migration| (migration.version, migration.description.to_string()))
            .collect()
    }

    fn known(&self) -> i64 {
        let versions = self.migrator().iter().map(|migration| migration.version);
        versions.max().unwrap_or_default()
    }

    fn migrator(&self) -> &'static Migrator {
        match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        }
    }
}
