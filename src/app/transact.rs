//! What every use case does at the start and at the end: open the program,
//! find a repeated request, check the version, commit with an event.

use std::any::Any;

use super::contended::again;
use super::{Actor, App, AppError, Permission};
use crate::domain::time::UtcSecond;
use crate::domain::{EntityKind, Program, ProgramKey, Realm, Versioned};
use crate::store::{Event, ProgramScope, StoreError, Tx, WriteTx};

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { kind, key } => Self::NotFound { kind, key },
            // Whoever could say what is there looks first, under the lock of
            // the program; what is left is a race that a second try settles.
            StoreError::AlreadyExists(_) | StoreError::Contended(_) | StoreError::Fenced { .. } => {
                Self::Contended
            }
            StoreError::Url(_)
            | StoreError::Unavailable(_)
            | StoreError::Refused(_)
            | StoreError::ReadOnly(_)
            | StoreError::Full(_) => Self::Unavailable(Box::new(error)),
            StoreError::Referenced(_)
            | StoreError::Corrupt { .. }
            | StoreError::Damaged(_)
            | StoreError::SchemaNewer { .. }
            | StoreError::SchemaBehind { .. }
            | StoreError::Schema(_)
            | StoreError::Role(_)
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
        permission: Permission,
    ) -> Result<(Tx, ProgramScope, Versioned<Program>), AppError> {
        actor.check(program, permission)?;
        self.read_as_allowed(program).await
    }

    /// Opens a program for reading, for a caller whom the use case itself has
    /// let through.
    pub(super) async fn read_as_allowed(
        &self,
        program: &ProgramKey,
    ) -> Result<(Tx, ProgramScope, Versioned<Program>), AppError> {
        let mut tx = self.inner.db.read().await?;
        let (scope, record) = tx.program_fetch(program).await?;
        Ok((tx, scope, record))
    }

    /// Opens a program for a read by one statement.
    pub(super) async fn glance(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        permission: Permission,
    ) -> Result<(Tx, ProgramScope), AppError> {
        actor.check(program, permission)?;
        self.glance_as_allowed(program).await
    }

    /// Opens a program for a read by one statement, for a caller whom the use
    /// case itself has let through.
    pub(super) async fn glance_as_allowed(
        &self,
        program: &ProgramKey,
    ) -> Result<(Tx, ProgramScope), AppError> {
        let scope = self.scope_as_allowed(program).await?;
        Ok((self.inner.db.glance_in(scope).await?, scope))
    }

    /// Returns where the rows of a program are found, for a caller whom the use
    /// case itself has let through.
    pub(super) async fn scope_as_allowed(
        &self,
        program: &ProgramKey,
    ) -> Result<ProgramScope, AppError> {
        if let Some(scope) = self.inner.known_programs.find(program) {
            return Ok(scope);
        }
        // Rare, and large: not part of what every call carries.
        Box::pin(async {
            let mut tx = self.inner.db.glance().await?;
            let (scope, _) = tx.program_fetch(program).await?;
            self.inner.known_programs.remember(program, scope);
            Ok(scope)
        })
        .await
    }

    /// Opens a program for writing.
    pub(super) async fn write(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        permission: Permission,
    ) -> Result<WriteTx, AppError> {
        actor.check(program, permission)?;
        self.write_as_allowed(actor, program).await
    }

    /// Opens a program for writing, for a caller whom the use case itself has
    /// let through.
    pub(super) async fn write_as_allowed(
        &self,
        actor: &Actor,
        program: &ProgramKey,
    ) -> Result<WriteTx, AppError> {
        let now = self.now();
        let mut write = again(|| self.inner.db.write(program, now)).await?;
        self.check_not_done(&mut write, actor).await?;
        Ok(write)
    }

    /// Opens the users and the events of a realm for reading.
    pub(super) async fn read_realm(
        &self,
        actor: &Actor,
        realm: &Realm,
        permission: Permission,
    ) -> Result<(Tx, ProgramScope), AppError> {
        match realm {
            Realm::EveryProgram => {
                actor.check_everywhere(permission)?;
                let scope = ProgramScope::EVERY_PROGRAM;
                Ok((self.inner.db.read_in(scope).await?, scope))
            }
            Realm::Program(program) => {
                let (tx, scope, _) = self.read(actor, program, permission).await?;
                Ok((tx, scope))
            }
        }
    }

    /// Opens the users of a realm for writing.
    pub(super) async fn write_realm(
        &self,
        actor: &Actor,
        realm: &Realm,
        permission: Permission,
    ) -> Result<WriteTx, AppError> {
        match realm {
            Realm::EveryProgram => actor.check_everywhere(permission)?,
            Realm::Program(program) => actor.check(program, permission)?,
        }
        let now = self.now();
        let mut write = again(|| self.inner.db.write_realm(realm, now)).await?;
        self.check_not_done(&mut write, actor).await?;
        Ok(write)
    }
}

/// Commits a write with the event that records it; `subject` is what it was
/// done to, such as `rounds/spring`, and `payload` JSON without names.
/// `result` is what the use case returns: a request that takes effect once
/// keeps its answer by it.
pub(super) async fn commit<T: Any + Sync>(
    write: WriteTx,
    actor: &Actor,
    kind: &str,
    subject: &str,
    payload: &str,
    result: &T,
) -> Result<(), AppError> {
    let event = Event {
        actor: actor.name(),
        kind,
        subject,
        payload,
    };
    let request = actor.request();
    let answer = request.map(|request| request.answer(result)).transpose()?;
    let done = request
        .zip(answer.as_deref())
        .map(|(request, answer)| request.with_answer(answer));
    Ok(write.commit(&event, done.as_ref()).await?)
}

/// Returns [`AppError::StaleEtag`] unless the etag, where there is one, is
/// still the version of the record.
pub(super) fn check_etag<T>(
    kind: EntityKind,
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
