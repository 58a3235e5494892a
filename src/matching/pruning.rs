//! Drops candidates that no plan can use, until nothing more falls.
//!
//! A weekly start is dropped when some other line of the trainee has no start
//! that goes with it (no overlap, and room left for the least contact); a fill
//! without starts, a placement without fills for some line, and a start that
//! too few trainees share, follow. What is left of the room for contact gives
//! the most contact of each placement, which is what makes the relaxed model
//! tight.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::{Candidates, Pair, Starts};
use super::line_options::LineOptions;
use crate::domain::{Rule, SessionKind};

/// Passes after which pruning stops; each drops something, and what is left
/// undone costs time, never truth.
const PASSES_MAX: usize = 12;

/// Drops candidates that no plan can use.
pub(super) fn prune(candidates: &mut Candidates<'_>) {
    for _ in 0..PASSES_MAX {
        let mut dropped = drop_lonely_starts(candidates);
        dropped |= drop_dead(candidates);
        dropped |= drop_starts_without_partner(candidates);
        dropped |= drop_dead(candidates);
        if !dropped {
            break;
        }
    }
}

/// Drops starts of pairs and groups that too few trainees share.
fn drop_lonely_starts(candidates: &mut Candidates<'_>) -> bool {
    // Fills come trainee by trainee, so the last one seen tells a new one.
    let mut sharers: Vec<Vec<(u32, Option<usize>)>> = candidates
        .venues
        .iter()
        .map(|venue| vec![(0, None); candidates.weekly[&venue.zone].starts.len()])
        .collect();
    for fill in &candidates.fills {
        for (venue, starts) in &fill.starts {
            for start in starts {
                let (count, last) = &mut sharers[*venue][usize::from(*start)];
                if *last != Some(fill.trainee) {
                    *last = Some(fill.trainee);
                    *count += 1;
                }
            }
        }
    }
    let mut dropped = false;
    for fill in &mut candidates.fills {
        let least = match fill.kinds.first() {
            Some(SessionKind::Group) => 3,
            Some(SessionKind::Triadic) => 2,
            Some(SessionKind::Individual) | None => continue,
        };
        for (venue, starts) in &mut fill.starts {
            let before = starts.len();
            let sharers = &sharers[*venue];
            starts.retain(|start| sharers[usize::from(*start)].0 >= least);
            dropped |= starts.len() < before;
        }
    }
    dropped
}

/// Drops fills without a start and placements without a fill for some line.
fn drop_dead(candidates: &mut Candidates<'_>) -> bool {
    let mut dropped = false;
    loop {
        for fill in &mut candidates.fills {
            fill.starts.retain(|(_, starts)| !starts.is_empty());
        }
        let before = candidates.fills.len();
        candidates
            .fills
            .retain(|fill| !fill.meets() || !fill.starts.is_empty());
        let filled = filled_lines(candidates);
        let is_alive: Vec<bool> = (0..candidates.pairs.len())
            .map(|pair| {
                let trainee = candidates.pairs[pair].trainee;
                filled[pair].len() == candidates.lines[trainee].len()
            })
            .collect();
        let dead = is_alive.iter().filter(|alive| !**alive).count();
        if dead > 0 {
            drop_pairs(candidates, &is_alive);
        }
        dropped |= dead > 0 || candidates.fills.len() < before;
        if dead == 0 {
            return dropped;
        }
    }
}

/// Returns, for each placement, the lines that somebody can fill.
fn filled_lines(candidates: &Candidates<'_>) -> Vec<BTreeSet<usize>> {
    let mut filled = vec![BTreeSet::new(); candidates.pairs.len()];
    let mut anywhere: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for fill in &candidates.fills {
        match fill.pair {
            Some(pair) => {
                filled[pair].insert(fill.line);
            }
            None => {
                anywhere.entry(fill.trainee).or_default().insert(fill.line);
            }
        }
    }
    for (pair, filled) in candidates.pairs.iter().zip(&mut filled) {
        filled.extend(anywhere.get(&pair.trainee).into_iter().flatten());
    }
    filled
}

