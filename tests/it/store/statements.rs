//! Every statement of the store, prepared on both databases.

use practicum::store::{Db, statements};
use sqlx::Executor;
use sqlx::SqlSafeStr;

use super::databases::{World, on_both};

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
