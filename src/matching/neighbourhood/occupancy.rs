//! Who is where in a timetable.

use std::collections::BTreeMap;

use crate::matching::candidates::{Candidates, Fill};
use crate::matching::load::Load;
use crate::matching::timetable::Timetable;

/// Who is where in a timetable.
pub(super) struct Occupancy {
    pub(super) load: Load,
    /// Trainees placed at each site.
    pub(super) at_site: BTreeMap<usize, Vec<usize>>,
    /// Trainees of each supervisor.
    pub(super) with: BTreeMap<usize, Vec<usize>>,
}

impl Occupancy {
    pub(super) fn new(candidates: &Candidates<'_>, timetable: &Timetable) -> Self {
        let mut at_site: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut with: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (trainee, matched) in &timetable.matched {
            let site = candidates.pairs[matched.pair].site;
            at_site.entry(site).or_default().push(*trainee);
            for line in matched.lines.values() {
                let own = with
                    .entry(candidates.fills[line.fill].supervisor)
                    .or_default();
                if own.last() != Some(trainee) {
                    own.push(*trainee);
                }
            }
        }
        Self {
            load: Load::new(candidates, timetable),
            at_site,
            with,
        }
    }

    /// Returns how many trainees a supervisor can still take.
    pub(super) fn caseload_left(&self, candidates: &Candidates<'_>, supervisor: usize) -> u32 {
        let taken = self.load.caseload.get(&supervisor).copied().unwrap_or(0);
        let person = &candidates.roster.supervisors[supervisor];
        person.caseload_left().saturating_sub(taken)
    }

    /// Says whether a supervisor could hold one more session of a fill for three.
    pub(super) fn has_room_for_group(&self, candidates: &Candidates<'_>, fill: &Fill) -> bool {
        let person = &candidates.roster.supervisors[fill.supervisor];
        let used = self.load.minutes(candidates, fill.supervisor);
        used + fill.minutes <= person.minutes_per_week_max.get()
            && self.caseload_left(candidates, fill.supervisor) >= 3
    }
}
