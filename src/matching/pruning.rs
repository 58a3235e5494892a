//! Drops candidates that no plan can use, until nothing more falls.
//!
//! A weekly start is dropped when some other line of the trainee has no start
//! that goes with it (no overlap, and room left for the least contact); a fill
//! without starts, a placement without fills for some line, and a start that
//! too few trainees share, follow. What is left of the room for contact gives
//! the most contact of each placement, which is what makes the relaxed model
//! tight.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::candidates::{Candidates, Fill, Pair, Partnered, StartSet};
use super::conflicts::Conflicts;
use super::hurried::Stop;
use super::line_options::{LineOptions, fill_classes};
use super::sharers::shared_starts;
use crate::domain::Rule;

/// Passes after which pruning stops; each drops something, and what is left
/// undone costs time, never truth.
const PASSES_MAX: usize = 12;
/// Trainees who are looked at between two looks at the clock.
const TRAINEES_AT_ONCE: usize = 256;

/// Drops candidates that no plan can use. Returns whether that was done before
/// `stop` ended it.
pub(super) fn prune(candidates: &mut Candidates<'_>, stop: Stop<'_>) -> bool {
    let conflicts = Conflicts::new(candidates);
    let mut left = Left::new(candidates);
    let mut is_changed = vec![true; left.fills.len()];
    for _ in 0..PASSES_MAX {
        let shared = shared_starts(candidates, &left.fills);
        for (trainee, has_lost) in left.losers(candidates, &shared).into_iter().enumerate() {
            is_changed[trainee] |= has_lost;
        }
        Arc::make_mut(&mut candidates.times).shared = shared;
        let dirty: Vec<usize> = (0..is_changed.len()).filter(|t| is_changed[*t]).collect();
        is_changed.fill(false);
        for some in dirty.chunks(TRAINEES_AT_ONCE) {
            if stop() {
                return false;
            }
            let pruned: Vec<Pruned> = some
                .par_iter()
                .map(|trainee| left.prune_trainee(candidates, &conflicts, *trainee))
                .collect();
            for (trainee, pruned) in some.iter().zip(pruned) {
                is_changed[*trainee] = left.take(candidates, *trainee, pruned);
            }
        }
        if !is_changed.contains(&true) {
            break;
        }
    }
    left.put_back(candidates);
    true
}

/// What is left of the candidates, trainee by trainee.
struct Left {
    fills: Vec<Vec<Fill>>,
    /// Placements, by position before any was dropped.
    pairs: Vec<Vec<usize>>,
}

/// What pruning leaves of one trainee.
struct Pruned {
    fills: Vec<Fill>,
    pairs: Vec<usize>,
    /// Placements that fell, and why.
    fallen: Vec<(usize, Rule)>,
    /// Placements whose most contact is lower now.
    contact_max: Vec<(usize, u32)>,
    partnered: Vec<Partnered>,
    has_changed: bool,
}

impl Left {
    fn new(candidates: &mut Candidates<'_>) -> Self {
        let trainees = candidates.roster.trainees.len();
        let mut left = Self {
            fills: vec![Vec::new(); trainees],
            pairs: vec![Vec::new(); trainees],
        };
        let mut fills = std::mem::take(&mut candidates.fills).into_iter().peekable();
        for (trainee, own) in left.fills.iter_mut().enumerate() {
            while let Some(fill) = fills.next_if(|fill| fill.trainee == trainee) {
                own.push(fill);
            }
        }
        for (position, pair) in candidates.pairs.iter().enumerate() {
            left.pairs[pair.trainee].push(position);
        }
        left
    }

    /// Says of each trainee whether a start is lost to them for want of others.
    fn losers(&self, candidates: &Candidates<'_>, shared: &[[StartSet; 2]]) -> Vec<bool> {
        let has_lost = |fill: &Fill| {
            let kept = |venue: usize| match fill.kinds.least_members() {
                0 | 1 => StartSet::ALL,
                2 => shared[venue][0],
                _ => shared[venue][1],
            };
            let mut starts = candidates.starts(fill);
            fill.kinds.least_members() > 1
                && starts.any(|(venue, starts)| !(starts - kept(venue)).is_empty())
        };
        self.fills
            .par_iter()
            .map(|fills| fills.iter().any(has_lost))
            .collect()
    }

