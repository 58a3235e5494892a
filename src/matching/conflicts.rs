//! Which weekly starts overlap, for whole sets of starts at once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::candidates::{Candidates, StartSet};

/// For each start of one zone and length the starts of another that overlap it
/// in some week. Found when first asked for.
pub(super) struct Conflicts {
    /// Position of each first venue with its zone and length.
    kinds: BTreeMap<usize, usize>,
    tables: Vec<OnceLock<Vec<StartSet>>>,
}

impl Conflicts {
    /// Returns the conflicts between all venues.
    pub(super) fn new(candidates: &Candidates<'_>) -> Self {
        let likes: std::collections::BTreeSet<usize> = candidates.like.iter().copied().collect();
        let count = likes.len();
        Self {
            kinds: likes.into_iter().zip(0..).collect(),
            tables: (0..count * count).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Returns the starts of venues like `other` that overlap a session.
    pub(super) fn of(
        &self,
        candidates: &Candidates<'_>,
        (like, start): (usize, u16),
        other: usize,
    ) -> StartSet {
        let (row, column) = (self.kinds[&like], self.kinds[&other]);
        let table = &self.tables[row * self.kinds.len() + column];
        table.get_or_init(|| table_of(candidates, like, other))[usize::from(start)]
    }
}

fn table_of(candidates: &Candidates<'_>, like: usize, other: usize) -> Vec<StartSet> {
    // The starts of the other kind, by the slot of each occurrence.
    let mut at_slot: Vec<(u32, u16)> = Vec::new();
    for (start, weekly) in (0_u16..).zip(candidates.all_starts(other)) {
        at_slot.extend(weekly.occurrences.iter().map(|slot| (*slot, start)));
    }
    at_slot.sort_unstable();
    let length = candidates.venues[like].slots();
    let other_length = candidates.venues[other].slots();
    candidates
        .all_starts(like)
        .iter()
        .map(|weekly| {
            let mut conflicts = StartSet::EMPTY;
            for slot in &weekly.occurrences {
                let first = at_slot.partition_point(|(at, _)| at + other_length <= *slot);
                let near = at_slot[first..].iter();
                for (_, start) in near.take_while(|(at, _)| *at < slot + length) {
                    conflicts.insert(*start);
                }
            }
            conflicts
        })
        .collect()
}
