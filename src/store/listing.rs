//! The statements that list the records of a table: by key, and page by page
//! in every order and through the filter of the table.
//!
//! Each order is a statement of its own, so that each is static text and finds
//! its page by an index, however far down the list.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::dispatch::on;
use super::rows::{KEY_END, KeyRange};
use super::{ProgramScope, StoreError, Tx};
use crate::domain::limits::LONGEST_NAME;
use crate::domain::time::UtcSecond;
use crate::domain::{ListOrder, OrderBy};

/// The value of a record in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum OrderValue {
    Text(String),
    Number(i64),
}

/// Where a page begins in a list: after a record, or at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seek {
    order: ListOrder,
    value: OrderValue,
    key: String,
    limit: i64,
}

impl Seek {
    /// Returns the start of a list, at most `limit` records from there.
    pub fn start(order: ListOrder, limit: i64) -> Self {
        // Before every record: less or greater than any value.
        let value = match (order.by, order.is_descending) {
            (OrderBy::Key, _) | (OrderBy::Name, false) => OrderValue::Text(String::new()),
            (OrderBy::Name, true) => {
                OrderValue::Text(char::MAX.to_string().repeat(LONGEST_NAME + 1))
            }
            (OrderBy::UpdateTime, false) => OrderValue::Number(i64::MIN),
            (OrderBy::UpdateTime, true) => OrderValue::Number(i64::MAX),
        };
        let key = if order.is_descending { KEY_END } else { "" };
        Self {
            order,
            value,
            key: key.to_owned(),
            limit,
        }
    }

    /// Returns the place after a record: its key, and its name and instant of
    /// the last change, of which only the one that the order is by counts.
    pub fn after(order: ListOrder, key: &str, name: &str, at: UtcSecond, limit: i64) -> Self {
        let value = match order.by {
            OrderBy::Key => OrderValue::Text(String::new()),
            OrderBy::Name => OrderValue::Text(name.to_owned()),
            OrderBy::UpdateTime => OrderValue::Number(at.0),
        };
        Self {
            order,
            value,
            key: key.to_owned(),
            limit,
        }
    }
}

/// The statements that list the records of one table, by name.
pub(super) struct ListTable(pub(super) [(&'static str, &'static str); 10]);

impl ListTable {
    /// Returns the statement for some keys: `$1` is the program, `$2` and `$3`
    /// the keys, `$4` how many at most. A range comes in the order of its keys,
    /// a list in none.
    pub(super) fn of_keys(&self, keys: &KeyRange) -> &'static str {
        keys.pick(self.0[0].1, self.0[1].1)
    }

    /// Returns the statement for some keys, as [`ListTable::of_keys`], with the
    /// columns that pages have.
    pub(super) fn listed_of_keys(&self, keys: &KeyRange) -> &'static str {
        keys.pick(self.0[2].1, self.0[3].1)
    }

    /// Returns the statement of an order: `$1` is the program, `$2` and `$3`
    /// the value and key after which it begins, `$4` how many at most; the
    /// others are the parts of the filter.
    fn of_order(&self, order: ListOrder) -> &'static str {
        let place = match order.by {
            OrderBy::Key => 4,
            OrderBy::Name => 6,
            OrderBy::UpdateTime => 8,
        };
        self.0[place + usize::from(order.is_descending)].1
    }
}

