//! Programs.

use super::{Actor, App, AppError};
use crate::domain::{Page, PageRequest, Program, ProgramKey, Versioned, ZoneName};

/// A program to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProgram {
    /// Its key; a new UUID when `None`.
    pub key: Option<ProgramKey>,
    /// Name shown to people.
    pub name: String,
    /// Zone of the program's own office.
    pub time_zone: ZoneName,
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
        todo!()
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
        todo!()
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
        todo!()
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
        todo!()
    }
}
