//! What one more place, hour or unit of caseload would be worth.

use std::ops::Range;

use super::analysis::lost;
use super::{Actor, App, AppError, SolveTime};
use crate::domain::{Key, ProgramKey};
pub use crate::matching::worths::{Estimate, Gain, Worth};
use crate::solver_process::worths_in_child;
pub use crate::solver_process::{ConfirmedWorth, WorthsFound};

impl App {
    /// Estimates what one more of each capacity would be worth under a plan,
    /// best first, and confirms those in the places that are asked for by
    /// matching again.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::FailedPrecondition`] when there is
    /// no plan; [`AppError::Unavailable`] when the solver was lost.
    pub async fn list_worths(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        confirmed: Range<usize>,
        time: SolveTime,
    ) -> Result<WorthsFound, AppError> {
        let (stored, roster) = self.plan_with_roster(actor, program, run).await?;
        let found = self.ask_solver(stored, roster, time, move |asked| {
            worths_in_child(
                &asked.roster,
                &asked.zones,
                (&asked.stored.plan, &asked.stored.context),
                confirmed,
                &asked.options,
                &|| asked.is_left(),
            )
        });
        found.await?.map_err(lost)
    }
}
