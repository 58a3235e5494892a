//! All that stands in the tables of a database, for tests that look whether
//! something is there, or was written.

use std::collections::BTreeMap;

use practicum::store::Db;
use sqlx::AssertSqlSafe;

/// The rows of each table, in an order of their own.
pub(crate) type Contents = BTreeMap<String, Vec<String>>;

/// Returns the rows of every table.
pub(crate) async fn contents(db: &Db) -> Contents {
    let mut contents = Contents::new();
    for table in tables(db).await {
        let mut rows = rows(db, &table).await;
        rows.sort();
        contents.insert(table, rows);
    }
    assert!(contents.len() > 30, "{:?}", contents.keys());
    contents
}

/// Returns the tables whose rows differ.
pub(crate) fn differing<'a>(before: &'a Contents, after: &Contents) -> Vec<&'a str> {
    let all = before.iter();
    all.filter(|(table, rows)| after.get(*table) != Some(*rows))
        .map(|(table, _)| table.as_str())
        .collect()
}

async fn tables(db: &Db) -> Vec<String> {
    let names: Vec<(String,)> = match db {
        Db::Sqlite { readers, .. } => sqlx::query_as(
            "SELECT name FROM sqlite_schema WHERE type = 'table' \
             AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'",
        )
        .fetch_all(readers)
        .await
        .unwrap(),
        Db::Postgres(pool) => sqlx::query_as(
            "SELECT tablename::text FROM pg_tables \
             WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%'",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    };
    names.into_iter().map(|(name,)| name).collect()
}

/// Returns the rows of a table: as text, or as bytes in hexadecimal.
pub(crate) async fn rows(db: &Db, table: &str) -> Vec<String> {
    let rows: Vec<(String,)> = match db {
        Db::Sqlite { readers, .. } => {
            let names: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(format!(
                "SELECT name FROM pragma_table_info('{table}')"
            )))
            .fetch_all(readers)
            .await
            .unwrap();
            let columns: Vec<String> = names
                .into_iter()
                .map(|(name,)| format!("COALESCE(hex(\"{name}\"), '')"))
                .collect();
            let sql = format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || "));
            let rows = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(readers).await;
            rows.unwrap()
        }
        Db::Postgres(pool) => {
            let sql = format!("SELECT t::text FROM \"{table}\" t");
            let rows = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await;
            rows.unwrap()
        }
    };
    rows.into_iter().map(|(row,)| row).collect()
}
