//! Users: what each is, in a program or in every program.

use sqlx::FromRow;
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::rows::{Place, RecordColumns};
use super::{KeyRange, ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;
use crate::domain::{AccessRole, User, Versioned};

statements! {
    USER_LIST = "SELECT key, id, version, created_at, updated_at, revoked_at, role, scopes, \
        supervisor_key FROM user_account WHERE program_id = $1 AND key >= $2 AND key <= $3 \
        ORDER BY key LIMIT CAST($4 AS BIGINT)";
    USER_INSERT = "INSERT INTO user_account (program_id, key, id, version, created_at, \
        updated_at, role, scopes, supervisor_key) VALUES ($1, $2, $3, 1, $4, $4, $5, $6, $7)";
    USER_UPDATE = "UPDATE user_account SET version = version + 1, updated_at = $3, \
        revoked_at = $4, role = $5, scopes = $6, supervisor_key = $7 \
        WHERE program_id = $1 AND key = $2";
    USER_ANY = "SELECT version FROM user_account LIMIT CAST($1 AS BIGINT)";
}

/// The columns of a role.
#[derive(Debug, FromRow)]
pub(super) struct RoleColumns {
    role: String,
    scopes: String,
    supervisor_key: Option<String>,
}

impl RoleColumns {
    pub(super) fn read(&self, place: Place<'_>) -> Result<AccessRole, StoreError> {
        Ok(match (self.role.as_str(), &self.supervisor_key) {
            ("admin", None) => AccessRole::Admin,
            ("coordinator", None) => AccessRole::Coordinator,
            ("partner", None) => {
                let scopes = self.scopes.split(';').map(|scope| place.parse(scope));
                AccessRole::Partner(scopes.collect::<Result<_, _>>()?)
            }
            ("supervisor", Some(key)) => AccessRole::Supervisor(place.parse(key)?),
            ("viewer", None) => AccessRole::Viewer,
            _ => return Err(place.corrupt()),
        })
    }

    fn of(role: &AccessRole) -> Self {
        let (mut scopes, mut supervisor_key) = (String::new(), None);
        match role {
            AccessRole::Partner(all) => {
                let words: Vec<&str> = all.iter().map(|scope| scope.as_str()).collect();
                scopes = words.join(";");
            }
            AccessRole::Supervisor(key) => supervisor_key = Some(key.to_string()),
            AccessRole::Admin | AccessRole::Coordinator | AccessRole::Viewer => {}
        }
        Self {
            role: role.word().to_owned(),
            scopes,
            supervisor_key,
        }
    }
}

#[derive(FromRow)]
struct UserRow {
    #[sqlx(flatten)]
    record: RecordColumns,
    revoked_at: Option<i64>,
    #[sqlx(flatten)]
    role: RoleColumns,
}

impl UserRow {
    fn into_user(self) -> Result<Versioned<User>, StoreError> {
        let place = Place {
            table: "user_account",
            key: &self.record.key,
        };
        let user = User {
            key: place.parse(&self.record.key)?,
            role: self.role.read(place)?,
            revoked_at: self.revoked_at.map(UtcSecond),
        };
        Ok(self.record.with(user))
    }
}

impl Tx {
    /// Returns the users of a range, by key.
    ///
    /// # Errors
    /// When the database fails, or holds what no user can be.
    pub async fn user_list(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<User>>, StoreError> {
        let rows: Vec<UserRow> = on!(self, |connection| {
            sqlx::query_as(USER_LIST)
                .bind(scope.program_id)
                .bind(keys.from.as_str())
                .bind(keys.until.as_str())
                .bind(keys.limit)
                .fetch_all(connection)
                .await
        })?;
        rows.into_iter().map(UserRow::into_user).collect()
    }

    /// Says whether there is or ever was a user, in any program.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_any(&mut self) -> Result<bool, StoreError> {
        self.enter_every_program().await?;
        let found: Option<(i64,)> = on!(self, |connection| {
            sqlx::query_as(USER_ANY)
                .bind(1_i64)
                .fetch_optional(connection)
                .await
        })?;
        Ok(found.is_some())
    }
}

impl WriteTx {
    /// Adds a user.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the key was ever given.
    pub async fn user_insert(&mut self, user: User) -> Result<Versioned<User>, StoreError> {
        let (program_id, now, id) = (self.scope.program_id, self.now, Uuid::now_v7());
        let role = RoleColumns::of(&user.role);
        on!(&mut self.tx, |connection| {
            sqlx::query(USER_INSERT)
                .bind(program_id)
                .bind(user.key.as_str())
                .bind(id)
                .bind(now.0)
                .bind(role.role)
                .bind(role.scopes)
                .bind(role.supervisor_key)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(Versioned {
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            value: user,
        })
    }

    /// Replaces a user and returns its new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_update(
        &mut self,
        before: &Versioned<User>,
        user: User,
    ) -> Result<Versioned<User>, StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now.0);
        let role = RoleColumns::of(&user.role);
        on!(&mut self.tx, |connection| {
            sqlx::query(USER_UPDATE)
                .bind(program_id)
                .bind(user.key.as_str())
                .bind(now)
                .bind(user.revoked_at.map(|at| at.0))
                .bind(role.role)
                .bind(role.scopes)
                .bind(role.supervisor_key)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(self.next_version(before, user))
    }
}
