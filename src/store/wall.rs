//! The second wall between programs, on PostgreSQL.
//!
//! Every statement names its program; row-level security catches one that
//! would not. A transaction sees the rows of the program that it entered and
//! no others, and none before it has entered any. What is set holds for the
//! transaction alone, so that the next user of a pooled connection starts
//! outside. A SQLite file has no such wall.

use sqlx::{AssertSqlSafe, PgPool};

use super::{Db, ProgramScope, StoreError, Tx};

/// Columns of a `SELECT` or `RETURNING` over `program` that enter the program
/// of its row.
macro_rules! entering {
    () => {
        "set_config('practicum.program_id', CAST(program_id AS TEXT), TRUE)"
    };
}
pub(super) use entering;

/// Returns the statement by which the transaction that is open enters a program.
/// It has no parameter, so that it goes with the statement that begins one.
pub(super) fn entering_now(scope: ProgramScope) -> String {
    // A UUID holds no quote.
    format!("SET LOCAL practicum.program_id = '{}'", scope.program_id)
}

const ENTER_EVERY: &str = "SELECT set_config('practicum.every_program', 'on', TRUE)";

impl Tx {
    /// Lets the statements that follow see the rows of a program.
    pub(super) async fn enter(&mut self, scope: ProgramScope) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(transaction) => {
                sqlx::raw_sql(AssertSqlSafe(entering_now(scope)))
                    .execute(&mut **transaction)
                    .await?;
            }
        }
        Ok(())
    }

    /// Lets the statements that follow see the rows of every program: for what
    /// looks over all of them, such as the queue of runs.
    pub(super) async fn enter_every_program(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(transaction) => {
                sqlx::query(ENTER_EVERY).execute(&mut **transaction).await?;
            }
        }
        Ok(())
    }
}

/// What keeps the second wall from standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The role is a superuser, or row-level security does not hold for it.
    RolePassesThrough {
        /// Name of the role.
        role: String,
    },
    /// The role owns tables, and can take the wall down.
    RoleOwnsTables {
        /// Name of the role.
        role: String,
    },
    /// Tables with rows of programs lack their policy.
    TablesWithoutPolicy(Vec<String>),
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RolePassesThrough { role } => write!(
                f,
                "the role {role} is a superuser or has BYPASSRLS, so that row-level security does \
                 not hold for it"
            ),
            Self::RoleOwnsTables { role } => write!(
                f,
                "the role {role} owns the tables, so that it can turn row-level security off"
            ),
            Self::TablesWithoutPolicy(tables) => write!(
                f,
                "row-level security is not in force on {}",
                tables.join(", ")
            ),
        }
    }
}

impl Db {
    /// Returns every gap in the second wall; none for a file, which has no
    /// such wall.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn gaps_in_wall(&self) -> Result<Vec<Gap>, StoreError> {
        match self {
            Self::Sqlite { .. } => Ok(Vec::new()),
            Self::Postgres(pool) => gaps(pool).await,
        }
    }
}

async fn gaps(pool: &PgPool) -> Result<Vec<Gap>, StoreError> {
    let (role, passes, owns): (String, bool, bool) = sqlx::query_as(
        "SELECT CAST(rolname AS TEXT), rolsuper OR rolbypassrls, \
         EXISTS (SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p') \
         AND relnamespace = CAST(current_schema() AS regnamespace) \
         AND pg_has_role(pg_roles.oid, relowner, 'USAGE')) \
         FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(pool)
    .await?;
    // The row of a program has to be found by its key before it is entered.
    let open: Vec<(String,)> = sqlx::query_as(
        "SELECT CAST(c.relname AS TEXT) FROM pg_class c \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'program_id' \
         WHERE c.relkind IN ('r', 'p') AND c.relname <> 'program' \
         AND c.relnamespace = CAST(current_schema() AS regnamespace) \
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity \
         AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)) \
         ORDER BY c.relname",
    )
    .fetch_all(pool)
    .await?;
    let mut gaps = Vec::new();
    if passes {
        gaps.push(Gap::RolePassesThrough { role: role.clone() });
    }
    if owns && !passes {
        gaps.push(Gap::RoleOwnsTables { role });
    }
    if !open.is_empty() {
        let tables = open.into_iter().map(|(table,)| table).collect();
        gaps.push(Gap::TablesWithoutPolicy(tables));
    }
    Ok(gaps)
}
