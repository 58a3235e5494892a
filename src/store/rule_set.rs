//! The program's own rule sets, as the texts that they are read from.

use serde_json::json;
use sqlx::FromRow;

use super::dispatch::{on, statements};
use super::rows::{Place, RecordColumns, delete_record, new_id, write_rows};
use super::{KeyRange, ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::{Key, RuleSet, RuleSetFilter, Tag, Versioned};

statements! {
    RULE_SET_LIST = "SELECT key, id, version, created_at, updated_at, text FROM program_rule_set \
        WHERE program_id = $1 AND key >= $2 AND key <= $3 AND ($5 = '' OR jurisdiction = $5) \
        AND ($6 = '' OR (effective_from <= $6 AND (effective_until = '' \
        OR effective_until >= $6))) AND deleted_at IS NULL ORDER BY key LIMIT CAST($4 AS BIGINT)";
    RULE_SET_OF_KEYS = "SELECT key, id, version, created_at, updated_at, text \
        FROM program_rule_set WHERE program_id = $1 \
        AND key IN (SELECT atom FROM json_each($2)) AND $3 = '' \
        AND ($5 = '' OR jurisdiction = $5) \
        AND ($6 = '' OR (effective_from <= $6 AND (effective_until = '' \
        OR effective_until >= $6))) AND deleted_at IS NULL ORDER BY key LIMIT CAST($4 AS BIGINT)";
    RULE_SET_KEYS = "SELECT key FROM program_rule_set WHERE program_id = $1 \
        AND deleted_at IS NULL ORDER BY key LIMIT CAST($2 AS BIGINT)";
    RULE_SET_WRITE = "INSERT INTO program_rule_set (program_id, key, id, version, created_at, \
        updated_at, jurisdiction, effective_from, effective_until, text) \
        SELECT $1, value ->> 0, unhex(value ->> 1), 1, $3, $3, value ->> 2, value ->> 3, \
        value ->> 4, value ->> 5 FROM json_each($2) WHERE TRUE \
        ON CONFLICT (program_id, key) DO UPDATE SET version = program_rule_set.version + 1, \
        updated_at = excluded.updated_at, deleted_at = NULL, \
        jurisdiction = excluded.jurisdiction, effective_from = excluded.effective_from, \
        effective_until = excluded.effective_until, text = excluded.text";
    RULE_SET_DELETE = "UPDATE program_rule_set SET deleted_at = $3, updated_at = $3, \
        version = version + 1 WHERE program_id = $1 AND key = $2 AND deleted_at IS NULL";
}

/// A rule set as it is stored: what it says is in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetText {
    /// Its key, which the text has as `id`.
    pub key: Key,
    /// The TOML text.
    pub text: String,
}

#[derive(FromRow)]
struct RuleSetRow {
    #[sqlx(flatten)]
    record: RecordColumns,
    text: String,
}

impl Tx {
    /// Returns the program's own rule sets of some keys through a filter, by
    /// key.
    ///
    /// # Errors
    /// When the database fails, or holds what no key can be.
    pub async fn rule_set_list(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
        filter: &RuleSetFilter,
    ) -> Result<Vec<Versioned<RuleSetText>>, StoreError> {
        let jurisdiction = filter.jurisdiction.as_ref().map_or("", Tag::as_str);
        let day = filter.day.map(|day| day.to_string()).unwrap_or_default();
        let rows: Vec<RuleSetRow> = on!(self, |connection| {
            sqlx::query_as(keys.pick(RULE_SET_LIST, RULE_SET_OF_KEYS))
                .bind(scope.program_id)
                .bind(keys.from.as_str())
                .bind(keys.until.as_str())
                .bind(keys.limit)
                .bind(jurisdiction)
                .bind(day.as_str())
                .fetch_all(connection)
                .await
        })?;
        let set = |row: RuleSetRow| {
            let place = Place {
                table: "program_rule_set",
                key: &row.record.key,
            };
            let key = place.parse(&row.record.key)?;
            Ok(row.record.with(RuleSetText {
                key,
                text: row.text,
            }))
        };
        rows.into_iter().map(set).collect()
    }

    /// Returns the keys of the program's own rule sets, by key; at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rule_set_keys(
        &mut self,
        scope: ProgramScope,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let keys: Vec<(String,)> = on!(self, |connection| {
            sqlx::query_as(RULE_SET_KEYS)
                .bind(scope.program_id)
                .bind(limit)
                .fetch_all(connection)
                .await
        })?;
        Ok(keys.into_iter().map(|(key,)| key).collect())
    }
}

impl WriteTx {
    /// Creates or replaces a rule set of the program's own, a new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rule_set_write(&mut self, set: &RuleSet) -> Result<(), StoreError> {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
        let row = json!([
            set.key.as_str(),
            new_id(),
            set.jurisdiction.as_ref().map_or("", Tag::as_str),
            day(set.effective_from).unwrap_or_default(),
            day(set.effective_until).unwrap_or_default(),
            set.text,
        ]);
        let (scope, now) = (self.scope, self.now.0);
        write_rows(&mut self.tx, RULE_SET_WRITE, scope.program_id, now, &[row]).await
    }

    /// Marks a rule set as deleted; says whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rule_set_delete(&mut self, key: &Key) -> Result<bool, StoreError> {
        delete_record(self, RULE_SET_DELETE, key.as_str()).await
    }
}
