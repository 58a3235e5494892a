//! Programs.

use uuid::Uuid;

use super::contended::again;
use super::listing::{page_of, page_range};
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission, RequestOnce};
use crate::domain::{EntityKind, Page, PageRequest, Program, ProgramKey, Versioned, ZoneName};
use crate::store::StoreError;

/// A program to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProgram {
    /// Its key; when `None`, the identifier of the request, else a new UUID.
    pub key: Option<ProgramKey>,
    /// Name shown to people.
    pub name: String,
    /// Zone of the program's own office.
    pub time_zone: ZoneName,
}

/// Returns the key of a new program: that of the request, so that its twins
/// meet in one program, else a new UUID.
fn new_key(actor: &Actor) -> Result<ProgramKey, AppError> {
    let id = actor.request().map_or_else(Uuid::now_v7, RequestOnce::id);
    let key = id.to_string().parse();
    key.map_err(|error| AppError::Internal(Box::new(error)))
}

impl App {
    /// Creates a program.
    ///
    /// # Errors
    /// [`AppError::AlreadyExists`] when the key is taken;
    /// [`AppError::Forbidden`] for whoever is no admin of every program.
    pub async fn create_program(
        &self,
        actor: &Actor,
        new: NewProgram,
    ) -> Result<Versioned<Program>, AppError> {
        let key = match new.key {
            Some(key) => key,
            None => new_key(actor)?,
        };
        let program = Program {
            key,
            name: new.name,
            time_zone: new.time_zone,
        };
        actor.check_everywhere(Permission::AccessWrite)?;
        let created = again(|| self.inner.db.write_new(&program, self.now())).await;
        let mut write = match created {
            Err(StoreError::AlreadyExists(_)) => {
                return Err(AppError::AlreadyExists {
                    kind: EntityKind::Program,
                    key: program.key.to_string(),
                });
            }
            other => other?,
        };
        self.check_not_done(&mut write, actor).await?;
        let (_, after) = write.tx().program_fetch(&program.key).await?;
        let subject = format!("programs/{}", program.key);
        commit(write, actor, "create_program", &subject, "{}", &after).await?;
        Ok(after)
    }

    /// Returns a program.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none of that key.
    pub async fn get_program(
        &self,
        actor: &Actor,
        program: &ProgramKey,
    ) -> Result<Versioned<Program>, AppError> {
        let (_, _, record) = self.read(actor, program, Permission::RosterRead).await?;
        Ok(record)
    }

    /// Returns the programs that the caller may read, by key.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a page of no or too many records.
    pub async fn list_programs(
        &self,
        actor: &Actor,
        page: &PageRequest,
    ) -> Result<Page<Versioned<Program>>, AppError> {
        let range = page_range(page)?;
        let mut tx = self.inner.db.read().await?;
        let found = if actor.may_everywhere(Permission::RosterRead) {
            tx.program_list(&range).await?
        } else {
            let readable = actor.programs_with(Permission::RosterRead);
            tx.program_list_of(&readable, &range).await?
        };
        Ok(page_of(found, page, |record| record.value.key.to_string()))
    }

    /// Changes the name and the zone of a program. With `etag`, only when that
    /// is still its version.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn update_program(
        &self,
        actor: &Actor,
        program: Program,
        etag: Option<i64>,
    ) -> Result<Versioned<Program>, AppError> {
        let mut write = self
            .write(actor, &program.key, Permission::AccessWrite)
            .await?;
        let (_, before) = write.tx().program_fetch(&program.key).await?;
        check_etag(EntityKind::Program, program.key.as_str(), &before, etag)?;
        write.program_update(&program).await?;
        let (_, after) = write.tx().program_fetch(&program.key).await?;
        let subject = format!("programs/{}", program.key);
        commit(write, actor, "update_program", &subject, "{}", &after).await?;
        Ok(after)
    }
}
