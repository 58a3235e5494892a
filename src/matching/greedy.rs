//! A quick assignment: everybody in turn to the best site with room. It is the
//! floor under a run, and its answer when the time is too short for more.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::fit::Assignment;
use super::people_left::PeopleLeft;
use crate::domain::Role;

/// Returns placements and site supervisors that keep capacities and caseloads,
/// trainees of high priority and few choices first. Times are not looked at.
pub(super) fn assign(candidates: &Candidates<'_>) -> Assignment {
    let mut pairs_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, pair) in candidates.pairs.iter().enumerate() {
        pairs_of.entry(pair.trainee).or_default().push(position);
    }
    for pairs in pairs_of.values_mut() {
        pairs.sort_by_key(|pair| (candidates.pairs[*pair].rank, *pair));
    }
    let mut site_fills: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (position, fill) in candidates.fills.iter().enumerate() {
        if let (Some(pair), Role::Site) = (fill.pair, candidates.line(fill).role) {
            site_fills
                .entry((pair, fill.line))
                .or_default()
                .push(position);
        }
    }
    let mut order: Vec<usize> = pairs_of.keys().copied().collect();
    order.sort_by_key(|trainee| {
        let priority = candidates.roster.trainees[*trainee].priority;
        (
            std::cmp::Reverse(priority),
            pairs_of[trainee].len(),
            *trainee,
        )
    });
    let mut room = Room::new(candidates);
    let mut assignment = Assignment {
        pairs: Vec::new(),
        fills: Vec::new(),
        hoped: Vec::new(),
    };
    for trainee in order {
        let placed = pairs_of[&trainee]
            .iter()
            .find_map(|pair| Some((*pair, room.take(candidates, *pair, &site_fills)?)));
        if let Some((pair, fills)) = placed {
            assignment.pairs.push(pair);
            assignment.fills.extend(fills);
        }
    }
    assignment
}

/// What is left of every limit.
struct Room {
    capacity: Vec<u32>,
    contact: Vec<u32>,
    people: PeopleLeft,
}

impl Room {
    fn new(candidates: &Candidates<'_>) -> Self {
        let sites = &candidates.roster.sites;
        Self {
            capacity: sites.iter().map(|site| site.capacity).collect(),
            contact: sites
                .iter()
                .map(|site| site.contact_per_week.get())
                .collect(),
            people: PeopleLeft::new(candidates),
        }
    }

    /// Takes a placement with a supervisor for each of its site lines out of
    /// what is left, and returns them; `None` when something is used up.
    fn take(
        &mut self,
        candidates: &Candidates<'_>,
        position: usize,
        site_fills: &BTreeMap<(usize, usize), Vec<usize>>,
    ) -> Option<Vec<usize>> {
        let pair = &candidates.pairs[position];
        if self.capacity[pair.site] == 0 || self.contact[pair.site] < pair.contact_min {
            return None;
        }
        let mut chosen: Vec<usize> = Vec::new();
        // Given back as a whole when some line finds nobody.
        let mut people = self.people.clone();
        for (line, needed) in candidates.lines[pair.trainee].iter().enumerate() {
            if needed.role == Role::Site {
                let position = site_fills
                    .get(&(position, line))?
                    .iter()
                    .copied()
                    .filter(|fill| people.admits(&candidates.fills[*fill]))
                    .max_by_key(|fill| {
                        let left = people.caseload(candidates.fills[*fill].supervisor);
                        (left, std::cmp::Reverse(*fill))
                    })?;
                let fill = &candidates.fills[position];
                people.take_trainee(fill.supervisor);
                people.take_minutes(fill.supervisor, fill.minutes);
                chosen.push(position);
            }
        }
        self.capacity[pair.site] -= 1;
        self.contact[pair.site] -= pair.contact_min;
        self.people = people;
        Some(chosen)
    }
}