/// Names the statements that list a table: its columns, and those besides that
/// are read by key alone and left out of pages; the column of its names, and its
/// filter, whose parts are `$5` and on, empty where not wanted.
macro_rules! list_table {
    ($table:literal, $columns:expr, $name:literal, $filter:literal) => {
        list_table!(@all $table, $columns, $columns, $name, $filter)
    };
    ($table:literal, $columns:expr, by key: $more:expr, $name:literal, $filter:literal) => {
        list_table!(@all $table, $columns, concat!($columns, ", ", $more), $name, $filter)
    };
    (@all $table:literal, $columns:expr, $all_columns:expr, $name:literal, $filter:literal) => {
        $crate::store::listing::ListTable([
            list_table!(@ $table, $all_columns, "key >= $2 AND key <= $3", " by range", "key"),
            list_table!(@keys $table, $all_columns, " by keys"),
            list_table!(@ $table, $columns, "key >= $2 AND key <= $3", " listed by range", "key"),
            list_table!(@keys $table, $columns, " listed by keys"),
            list_table!(@ $table, $columns, concat!("key > $3 AND $2 = '' AND ", $filter),
                " page by key", "key"),
            list_table!(@ $table, $columns, concat!("key < $3 AND $2 = '' AND ", $filter),
                " page by key desc", "key DESC"),
            list_table!(@ $table, $columns,
                concat!("(", $name, ", key) > ($2, $3) AND ", $filter),
                " page by name", concat!($name, ", key")),
            list_table!(@ $table, $columns,
                concat!("(", $name, ", key) < ($2, $3) AND ", $filter),
                " page by name desc", concat!($name, " DESC, key DESC")),
            list_table!(@ $table, $columns,
                concat!("(updated_at, key) > ($2, $3) AND ", $filter),
                " page by update time", "updated_at, key"),
            list_table!(@ $table, $columns,
                concat!("(updated_at, key) < ($2, $3) AND ", $filter),
                " page by update time desc", "updated_at DESC, key DESC"),
        ])
    };
    // Joined, as SQLite would sort the keys of an IN into a table first; and by
    // CROSS JOIN, which it carries out in the order that is written.
    (@keys $table:literal, $columns:expr, $label:literal) => {
        (
            concat!($table, $label),
            concat!("SELECT key, id, version, created_at, updated_at, ", $columns,
                " FROM (SELECT atom AS wanted FROM json_each($2)) AS listed CROSS JOIN ",
                $table, " WHERE program_id = $1 AND key = wanted AND $3 = '' ",
                "AND deleted_at IS NULL LIMIT CAST($4 AS BIGINT)"),
        )
    };
    (@ $table:literal, $columns:expr, $where:expr, $label:literal, $order:expr) => {
        (
            concat!($table, $label),
            concat!("SELECT key, id, version, created_at, updated_at, ", $columns, " FROM ",
                $table, " WHERE program_id = $1 AND ", $where,
                " AND deleted_at IS NULL ORDER BY ", $order, " LIMIT CAST($4 AS BIGINT)"),
        )
    };
}

pub(super) use list_table;

/// Returns the rows of a program's records of some keys; the statement is one
/// of [`ListTable`] for those keys.
pub(super) async fn records_of<R>(
    tx: &mut Tx,
    statement: &'static str,
    scope: ProgramScope,
    keys: &KeyRange,
) -> Result<Vec<R>, StoreError>
where
    R: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    Ok(on!(tx, |connection| {
        sqlx::query_as(statement)
            .bind(scope.program_id)
            .bind(keys.from.as_str())
            .bind(keys.until.as_str())
            .bind(keys.limit)
            .fetch_all(connection)
            .await
    })?)
}

/// Returns the rows of a page of a program's records; `filter` are the parts
/// of the table's filter, empty where not wanted.
pub(super) async fn page_of<R>(
    tx: &mut Tx,
    table: &ListTable,
    scope: ProgramScope,
    seek: &Seek,
    filter: &[&str],
) -> Result<Vec<R>, StoreError>
where
    R: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    Ok(on!(tx, |connection| {
        let query = sqlx::query_as(table.of_order(seek.order)).bind(scope.program_id);
        let query = match &seek.value {
            OrderValue::Text(text) => query.bind(text.as_str()),
            OrderValue::Number(number) => query.bind(*number),
        };
        let mut query = query.bind(seek.key.as_str()).bind(seek.limit);
        for part in filter {
            query = query.bind(*part);
        }
        query.fetch_all(connection).await
    })?)
}
