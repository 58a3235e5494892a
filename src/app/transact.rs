//! What every use case does at the start and at the end: open the program,
//! find a repeated request, commit with an event; and pages of lists.

use super::{Actor, App, AppError, Reason};
use crate::domain::time::UtcSecond;
use crate::domain::{Page, PageRequest, Program, ProgramKey, Versioned, Violations};
use crate::store::{Event, KeyRange, ProgramScope, Request, StoreError, Tx, WriteTx};

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { kind, key } => Self::NotFound { kind, key },
            // Whoever could say what is there looks first, under the lock of
            // the program; what is left is a race that a second try settles.
            StoreError::AlreadyExists(_) | StoreError::Contended(_) | StoreError::Fenced { .. } => {
                Self::Contended
            }
            StoreError::Url(_) | StoreError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            StoreError::Referenced(_)
            | StoreError::Corrupt { .. }
            | StoreError::Schema(_)
            | StoreError::Unexpected(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl App {
    /// Returns the instant.
    pub(super) fn now(&self) -> UtcSecond {
        self.inner.clock.now()
    }

    /// Opens a program for reading.
    pub(super) async fn read(
        &self,
        actor: &Actor,
        program: &ProgramKey,
    ) -> Result<(Tx, ProgramScope, Versioned<Program>), AppError> {
        actor.check_may_see(program)?;
        let mut tx = self.inner.db.read().await?;
        let (scope, record) = tx.program_fetch(program).await?;
        Ok((tx, scope, record))
    }

    /// Opens a program for a read by one statement.
    pub(super) async fn glance(
        &self,
        actor: &Actor,
        program: &ProgramKey,
    ) -> Result<(Tx, ProgramScope), AppError> {
        actor.check_may_see(program)?;
        let mut tx = self.inner.db.glance().await?;
        let (scope, _) = tx.program_fetch(program).await?;
        Ok((tx, scope))
    }

    /// Opens a program for writing.
    pub(super) async fn write(
        &self,
        actor: &Actor,
        program: &ProgramKey,
    ) -> Result<WriteTx, AppError> {
        actor.check_may_see(program)?;
        let now = self.now();
        let mut write = self.inner.db.write(program, now).await?;
        if let Some(request) = actor.request() {
            let scope = write.scope();
            let done = write
                .tx()
                .idempotency_find(scope, actor.name(), request.id, now)
                .await?;
            if let Some(done) = done {
                let is_same =
                    done.method == request.method && done.body_sha256 == request.body_sha256;
                return Err(if is_same {
                    AppError::FailedPrecondition(Reason::RequestDone {
                        subject: done.subject,
                    })
                } else {
                    AppError::Invalid(Violations::one(
                        "request_id",
                        "request_id_unused",
                        "was used for another request; give each its own",
                    ))
                });
            }
        }
        Ok(write)
    }
}

/// Commits a write with the event that records it; `subject` is what it was
/// done to, such as `rounds/spring`, and `payload` JSON without names.
pub(super) async fn commit(
    write: WriteTx,
    actor: &Actor,
    kind: &str,
    subject: &str,
    payload: &str,
) -> Result<(), AppError> {
    let event = Event {
        actor: actor.name(),
        kind,
        subject,
        payload,
    };
    let request = actor.request().map(|request| Request {
        id: request.id,
        method: request.method,
        body_sha256: &request.body_sha256,
    });
    Ok(write.commit(&event, request.as_ref()).await?)
}

/// Returns the range of a page; one record more shows whether another follows.
pub(super) fn page_range(page: &PageRequest) -> Result<KeyRange, AppError> {
    if page.size == 0 || page.size > PageRequest::SIZE_MAX {
        let message = format!("must be from 1 to {}", PageRequest::SIZE_MAX);
        return Err(AppError::Invalid(Violations::one(
            "page_size",
            "page_size",
            message,
        )));
    }
    Ok(KeyRange::after(
        page.after.as_deref(),
        i64::from(page.size) + 1,
    ))
}

/// Returns the page of records that a range gave.
pub(super) fn page_of<T>(
    mut items: Vec<T>,
    page: &PageRequest,
    key: impl Fn(&T) -> &str,
) -> Page<T> {
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let has_more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| has_more);
    let next_after = last.map(|last| key(last).to_owned());
    Page { items, next_after }
}

/// Returns [`AppError::StaleEtag`] unless the etag, where there is one, is
/// still the version of the record.
pub(super) fn check_etag<T>(
    kind: crate::domain::EntityKind,
    key: &str,
    record: &Versioned<T>,
    etag: Option<i64>,
) -> Result<(), AppError> {
    match etag {
        Some(etag) if etag != record.version => Err(AppError::StaleEtag {
            kind,
            key: key.to_owned(),
            current: record.version,
        }),
        Some(_) | None => Ok(()),
    }
}
