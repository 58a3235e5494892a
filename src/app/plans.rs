//! Plans of runs: stored once, never changed.

use super::listing::{page_of, seek};
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::time::UtcSecond;
use crate::domain::{Key, ListRequest, Page, PageRequest, Plan, ProgramKey, RunFilter};
use crate::roster::{
    FolderFiles, PlanContext, SHEET_ROWS_MAX, WorkbookError, plan_document, plan_workbook,
};
use crate::store::{ProgramScope, Tx};

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

    /// Returns the plan as one JSON document.
    pub fn document(&self) -> Vec<u8> {
        plan_document(&self.plan, &self.context)
    }
}

/// Returns the plan of a run, and the digest of the roster that it was made
/// from.
pub(super) async fn stored_plan(
    tx: &mut Tx,
    scope: ProgramScope,
    run: &Key,
) -> Result<(StoredPlan, String), AppError> {
    let record = tx.run_fetch(scope, run).await?.value;
    if !record.has_plan {
        return Err(AppError::FailedPrecondition(Reason::NoPlan {
            run: run.to_string(),
            state: record.state.as_str(),
        }));
    }
    let stored = tx.plan_fetch(scope, run).await?;
    let plan = StoredPlan {
        run: record.key,
        round: stored.round,
        created_at: stored.created_at,
        plan: stored.plan,
        context: PlanContext {
            roster_sha256: stored.roster_sha256,
            rule_sets: stored.rule_sets,
            solver: stored.solver,
            solver_version: stored.solver_version,
            tzdb_version: stored.tzdb_version,
        },
    };
    Ok((plan, record.snapshot_sha256))
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
        let (mut tx, scope, _) = self.read(actor, program, Permission::PlanRead).await?;
        let (stored, _) = stored_plan(&mut tx, scope, run).await?;
        Ok(stored)
    }

    /// Returns the plan of a run as a workbook for spreadsheets.
    ///
    /// # Errors
    /// As [`App::get_plan`]; [`AppError::TooLarge`] when a table has more rows
    /// than a sheet holds.
    pub async fn export_workbook(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        run: &Key,
    ) -> Result<Vec<u8>, AppError> {
        let stored = self.get_plan(actor, program, run).await?;
        let written = self.on_a_core(move || plan_workbook(&stored.plan, &stored.context));
        written.await?.map_err(|error| match error {
            WorkbookError::TooManyRows { rows } => AppError::TooLarge {
                what: "rows of a sheet",
                limit: SHEET_ROWS_MAX,
                count: rows,
            },
            error @ WorkbookError::Unwritable(_) => AppError::Internal(Box::new(error)),
        })
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
        let (mut tx, scope, _) = self.read(actor, program, Permission::PlanRead).await?;
        tx.round_fetch(scope, round).await?;
        let runs = ListRequest {
            page: page.clone(),
            filter: RunFilter {
                round: Some(round.clone()),
                has_plan: Some(true),
                state: None,
            },
            ..ListRequest::default()
        };
        let found = tx.run_page(scope, &seek(&runs)?, &runs.filter).await?;
        let found = found.into_iter().map(|run| run.value.key).collect();
        Ok(page_of(found, page, Key::to_string))
    }
}
