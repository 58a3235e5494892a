//! Whether trainees and sites would rather have each other than what a plan
//! gives them, and what it costs to forbid that.

use super::analysis::lost;
use super::{Actor, App, AppError, SolveTime};
use crate::domain::{Key, ProgramKey};
pub use crate::matching::Clash;
pub use crate::matching::stability::BlockingPair;
use crate::matching::stability::blocking_pairs;
pub use crate::solver_process::{LevelPrice, PriceOutcome, StabilityPrice};
use crate::solver_process::{Unheard, price_in_child};

impl App {
    /// Returns the trainees and sites that would both rather have each other
    /// than what a plan gives them, by trainee and site.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::FailedPrecondition`] when there is
    /// no plan.
    pub async fn audit_stability(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<Vec<BlockingPair>, AppError> {
        let (stored, roster) = self.plan_with_roster(actor, program, run).await?;
        self.on_a_core(move || blocking_pairs(&roster, &stored.plan))
            .await
    }

    /// Matches the roster of a plan again with blocking pairs forbidden, or
    /// allowed where its round forbids them, and compares the levels.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::FailedPrecondition`] when there is
    /// no plan; [`AppError::Unavailable`] when the solver was lost.
    pub async fn price_stability(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
        time: SolveTime,
    ) -> Result<StabilityPrice, AppError> {
        let (stored, roster) = self.plan_with_roster(actor, program, run).await?;
        let priced = self.ask_solver(stored, roster, time, |asked| {
            let mut follower = Unheard(|| asked.is_left());
            price_in_child(
                &asked.roster,
                &asked.zones,
                &asked.stored.plan,
                &asked.options,
                &mut follower,
            )
        });
        priced.await?.map_err(lost)
    }
}
