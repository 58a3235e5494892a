//! A coordinator's decisions on a round: pins and forbids.

use super::{Actor, App, AppError};
use crate::domain::{Forbid, Key, Pin, ProgramKey};

impl App {
    /// Adds a pin to a round; one that is there already stays.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the trainee or the target does not take part
    /// in the round, [`AppError::FailedPrecondition`] when the pair is forbidden.
    pub async fn pin(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        pin: Pin,
    ) -> Result<(), AppError> {
        todo!()
    }

    /// Removes a pin.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn unpin(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        pin: &Pin,
    ) -> Result<(), AppError> {
        todo!()
    }

    /// Adds a forbid to a round; one that is there already stays.
    ///
    /// # Errors
    /// As [`App::pin`], with the words exchanged.
    pub async fn forbid(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        forbid: Forbid,
    ) -> Result<(), AppError> {
        todo!()
    }

    /// Removes a forbid.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn unforbid(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        forbid: &Forbid,
    ) -> Result<(), AppError> {
        todo!()
    }

    /// Returns the pins and the forbids of a round, by trainee and target.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_pins(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<(Vec<Pin>, Vec<Forbid>), AppError> {
        todo!()
    }
}
