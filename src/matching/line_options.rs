//! Which sessions of a trainee's lines go together at one placement.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::{Candidates, Fill, Pair};
use super::timeline::overlaps;
use crate::domain::QUARTER_HOUR;

/// A weekly session that could fill a line.
#[derive(Clone, Copy)]
struct Choice<'a> {
    occurrences: &'a [u32],
    slots: u32,
}

/// For each line, what each of its options takes out of each week, in minutes.
type TakenByLine = BTreeMap<usize, Vec<Vec<u32>>>;

/// For one placement: the distinct sessions that could fill each line that
/// asks for one.
pub(super) struct LineOptions<'a> {
    lines: BTreeMap<usize, Vec<Choice<'a>>>,
    /// Minutes of each week, and what each option of each line takes out;
    /// only for placements whose contact the sessions can lower.
    free: Option<(Vec<u32>, TakenByLine)>,
}

impl<'a> LineOptions<'a> {
    /// Returns the options of a placement among the fills of its trainee.
    pub(super) fn new(candidates: &'a Candidates<'_>, pair: usize, fills: &[usize]) -> Self {
        let mut distinct: BTreeMap<usize, BTreeSet<(usize, u16)>> = BTreeMap::new();
        for fill in fills.iter().map(|position| &candidates.fills[*position]) {
            if fill.meets() && fill.pair.is_none_or(|own| own == pair) {
                let known = distinct.entry(fill.line).or_default();
                for (venue, starts) in &fill.starts {
                    // Venues of one zone and length have the same sessions.
                    let like = same_sessions(candidates, *venue);
                    known.extend(starts.iter().map(|start| (like, *start)));
                }
            }
        }
        let lines: BTreeMap<usize, Vec<Choice<'a>>> = distinct
            .into_iter()
            .map(|(line, starts)| {
                let options = starts.into_iter().map(|(venue, start)| Choice {
                    occurrences: &candidates.start(venue, start).occurrences,
                    slots: candidates.venues[venue].slots(),
                });
                (line, options.collect())
            })
            .collect();
        let free = candidates.room(&candidates.pairs[pair]).map(|room| {
            let taken = lines
                .iter()
                .map(|(line, options)| {
                    let taken = options.iter().map(|o| room.taken(o.occurrences, o.slots));
                    (*line, taken.collect())
                })
                .collect();
            (room.minutes(), taken)
        });
        Self { lines, free }
    }

    /// Says whether every other line has a session that goes with this one.
    pub(super) fn has_partners(
        &self,
        candidates: &Candidates<'_>,
        pair: usize,
        fill: &Fill,
        venue: usize,
        start: u16,
    ) -> bool {
        let occurrences = &candidates.start(venue, start).occurrences;
        let slots = candidates.venues[venue].slots();
        let least = candidates.pairs[pair].contact_min;
        let left: Option<Vec<u32>> = self.free.as_ref().and_then(|(free, _)| {
            let room = candidates.room(&candidates.pairs[pair])?;
            let taken = room.taken(occurrences, slots);
            Some(
                free.iter()
                    .zip(taken)
                    .map(|(free, taken)| free.saturating_sub(taken))
                    .collect(),
            )
        });
        if left.iter().flatten().any(|left| *left < least) {
            return false;
        }
        self.lines
            .iter()
            .filter(|(line, _)| **line != fill.line)
            .all(|(line, options)| {
                options.iter().enumerate().any(|(position, other)| {
                    !overlaps(occurrences, slots, other.occurrences, other.slots)
                        && match (&left, &self.free) {
                            (Some(left), Some((_, taken))) => {
                                least_left(left, &taken[line][position]) >= least
                            }
                            _ => true,
                        }
                })
            })
    }

    /// Returns the most contact that some choice of one or two sessions
    /// leaves, an upper bound when there are more lines; `None` when no choice
    /// leaves the least.
    pub(super) fn most_contact(&self, candidates: &Candidates<'_>, pair: usize) -> Option<u32> {
        let Pair {
            contact_min,
            contact_max,
            ..
        } = candidates.pairs[pair];
        let Some((free, taken)) = &self.free else {
            return Some(contact_max);
        };
        let lines: Vec<usize> = self.lines.keys().copied().collect();
        let mut most = contact_max;
        for (i, one) in lines.iter().enumerate() {
            let alone = taken[one].iter().map(|taken| least_left(free, taken)).max();
            most = most.min(alone.unwrap_or(0));
            for other in &lines[i + 1..] {
                most = most.min(self.best_of_two(free, taken, *one, *other, most));
            }
        }
        let most = most / QUARTER_HOUR * QUARTER_HOUR;
        (most >= contact_min).then_some(most)
    }

    /// Returns the most that two sessions leave, not looking past `enough`.
    fn best_of_two(
        &self,
        free: &[u32],
        taken: &TakenByLine,
        one: usize,
        other: usize,
        enough: u32,
    ) -> u32 {
        let mut best = 0;
        for (a, taken_by_a) in self.lines[&one].iter().zip(&taken[&one]) {
            let left: Vec<u32> = free
                .iter()
                .zip(taken_by_a)
                .map(|(f, t)| f.saturating_sub(*t))
                .collect();
            for (b, taken_by_b) in self.lines[&other].iter().zip(&taken[&other]) {
                let least = least_left(&left, taken_by_b);
                if least > best && !overlaps(a.occurrences, a.slots, b.occurrences, b.slots) {
                    best = least;
                    if best >= enough {
                        return best;
                    }
                }
            }
        }
        best
    }
}

/// Returns the minutes left in the fullest week.
fn least_left(free: &[u32], taken: &[u32]) -> u32 {
    free.iter()
        .zip(taken)
        .map(|(f, t)| f.saturating_sub(*t))
        .min()
        .unwrap_or(u32::MAX)
}

/// Returns the first venue with the same anchor zone and length.
fn same_sessions(candidates: &Candidates<'_>, venue: usize) -> usize {
    let like = &candidates.venues[venue];
    candidates
        .venues
        .iter()
        .position(|other| other.zone == like.zone && other.minutes == like.minutes)
        .unwrap_or(venue)
}
