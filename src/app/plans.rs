//! Plans of runs: stored once, never changed.

use super::{Actor, App, AppError};
use crate::domain::time::UtcSecond;
use crate::domain::{Key, Page, PageRequest, Plan, ProgramKey};
use crate::roster::{FolderFiles, PlanContext};

/// The plan of a run, as it was proved and stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPlan {
    /// The run, whose key is that of the plan.
    pub run: Key,
    /// The round of the run.
    pub round: Key,
    /// When the plan was stored.
    pub created_at: UtcSecond,
    /// The plan, in keys.
    pub plan: Plan,
    /// What it was made from and with.
    pub context: PlanContext,
}

impl StoredPlan {
    /// Returns the files of the plan folder.
    pub fn files(&self) -> FolderFiles {
        crate::roster::write_plan(&self.plan, &self.context)
    }
}

impl App {
    /// Returns the plan of a run.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such run;
    /// [`AppError::FailedPrecondition`] when it has no plan, or none yet.
    pub async fn get_plan(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<StoredPlan, AppError> {
        todo!()
    }

    /// Returns the keys of runs of a round that have a plan, by key, oldest
    /// first.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_plans(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        page: &PageRequest,
    ) -> Result<Page<Key>, AppError> {
        todo!()
    }
}
