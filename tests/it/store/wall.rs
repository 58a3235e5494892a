//! The second wall between programs on PostgreSQL: row-level security holds
//! whatever a statement asks for. The suite as a whole runs behind it, as a
//! role that it holds for.

use std::str::FromStr;

use practicum::app::ImportMode;
use practicum::domain::ProgramKey;
use practicum::store::{Db, Gap, Tx};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::databases::{World, on_postgres, serving, with_postgres};
use super::rosters::{import, shipped};
use crate::support::command::practicum;

/// Imports two programs.
async fn two_programs(world: &World) -> [ProgramKey; 2] {
    let one = import(world, &shipped("clinic-12"), ImportMode::Replace).await;
    let other = import(world, &shipped("metro-120"), ImportMode::Replace).await;
    [one.program, other.program]
}

/// Runs a statement that names no program.
async fn rows(tx: &mut Tx, sql: &str) -> u64 {
    let Tx::Postgres(transaction) = tx else {
        panic!("not on PostgreSQL");
    };
    let done = sqlx::query(AssertSqlSafe(sql.to_owned()));
    done.execute(&mut **transaction)
        .await
        .unwrap()
        .rows_affected()
}

/// Tables with rows of programs that an import fills.
const FILLED: [&str; 8] = [
    "event",
    "licence",
    "participant",
    "preference",
    "site",
    "supervisor",
    "trainee",
    "weekly_window",
];

#[test]
fn a_statement_that_names_no_program_sees_the_one_that_was_entered() {
    on_postgres(|world| async move {
        let [one, other] = two_programs(&world).await;
        let mut seen = Vec::new();
        for program in [&one, &other] {
            let mut tx = world.db.read().await.unwrap();
            tx.program_fetch(program).await.unwrap();
            let mut of_program = Vec::new();
            for table in FILLED {
                of_program.push(rows(&mut tx, &format!("SELECT 1 FROM {table}")).await);
            }
            assert!(of_program.iter().all(|rows| *rows > 0), "{of_program:?}");
            seen.push(of_program);
        }
        assert_ne!(seen[0], seen[1]);
        let mut tx = world.db.read().await.unwrap();
        for table in FILLED {
            let sql = format!("SELECT 1 FROM {table}");
            assert_eq!(
                rows(&mut tx, &sql).await,
                0,
                "{table} before any is entered"
            );
        }
    });
}

#[test]
fn what_was_entered_ends_with_its_transaction() {
    on_postgres(|world| async move {
        let [one, _] = two_programs(&world).await;
        // More often than there are connections, so that each was inside.
        for _ in 0..12 {
            let mut tx = world.db.read().await.unwrap();
            assert_eq!(rows(&mut tx, "SELECT 1 FROM trainee").await, 0);
            tx.program_fetch(&one).await.unwrap();
            assert_eq!(rows(&mut tx, "SELECT 1 FROM trainee").await, 12);
        }
    });
}

#[test]
fn a_write_that_names_no_program_changes_the_one_that_was_entered() {
    on_postgres(|world| async move {
        let [one, other] = two_programs(&world).await;
        let mut write = world
            .db
            .write(&one, super::databases::MONDAY)
            .await
            .unwrap();
        let changed = rows(write.tx(), "UPDATE trainee SET name = 'nobody'").await;
        assert_eq!(changed, 12);
        let Tx::Postgres(transaction) = write.tx() else {
            panic!("not on PostgreSQL");
        };
        // A row that would land in the other program is refused.
        let moved = sqlx::query(
            "UPDATE trainee SET program_id = (SELECT program_id FROM program WHERE key = $1)",
        )
        .bind(other.as_str());
        let refused = moved.execute(&mut **transaction).await.unwrap_err();
        let code = refused.as_database_error().unwrap().code();
        assert_eq!(code.as_deref(), Some("42501"), "{refused}");
    });
}

#[test]
fn a_wall_with_a_gap_is_not_served() {
    with_postgres(|url| async move {
        let owner = Db::open(&url).await.unwrap();
        let app = Db::open(&serving(&url)).await.unwrap();
        assert_eq!(app.gaps_in_wall().await.unwrap(), []);
        let gaps = owner.gaps_in_wall().await.unwrap();
        assert!(matches!(gaps[..], [Gap::RoleOwnsTables { .. }]), "{gaps:?}");
        let Db::Postgres(pool) = &owner else {
            panic!("not on PostgreSQL");
        };
        for sql in [
            "ALTER TABLE trainee NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE away DISABLE ROW LEVEL SECURITY",
            "DROP POLICY of_program ON site",
        ] {
            sqlx::query(sql).execute(pool).await.unwrap();
        }
        let open = ["away", "site", "trainee"].map(str::to_owned).to_vec();
        assert_eq!(
            app.gaps_in_wall().await.unwrap(),
            [Gap::TablesWithoutPolicy(open)]
        );
        app.close().await;
        owner.close().await;
        let serve = |url: &str| practicum(&["serve", "--listen", "127.0.0.1:0", "--database", url]);
        let ran = serve(&serving(&url));
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        for part in ["not in force on away, site, trainee", "--grant-to ROLE"] {
            assert!(ran.stderr.contains(part), "{}", ran.stderr);
        }
        let ran = serve(&url);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(ran.stderr.contains("owns the tables"), "{}", ran.stderr);
        let superuser = std::env::var("TEST_POSTGRES_URL").unwrap();
        let database = PgConnectOptions::from_str(&url).unwrap();
        let superuser = PgConnectOptions::from_str(&superuser).unwrap();
        let superuser = superuser.database(database.get_database().unwrap());
        let ran = serve(superuser.to_url_lossy().as_str());
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(ran.stderr.contains("is a superuser"), "{}", ran.stderr);
    });
}
