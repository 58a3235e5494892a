//! How much of every limit a plan uses.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::timetable::Timetable;
use crate::domain::SessionKind;

/// How much of every limit a plan uses.
pub(super) struct Load {
    /// Trainees placed at each site.
    pub(super) placed: BTreeMap<usize, u32>,
    /// Least contact minutes of those placed at each site.
    pub(super) contact_min: BTreeMap<usize, u32>,
    /// Distinct trainees of each supervisor.
    pub(super) caseload: BTreeMap<usize, u32>,
    /// Sessions of each supervisor.
    pub(super) sessions: BTreeMap<usize, Vec<(usize, u16)>>,
    /// Members of each group.
    pub(super) groups: BTreeMap<(usize, u16), u32>,
}

impl Load {
    /// Returns the load of a timetable.
    pub(super) fn new(candidates: &Candidates<'_>, timetable: &Timetable) -> Self {
        let mut load = Self {
            placed: BTreeMap::new(),
            contact_min: BTreeMap::new(),
            caseload: BTreeMap::new(),
            sessions: BTreeMap::new(),
            groups: BTreeMap::new(),
        };
        for matched in timetable.matched.values() {
            let pair = &candidates.pairs[matched.pair];
            *load.placed.entry(pair.site).or_default() += 1;
            *load.contact_min.entry(pair.site).or_default() += pair.contact_min;
            let mut supervisors: Vec<usize> = Vec::new();
            for line in matched.lines.values() {
                let supervisor = candidates.fills[line.fill].supervisor;
                supervisors.push(supervisor);
                if let Some(attended) = line.attended {
                    let session = (attended.venue, attended.start);
                    load.sessions.entry(supervisor).or_default().push(session);
                    if attended.kind == SessionKind::Group {
                        *load.groups.entry(session).or_default() += 1;
                    }
                }
            }
            supervisors.sort_unstable();
            supervisors.dedup();
            for supervisor in supervisors {
                *load.caseload.entry(supervisor).or_default() += 1;
            }
        }
        for sessions in load.sessions.values_mut() {
            sessions.sort_unstable();
            sessions.dedup();
        }
        load
    }

    /// Returns the weekly minutes of a supervisor's sessions.
    pub(super) fn minutes(&self, candidates: &Candidates<'_>, supervisor: usize) -> u32 {
        let sessions = self.sessions.get(&supervisor).into_iter().flatten();
        sessions
            .map(|(venue, _)| candidates.venues[*venue].minutes)
            .sum()
    }
}
