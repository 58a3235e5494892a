//! How columns are written and read, shared by all aggregates. Many rows go in
//! by one statement, as a JSON array of arrays; what comes out is text and
//! whole numbers, which become domain values or [`StoreError::Corrupt`].

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::dispatch::on;
use super::{StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;
use crate::domain::{DayRange, Minutes, MinutesRange, Versioned, calendar_day};

/// Rows that one statement takes; more would only hold more memory.
const ROWS_AT_A_TIME: usize = 4000;

/// Greater than every key.
pub(super) const KEY_END: &str = "~";

/// Which records are wanted by key: those of a range, in the order of their
/// keys, or some that are listed, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// The first of the range; of a list, all of it as JSON.
    pub(super) from: String,
    /// The last of the range; of a list, nothing.
    pub(super) until: String,
    pub(super) limit: i64,
    is_listed: bool,
}

impl KeyRange {
    /// Returns the range of every key.
    pub fn all() -> Self {
        Self::after(None, i64::MAX)
    }

    /// Returns the range of one key.
    pub fn one(key: &str) -> Self {
        Self::between(key, key, 1)
    }

    /// Returns the range of the keys after another, at most `limit` of them.
    pub fn after(key: Option<&str>, limit: i64) -> Self {
        // The least key after another: "-" is the least of the alphabet.
        let from = key.map_or_else(String::new, |key| format!("{key}-"));
        Self::between(&from, KEY_END, limit)
    }

    /// Returns some keys, each once.
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let keys: BTreeSet<&str> = keys.into_iter().collect();
        Self {
            from: serde_json::to_string(&keys).unwrap_or_default(),
            until: String::new(),
            limit: i64::MAX,
            is_listed: true,
        }
    }

    /// Returns the keys of a list, or the only key of a range of one.
    #[cfg(test)]
    pub(crate) fn listed(&self) -> Vec<String> {
        serde_json::from_str(&self.from).unwrap_or_else(|_| vec![self.from.clone()])
    }

    /// Returns the range from the least to the greatest of some keys.
    pub fn spanning<'a>(keys: impl Iterator<Item = &'a str> + Clone) -> Self {
        let least = keys.clone().min().unwrap_or_default();
        let greatest = keys.max().unwrap_or_default();
        Self::between(least, greatest, i64::MAX)
    }

    fn between(from: &str, until: &str, limit: i64) -> Self {
        Self {
            from: from.to_owned(),
            until: until.to_owned(),
            limit,
            is_listed: false,
        }
    }

    /// Returns the statement for a range, or that for a list of keys. The
    /// first takes both ends, the second the list and an empty text.
    pub(super) fn pick(&self, range: &'static str, listed: &'static str) -> &'static str {
        if self.is_listed { listed } else { range }
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
