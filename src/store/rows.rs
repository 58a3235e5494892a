//! How columns are written and read, shared by all aggregates. Many rows go in
//! by one statement, as a JSON array of arrays; what comes out is text and
//! whole numbers, which become domain values or [`StoreError::Corrupt`].

use std::str::FromStr;

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::dispatch::on;
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;
use crate::domain::{DayRange, Minutes, MinutesRange, Versioned, calendar_day};

/// Rows that one statement takes; more would only hold more memory.
const ROWS_AT_A_TIME: usize = 4000;

/// Which records of a list are wanted, in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    pub(super) from: String,
    pub(super) until: String,
    pub(super) limit: i64,
}

impl KeyRange {
    /// Returns the range of every key.
    pub fn all() -> Self {
        Self::after(None, i64::MAX)
    }

    /// Returns the range of one key.
    pub fn one(key: &str) -> Self {
        Self {
            from: key.to_owned(),
            until: key.to_owned(),
            limit: 1,
        }
    }

    /// Returns the range of the keys after another, at most `limit` of them.
    pub fn after(key: Option<&str>, limit: i64) -> Self {
        Self {
            // The least key after another: "-" is the least of the alphabet.
            from: key.map_or_else(String::new, |key| format!("{key}-")),
            until: "~".to_owned(),
            limit,
        }
    }
}

/// Columns that every record with a key has.
#[derive(Debug, FromRow)]
pub(super) struct RecordColumns {
    pub(super) key: String,
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
}

impl RecordColumns {
    /// Returns a value with what the store knows of it.
    pub(super) fn with<T>(&self, value: T) -> Versioned<T> {
        Versioned {
            id: self.id,
            version: self.version,
            created_at: UtcSecond(self.created_at),
            updated_at: UtcSecond(self.updated_at),
            value,
        }
    }
}

/// Returns the rows of a program's records in a range of keys: `$1` is the
/// program, `$2` and `$3` the first and last key, `$4` how many at most.
pub(super) async fn records_in<R>(
    tx: &mut Tx,
    sql: &'static str,
    scope: ProgramScope,
    keys: &KeyRange,
) -> Result<Vec<R>, StoreError>
where
    R: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    Ok(on!(tx, |connection| {
        sqlx::query_as(sql)
            .bind(scope.program_id)
            .bind(keys.from.as_str())
            .bind(keys.until.as_str())
            .bind(keys.limit)
            .fetch_all(connection)
            .await
    })?)
}

/// Marks a record as deleted: `$1` is the program, `$2` the key, `$3` the
/// instant. Says whether it was there.
pub(super) async fn delete_record(
    write: &mut WriteTx,
    sql: &'static str,
    key: &str,
) -> Result<bool, StoreError> {
    let (program_id, now) = (write.scope.program_id, write.now.0);
    let gone = on!(&mut write.tx, |connection| {
        sqlx::query(sql)
            .bind(program_id)
            .bind(key)
            .bind(now)
            .execute(connection)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(gone > 0)
}

/// Returns the records whose part is not what it was `before`: all of them where
/// nothing is known of what was there.
pub(super) fn changed<'a, T, P: PartialEq + 'a>(
    records: &'a [&'a T],
    before: Option<&'a T>,
    part: fn(&T) -> &P,
) -> impl Iterator<Item = (&'a T, &'a P)> {
    let before = before.map(part);
    let parts = records.iter().map(move |record| (*record, part(record)));
    parts.filter(move |(_, now)| before.is_none_or(|before| before != *now))
}

/// Writes many rows of a program: `$1` is the program, `$2` the rows, `$3`
/// one more value that all rows share.
pub(super) async fn write_rows<'a, S>(
    tx: &mut Tx,
    sql: &'static str,
    program_id: Uuid,
    shared: S,
    rows: &[Value],
) -> Result<(), StoreError>
where
    S: Clone
        + Send
        + 'a
        + sqlx::Encode<'a, sqlx::Sqlite>
        + sqlx::Type<sqlx::Sqlite>
        + sqlx::Encode<'a, sqlx::Postgres>
        + sqlx::Type<sqlx::Postgres>,
{
    for rows in rows.chunks(ROWS_AT_A_TIME) {
        let json = serde_json::to_string(rows).unwrap_or_default();
        on!(&mut *tx, |connection| {
            sqlx::query(sql)
                .bind(program_id)
                .bind(json)
                .bind(shared.clone())
                .execute(connection)
                .await
                .map(drop)
        })?;
    }
    Ok(())
}

/// Names the record that a column is read from, for the error.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) table: &'static str,
    pub(super) key: &'a str,
}

impl Place<'_> {
    pub(super) fn corrupt(self) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            key: self.key.to_owned(),
        }
    }

    /// Names another table for the same record.
    pub(super) fn of(self, table: &'static str) -> Self {
        Self { table, ..self }
    }

    /// Takes a value that must be there.
    pub(super) fn some<T>(self, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.corrupt())
    }

    /// Reads a key, a word or a zone.
    pub(super) fn parse<T: FromStr>(self, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|_| self.corrupt())
    }

    /// Reads a count.
    pub(super) fn count(self, number: i64) -> Result<u32, StoreError> {
        u32::try_from(number).map_err(|_| self.corrupt())
    }

    /// Reads minutes.
    pub(super) fn minutes(self, number: i64) -> Result<Minutes, StoreError> {
        self.some(Minutes::new(self.count(number)?))
    }

    /// Reads a range of minutes.
    pub(super) fn minutes_range(self, min: i64, max: i64) -> Result<MinutesRange, StoreError> {
        self.some(MinutesRange::new(self.minutes(min)?, self.minutes(max)?))
    }

    /// Reads a day.
    pub(super) fn day(self, text: &str) -> Result<NaiveDate, StoreError> {
        self.some(calendar_day(text))
    }

    /// Reads a range of days.
    pub(super) fn days(self, first: &str, last: &str) -> Result<DayRange, StoreError> {
        self.some(DayRange::new(self.day(first)?, self.day(last)?))
    }

    /// Reads the word of an enum.
    pub(super) fn word<T: Copy>(
        self,
        text: &str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<T, StoreError> {
        self.some(all.iter().copied().find(|value| word(*value) == text))
    }
}

/// Returns a new identifier as rows carry it.
pub(super) fn new_id() -> String {
    Uuid::now_v7().simple().to_string()
}
