//! How many weekly sessions a supervisor's hours can hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::matching::candidates::{Candidates, Fill};

/// Returns for each supervisor of these fills the most weekly sessions that do
/// not overlap, whoever attends.
///
/// Of all occurrences of all possible starts, the most that do not overlap are
/// counted over the whole term; a weekly session needs at least as many of
/// them as the start with the fewest occurrences has.
pub(super) fn sessions_most<'f>(
    candidates: &Candidates<'_>,
    fills: impl Iterator<Item = &'f Fill>,
) -> BTreeMap<usize, u32> {
    let mut starts: BTreeMap<usize, BTreeSet<(usize, u16)>> = BTreeMap::new();
    for fill in fills {
        let known = starts.entry(fill.supervisor).or_default();
        for (venue, of_venue) in candidates.starts(fill) {
            // Venues of one zone and length have the same sessions.
            let like = candidates.like[venue];
            known.extend(of_venue.iter().map(|start| (like, start)));
        }
    }
    starts
        .into_iter()
        .map(|(supervisor, starts)| (supervisor, most_apart(candidates, &starts)))
        .collect()
}

fn most_apart(candidates: &Candidates<'_>, starts: &BTreeSet<(usize, u16)>) -> u32 {
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    let mut fewest = usize::MAX;
    for (venue, start) in starts {
        let occurrences = &candidates.start(*venue, *start).occurrences;
        let slots = candidates.venues[*venue].slots();
        fewest = fewest.min(occurrences.len());
        stretches.extend(occurrences.iter().map(|first| (first + slots, *first)));
    }
    // Whatever ends first leaves the most room for the rest.
    stretches.sort_unstable();
    let (mut apart, mut free_from) = (0_usize, 0);
    for (end, first) in stretches {
        if first >= free_from {
            apart += 1;
            free_from = end;
        }
    }
    u32::try_from(apart / fewest.max(1)).unwrap_or(u32::MAX)
}
