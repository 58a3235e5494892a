//! Which sessions of a trainee's lines go together at one placement.

use std::collections::BTreeMap;

use super::candidates::{Candidates, Fill, Pair, StartSet};
use super::conflicts::Conflicts;
use super::timeline::overlaps;
use crate::domain::QUARTER_HOUR;

/// The starts of fills that differ in nothing that matters here: the placement
/// that they hold for, the line, and the zone and length of the sessions.
pub(super) struct FillClass {
    /// The placement, by position; `None` for any.
    pub(super) pair: Option<usize>,
    pub(super) line: usize,
    /// The first venue with the same zone and length.
    pub(super) like: usize,
    pub(super) starts: StartSet,
}

/// Drops the fills of a trainee that have no start left, and returns the
/// classes of the others, in order.
pub(super) fn classify(candidates: &Candidates<'_>, fills: &mut Vec<Fill>) -> Vec<FillClass> {
    let mut classes: BTreeMap<(Option<usize>, usize, usize), StartSet> = BTreeMap::new();
    fills.retain(|fill| {
        let mut is_left = !fill.meets();
        for (venue, starts) in candidates.starts(fill) {
            let class = (fill.pair, fill.line, candidates.like[venue]);
            *classes.entry(class).or_default() |= starts;
            is_left = true;
        }
        is_left
    });
    classes
        .into_iter()
        .map(|((pair, line, like), starts)| FillClass {
            pair,
            line,
            like,
            starts,
        })
        .collect()
}

/// A weekly session that could fill a line.
#[derive(Clone, Copy)]
struct Choice<'a> {
    like: usize,
    start: u16,
    occurrences: &'a [u32],
    slots: u32,
}

/// What the sessions of one placement take out of its weeks.
struct Tight<'a> {
    /// Minutes of each week.
    free: Vec<u32>,
    /// For each line its sessions, and the minutes that each takes out of each
    /// week.
    lines: BTreeMap<usize, Vec<(Choice<'a>, Vec<u32>)>>,
}

/// For one placement: the distinct sessions that could fill each line that
/// asks for one.
pub(super) struct LineOptions<'a> {
    candidates: &'a Candidates<'a>,
    conflicts: &'a Conflicts,
    lines: BTreeMap<usize, BTreeMap<usize, StartSet>>,
    contact: (u32, u32),
    /// Only for placements whose contact the sessions can lower.
    tight: Option<Tight<'a>>,
}

