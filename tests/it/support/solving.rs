//! Solving in a test: without limits, and checked each time.

use practicum::domain::time::ZoneTable;
use practicum::domain::{Plan, Roster};
use practicum::matching::check::check;
use practicum::matching::{Budget, MatchError, Observer, Progress, solve};
use practicum::zone_data::ZoneData;

/// An observer that lets a run take as long as it likes.
pub(crate) struct Patient;

impl Observer for Patient {
    fn seconds_left(&self) -> f64 {
        f64::INFINITY
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&mut self, _progress: Progress) {}

    fn better_plan(&mut self, _plan: &Plan) {}
}

/// Returns the zone rules of a roster's term.
pub(crate) fn zones_of(roster: &Roster) -> ZoneTable {
    ZoneData::embedded()
        .table(roster.zones(), roster.round.term)
        .unwrap()
}

/// Solves without limits; every plan that comes out passes the checker.
pub(crate) fn solved(roster: &Roster, threads: usize) -> Result<Plan, MatchError> {
    let zones = zones_of(roster);
    let plan = solve(roster, &zones, &Budget { threads }, &mut Patient)?;
    let breaches = check(roster, &zones, &plan);
    assert!(breaches.is_empty(), "{breaches:#?}");
    Ok(plan)
}

/// Returns the level values of a plan, and whether all are proved.
pub(crate) fn level_values(plan: &Plan) -> (Vec<i64>, bool) {
    let proved = plan.levels.iter().all(|level| level.value == level.bound);
    (
        plan.levels.iter().map(|level| level.value).collect(),
        proved,
    )
}
