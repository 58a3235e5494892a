//! Fresh databases for tests: a file in a temporary folder, and a clone of a
//! migrated template on the PostgreSQL server at `TEST_POSTGRES_URL`.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use practicum::app::{App, ManualClock, Settings};
use practicum::domain::time::UtcSecond;
use practicum::store::Db;
use practicum::zone_data::ZoneData;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

/// The first second of 6 January 2031, a Monday.
pub(crate) const MONDAY: UtcSecond = UtcSecond(1_925_424_000);

/// A fresh database and the use cases over it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) db: Db,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) url: String,
}

impl World {
    async fn open(url: String) -> Self {
        let db = Db::open(&url).await.unwrap();
        let clock = Arc::new(ManualClock::at(MONDAY));
        let app = app(&db, &clock, None);
        Self {
            app,
            db,
            clock,
            url,
        }
    }

    /// Returns the use cases as a second server sees them, solving with
    /// another program.
    pub(crate) async fn another_server(&self, solver: Option<PathBuf>) -> App {
        let db = Db::open(&self.url).await.unwrap();
        app(&db, &self.clock, solver)
    }
}

fn app(db: &Db, clock: &Arc<ManualClock>, solver: Option<PathBuf>) -> App {
    let practicum = || PathBuf::from(env!("CARGO_BIN_EXE_practicum"));
    let settings = Settings {
        solver_program: Some(solver.unwrap_or_else(practicum)),
        solves_max: Some(2),
        ..Settings::default()
    };
    let clock: Arc<ManualClock> = Arc::clone(clock);
    App::new(db.clone(), clock, ZoneData::embedded(), settings)
}

/// Runs a test on a new SQLite file.
pub(crate) fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    with_sqlite(|url| async { test(World::open(url).await).await });
}

/// Runs a test on a new PostgreSQL database, as [`with_postgres`] does.
pub(crate) fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    with_postgres(|url| async { test(World::open(url).await).await });
}

/// Runs a test with the URL of a SQLite file that is not there yet.
pub(crate) fn with_sqlite<F: Future<Output = ()>>(test: impl FnOnce(String) -> F) {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("practicum.db").display());
        test(url).await;
    });
}

/// The role that owns the tables of a test on PostgreSQL, and the one that
/// serves. Neither is a superuser, so that row-level security holds for both.
const OWNER: &str = "practicum_tests_owner";
const SERVING: &str = "practicum_tests_serving";

/// Returns the URL of the same database for the role that serves.
pub(crate) fn serving(url: &str) -> String {
    url.replace(OWNER, SERVING)
}

/// Runs a test with the URL of a new PostgreSQL database for the role that
/// owns it. Without a server the test is skipped, loudly; in CI it fails.
pub(crate) fn with_postgres<F: Future<Output = ()>>(test: impl FnOnce(String) -> F) {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        assert!(
            std::env::var("CI").is_err(),
            "TEST_POSTGRES_URL is not set; run the tests by scripts/test"
        );
        eprintln!("SKIPPED: TEST_POSTGRES_URL is not set; scripts/test sets it");
        return;
    };
    run(async {
        let server = PgConnectOptions::from_str(&server).unwrap();
        let name = clone_of_template(&server).await;
        test(owners(&server, &name)).await;
        let mut connection = server.connect().await.unwrap();
        run_sql(
            &mut connection,
            &format!("DROP DATABASE {name} WITH (FORCE)"),
        )
        .await;
    });
}

fn owners(server: &PgConnectOptions, database: &str) -> String {
    let options = server.clone().database(database).username(OWNER);
    options.to_url_lossy().to_string()
}

/// Opens the database of a test as its owner, behind the wall between
/// programs, to look at what the store keeps and to spoil it.
pub(crate) async fn behind(url: &str) -> Db {
    if !url.starts_with("postgres:") {
        return Db::open(url).await.unwrap();
    }
    let url = url.replace(SERVING, OWNER);
    let url = format!("{url}&options=-c%20practicum.every_program%3Don");
    Db::open(&url).await.unwrap()
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

async fn run_sql(connection: &mut PgConnection, sql: &str) {
    connection
        .execute(AssertSqlSafe(sql.to_owned()))
        .await
        .unwrap();
}

/// Makes a database from the template, which the first test makes.
async fn clone_of_template(server: &PgConnectOptions) -> String {
    const TEMPLATE: &str = "practicum_template";
    let mut connection = server.connect().await.unwrap();
    // Tests are processes of their own: one makes the template, others wait.
    run_sql(&mut connection, "SELECT pg_advisory_lock(8131)").await;
    let found: Option<(i32,)> =
        sqlx::query_as("SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate")
            .bind(TEMPLATE)
            .fetch_optional(&mut connection)
            .await
            .unwrap();
    if found.is_none() {
        run_sql(
            &mut connection,
            &format!("DROP DATABASE IF EXISTS {TEMPLATE}"),
        )
        .await;
        for role in [OWNER, SERVING] {
            let sql = format!(
                "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') \
                 THEN CREATE ROLE {role} LOGIN; END IF; END $$"
            );
            run_sql(&mut connection, &sql).await;
        }
        let sql = format!("CREATE DATABASE {TEMPLATE} OWNER {OWNER}");
        run_sql(&mut connection, &sql).await;
        let db = Db::open(&owners(server, TEMPLATE)).await.unwrap();
        db.grant_to(SERVING).await.unwrap();
        db.close().await;
        let sql = format!("ALTER DATABASE {TEMPLATE} WITH is_template true");
        run_sql(&mut connection, &sql).await;
    }
    let name = format!("practicum_{}", uuid::Uuid::now_v7().simple());
    let sql = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {OWNER}");
    run_sql(&mut connection, &sql).await;
    run_sql(&mut connection, "SELECT pg_advisory_unlock(8131)").await;
    connection.close().await.unwrap();
    name
}

/// Stamps each test of a file for both databases.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { crate::store::databases::on_sqlite(super::$test); })+
        }
        mod postgres {
            $(#[test] fn $test() { crate::store::databases::on_postgres(super::$test); })+
        }
    };
}

pub(crate) use on_both;
