//! Keys by which users sign in. Of a secret the hash alone comes here.

use sqlx::FromRow;
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::rows::Place;
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;
use crate::domain::{ApiKey, UserKey};

statements! {
    API_KEY_LIST = "SELECT id, user_key, created_at, expires_at, revoked_at FROM api_key \
        WHERE program_id = $1 AND id > $2 ORDER BY id LIMIT CAST($3 AS BIGINT)";
    API_KEY_LIST_OF_USER = "SELECT id, user_key, created_at, expires_at, revoked_at FROM api_key \
        WHERE program_id = $1 AND id > $2 AND user_key = $4 ORDER BY id LIMIT CAST($3 AS BIGINT)";
    API_KEY_FETCH = "SELECT id, user_key, created_at, expires_at, revoked_at FROM api_key \
        WHERE program_id = $1 AND id = $2";
    API_KEY_INSERT = "INSERT INTO api_key (program_id, id, user_key, created_at, expires_at, \
        secret_sha256) VALUES ($1, $2, $3, $4, $5, $6)";
    API_KEY_REVOKE = "UPDATE api_key SET revoked_at = $3 WHERE program_id = $1 AND id = $2";
}

#[derive(FromRow)]
struct ApiKeyRow {
    id: Uuid,
    user_key: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl ApiKeyRow {
    fn into_key(self) -> Result<ApiKey, StoreError> {
        let id = self.id.to_string();
        let place = Place {
            table: "api_key",
            key: &id,
        };
        Ok(ApiKey {
            id: self.id,
            user: place.parse(&self.user_key)?,
            created_at: UtcSecond(self.created_at),
            expires_at: self.expires_at.map(UtcSecond),
            revoked_at: self.revoked_at.map(UtcSecond),
        })
    }
}

impl Tx {
    /// Returns up to `limit` keys after another, the oldest first: those of a
    /// user, or of all users of the scope.
    ///
    /// # Errors
    /// When the database fails, or holds what no key can be.
    pub async fn api_key_list(
        &mut self,
        scope: ProgramScope,
        user: Option<&UserKey>,
        after: Uuid,
        limit: i64,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let rows: Vec<ApiKeyRow> = match user {
            None => on!(self, |connection| {
                sqlx::query_as(API_KEY_LIST)
                    .bind(scope.program_id)
                    .bind(after)
                    .bind(limit)
                    .fetch_all(connection)
                    .await
            })?,
            Some(user) => on!(self, |connection| {
                sqlx::query_as(API_KEY_LIST_OF_USER)
                    .bind(scope.program_id)
                    .bind(after)
                    .bind(limit)
                    .bind(user.as_str())
                    .fetch_all(connection)
                    .await
            })?,
        };
        rows.into_iter().map(ApiKeyRow::into_key).collect()
    }

    /// Returns a key.
    ///
    /// # Errors
    /// As [`Tx::api_key_list`].
    pub async fn api_key_fetch(
        &mut self,
        scope: ProgramScope,
        id: Uuid,
    ) -> Result<Option<ApiKey>, StoreError> {
        let row: Option<ApiKeyRow> = on!(self, |connection| {
            sqlx::query_as(API_KEY_FETCH)
                .bind(scope.program_id)
                .bind(id)
                .fetch_optional(connection)
                .await
        })?;
        row.map(ApiKeyRow::into_key).transpose()
    }
}

impl WriteTx {
    /// Adds a key for a user, with the SHA-256 of its secret in lowercase
    /// hexadecimal.
    ///
    /// # Errors
    /// [`StoreError::Referenced`] when there is no such user.
    pub async fn api_key_insert(
        &mut self,
        key: &ApiKey,
        secret_sha256: &str,
    ) -> Result<(), StoreError> {
        let program_id = self.scope.program_id;
        on!(&mut self.tx, |connection| {
            sqlx::query(API_KEY_INSERT)
                .bind(program_id)
                .bind(key.id)
                .bind(key.user.as_str())
                .bind(key.created_at.0)
                .bind(key.expires_at.map(|at| at.0))
                .bind(secret_sha256)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Revokes a key for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_key_revoke(&mut self, id: Uuid) -> Result<(), StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now.0);
        on!(&mut self.tx, |connection| {
            sqlx::query(API_KEY_REVOKE)
                .bind(program_id)
                .bind(id)
                .bind(now)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}
