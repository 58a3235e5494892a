//! Reads what several commands read: a roster folder, the zone rules that it
//! needs, and a plan for it.

use std::path::Path;

use super::Failure;
use crate::domain::time::ZoneTable;
use crate::domain::{Edit, Plan, Roster};
use crate::matching::MatchError;
use crate::matching::check::check;
use crate::roster::{read_folder, read_plan_folder};
use crate::zone_data;

/// Mistakes of a roster or a plan that are printed; the rest is counted.
pub(super) const ERRORS_SHOWN: usize = 200;

/// Returns the roster in a folder.
pub(super) fn roster(folder: &Path) -> Result<Roster, Failure> {
    read_folder(folder).map_err(|errors| {
        Failure::Invalid(format!(
            "the roster in {}:\n{}",
            folder.display(),
            errors.summary(ERRORS_SHOWN)
        ))
    })
}

/// Returns the rules of the roster's zones over its term.
pub(super) fn zones(roster: &Roster, tzdir: Option<&Path>) -> Result<ZoneTable, Failure> {
    zone_data::open(tzdir)
        .and_then(|data| data.table(roster.zones(), roster.round.term))
        .map_err(|error| Failure::Unavailable(error.to_string()))
}

/// Returns the plan in a folder, legal or not; errors call it as given.
pub(super) fn plan(called: &str, folder: &Path) -> Result<Plan, Failure> {
    let read = read_plan_folder(folder).map_err(|errors| {
        Failure::Invalid(format!(
            "the {called} in {}:\n{}",
            folder.display(),
            errors.summary(ERRORS_SHOWN)
        ))
    });
    read.map(|(plan, _)| plan)
}

/// Returns the plan in a folder, which must be legal for the roster.
pub(super) fn legal_plan(
    roster: &Roster,
    zones: &ZoneTable,
    folder: &Path,
) -> Result<Plan, Failure> {
    let plan = plan("plan", folder)?;
    let breaches = check(roster, zones, &plan);
    match breaches.first() {
        None => Ok(plan),
        Some(first) => Err(Failure::Invalid(format!(
            "the plan in {} is not legal for this roster, in {} places; practicum check names all, the first is\n{first}",
            folder.display(),
            breaches.len()
        ))),
    }
}

/// Tells an error of the matcher as a failure of the command.
pub(super) fn no_match(error: MatchError) -> Failure {
    match error {
        MatchError::Clash(_) | MatchError::ZoneOffGrid { .. } | MatchError::TooLarge => {
            Failure::Invalid(error.to_string())
        }
        MatchError::NoPlanInTime | MatchError::ZoneMissing { .. } => {
            Failure::Unavailable(error.to_string())
        }
        MatchError::Engine(_) => Failure::Internal(error.into()),
    }
}

/// Returns a roster with edits.
pub(super) fn edited(roster: &Roster, edits: &[Edit]) -> Result<Roster, Failure> {
    roster.edited(edits).map_err(|unknown| {
        let lines = unknown.as_slice().iter();
        let lines: Vec<String> = lines.map(|one| format!("  {}", one.message)).collect();
        Failure::Invalid(format!(
            "the edits do not fit the roster:\n{}",
            lines.join("\n")
        ))
    })
}