    /// Takes over what pruning left of a trainee, and returns whether that is
    /// less than before.
    fn take(&mut self, candidates: &mut Candidates<'_>, trainee: usize, pruned: Pruned) -> bool {
        let has_changed = pruned.has_changed
            || !pruned.fallen.is_empty()
            || pruned.fills.len() < self.fills[trainee].len();
        for (pair, rule) in pruned.fallen {
            let key = (trainee, candidates.pairs[pair].site);
            candidates.obstacles.insert(key, rule);
        }
        for (pair, most) in pruned.contact_max {
            candidates.pairs[pair].contact_max = most;
        }
        Arc::make_mut(&mut candidates.times).partnered[trainee] = pruned.partnered;
        self.fills[trainee] = pruned.fills;
        self.pairs[trainee] = pruned.pairs;
        has_changed
    }

    /// Drops what a trainee cannot use.
    fn prune_trainee(
        &self,
        candidates: &Candidates<'_>,
        conflicts: &Conflicts,
        trainee: usize,
    ) -> Pruned {
        let mut pruned = Pruned {
            fills: self.fills[trainee].clone(),
            pairs: self.pairs[trainee].clone(),
            fallen: Vec::new(),
            contact_max: Vec::new(),
            partnered: candidates.times.partnered[trainee].clone(),
            has_changed: false,
        };
        pruned
            .fills
            .retain(|fill| !fill.meets() || candidates.can_meet(fill));
        pruned.drop_dead_pairs(candidates, trainee);
        pruned.drop_starts_without_partner(candidates, conflicts);
        pruned
    }

    /// Puts what is left back in order, placements in new positions.
    fn put_back(self, candidates: &mut Candidates<'_>) {
        let mut position: Vec<Option<usize>> = vec![None; candidates.pairs.len()];
        let mut kept: Vec<Pair> = Vec::new();
        for pair in self.pairs.iter().flatten() {
            position[*pair] = Some(kept.len());
            kept.push(candidates.pairs[*pair].clone());
        }
        candidates.pairs = kept;
        let fills = self.fills.into_iter().flatten().filter_map(|mut fill| {
            if let Some(pair) = fill.pair {
                fill.pair = Some(position[pair]?);
            }
            Some(fill)
        });
        candidates.fills = fills.collect();
    }
}

impl Pruned {
    /// Drops placements without a fill for some line, and the fills that hold
    /// for them alone.
    fn drop_dead_pairs(&mut self, candidates: &Candidates<'_>, trainee: usize) {
        let lines = candidates.lines[trainee].len();
        let filled = |pair: usize| -> BTreeSet<usize> {
            let own = self.fills.iter();
            own.filter(|fill| fill.pair.is_none_or(|own| own == pair))
                .map(|fill| fill.line)
                .collect()
        };
        let pairs = self.pairs.iter().copied();
        let dead: Vec<usize> = pairs.filter(|pair| filled(*pair).len() < lines).collect();
        self.drop_pairs(&dead, Rule::SupervisionLines);
    }

    fn drop_pairs(&mut self, dead: &[usize], rule: Rule) {
        self.fallen.extend(dead.iter().map(|pair| (*pair, rule)));
        self.pairs.retain(|pair| !dead.contains(pair));
        let is_placed = !self.pairs.is_empty();
        self.fills.retain(|fill| match fill.pair {
            Some(pair) => !dead.contains(&pair),
            None => is_placed,
        });
    }

    /// Drops starts that go with no start of some other line, and lowers the
    /// most contact of tight placements to what the best choice of sessions
    /// leaves.
    fn drop_starts_without_partner(&mut self, candidates: &Candidates<'_>, conflicts: &Conflicts) {
        let classes = fill_classes(candidates, &self.fills);
        let options: Vec<LineOptions<'_>> = self
            .pairs
            .iter()
            .map(|pair| LineOptions::new(candidates, conflicts, *pair, &classes))
            .collect();
        let mut dead: Vec<usize> = Vec::new();
        for (pair, options) in self.pairs.iter().zip(&options) {
            match options.most_contact() {
                Some(most) if most < candidates.pairs[*pair].contact_max => {
                    self.contact_max.push((*pair, most));
                    self.has_changed = true;
                }
                Some(_) => {}
                None => dead.push(*pair),
            }
        }
        for class in &classes {
            let mut left = StartSet::EMPTY;
            for (pair, options) in self.pairs.iter().zip(&options) {
                if class.pair.is_none_or(|own| own == *pair) {
                    left |= options.with_partners(class);
                }
                if left == class.starts {
                    break;
                }
            }
            if left != class.starts {
                self.has_changed = true;
                let site = class.pair.map(|pair| candidates.pairs[pair].site);
                let (line, like) = (class.line, class.like);
                self.partnered
                    .retain(|p| (p.site, p.line, p.like) != (site, line, like));
                self.partnered.push(Partnered {
                    site,
                    line,
                    like,
                    left,
                });
            }
        }
        drop(options);
        self.drop_pairs(&dead, Rule::ContactFitsWeek);
    }
}
