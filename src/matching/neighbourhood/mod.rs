//! Improves a timetable bit by bit: around a trainee who was left out, a small
//! part of the plan is freed and solved anew, with all else as it is.
//!
//! A step is exact for what it frees, so every step keeps every rule and none
//! makes the plan worse. Parts that have no site and no supervisor in common are
//! solved side by side; which ones does not depend on the number of threads.

mod occupancy;
mod part;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::candidates::Candidates;
use super::timetable::{Matched, Timetable};
use super::{MatchError, Observer};
use crate::domain::plan::Level;
use occupancy::Occupancy;
use part::Part;

/// Trainees who are freed in a part at first, and when that helps nobody.
const FREE_AT_FIRST: usize = 16;
const FREE_AT_LAST: usize = 64;
/// Parts that are solved side by side.
const PARTS_AT_ONCE: usize = 4;

/// Who is to be helped, and how far.
pub(super) struct Wanted<'w> {
    /// Trainees whose turn comes first.
    pub(super) first: &'w BTreeSet<usize>,
    /// Sum of priorities that is known not to be surpassed.
    pub(super) enough: Option<i64>,
}

/// Matches more of those who are left out, those who come
/// first in turn and the most priority before others, until nobody can be helped, there is enough, or the time is up.
pub(super) fn improve(
    candidates: &Candidates<'_>,
    timetable: &mut Timetable,
    levels: &[Level],
    wanted: &Wanted<'_>,
    observer: &mut dyn Observer,
) -> Result<(), MatchError> {
    let mut size = FREE_AT_FIRST;
    loop {
        let mut waiting = left_out(candidates, timetable, wanted.first);
        let mut gained_now = false;
        while !waiting.is_empty() {
            let is_over = observer.is_cancelled() || observer.seconds_left() <= 0.0;
            let has = priority(candidates, timetable);
            if is_over || wanted.enough.is_some_and(|enough| has >= enough) {
                return Ok(());
            }
            let parts = next_parts(candidates, timetable, size, &mut waiting);
            let seconds = observer.seconds_left();
            let solved: Vec<Option<BTreeMap<usize, Matched>>> = parts
                .par_iter()
                .map(|part| part.solve(candidates, levels, seconds))
                .collect::<Result<_, _>>()?;
            for (part, solved) in parts.iter().zip(solved) {
                if let Some(matched) = solved {
                    part.put_into(timetable, matched);
                    gained_now = true;
                }
            }
        }
        tracing::debug!(
            improve.size = size,
            improve.priority = priority(candidates, timetable),
            "a round of improvement"
        );
        if !gained_now {
            if size >= FREE_AT_LAST {
                return Ok(());
            }
            size *= 2;
        }
    }
}

/// Returns the trainees who have a placement to hope for and no place, those of
/// high priority and few choices first.
fn left_out(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
    first: &BTreeSet<usize>,
) -> Vec<usize> {
    let mut waiting: Vec<usize> = candidates.pairs.iter().map(|pair| pair.trainee).collect();
    waiting.dedup();
    waiting.retain(|trainee| !timetable.matched.contains_key(trainee));
    waiting.sort_by_key(|trainee| {
        let priority = candidates.roster.trainees[*trainee].priority;
        let choices = candidates.pairs_of(*trainee).len();
        let is_later = !first.contains(trainee);
        (is_later, std::cmp::Reverse(priority), choices, *trainee)
    });
    waiting
}

/// Takes the next trainees out of those who wait: as many as have parts
/// without a common site or supervisor among the first few.
fn next_parts(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
    size: usize,
    waiting: &mut Vec<usize>,
) -> Vec<Part> {
    let occupancy = Occupancy::new(candidates, timetable);
    let mut parts: Vec<Part> = Vec::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for centre in waiting.iter().take(2 * PARTS_AT_ONCE).copied() {
        if timetable.matched.contains_key(&centre) {
            taken.insert(centre);
            continue;
        }
        let part = Part::around(candidates, timetable, &occupancy, centre, size);
        if !parts.iter().any(|other| other.touches(&part)) {
            taken.insert(centre);
            parts.push(part);
        }
        if parts.len() == PARTS_AT_ONCE {
            break;
        }
    }
    waiting.retain(|trainee| !taken.contains(trainee));
    parts
}

fn priority(candidates: &Candidates<'_>, timetable: &Timetable) -> i64 {
    let people = &candidates.roster.trainees;
    let matched = timetable.matched.keys();
    matched
        .map(|trainee| i64::from(people[*trainee].priority))
        .sum()
}
