//! Programs.

use serde_json::json;
use sqlx::FromRow;

use super::dispatch::{on, statements};
use super::rows::{Place, RecordColumns};
use super::wall::entering;
use super::{KeyRange, ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::{EntityKind, Program, ProgramKey, Versioned};

statements! {
    PROGRAM_LIST = "SELECT key, program_id AS id, version, created_at, updated_at, name, \
        time_zone FROM program WHERE key >= $1 AND key <= $2 AND deleted_at IS NULL \
        ORDER BY key LIMIT CAST($3 AS BIGINT)";
    PROGRAM_FETCH = "SELECT key, program_id AS id, version, created_at, updated_at, name, \
        time_zone FROM program WHERE key = $1 AND deleted_at IS NULL";
    PROGRAM_LIST_OF = "SELECT key, program_id AS id, version, created_at, updated_at, name, \
        time_zone FROM program WHERE key IN (SELECT value ->> 0 FROM json_each($4)) \
        AND key >= $1 AND key <= $2 AND deleted_at IS NULL \
        ORDER BY key LIMIT CAST($3 AS BIGINT)";
    PROGRAM_UPDATE = "UPDATE program SET name = $2, time_zone = $3, version = version + 1, \
        updated_at = $4 WHERE program_id = $1";
}

/// [`PROGRAM_FETCH`] on PostgreSQL, which enters the program as well.
const POSTGRES_PROGRAM_FETCH: &str = concat!(
    "SELECT key, program_id AS id, version, created_at, updated_at, name, time_zone, ",
    entering!(),
    " FROM program WHERE key = $1 AND deleted_at IS NULL"
);

#[derive(FromRow)]
struct ProgramRow {
    #[sqlx(flatten)]
    record: RecordColumns,
    name: String,
    time_zone: String,
}

impl ProgramRow {
    fn into_program(self) -> Result<Versioned<Program>, StoreError> {
        let place = Place {
            table: "program",
            key: &self.record.key,
        };
        let program = Program {
            key: place.parse(&self.record.key)?,
            name: self.name,
            time_zone: place.parse(&self.time_zone)?,
        };
        Ok(self.record.with(program))
    }
}

impl Tx {
    /// Returns the programs of a range, by key.
    ///
    /// # Errors
    /// When the database fails, or holds what no program can be.
    pub async fn program_list(
        &mut self,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Program>>, StoreError> {
        let rows: Vec<ProgramRow> = on!(self, |connection| {
            sqlx::query_as(PROGRAM_LIST)
                .bind(keys.from.as_str())
                .bind(keys.until.as_str())
                .bind(keys.limit)
                .fetch_all(connection)
                .await
        })?;
        rows.into_iter().map(ProgramRow::into_program).collect()
    }

    /// Returns those of some programs that are in a range, by key.
    ///
    /// # Errors
    /// As [`Tx::program_list`].
    pub async fn program_list_of(
        &mut self,
        programs: &[&ProgramKey],
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Program>>, StoreError> {
        let programs: Vec<[&str; 1]> = programs.iter().map(|key| [key.as_str()]).collect();
        let programs = json!(programs).to_string();
        let rows: Vec<ProgramRow> = on!(self, |connection| {
            sqlx::query_as(PROGRAM_LIST_OF)
                .bind(keys.from.as_str())
                .bind(keys.until.as_str())
                .bind(keys.limit)
                .bind(programs)
                .fetch_all(connection)
                .await
        })?;
        rows.into_iter().map(ProgramRow::into_program).collect()
    }

    /// Returns a program and its scope, and lets the statements that follow
    /// see its rows.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of that key.
    pub async fn program_fetch(
        &mut self,
        key: &ProgramKey,
    ) -> Result<(ProgramScope, Versioned<Program>), StoreError> {
        let fetch = match self {
            Self::Sqlite(_) => PROGRAM_FETCH,
            Self::Postgres(_) => POSTGRES_PROGRAM_FETCH,
        };
        let found: Option<ProgramRow> = on!(self, |connection| {
            sqlx::query_as(fetch)
                .bind(key.as_str())
                .fetch_optional(connection)
                .await
        })?;
        let found = found.ok_or_else(|| StoreError::NotFound {
            kind: EntityKind::Program,
            key: key.to_string(),
        })?;
        let record = found.into_program()?;
        let scope = ProgramScope {
            program_id: record.id,
        };
        Ok((scope, record))
    }
}

impl WriteTx {
    /// Changes name and zone of the program.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn program_update(&mut self, program: &Program) -> Result<(), StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now.0);
        on!(&mut self.tx, |connection| {
            sqlx::query(PROGRAM_UPDATE)
                .bind(program_id)
                .bind(program.name.as_str())
                .bind(program.time_zone.as_str())
                .bind(now)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}