impl<'a> LineOptions<'a> {
    /// Returns the options of a placement among the classes of its trainee.
    pub(super) fn new(
        candidates: &'a Candidates<'a>,
        conflicts: &'a Conflicts,
        position: usize,
        classes: &[FillClass],
    ) -> Self {
        let mut lines: BTreeMap<usize, BTreeMap<usize, StartSet>> = BTreeMap::new();
        let own = |class: &&FillClass| class.pair.is_none_or(|own| own == position);
        for class in classes.iter().filter(own) {
            let line = lines.entry(class.line).or_default();
            *line.entry(class.like).or_default() |= class.starts;
        }
        let pair = &candidates.pairs[position];
        let tight = candidates.room(pair).map(|room| {
            let with_taken = |choice: Choice<'a>| {
                let taken = room.taken(choice.occurrences, choice.slots);
                (choice, taken)
            };
            let of_line = |likes: &BTreeMap<usize, StartSet>| {
                let choices = likes.iter().flat_map(|(like, starts)| {
                    starts.iter().map(|start| choice(candidates, *like, start))
                });
                choices.map(with_taken).collect()
            };
            Tight {
                free: room.minutes(),
                lines: lines
                    .iter()
                    .map(|(l, likes)| (*l, of_line(likes)))
                    .collect(),
            }
        });
        let Pair {
            contact_min,
            contact_max,
            ..
        } = *pair;
        Self {
            candidates,
            conflicts,
            lines,
            contact: (contact_min, contact_max),
            tight,
        }
    }

    /// Returns those starts of a class for which every other line has a session
    /// that goes with them.
    pub(super) fn with_partners(&self, class: &FillClass) -> StartSet {
        let mut kept = StartSet::EMPTY;
        for start in class.starts.iter() {
            let has_partners = match &self.tight {
                Some(tight) => self.has_partners_and_room(tight, class, start),
                None => self.has_partners(class, start),
            };
            if has_partners {
                kept.insert(start);
            }
        }
        kept
    }

    fn has_partners(&self, class: &FillClass, start: u16) -> bool {
        let others = self.lines.iter().filter(|(line, _)| **line != class.line);
        others.into_iter().all(|(_, likes)| {
            likes.iter().any(|(like, starts)| {
                let conflict = self
                    .conflicts
                    .of(self.candidates, (class.like, start), *like);
                !(*starts - conflict).is_empty()
            })
        })
    }

    fn has_partners_and_room(&self, tight: &Tight<'_>, class: &FillClass, start: u16) -> bool {
        let least = self.contact.0;
        let own = tight.lines[&class.line].iter();
        let mut own = own.filter(|(choice, _)| (choice.like, choice.start) == (class.like, start));
        let Some((choice, taken)) = own.next() else {
            return false;
        };
        let left = minus(&tight.free, taken);
        if left.iter().any(|left| *left < least) {
            return false;
        }
        let mut others = tight.lines.iter().filter(|(line, _)| **line != class.line);
        others.all(|(_, options)| {
            options
                .iter()
                .any(|(other, taken)| !collide(choice, other) && least_left(&left, taken) >= least)
        })
    }

    /// Returns the most contact that some choice of one or two sessions
    /// leaves, an upper bound when there are more lines; `None` when no choice
    /// leaves the least.
    pub(super) fn most_contact(&self) -> Option<u32> {
        let (contact_min, contact_max) = self.contact;
        let Some(tight) = &self.tight else {
            return Some(contact_max);
        };
        let lines: Vec<&Vec<(Choice<'_>, Vec<u32>)>> = tight.lines.values().collect();
        let mut most = contact_max;
        for (i, one) in lines.iter().enumerate() {
            let alone = one.iter().map(|(_, taken)| least_left(&tight.free, taken));
            most = most.min(alone.max().unwrap_or(0));
            for other in &lines[i + 1..] {
                most = most.min(best_of_two(&tight.free, one, other, most));
            }
        }
        let most = most / QUARTER_HOUR * QUARTER_HOUR;
        (most >= contact_min).then_some(most)
    }
}

fn choice<'a>(candidates: &'a Candidates<'_>, like: usize, start: u16) -> Choice<'a> {
    Choice {
        like,
        start,
        occurrences: &candidates.start(like, start).occurrences,
        slots: candidates.venues[like].slots(),
    }
}

fn collide(one: &Choice<'_>, other: &Choice<'_>) -> bool {
    overlaps(one.occurrences, one.slots, other.occurrences, other.slots)
}

/// Returns the most that two sessions leave, not looking past `enough`.
fn best_of_two(
    free: &[u32],
    one: &[(Choice<'_>, Vec<u32>)],
    other: &[(Choice<'_>, Vec<u32>)],
    enough: u32,
) -> u32 {
    let mut best = 0;
    for (a, taken_by_a) in one {
        let left = minus(free, taken_by_a);
        for (b, taken_by_b) in other {
            let least = least_left(&left, taken_by_b);
            if least > best && !collide(a, b) {
                best = least;
                if best >= enough {
                    return best;
                }
            }
        }
    }
    best
}

fn minus(free: &[u32], taken: &[u32]) -> Vec<u32> {
    let left = free.iter().zip(taken);
    left.map(|(f, t)| f.saturating_sub(*t)).collect()
}

/// Returns the minutes left in the fullest week.
fn least_left(free: &[u32], taken: &[u32]) -> u32 {
    free.iter()
        .zip(taken)
        .map(|(f, t)| f.saturating_sub(*t))
        .min()
        .unwrap_or(u32::MAX)
}
