//! Requests that took effect, each with the bytes of its first answer: a
//! repeat has no effect and gets them again.

use uuid::Uuid;

use super::dispatch::{on, statements};
use super::{StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;

/// How long a request is remembered, in seconds.
const REMEMBERED: i64 = 24 * 3600;

statements! {
    IDEMPOTENCY_FORGET = "DELETE FROM idempotency WHERE program_id = $1 AND expires_at <= $2";
    IDEMPOTENCY_INSERT = "INSERT INTO idempotency \
        (program_id, actor, request_id, method, body_sha256, answer, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    IDEMPOTENCY_FIND = "SELECT method, body_sha256, answer FROM idempotency \
        WHERE actor = $1 AND request_id = $2 AND expires_at > $3 \
        ORDER BY expires_at LIMIT 1";
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
    /// The answer that it gets, and that every repeat gets again.
    pub answer: &'a [u8],
}

/// A request that took effect.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DoneRequest {
    /// Name of the method.
    pub method: String,
    /// SHA-256 of the body.
    pub body_sha256: String,
    /// The answer that it got.
    pub answer: Vec<u8>,
}

/// Remembers a request, and forgets those whose time is over.
pub(super) async fn insert(
    tx: &mut WriteTx,
    actor: &str,
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
            .bind(request.answer)
            .bind(now + REMEMBERED)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

impl Tx {
    /// Returns the request of a caller with that identifier, in whichever
    /// program it took effect within the last day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idempotency_find(
        &mut self,
        actor: &str,
        id: Uuid,
        now: UtcSecond,
    ) -> Result<Option<DoneRequest>, StoreError> {
        Ok(on!(self, |connection| {
            sqlx::query_as(IDEMPOTENCY_FIND)
                .bind(actor)
                .bind(id)
                .bind(now.0)
                .fetch_optional(connection)
                .await
        })?)
    }
}
