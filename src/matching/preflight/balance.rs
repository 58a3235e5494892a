//! Demand against capacity, by time zone and by jurisdiction.

use std::collections::BTreeMap;

use crate::domain::{Roster, Supervisor, Trainee};

/// Demand and capacity of one time zone or jurisdiction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// The zone or jurisdiction.
    pub area: String,
    /// Trainees of the area.
    pub trainees: u64,
    /// Weekly contact that they want, in minutes.
    pub contact_wanted: u64,
    /// Weekly supervision that they need, in minutes, if each met alone.
    pub supervision_alone: u64,
    /// Sites in the area.
    pub sites: u64,
    /// Places at those sites.
    pub places: u64,
    /// Weekly contact that those sites offer, in minutes.
    pub contact_offered: u64,
    /// Supervisors of the zone, or licensed in the jurisdiction all term.
    pub supervisors: u64,
    /// Trainees whom they can still take on.
    pub caseload_left: u64,
    /// Weekly session minutes that they offer.
    pub supervision_offered: u64,
}

impl Balance {
    /// Says whether the area has fewer places than trainees, or offers less
    /// contact than they want.
    pub fn is_short(&self) -> bool {
        self.places < self.trainees || self.contact_offered < self.contact_wanted
    }

    fn add_trainee(&mut self, roster: &Roster, trainee: &Trainee) {
        self.trainees += 1;
        self.contact_wanted += u64::from(roster.contact_target(trainee).get());
        let lines = roster.lines_of(&trainee.level);
        self.supervision_alone += lines
            .map(|line| u64::from(line.minutes_per_week.get()))
            .sum::<u64>();
    }

    fn add_supervisor(&mut self, supervisor: &Supervisor) {
        self.supervisors += 1;
        self.caseload_left += u64::from(supervisor.caseload_left());
        self.supervision_offered += u64::from(supervisor.minutes_per_week_max.get());
    }
}

type Areas = BTreeMap<String, Balance>;

fn area<'a>(areas: &'a mut Areas, name: &str) -> &'a mut Balance {
    areas.entry(name.to_owned()).or_insert_with(|| Balance {
        area: name.to_owned(),
        ..Balance::default()
    })
}

/// Returns the balance of each time zone in which somebody is.
pub(super) fn by_zone(roster: &Roster) -> Vec<Balance> {
    let mut areas = Areas::new();
    for trainee in &roster.trainees {
        area(&mut areas, trainee.time_zone.as_str()).add_trainee(roster, trainee);
    }
    for supervisor in &roster.supervisors {
        area(&mut areas, supervisor.time_zone.as_str()).add_supervisor(supervisor);
    }
    add_sites(&mut areas, roster, |site| site.time_zone.as_str());
    areas.into_values().collect()
}

/// Returns the balance of each jurisdiction of a trainee or a site. A
/// supervisor counts in each in which she is licensed all term.
pub(super) fn by_jurisdiction(roster: &Roster) -> Vec<Balance> {
    let mut areas = Areas::new();
    for trainee in &roster.trainees {
        area(&mut areas, trainee.jurisdiction.as_str()).add_trainee(roster, trainee);
    }
    add_sites(&mut areas, roster, |site| site.jurisdiction.as_str());
    for (name, balance) in &mut areas {
        let Ok(jurisdiction) = name.parse() else {
            continue;
        };
        for supervisor in &roster.supervisors {
            if supervisor.is_licensed(&jurisdiction, roster.round.term) {
                balance.add_supervisor(supervisor);
            }
        }
    }
    areas.into_values().collect()
}

fn add_sites(areas: &mut Areas, roster: &Roster, name: fn(&crate::domain::Site) -> &str) {
    for site in &roster.sites {
        let balance = area(areas, name(site));
        balance.sites += 1;
        balance.places += u64::from(site.capacity);
        balance.contact_offered += u64::from(site.contact_per_week.get());
    }
}
