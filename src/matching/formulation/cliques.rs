//! Sets of weekly sessions of which one person can attend at most one.

use std::collections::BTreeSet;

/// A weekly session: its occurrences on the line of slots.
pub(super) struct Span<'a> {
    /// First slot of each occurrence, ascending.
    pub(super) occurrences: &'a [u32],
    /// Length in slots.
    pub(super) slots: u32,
}

/// Returns the maximal sets of spans that share a slot in some week, by
/// position. Any two overlapping spans are in a set together, since spans are
/// stretches of one line.
pub(super) fn cliques(spans: &[Span<'_>]) -> BTreeSet<Vec<usize>> {
    let mut begins: Vec<(u32, u32, usize)> = Vec::new();
    for (position, span) in spans.iter().enumerate() {
        begins.extend(
            span.occurrences
                .iter()
                .map(|first| (*first, first + span.slots, position)),
        );
    }
    begins.sort_unstable();
    let mut found = BTreeSet::new();
    let mut active: Vec<(u32, usize)> = Vec::new();
    let mut has_grown = false;
    for (first, end, position) in begins {
        if active.iter().any(|(end, _)| *end <= first) {
            if has_grown {
                record(&mut found, &active);
            }
            active.retain(|(end, _)| *end > first);
        }
        active.push((end, position));
        has_grown = true;
    }
    record(&mut found, &active);
    found
}

fn record(found: &mut BTreeSet<Vec<usize>>, active: &[(u32, usize)]) {
    if active.len() > 1 {
        let mut clique: Vec<usize> = active.iter().map(|(_, position)| *position).collect();
        clique.sort_unstable();
        clique.dedup();
        if clique.len() > 1 {
            found.insert(clique);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_maximal_set_once() {
        let weekly = |first: u32| [first, first + 672, first + 1344];
        let starts = [weekly(0), weekly(2), weekly(4), weekly(40)];
        let spans: Vec<Span<'_>> = starts
            .iter()
            .map(|occurrences| Span {
                occurrences,
                slots: 4,
            })
            .collect();
        let found: Vec<Vec<usize>> = cliques(&spans).into_iter().collect();
        assert_eq!(found, [vec![0, 1], vec![1, 2]]);
    }
}
