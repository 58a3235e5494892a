//! Requests that take effect once.
//!
//! The first answer to a request is kept in the transaction of the change
//! itself, as the bytes that the door sends, so that either both are there or
//! neither. A repeat gets those bytes for 24 hours, whatever has become of the
//! records since. A twin of a request under way waits for it, as every writer
//! of a program does, and then gets its answer.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::{Actor, App, AppError};
use crate::domain::Violations;
use crate::store::{Request, Tx, WriteTx};

/// Largest answer that is kept, in bytes: as large as the largest request, so
/// that the record that a request carries always fits.
const ANSWER_MOST: usize = 4 << 20;

type Encode = dyn Fn(&dyn Any) -> Option<Vec<u8>> + Send + Sync;

/// A request that takes effect once, however often it is sent.
#[derive(Clone)]
pub struct RequestOnce {
    id: Uuid,
    method: &'static str,
    body_sha256: String,
    encode: Arc<Encode>,
}

impl RequestOnce {
    /// Returns a request: the identifier that the caller chose, the name of
    /// the method, such as `CreateProgram`, and the SHA-256 of the body in
    /// hexadecimal. `encode` puts what the use case returns, a `T`, into the
    /// bytes of the answer.
    pub fn new<T: Any>(
        id: Uuid,
        method: &'static str,
        body_sha256: String,
        encode: impl Fn(&T) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self {
            id,
            method,
            body_sha256,
            encode: Arc::new(move |result| result.downcast_ref().map(&encode)),
        }
    }

    /// Returns the identifier that the caller chose.
    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    /// Returns the bytes of the answer for what a use case returns.
    pub(super) fn answer(&self, result: &dyn Any) -> Result<Vec<u8>, AppError> {
        let answer = (self.encode)(result).ok_or_else(|| {
            let message = format!("{} answers with another type", self.method);
            AppError::Internal(message.into())
        })?;
        if answer.len() <= ANSWER_MOST {
            return Ok(answer);
        }
        let number = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
        Err(AppError::TooLarge {
            what: "bytes of an answer under a request_id",
            limit: number(ANSWER_MOST),
            count: number(answer.len()),
        })
    }

    /// Returns the request as the store keeps it, with its answer.
    pub(super) fn with_answer<'a>(&'a self, answer: &'a [u8]) -> Request<'a> {
        Request {
            id: self.id,
            method: self.method,
            body_sha256: &self.body_sha256,
            answer,
        }
    }
}

impl fmt::Debug for RequestOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOnce")
            .field("id", &self.id)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// How a request came out that takes effect once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It was carried out now.
    Done(T),
    /// It was carried out before; the bytes of the answer that it got then.
    DoneBefore(Vec<u8>),
}

impl App {
    /// Carries out a change, unless the caller's request was carried out
    /// within the last 24 hours; a caller without a request has it carried out
    /// in any case. A change that fails is not remembered, nor is one that
    /// writes nothing.
    ///
    /// # Errors
    /// Those of the change; [`AppError::Invalid`] when the identifier was used
    /// for another request.
    pub async fn once<T, E: From<AppError>>(
        &self,
        actor: &Actor,
        change: impl Future<Output = Result<T, E>>,
    ) -> Result<Outcome<T>, E> {
        if let Some(answer) = self.first_answer(actor).await? {
            return Ok(Outcome::DoneBefore(answer));
        }
        match change.await {
            Ok(result) => Ok(Outcome::Done(result)),
            // What stood in the way may be the doing of a twin, which was
            // carried out meanwhile.
            Err(error) => match self.first_answer(actor).await? {
                Some(answer) => Ok(Outcome::DoneBefore(answer)),
                None => Err(error),
            },
        }
    }

    async fn first_answer(&self, actor: &Actor) -> Result<Option<Vec<u8>>, AppError> {
        if actor.request().is_none() {
            return Ok(None);
        }
        let mut tx = self.inner.db.read().await?;
        self.first_answer_in(&mut tx, actor).await
    }

    async fn first_answer_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
    ) -> Result<Option<Vec<u8>>, AppError> {
        let Some(request) = actor.request() else {
            return Ok(None);
        };
        let found = tx.idempotency_find(actor.name(), request.id, self.now());
        match found.await? {
            None => Ok(None),
            Some(done)
                if done.method == request.method && done.body_sha256 == request.body_sha256 =>
            {
                Ok(Some(done.answer))
            }
            Some(_) => Err(AppError::Invalid(Violations::one(
                "request_id",
                "request_id_unused",
                "was used for another request; give each its own",
            ))),
        }
    }

    /// Ends a write whose request was carried out while it waited for its
    /// turn.
    pub(super) async fn check_not_done(
        &self,
        write: &mut WriteTx,
        actor: &Actor,
    ) -> Result<(), AppError> {
        match self.first_answer_in(write.tx(), actor).await? {
            Some(_) => Err(AppError::Contended),
            None => Ok(()),
        }
    }
}
