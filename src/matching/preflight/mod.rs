//! What is known before any solve: who cannot be placed whatever the plan,
//! where capacity falls short, and what of the roster will surprise later.
//!
//! Nothing here is a guess: whoever has no candidate is unmatched in every
//! plan, and of the trainees of a shortage at least `missing` are. That nothing
//! is found does not mean that everybody can be matched.

mod balance;
mod clock_changes;
mod expiries;
mod flow;
mod hours;
mod short_lists;
mod shortages;

pub use balance::Balance;
pub use clock_changes::{ClockChanges, ClockLoss, MovedOutOf, MovedStart, Parted};
pub use expiries::{Expiry, ExpiryOf};
pub use short_lists::{SITES_FEW, ShortSite, ShortTrainee};
pub use shortages::{CompeteFor, Shortage, Supply};

use super::MatchError;
use super::calendar::Calendars;
use super::candidates::Candidates;
use super::reasons;
use super::timeline::Timeline;
use super::timetable::Timetable;
use crate::domain::Roster;
use crate::domain::plan::Unmatched;
use crate::domain::time::ZoneTable;

/// What is known of a roster before any solve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// Trainees whom no plan can match, with the rule that stops each site.
    pub without_candidate: Vec<Unmatched>,
    /// Demand and capacity by time zone.
    pub by_zone: Vec<Balance>,
    /// Demand and capacity by jurisdiction.
    pub by_jurisdiction: Vec<Balance>,
    /// Trainees who compete for too little.
    pub shortages: Vec<Shortage>,
    /// Agreements and licences that do not last all term.
    pub expiries: Vec<Expiry>,
    /// Trainees with few sites that could take them.
    pub short_trainees: Vec<ShortTrainee>,
    /// Sites with fewer trainees who could come than places.
    pub short_sites: Vec<ShortSite>,
    /// What clock changes within the term cost.
    pub clock_changes: ClockChanges,
}

/// Returns what is known of a roster before any solve.
///
/// # Errors
/// When a zone of the roster cannot be put on the line of slots.
pub fn preflight(roster: &Roster, zones: &ZoneTable) -> Result<Preflight, MatchError> {
    let timeline = Timeline::new(roster, zones)?;
    let calendars = Calendars::new(roster, &timeline)?;
    let wanted = Candidates::unpruned(roster, zones)?;
    let clock_changes = clock_changes::clock_changes(&wanted, &calendars, &timeline)?;
    drop(wanted);
    let candidates = Candidates::new(roster, zones)?;
    let has_candidate = |trainee: usize| !candidates.pairs_of(trainee).is_empty();
    let (short_trainees, short_sites) = short_lists::short_lists(&candidates);
    let without_candidate = reasons::unmatched(&candidates, &Timetable::default());
    Ok(Preflight {
        without_candidate: without_candidate
            .into_iter()
            .enumerate()
            .filter(|(trainee, _)| !has_candidate(*trainee))
            .map(|(_, reason)| reason)
            .collect(),
        by_zone: balance::by_zone(roster),
        by_jurisdiction: balance::by_jurisdiction(roster),
        shortages: shortages::shortages(&candidates),
        expiries: expiries::expiries(roster),
        short_trainees,
        short_sites,
        clock_changes,
    })
}
