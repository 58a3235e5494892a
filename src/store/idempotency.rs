//! Requests that took effect: a repeat finds them and has none.

use uuid::Uuid;

use super::dispatch::{on, statements};
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;

/// How long a request is remembered, in seconds.
const REMEMBERED: i64 = 24 * 3600;

statements! {
    IDEMPOTENCY_FORGET = "DELETE FROM idempotency WHERE program_id = $1 AND expires_at <= $2";
    IDEMPOTENCY_INSERT = "INSERT INTO idempotency \
        (program_id, actor, request_id, method, body_sha256, subject, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    IDEMPOTENCY_FIND = "SELECT method, body_sha256, subject FROM idempotency \
        WHERE program_id = $1 AND actor = $2 AND request_id = $3 AND expires_at > $4";
}

/// A request that takes effect once.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Identifier that the caller chose.
    pub id: Uuid,
    /// Name of the method.
    pub method: &'a str,
    /// SHA-256 of the body.
    pub body_sha256: &'a str,
}

/// A request that took effect.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DoneRequest {
    /// Name of the method.
    pub method: String,
    /// SHA-256 of the body.
    pub body_sha256: String,
    /// What it was carried out on.
    pub subject: String,
}

/// Remembers a request, and forgets those whose time is over.
pub(super) async fn insert(
    tx: &mut WriteTx,
    actor: &str,
    subject: &str,
    request: &Request<'_>,
) -> Result<(), StoreError> {
    let (program_id, now) = (tx.scope.program_id, tx.now.0);
    on!(&mut tx.tx, |connection| {
        sqlx::query(IDEMPOTENCY_FORGET)
            .bind(program_id)
            .bind(now)
            .execute(connection)
            .await
            .map(drop)
    })?;
    on!(&mut tx.tx, |connection| {
        sqlx::query(IDEMPOTENCY_INSERT)
            .bind(program_id)
            .bind(actor)
            .bind(request.id)
            .bind(request.method)
            .bind(request.body_sha256)
            .bind(subject)
            .bind(now + REMEMBERED)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

impl Tx {
    /// Returns the request of a caller with that identifier, when it took
    /// effect within the last day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idempotency_find(
        &mut self,
        scope: ProgramScope,
        actor: &str,
        id: Uuid,
        now: UtcSecond,
    ) -> Result<Option<DoneRequest>, StoreError> {
        Ok(on!(self, |connection| {
            sqlx::query_as(IDEMPOTENCY_FIND)
                .bind(scope.program_id)
                .bind(actor)
                .bind(id)
                .bind(now.0)
                .fetch_optional(connection)
                .await
        })?)
    }
}
