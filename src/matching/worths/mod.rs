//! What one more of each capacity would be worth.
//!
//! An estimate comes from the prices (duals) of the model without times and
//! without whole numbers: quick, for every site and supervisor (`estimate`). Whoever asks then solves the
//! roster again with one more, and compares (`gain`).

mod estimate;
mod gain;

pub use super::explain::Capacity;
pub use estimate::estimates;
pub use gain::{Gain, gain};

use crate::domain::limits::{MINUTES_OF_WEEK, MOST_PEOPLE};
use crate::domain::plan::Level;
use crate::domain::{Edit, Minutes, Roster, Site, SiteOrSupervisor, Supervisor};

/// What one more of a capacity might be worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Of what there would be more.
    pub capacity: Capacity,
    /// At which site, or of which supervisor.
    pub target: SiteOrSupervisor,
    /// The edit that adds it.
    pub edit: Edit,
    /// What the prices say.
    pub estimate: Estimate,
}

/// How much better a level might become, the levels before it staying as they
/// are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The first level that has a price.
    pub level: Level,
    /// Thousandths of its unit, more than none.
    pub thousandths: u64,
}

/// Returns how much more of a capacity is asked about: one place, one unit of
/// caseload, one hour a week.
pub const fn step(capacity: Capacity) -> u32 {
    match capacity {
        Capacity::Places | Capacity::Caseload => 1,
        Capacity::ContactMinutes | Capacity::SupervisorMinutes => 60,
    }
}

/// Returns the edits that each add one more of a capacity, by kind, site and
/// supervisor; without those at the largest that a roster admits.
fn edits(roster: &Roster) -> Vec<(Capacity, SiteOrSupervisor, Edit)> {
    let (sites, people) = (&roster.sites, &roster.supervisors);
    let mut edits = Vec::new();
    for capacity in Capacity::ALL {
        let of_sites = sites.iter().filter_map(|site| {
            let edit = more_at_site(capacity, site)?;
            Some((capacity, SiteOrSupervisor::Site(site.key.clone()), edit))
        });
        edits.extend(of_sites);
        let of_people = people.iter().filter_map(|person| {
            let edit = more_of_supervisor(capacity, person)?;
            let target = SiteOrSupervisor::Supervisor(person.key.clone());
            Some((capacity, target, edit))
        });
        edits.extend(of_people);
    }
    edits
}

fn more_at_site(capacity: Capacity, site: &Site) -> Option<Edit> {
    let more = step(capacity);
    let key = site.key.clone();
    match capacity {
        Capacity::Places => {
            let places = site.capacity.checked_add(more)?;
            (places <= MOST_PEOPLE).then_some(Edit::Capacity { site: key, places })
        }
        Capacity::ContactMinutes => {
            let minutes = Minutes::new(site.contact_per_week.get().checked_add(more)?)?;
            Some(Edit::Contact { site: key, minutes })
        }
        Capacity::Caseload | Capacity::SupervisorMinutes => None,
    }
}

fn more_of_supervisor(capacity: Capacity, person: &Supervisor) -> Option<Edit> {
    let more = step(capacity);
    let supervisor = person.key.clone();
    match capacity {
        Capacity::Caseload => {
            // Who is over the limit already has none left.
            let limit = person.caseload_max.max(person.caseload_current);
            let trainees = limit.checked_add(more)?;
            (trainees <= MOST_PEOPLE).then_some(Edit::Caseload {
                supervisor,
                trainees,
            })
        }
        Capacity::SupervisorMinutes => {
            let minutes = person.minutes_per_week_max.get().checked_add(more)?;
            let minutes = Minutes::new(minutes).filter(|_| minutes <= MINUTES_OF_WEEK)?;
            Some(Edit::WeeklyMinutes {
                supervisor,
                minutes,
            })
        }
        Capacity::Places | Capacity::ContactMinutes => None,
    }
}
