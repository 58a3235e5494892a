//! Rounds: dates and policy of one matching campaign.

use super::{Actor, App, AppError};
use crate::domain::{Key, Page, PageRequest, ProgramKey, Round, SupervisionLine, Versioned};

impl App {
    /// Creates a round in which nobody takes part yet. Its key is that of
    /// `round`, else a new UUID.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program, [`AppError::AlreadyExists`].
    pub async fn create_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Round,
    ) -> Result<Versioned<Round>, AppError> {
        todo!()
    }

    /// Returns a round; its key is always given.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Versioned<Round>, AppError> {
        todo!()
    }

    /// Returns rounds by key.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program.
    pub async fn list_rounds(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        page: &PageRequest,
    ) -> Result<Page<Versioned<Round>>, AppError> {
        todo!()
    }

    /// Changes dates and policy of the round whose key `round` carries.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn update_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Round,
        etag: Option<i64>,
    ) -> Result<Versioned<Round>, AppError> {
        todo!()
    }

    /// Returns the supervision lines of a round, by level and line.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_supervision_lines(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Vec<SupervisionLine>, AppError> {
        todo!()
    }
}
