//! Two roles of a PostgreSQL server: the owner migrates, and the one that
//! serves reads and writes rows and can do nothing else.

use std::str::FromStr;

use practicum::store::{Db, StoreError};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};

use super::databases::with_postgres;
use crate::cli_match::shipped;
use crate::support::command::{Ran, practicum};

/// A database of its own, and the URLs of its two roles.
struct TwoRoles {
    server: PgConnection,
    database: String,
    owner: String,
    app: String,
    owner_url: String,
    app_url: String,
}

async fn sql(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    connection
        .execute(AssertSqlSafe(sql.to_owned()))
        .await
        .map(drop)
}

impl TwoRoles {
    async fn new() -> Self {
        let server_url = std::env::var("TEST_POSTGRES_URL").unwrap();
        let options = PgConnectOptions::from_str(&server_url).unwrap();
        let mut server = options.connect().await.unwrap();
        let id = uuid::Uuid::now_v7().simple().to_string();
        let (database, owner, app) = (
            format!("two_{id}"),
            format!("owner_{id}"),
            format!("app-{id}"),
        );
        for statement in [
            format!("CREATE ROLE {owner} LOGIN"),
            format!("CREATE ROLE \"{app}\" LOGIN"),
            format!("CREATE DATABASE {database} OWNER {owner}"),
        ] {
            sql(&mut server, &statement).await.unwrap();
        }
        let url = |role: &str| {
            let options = options.clone().database(&database).username(role);
            options.to_url_lossy().to_string()
        };
        let (owner_url, app_url) = (url(&owner), url(&app));
        Self {
            server,
            database,
            owner,
            app,
            owner_url,
            app_url,
        }
    }

    fn migrate(&self) -> Ran {
        practicum(&[
            "migrate",
            "--database",
            &self.owner_url,
            "--grant-to",
            &self.app,
        ])
    }

    async fn as_role(url: &str, statement: &str) -> Result<(), sqlx::Error> {
        let mut connection = PgConnectOptions::from_str(url).unwrap().connect().await?;
        sql(&mut connection, statement).await
    }

    async fn drop(mut self) {
        for statement in [
            format!("DROP DATABASE {} WITH (FORCE)", self.database),
            format!("DROP ROLE {}", self.owner),
            format!("DROP ROLE \"{}\"", self.app),
        ] {
            sql(&mut self.server, &statement).await.unwrap();
        }
    }
}

#[test]
fn the_role_that_serves_works_and_cannot_change_the_schema() {
    with_postgres(|_| async move {
        let roles = TwoRoles::new().await;
        let migrated = roles.migrate();
        assert_eq!(migrated.code, 0, "{}", migrated.stderr);
        let roster = shipped("clinic-12").display().to_string();
        for arguments in [
            vec!["import", &roster],
            vec!["run", "start"],
            vec!["plan", "show"],
            vec!["import", &roster, "--mode", "upsert"],
        ] {
            let arguments = [&arguments[..], &["--database", &roles.app_url]].concat();
            let ran = practicum(&arguments);
            assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        }
        let doctor = practicum(&["doctor", "--json", "--database", &roles.app_url]).json();
        assert_eq!(doctor["problems"], json!([]));
        assert_eq!(doctor["warnings"], json!([]));
        assert_eq!(doctor["database"]["role"], roles.app.as_str());
        for refused in [
            "CREATE TABLE more (id BIGINT)",
            "ALTER TABLE program ADD COLUMN more BIGINT",
            "DROP TABLE forbid",
            "UPDATE event SET actor = 'somebody'",
            "DELETE FROM event",
            "DELETE FROM placement",
            "DELETE FROM publication",
            "UPDATE response SET reason = ''",
            "UPDATE round_state SET state = 'draft'",
            "DELETE FROM change",
            "UPDATE snapshot SET bytes = ''",
            "DELETE FROM _sqlx_migrations",
        ] {
            let error = TwoRoles::as_role(&roles.app_url, refused)
                .await
                .unwrap_err();
            let code = error
                .as_database_error()
                .unwrap()
                .code()
                .unwrap()
                .into_owned();
            assert_eq!(code, "42501", "{refused}: {error}");
        }
        // Once more, over what is there.
        assert_eq!(roles.migrate().code, 0);
        roles.drop().await;
    });
}

#[test]
fn the_role_that_serves_is_told_who_has_to_migrate() {
    with_postgres(|_| async move {
        let roles = TwoRoles::new().await;
        let open = async || Db::open(&roles.app_url).await;
        let error = open().await.unwrap_err();
        assert!(
            matches!(error, StoreError::SchemaBehind { found: 0, .. }),
            "{error}"
        );
        let ran = practicum(&["round", "list", "--database", &roles.app_url]);
        assert_eq!(ran.code, 4);
        let how = format!(
            "`practicum migrate --grant-to {}` with the owner's URL",
            roles.app
        );
        assert!(ran.stderr.contains(&how), "{}", ran.stderr);

        assert_eq!(roles.migrate().code, 0);
        open().await.unwrap().close().await;
        let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                     execution_time) VALUES (9999, 'later', TRUE, '', 0)";
        TwoRoles::as_role(&roles.owner_url, later).await.unwrap();
        let error = open().await.unwrap_err();
        assert!(
            matches!(error, StoreError::SchemaNewer { found: 9999, .. }),
            "{error}"
        );
        let older = "DELETE FROM _sqlx_migrations";
        TwoRoles::as_role(&roles.owner_url, older).await.unwrap();
        let error = open().await.unwrap_err();
        assert!(matches!(error, StoreError::SchemaBehind { .. }), "{error}");
        roles.drop().await;
    });
}

#[test]
fn rights_that_are_lacking_are_found_by_the_doctor() {
    with_postgres(|_| async move {
        let roles = TwoRoles::new().await;
        assert_eq!(roles.migrate().code, 0);
        let revoke = format!("REVOKE INSERT ON forbid FROM \"{}\"", roles.app);
        TwoRoles::as_role(&roles.owner_url, &revoke).await.unwrap();
        let doctor = practicum(&["doctor", "--json", "--database", &roles.app_url]);
        assert_eq!(doctor.code, 4, "{}", doctor.stdout);
        let problem = doctor.json()["problems"][0].as_str().unwrap().to_owned();
        assert!(problem.contains("lacks rights to forbid"), "{problem}");
        roles.drop().await;
    });
}

#[test]
fn refuses_to_grant_to_nobody_to_the_owner_and_on_a_file() {
    with_postgres(|_| async move {
        let roles = TwoRoles::new().await;
        let migrate = |database: &str, role: &str| {
            practicum(&["migrate", "--database", database, "--grant-to", role])
        };
        let nobody = migrate(&roles.owner_url, "no_such_role");
        assert_eq!(nobody.code, 4, "{}", nobody.stderr);
        assert!(
            nobody.stderr.contains("no role \"no_such_role\""),
            "{}",
            nobody.stderr
        );
        let owner = migrate(&roles.owner_url, &roles.owner);
        assert_eq!(owner.code, 4, "{}", owner.stderr);
        assert!(owner.stderr.contains("owns the tables"), "{}", owner.stderr);
        let file = migrate("unused.db", "somebody");
        assert_eq!(file.code, 2, "{}", file.stderr);
        assert!(file.stderr.contains("has no roles"), "{}", file.stderr);
        roles.drop().await;
    });
}
