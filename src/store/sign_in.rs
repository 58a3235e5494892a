//! Who somebody is: the reads that begin with what a caller sends, before
//! any program is known, and so look into all of them.

use sqlx::FromRow;
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::rows::Place;
use super::tx::EVERY_PROGRAM;
use super::user::RoleColumns;
use super::{StoreError, Tx};
use crate::domain::time::UtcSecond;
use crate::domain::{AccessRole, Realm, UserKey, UserName};

statements! {
    SIGN_IN_KEY = "SELECT p.key AS program_key, u.key AS user_key, u.role, u.scopes, \
        u.supervisor_key, k.secret_sha256, k.expires_at FROM api_key k \
        JOIN user_account u ON u.program_id = k.program_id AND u.key = k.user_key \
        JOIN program p ON p.program_id = k.program_id \
        WHERE k.id = $1 AND k.revoked_at IS NULL AND u.revoked_at IS NULL \
        AND p.deleted_at IS NULL";
    SIGN_IN_USERS = "SELECT p.key AS program_key, u.key AS user_key, u.role, u.scopes, \
        u.supervisor_key FROM user_account u JOIN program p ON p.program_id = u.program_id \
        WHERE u.key = $1 AND u.revoked_at IS NULL AND p.deleted_at IS NULL ORDER BY p.key";
}

#[derive(FromRow)]
struct UserRow {
    program_key: String,
    user_key: String,
    #[sqlx(flatten)]
    role: RoleColumns,
}

#[derive(FromRow)]
struct KeyRow {
    #[sqlx(flatten)]
    user: UserRow,
    secret_sha256: String,
    expires_at: Option<i64>,
}

/// A user who was not revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownUser {
    /// Program and key.
    pub name: UserName,
    /// What the user is.
    pub role: AccessRole,
}

/// A key that was not revoked, of such a user.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// Whose key it is.
    pub user: KnownUser,
    /// SHA-256 of the secret of the key, in lowercase hexadecimal.
    pub secret_sha256: String,
    /// The first instant at which the key no longer holds; `None` for never.
    pub expires_at: Option<UtcSecond>,
}

impl UserRow {
    fn into_user(self) -> Result<KnownUser, StoreError> {
        let place = Place {
            table: "user_account",
            key: &self.user_key,
        };
        let realm = if self.program_key == EVERY_PROGRAM {
            Realm::EveryProgram
        } else {
            Realm::Program(place.parse(&self.program_key)?)
        };
        let key = place.parse(&self.user_key)?;
        Ok(KnownUser {
            name: UserName { realm, key },
            role: self.role.read(place)?,
        })
    }
}

impl Tx {
    /// Returns a key that was not revoked; its secret and its end are for the
    /// caller to look at.
    ///
    /// # Errors
    /// When the database fails, or holds what no user can be.
    pub async fn sign_in_key(&mut self, id: Uuid) -> Result<Option<KnownKey>, StoreError> {
        self.enter_every_program().await?;
        let row: Option<KeyRow> = on!(self, |connection| {
            sqlx::query_as(SIGN_IN_KEY)
                .bind(id)
                .fetch_optional(connection)
                .await
        })?;
        let read = |row: KeyRow| {
            Ok(KnownKey {
                user: row.user.into_user()?,
                secret_sha256: row.secret_sha256,
                expires_at: row.expires_at.map(UtcSecond),
            })
        };
        row.map(read).transpose()
    }

    /// Returns the users of a key: one in each program that has one, and one of
    /// every program.
    ///
    /// # Errors
    /// As [`Tx::sign_in_key`].
    pub async fn sign_in_users(&mut self, key: &UserKey) -> Result<Vec<KnownUser>, StoreError> {
        self.enter_every_program().await?;
        let rows: Vec<UserRow> = on!(self, |connection| {
            sqlx::query_as(SIGN_IN_USERS)
                .bind(key.as_str())
                .fetch_all(connection)
                .await
        })?;
        rows.into_iter().map(UserRow::into_user).collect()
    }
}
