//! Every statement of the store, prepared on both databases, and how SQLite
//! carries out those of lists.

use practicum::store::{Db, statements};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Executor, Row, SqlSafeStr, SqlitePool};

use super::databases::{World, on_both, on_sqlite};

on_both!(prepares_every_statement);

/// SQLite 3.51 looks into a bare parameter when it plans, and so plans again
/// whenever another value is bound: a fifth of the time of a read.
#[test]
fn no_limit_is_a_bare_parameter() {
    for (name, sql) in statements() {
        assert!(!sql.contains("LIMIT $"), "{name}: {sql}");
    }
}

async fn prepares_every_statement(world: World) {
    let all = statements();
    assert!(all.len() > 60, "only {} statements", all.len());
    let mut wrong = Vec::new();
    for (name, sql) in all {
        let prepared = match &world.db {
            Db::Sqlite { writer, .. } => writer.prepare(sql.into_sql_str()).await.map(drop),
            Db::Postgres(pool) => pool.prepare(sql.into_sql_str()).await.map(drop),
        };
        if let Err(error) = prepared {
            wrong.push(format!("{name}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An index gives each page in its order: nothing is sorted, and no table is
/// read from end to end.
#[test]
fn a_page_is_found_by_an_index_in_every_order() {
    on_sqlite(|world| async move {
        let Db::Sqlite { readers, .. } = &world.db else {
            panic!("not a file");
        };
        let pages: Vec<_> = statements()
            .into_iter()
            .filter(|(name, _)| name.contains(" page by "))
            .collect();
        assert_eq!(pages.len(), 5 * 6);
        for (name, sql) in pages {
            let rows = explained(readers, sql).await;
            let plan = |rows: &mut dyn Iterator<Item = &SqliteRow>| {
                let steps: Vec<String> = rows.map(|row| row.get("detail")).collect();
                steps.join("\n")
            };
            // What one record has of words and windows is sorted by itself.
            let is_of_page = |row: &&SqliteRow| row.get::<i64, _>("parent") == 0;
            let of_page = plan(&mut rows.iter().filter(is_of_page));
            assert!(!of_page.contains("TEMP B-TREE"), "{name}: {of_page}");
            let whole = plan(&mut rows.iter());
            assert!(!whole.contains("SCAN"), "{name}: {whole}");
        }
    });
}

/// Off: JOIN in place of CROSS JOIN, for which SQLite reads the whole table.
#[test]
fn records_of_listed_keys_are_found_by_an_index_each() {
    on_sqlite(|world| async move {
        let Db::Sqlite { readers, .. } = &world.db else {
            panic!("not a file");
        };
        let by_keys = statements().into_iter();
        let by_keys: Vec<_> = by_keys
            .filter(|(name, _)| name.ends_with(" by keys"))
            .collect();
        assert_eq!(by_keys.len(), 5 * 2);
        for (name, sql) in by_keys {
            let rows = explained(readers, sql).await;
            let is_of_list = |row: &&SqliteRow| row.get::<i64, _>("parent") == 0;
            let of_list = rows.iter().filter(is_of_list);
            let steps: Vec<String> = of_list.map(|row| row.get("detail")).collect();
            let scans: Vec<&String> = steps.iter().filter(|step| step.contains("SCAN")).collect();
            assert!(
                matches!(scans.as_slice(), [only] if only.contains("SCAN json_each")),
                "{name}: {steps:?}"
            );
            assert!(
                steps
                    .iter()
                    .any(|step| step.ends_with("(program_id=? AND key=?)")),
                "{name}: {steps:?}"
            );
        }
    });
}

/// Returns how SQLite carries out a statement.
async fn explained(readers: &SqlitePool, sql: &str) -> Vec<SqliteRow> {
    let explained = format!("EXPLAIN QUERY PLAN {sql}");
    let query = sqlx::query(AssertSqlSafe(explained));
    query.fetch_all(readers).await.unwrap()
}
