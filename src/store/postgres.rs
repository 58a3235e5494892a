//! What only PostgreSQL needs: how the server is reached, how a transaction
//! begins, what a role may do, and what can be known of the server.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::StoreError;

/// How a write begins; writers of one program wait for its row.
pub(super) const BEGIN_WRITE: &str = "BEGIN";
/// How a read begins; it sees one state from its first statement on.
pub(super) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Most connections of this process.
const CONNECTIONS: u32 = 10;
/// How long a connection may lie idle before it is asked whether it still is
/// one. To ask each time would cost as much as a statement.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// How long somebody waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Least version that is supported, as the server numbers them.
const VERSION_MIN: i64 = 150_000;

/// Tables that are only ever added to.
const APPEND_ONLY: [&str; 14] = [
    "change",
    "event",
    "placement",
    "plan",
    "plan_level",
    "plan_rule_set",
    "publication",
    "response",
    "round_state",
    "run_event",
    "session",
    "session_member",
    "snapshot",
    "unmatched",
];

/// Where the migrations that were carried out are listed.
const MIGRATIONS: &str = "_sqlx_migrations";

/// How long a statement waits for a row that another transaction holds.
const LOCK_TIMEOUT: &str = "10s";
/// How long a transaction may do nothing: a process that is stopped in the
/// midst of one must not hold its rows for ever.
const IDLE_TIMEOUT: &str = "30s";

/// Connects to a server. What the URL's own `options` say stands.
pub(super) async fn open(options: &PgConnectOptions) -> Result<PgPool, StoreError> {
    let mut options = options
        .clone()
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let given = options.get_options().unwrap_or_default().to_owned();
    for (setting, value) in [
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_TIMEOUT),
    ] {
        if !given.contains(setting) {
            options = options.options([(setting, value)]);
        }
    }
    // A pool tries again until its time is up, and then no longer knows why
    // nobody answers; a single connection says it at once.
    let first = tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await;
    let first: PgConnection = first.map_err(|_| sqlx::Error::PoolTimedOut)??;
    first.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(
                async move { Ok(about.idle_for < TRUSTED_FOR || connection.ping().await.is_ok()) },
            )
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Says whether the role may change the schema: it may make tables and, where
/// there are some, owns them.
pub(super) async fn may_migrate(pool: &PgPool) -> Result<bool, StoreError> {
    let (may,): (bool,) = sqlx::query_as(
        "SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AND \
         COALESCE((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class \
         WHERE oid = to_regclass('program')), TRUE)",
    )
    .fetch_one(pool)
    .await?;
    Ok(may)
}

/// Returns the number of the last migration that was carried out; 0 for none.
pub(super) async fn migrated(pool: &PgPool) -> Result<i64, StoreError> {
    let there: (bool,) = sqlx::query_as("SELECT to_regclass($1) IS NOT NULL")
        .bind(MIGRATIONS)
        .fetch_one(pool)
        .await?;
    if !there.0 {
        return Ok(0);
    }
    let sql = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";
    let (version,): (i64,) = sqlx::query_as(sql).fetch_one(pool).await?;
    Ok(version)
}

/// What is known of a server and of this role on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHealth {
    /// Version, as the server writes it.
    pub version: String,
    /// Whether Practicum supports that version.
    pub is_supported: bool,
    /// Name of the role.
    pub role: String,
    /// Whether the role may change the schema.
    pub may_migrate: bool,
    /// Whether the role may do everything on the whole server.
    pub is_superuser: bool,
    /// Tables that the role lacks a right to which it needs.
    pub tables_without_right: Vec<String>,
}

/// Returns what can be known of a server and of this role on it.
pub(super) async fn examine(pool: &PgPool) -> Result<ServerHealth, StoreError> {
    let (version, number, role, is_superuser): (String, i64, String, bool) = sqlx::query_as(
        "SELECT current_setting('server_version'), \
         CAST(current_setting('server_version_num') AS BIGINT), CAST(current_user AS TEXT), \
         COALESCE((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), FALSE)",
    )
    .fetch_one(pool)
    .await?;
    let without: Vec<(String,)> = sqlx::query_as(
        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() \
         AND NOT (has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT') \
         AND (tablename = $1 OR has_table_privilege(format('%I.%I', schemaname, tablename), \
         'INSERT'))) ORDER BY tablename",
    )
    .bind(MIGRATIONS)
    .fetch_all(pool)
    .await?;
    Ok(ServerHealth {
        version,
        is_supported: number >= VERSION_MIN,
        role,
        may_migrate: may_migrate(pool).await?,
        is_superuser,
        tables_without_right: without.into_iter().map(|(table,)| table).collect(),
    })
}

/// Gives a role what serving needs, and takes from it what is more than that:
/// it reads and writes rows, only adds to what is append-only, and cannot
/// change the schema.
pub(super) async fn grant(pool: &PgPool, role: &str) -> Result<(), StoreError> {
    let found: Option<(bool,)> = sqlx::query_as(
        "SELECT rolsuper OR pg_has_role(oid, (SELECT relowner FROM pg_class \
         WHERE oid = to_regclass('program')), 'USAGE') FROM pg_roles WHERE rolname = $1",
    )
    .bind(role)
    .fetch_optional(pool)
    .await?;
    match found {
        None => {
            let what =
                format!("there is no role \"{role}\" on the server; make it with CREATE ROLE");
            return Err(StoreError::Role(what));
        }
        Some((true,)) => {
            let what = format!(
                "the role \"{role}\" owns the tables or is a superuser, so nothing is out of its \
                 reach; name another role"
            );
            return Err(StoreError::Role(what));
        }
        Some((false,)) => {}
    }
    // Names are quoted by the server, which knows how.
    let statements: Vec<(String,)> = sqlx::query_as(
        "WITH t AS (SELECT format('%I.%I', schemaname, tablename) AS name, tablename \
         FROM pg_tables WHERE schemaname = current_schema()) \
         SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), $1) UNION ALL \
         SELECT format('REVOKE ALL ON %s FROM %I', name, $1) FROM t UNION ALL \
         SELECT format('GRANT %s ON %s TO %I', CASE WHEN tablename = $2 THEN 'SELECT' \
         WHEN tablename = ANY($3) THEN 'SELECT, INSERT' \
         ELSE 'SELECT, INSERT, UPDATE, DELETE' END, name, $1) FROM t UNION ALL \
         SELECT format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %I TO %I', current_schema(), $1)",
    )
    .bind(role)
    .bind(MIGRATIONS)
    .bind(&APPEND_ONLY[..])
    .fetch_all(pool)
    .await?;
    let mut transaction = pool.begin().await?;
    for (statement,) in statements {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}
