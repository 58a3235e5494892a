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
    /// [`AppError::AlreadyExists`] when the key is taken.
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
        actor.check(&program.key, Permission::AccessWrite)?;
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

    /// Returns programs by key.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a page of no or too many records.
    pub async fn list_programs(
        &self,
        actor: &Actor,
        page: &PageRequest,
    ) -> Result<Page<Versioned<Program>>, AppError> {
        let mut tx = self.inner.db.read().await?;
        let found = tx.program_list(&page_range(page)?).await?;
        let mut page = page_of(found, page, |record| record.value.key.to_string());
        page.items.retain(|record| actor.may_see(&record.value.key));
        Ok(page)
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
