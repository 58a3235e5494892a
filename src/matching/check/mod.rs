//! The independent checker: proves every rule and every level of a plan again,
//! from the roster and the plan alone.
//!
//! It shares nothing with the code that builds the model: only the vocabulary
//! of the domain and `domain::time`; and with the forecast, which like it sees
//! roster and plan alone, it shares the calendar. It is written to be read, not
//! to be clever: each file holds a group of rules and walks over what the plan says,
//! occurrence by occurrence, on the line of UTC instants. What a plan cannot
//! prove about itself is how good it could have been, so of a bound it is only
//! checked that nothing contradicts it.

mod blocking;
mod breach;
pub(super) mod calendar;
mod capacity;
mod contact;
mod eligibility;
mod index;
mod levels;
mod lines;
mod references;
mod rule_sets;
mod sessions;
pub(super) mod spans;
mod time;
mod wishes;

use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster};

pub use breach::{Breach, Broken};

use breach::Breaches;
use calendar::Calendar;
use index::Index;

/// Returns every breach of the plan, in a stable order; none for a legal plan
/// whose levels say what it has.
///
/// The zones must have rules for every zone of the roster and of the plan, a
/// few days beyond the term at both ends; a zone without is a breach.
pub fn check(roster: &Roster, zones: &ZoneTable, plan: &Plan) -> Vec<Breach> {
    let mut breaches = Breaches::default();
    let index = Index::new(roster, plan);
    let calendar = Calendar::new(roster, zones);
    references::check(&index, zones, &mut breaches);
    eligibility::check(&index, &mut breaches);
    wishes::check(&index, &mut breaches);
    capacity::check(&index, &mut breaches);
    blocking::check(&index, &mut breaches);
    sessions::check(&index, &mut breaches);
    lines::check(&index, &mut breaches);
    let meetings = calendar::meetings(&index, zones);
    time::check(&index, &calendar, &meetings, &mut breaches);
    contact::check(&index, &calendar, &meetings, zones, &mut breaches);
    rule_sets::check(&index, &calendar, &meetings, &mut breaches);
    levels::check(&index, &calendar, zones, &mut breaches);
    breaches.sorted()
}
