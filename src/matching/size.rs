//! How much there is to choose from in a round.

use super::MatchError;
use super::candidates::Candidates;
use crate::domain::Roster;
use crate::domain::time::ZoneTable;

/// How much there is to choose from, once everything is dropped that no plan
/// can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CandidateCounts {
    /// Placements: a trainee at a site.
    pub placements: usize,
    /// Supervisors for a line of a trainee, at a placement where that matters.
    pub fills: usize,
}

/// Counts what may be part of a plan, without looking for one.
///
/// # Errors
/// When a zone of the roster cannot be put on the line of slots.
pub fn count_candidates(roster: &Roster, zones: &ZoneTable) -> Result<CandidateCounts, MatchError> {
    let candidates = Candidates::new(roster, zones)?;
    Ok(CandidateCounts {
        placements: candidates.pairs.len(),
        fills: candidates.fills.len(),
    })
}
