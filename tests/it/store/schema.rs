//! The two schemas say the same: tables, columns, types, what may be absent,
//! and keys, which start with the program.

use std::collections::BTreeMap;

use practicum::store::Db;

use super::databases::{World, on_both, on_postgres, on_sqlite};

on_both!(
    the_first_column_of_every_key_is_the_program,
    migrating_again_changes_nothing
);

/// A column: its type as SQLite says it, whether it may be absent, and its
/// place in the primary key, from 1.
type Column = (String, bool, i64);
type Schema = BTreeMap<String, BTreeMap<String, Column>>;

async fn schema(db: &Db) -> Schema {
    let rows: Vec<(String, String, String, bool, i64)> = match db {
        Db::Sqlite { readers, .. } => sqlx::query_as(
            "SELECT m.name, c.name, c.type, c.\"notnull\" = 0, c.pk \
             FROM sqlite_schema m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '_sqlx%'",
        )
        .fetch_all(readers)
        .await
        .unwrap(),
        Db::Postgres(pool) => sqlx::query_as(
            "SELECT c.table_name::text, c.column_name::text, c.data_type::text, \
             c.is_nullable = 'YES', COALESCE((SELECT k.ordinal_position::bigint \
             FROM information_schema.table_constraints t \
             JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) \
             WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_name = c.table_name \
             AND k.column_name = c.column_name), 0) \
             FROM information_schema.columns c \
             WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_sqlx%'",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    };
    let mut schema = Schema::new();
    for (table, column, kind, may_be_absent, place) in rows {
        let kind = match kind.as_str() {
            "uuid" | "bytea" => "BLOB",
            "bigint" | "boolean" => "INTEGER",
            "text" => "TEXT",
            other => other,
        };
        let about = (kind.to_owned(), may_be_absent, place);
        schema.entry(table).or_default().insert(column, about);
    }
    assert!(schema.len() > 30, "{:?}", schema.keys());
    schema
}

#[test]
fn both_databases_have_the_same_tables() {
    on_postgres(|postgres| async move {
        let of_postgres = schema(&postgres.db).await;
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("p.db").display().to_string();
        let of_sqlite = schema(&Db::open(&url).await.unwrap()).await;
        for (table, columns) in &of_sqlite {
            assert_eq!(of_postgres.get(table), Some(columns), "{table}");
        }
        assert_eq!(of_postgres.len(), of_sqlite.len());
    });
}

async fn the_first_column_of_every_key_is_the_program(world: World) {
    for (table, columns) in schema(&world.db).await {
        let first = columns.iter().find(|(_, (_, _, place))| *place == 1);
        assert_eq!(first.unwrap().0, "program_id", "{table}");
    }
}

async fn migrating_again_changes_nothing(world: World) {
    let before = schema(&world.db).await;
    world.db.migrate().await.unwrap();
    assert_eq!(schema(&world.db).await, before);
}

#[test]
fn migrations_of_both_databases_have_the_same_numbers_and_names() {
    let names = |folder: &str| -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let sqlite = names("migrations/sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("migrations/postgres"));
}

#[test]
fn a_file_is_written_so_that_a_loss_of_power_loses_nothing() {
    on_sqlite(|world| async move {
        let Db::Sqlite {
            writer, readers, ..
        } = &world.db
        else {
            panic!("not a file");
        };
        for pool in [writer, readers] {
            let mode: (String,) = sqlx::query_as("PRAGMA journal_mode")
                .fetch_one(pool)
                .await
                .unwrap();
            let synchronous: (i64,) = sqlx::query_as("PRAGMA synchronous")
                .fetch_one(pool)
                .await
                .unwrap();
            let foreign_keys: (bool,) = sqlx::query_as("PRAGMA foreign_keys")
                .fetch_one(pool)
                .await
                .unwrap();
            // 2 is FULL.
            assert_eq!(
                (mode.0.as_str(), synchronous.0, foreign_keys.0),
                ("wal", 2, true)
            );
        }
    });
}
