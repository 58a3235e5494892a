//! A quick assignment: everybody in turn to the best site with room. It is the
//! floor under a run, and its answer when the time is too short for more.

use std::collections::BTreeMap;

use super::candidates::{Candidates, Fill};
use super::fit::Assignment;
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
        if let (Some(pair), Role::Site) =
            (fill.pair, candidates.lines[fill.trainee][fill.line].role)
        {
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
        short_max: None,
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
    caseload: Vec<u32>,
    minutes: Vec<u32>,
}

impl Room {
    fn new(candidates: &Candidates<'_>) -> Self {
        let (sites, people) = (&candidates.roster.sites, &candidates.roster.supervisors);
        Self {
            capacity: sites.iter().map(|site| site.capacity).collect(),
            contact: sites
                .iter()
                .map(|site| site.contact_per_week.get())
                .collect(),
            caseload: people
                .iter()
                .map(|person| person.caseload_max.saturating_sub(person.caseload_current))
                .collect(),
            minutes: people
                .iter()
                .map(|person| person.minutes_per_week_max.get())
                .collect(),
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
        let (mut caseload, mut minutes) = (self.caseload.clone(), self.minutes.clone());
        for (line, needed) in candidates.lines[pair.trainee].iter().enumerate() {
            if needed.role == Role::Site {
                let suits = |fill: &Fill| {
                    caseload[fill.supervisor] > 0 && minutes[fill.supervisor] >= fill.minutes
                };
                let fill = site_fills
                    .get(&(position, line))?
                    .iter()
                    .copied()
                    .filter(|fill| suits(&candidates.fills[*fill]))
                    .max_by_key(|fill| {
                        let left = caseload[candidates.fills[*fill].supervisor];
                        (left, std::cmp::Reverse(*fill))
                    })?;
                caseload[candidates.fills[fill].supervisor] -= 1;
                minutes[candidates.fills[fill].supervisor] -= candidates.fills[fill].minutes;
                chosen.push(fill);
            }
        }
        self.capacity[pair.site] -= 1;
        self.contact[pair.site] -= pair.contact_min;
        self.caseload = caseload;
        self.minutes = minutes;
        Some(chosen)
    }
}
