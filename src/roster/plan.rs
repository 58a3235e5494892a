//! Plan folders.

use super::{FolderFiles, RosterErrors};
use crate::domain::Plan;

/// Files of a plan folder that the input alone determines.
pub const PLAN_FILES: [&str; 5] = [
    "placements.csv",
    "sessions.csv",
    "session_members.csv",
    "unmatched.csv",
    "summary.json",
];

/// What a plan was made from and with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanContext {
    /// SHA-256 of the canonical roster, in lowercase hexadecimal.
    pub roster_sha256: String,
    /// Identifiers of the rule sets, in order.
    pub rule_sets: Vec<String>,
    /// Name of the solver.
    pub solver: String,
    /// Version of the solver.
    pub solver_version: String,
    /// Version of the zone data, such as `2026f`.
    pub tzdb_version: String,
}

/// Returns the files of a plan; the same plan and context give the same bytes.
pub fn write_plan(plan: &Plan, context: &PlanContext) -> FolderFiles {
    let _ = (plan, context);
    FolderFiles::default()
}

/// Reads a plan from its files.
///
/// # Errors
/// Every mistake in it, with file, row and column.
pub fn read_plan(files: &FolderFiles) -> Result<(Plan, PlanContext), RosterErrors> {
    let _ = files;
    Err(RosterErrors::default())
}
