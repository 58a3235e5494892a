//! Weekly starts at which groups could be held, and few of them that go far.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::Candidates;
use super::timetable::collide;
use crate::domain::SessionKind;

/// Weekly starts of groups, by venue, ascending.
pub(super) type GroupStarts = BTreeMap<usize, Vec<u16>>;

/// Who could join which group when.
pub(super) struct GroupAvailability {
    /// Trainees of each start of each venue.
    trainees: BTreeMap<(usize, u16), BTreeSet<usize>>,
    /// Trainees over all starts, with repetition.
    pub(super) meetings: usize,
}

impl GroupAvailability {
    /// Returns who could join a group by those fills that are marked.
    pub(super) fn new(candidates: &Candidates<'_>, fills: &[bool]) -> Self {
        let mut trainees: BTreeMap<(usize, u16), BTreeSet<usize>> = BTreeMap::new();
        for (position, fill) in candidates.fills.iter().enumerate() {
            if fills[position] && fill.kinds.contains(&SessionKind::Group) {
                for (venue, starts) in &fill.starts {
                    for start in starts {
                        trainees
                            .entry((*venue, *start))
                            .or_default()
                            .insert(fill.trainee);
                    }
                }
            }
        }
        trainees.retain(|_, trainees| trainees.len() >= 3);
        let meetings = trainees.values().map(BTreeSet::len).sum();
        Self { trainees, meetings }
    }

    /// Adds every start that suits somebody who is left over; `None`, for all
    /// starts, when that adds nothing.
    pub(super) fn more(
        &self,
        mut starts: GroupStarts,
        missing: &BTreeSet<usize>,
    ) -> Option<GroupStarts> {
        let mut has_grown = false;
        for ((venue, start), trainees) in &self.trainees {
            let known = starts.entry(*venue).or_default();
            if !trainees.is_disjoint(missing)
                && let Err(place) = known.binary_search(start)
            {
                known.insert(place, *start);
                has_grown = true;
            }
        }
        has_grown.then_some(starts)
    }

    /// Returns few starts at which every trainee could join a group `depth`
    /// times over, where possible: again and again the start that helps most.
    pub(super) fn cover(&self, candidates: &Candidates<'_>, depth: u32) -> GroupStarts {
        let mut choices: BTreeMap<usize, usize> = BTreeMap::new();
        for trainee in self.trainees.values().flatten() {
            *choices.entry(*trainee).or_default() += 1;
        }
        let mut wanted: BTreeMap<usize, u32> =
            choices.keys().map(|trainee| (*trainee, depth)).collect();
        let mut left: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
        let mut cover = GroupStarts::new();
        let mut taken: Vec<(usize, u16)> = Vec::new();
        loop {
            let best = self
                .trainees
                .iter()
                .filter(|(start, _)| !taken.contains(start))
                .filter_map(|(start, trainees)| {
                    let venue = &candidates.venues[start.0];
                    let (sessions, members) = *left.entry(venue.supervisor).or_insert_with(|| {
                        room_for_groups(candidates, venue.supervisor, venue.minutes, depth)
                    });
                    let clashes = depth < 3
                        && taken.iter().any(|other| {
                            candidates.venues[other.0].supervisor == venue.supervisor
                                && collide(candidates, *start, *other)
                        });
                    if sessions == 0 || members < 3 || clashes {
                        return None;
                    }
                    let helped = trainees.iter().filter(|t| wanted[*t] > 0);
                    let size = candidates.roster.supervisors[venue.supervisor].group_size_max;
                    let weight: usize = helped.clone().map(|t| 1_000_000 / choices[t]).sum();
                    let count = u32::try_from(helped.count()).unwrap_or(u32::MAX);
                    let count = count.min(size).min(members);
                    (count > 0).then_some(((count, weight), *start))
                })
                .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
            let Some(((count, _), start)) = best else {
                break;
            };
            taken.push(start);
            cover.entry(start.0).or_default().push(start.1);
            let supervisor = candidates.venues[start.0].supervisor;
            if let Some((sessions, members)) = left.get_mut(&supervisor) {
                *sessions -= 1;
                *members -= count;
            }
            let mut helped: Vec<usize> = self.trainees[&start]
                .iter()
                .copied()
                .filter(|t| wanted[t] > 0)
                .collect();
            helped.sort_by_key(|trainee| (choices[trainee], *trainee));
            let size = candidates.roster.supervisors[supervisor].group_size_max;
            for trainee in helped
                .into_iter()
                .take(usize::try_from(size).unwrap_or(usize::MAX))
            {
                if let Some(wanted) = wanted.get_mut(&trainee) {
                    *wanted -= 1;
                }
            }
        }
        for starts in cover.values_mut() {
            starts.sort_unstable();
        }
        cover
    }
}

/// Returns how many group sessions and members a supervisor is given in a
/// cover: what she can hold, and more of it for a deeper cover.
fn room_for_groups(
    candidates: &Candidates<'_>,
    supervisor: usize,
    minutes: u32,
    depth: u32,
) -> (u32, u32) {
    let person = &candidates.roster.supervisors[supervisor];
    let times = depth.saturating_sub(1).max(1);
    let sessions = person.minutes_per_week_max.get() / minutes.max(1) * times;
    let members = person.caseload_max.saturating_sub(person.caseload_current) * times;
    (sessions, members)
}