/// Drops placements, the fills that hold for them only, and the fills of
/// trainees who have no placement left.
pub(super) fn drop_pairs(candidates: &mut Candidates<'_>, is_alive: &[bool]) {
    let mut position = vec![None; is_alive.len()];
    let mut kept: Vec<Pair> = Vec::new();
    for (old, pair) in candidates.pairs.drain(..).enumerate() {
        if is_alive[old] {
            position[old] = Some(kept.len());
            kept.push(pair);
        } else {
            let key = (pair.trainee, pair.site);
            candidates
                .obstacles
                .entry(key)
                .or_insert(Rule::SupervisionLines);
        }
    }
    candidates.pairs = kept;
    let placed: BTreeSet<usize> = candidates.pairs.iter().map(|pair| pair.trainee).collect();
    candidates.fills.retain_mut(|fill| match fill.pair {
        Some(pair) => {
            fill.pair = position[pair];
            fill.pair.is_some()
        }
        None => placed.contains(&fill.trainee),
    });
}

/// Drops starts that go with no start of some other line, and lowers the most
/// contact of tight placements to what the best choice of sessions leaves.
fn drop_starts_without_partner(candidates: &mut Candidates<'_>) -> bool {
    let by_trainee = fills_by_trainee(candidates);
    let mut kept_starts: Vec<(usize, Starts)> = Vec::new();
    let mut contact_max: Vec<(usize, u32)> = Vec::new();
    let mut dead: Vec<usize> = Vec::new();
    let mut pairs_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, pair) in candidates.pairs.iter().enumerate() {
        pairs_of.entry(pair.trainee).or_default().push(position);
    }
    for (trainee, pairs) in &pairs_of {
        let fills = by_trainee.get(trainee).map_or(&[][..], Vec::as_slice);
        let weeks: Vec<LineOptions<'_>> = pairs
            .iter()
            .map(|pair| LineOptions::new(candidates, *pair, fills))
            .collect();
        for (pair, options) in pairs.iter().zip(&weeks) {
            match options.most_contact(candidates, *pair) {
                Some(most) if most < candidates.pairs[*pair].contact_max => {
                    contact_max.push((*pair, most));
                }
                Some(_) => {}
                None => dead.push(*pair),
            }
        }
        for position in fills.iter().copied() {
            let fill = &candidates.fills[position];
            let mut changed = false;
            let mut kept = fill.starts.clone();
            for (venue, starts) in &mut kept {
                let before = starts.len();
                starts.retain(|start| {
                    pairs.iter().zip(&weeks).any(|(pair, options)| {
                        fill.pair.is_none_or(|own| own == *pair)
                            && options.has_partners(candidates, *pair, fill, *venue, *start)
                    })
                });
                changed |= starts.len() < before;
            }
            if changed {
                kept_starts.push((position, kept));
            }
        }
    }
    let dropped = !kept_starts.is_empty() || !contact_max.is_empty() || !dead.is_empty();
    for (position, starts) in kept_starts {
        candidates.fills[position].starts = starts;
    }
    for (pair, most) in contact_max {
        candidates.pairs[pair].contact_max = most;
    }
    if !dead.is_empty() {
        for pair in &dead {
            let pair = &candidates.pairs[*pair];
            candidates
                .obstacles
                .insert((pair.trainee, pair.site), Rule::ContactFitsWeek);
        }
        let is_alive: Vec<bool> = (0..candidates.pairs.len())
            .map(|pair| !dead.contains(&pair))
            .collect();
        drop_pairs(candidates, &is_alive);
    }
    dropped
}

fn fills_by_trainee(candidates: &Candidates<'_>) -> BTreeMap<usize, Vec<usize>> {
    let mut by_trainee: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, fill) in candidates.fills.iter().enumerate() {
        by_trainee.entry(fill.trainee).or_default().push(position);
    }
    by_trainee
}
