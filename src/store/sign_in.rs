//! Who somebody is: the one read that begins with what a caller sends, before
//! any program is known, and so looks into all of them.

use sqlx::FromRow;
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::rows::Place;
use super::tx::EVERY_PROGRAM;
use super::user::RoleColumns;
use super::{StoreError, Tx};
use crate::domain::time::UtcSecond;
use crate::domain::{AccessRole, Realm, UserName};

statements! {
    SIGN_IN_KEY = "SELECT p.key AS program_key, u.key AS user_key, u.role, u.scopes, \
        u.supervisor_key, k.secret_sha256, k.expires_at FROM api_key k \
        JOIN user_account u ON u.program_id = k.program_id AND u.key = k.user_key \
        JOIN program p ON p.program_id = k.program_id \
        WHERE k.id = $1 AND k.revoked_at IS NULL AND u.revoked_at IS NULL \
        AND p.deleted_at IS NULL";
}

#[derive(FromRow)]
struct SignInRow {
    program_key: String,
    user_key: String,
    #[sqlx(flatten)]
    role: RoleColumns,
    secret_sha256: String,
    expires_at: Option<i64>,
}

/// A user who was not revoked, found by a key.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The user.
    pub user: UserName,
    /// What the user is.
    pub role: AccessRole,
    /// SHA-256 of the secret of the key, in lowercase hexadecimal.
    pub secret_sha256: String,
    /// The first instant at which the key no longer holds; `None` for never.
    pub expires_at: Option<UtcSecond>,
}

impl SignInRow {
    fn into_signed_in(self) -> Result<SignedIn, StoreError> {
        let place = Place {
            table: "user_account",
            key: &self.user_key,
        };
        let realm = if self.program_key == EVERY_PROGRAM {
            Realm::EveryProgram
        } else {
            Realm::Program(place.parse(&self.program_key)?)
        };
        Ok(SignedIn {
            user: UserName {
                realm,
                key: place.parse(&self.user_key)?,
            },
            role: self.role.read(place)?,
            secret_sha256: self.secret_sha256,
            expires_at: self.expires_at.map(UtcSecond),
        })
    }
}

impl Tx {
    /// Returns the user of a key that was not revoked; its secret and its end
    /// are for the caller to look at.
    ///
    /// # Errors
    /// When the database fails, or holds what no user can be.
    pub async fn sign_in_key(&mut self, id: Uuid) -> Result<Option<SignedIn>, StoreError> {
        self.enter_every_program().await?;
        let row: Option<SignInRow> = on!(self, |connection| {
            sqlx::query_as(SIGN_IN_KEY)
                .bind(id)
                .fetch_optional(connection)
                .await
        })?;
        row.map(SignInRow::into_signed_in).transpose()
    }
}
