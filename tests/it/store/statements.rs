//! Every statement of the store, prepared on both databases, and how SQLite
//! carries out those of lists.

use practicum::store::{Db, statements};
use sqlx::{AssertSqlSafe, Executor, Row, SqlSafeStr};

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
        let pages = named(|name| name.contains(" page by "));
        assert_eq!(pages.len(), 5 * 6);
        for (name, sql) in pages {
            let steps = steps(&world, sql).await;
            // What one record has of words and windows is sorted by itself.
            let of_page = own(&steps);
            let sorts = of_page.iter().any(|step| step.contains("TEMP B-TREE"));
            assert!(!sorts, "{name}: {of_page:?}");
            let scans = steps.iter().any(|(_, step)| step.contains("SCAN"));
            assert!(!scans, "{name}: {steps:?}");
        }
    });
}

/// Off: JOIN in place of CROSS JOIN, for which SQLite reads the whole table.
#[test]
fn records_of_listed_keys_are_found_by_an_index_each() {
    on_sqlite(|world| async move {
        let by_keys = named(|name| name.ends_with(" by keys"));
        assert_eq!(by_keys.len(), 5 * 2);
        for (name, sql) in by_keys {
            let steps = steps(&world, sql).await;
            let of_list = own(&steps);
            let scans: Vec<_> = of_list
                .iter()
                .filter(|step| step.contains("SCAN"))
                .collect();
            let is_of_keys = matches!(scans.as_slice(), [only] if only.contains("SCAN json_each"));
            assert!(is_of_keys, "{name}: {of_list:?}");
            let mut seeks = of_list.iter();
            let seeks = seeks.any(|step| step.ends_with("(program_id=? AND key=?)"));
            assert!(seeks, "{name}: {of_list:?}");
        }
    });
}

/// Returns the statements of some names.
fn named(is_wanted: fn(&str) -> bool) -> Vec<(&'static str, &'static str)> {
    let mut all = statements();
    all.retain(|(name, _)| is_wanted(name));
    all
}

/// Returns the steps by which SQLite carries out a statement, each with the
/// number of the step that it is part of.
async fn steps(world: &World, sql: &str) -> Vec<(i64, String)> {
    let Db::Sqlite { readers, .. } = &world.db else {
        panic!("not a file");
    };
    let explained = format!("EXPLAIN QUERY PLAN {sql}");
    let query = sqlx::query(AssertSqlSafe(explained));
    let rows = query.fetch_all(readers).await.unwrap();
    rows.iter()
        .map(|row| (row.get("parent"), row.get("detail")))
        .collect()
}

/// Returns the steps that are part of no other.
fn own(steps: &[(i64, String)]) -> Vec<&str> {
    let own = steps.iter().filter(|(parent, _)| *parent == 0);
    own.map(|(_, step)| step.as_str()).collect()
}
