//! Drops candidates that no plan can use, until nothing more falls.
//!
//! A weekly start is dropped when some other line of the trainee has no start
//! that goes with it (no overlap, and room left for the least contact); a fill
//! without starts, a placement without fills for some line, and a start that
//! too few trainees share, follow. What is left of the room for contact gives
//! the most contact of each placement, which is what makes the relaxed model
//! tight.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::candidates::{Candidates, Fill, Pair, Partnered, StartSet};
use super::conflicts::Conflicts;
use super::hurried::Stop;
use super::line_options::{FillClass, LineOptions, classify};
use super::sharers::shared_starts;
use crate::domain::Rule;

/// Passes after which pruning stops; each drops something, and what is left
/// undone costs time, never truth.
const PASSES_MAX: usize = 12;
/// Trainees who are looked at between two looks at the clock.
const TRAINEES_AT_ONCE: usize = 256;

/// Drops candidates that no plan can use, given their fills trainee by
/// trainee. Returns whether that was done before `stop` ended it.
pub(super) fn prune(
    candidates: &mut Candidates<'_>,
    fills: Vec<Vec<Fill>>,
    stop: Stop<'_>,
) -> bool {
    let conflicts = Conflicts::new(candidates);
    let mut left = Left::new(candidates, fills);
    let mut is_changed = vec![true; left.fills.len()];
    let mut lost = Lost::everything(candidates);
    for _ in 0..PASSES_MAX {
        let shared = shared_starts(candidates, &left.fills, &lost);
        left.find_losers(candidates, &shared, &mut is_changed);
        Arc::make_mut(&mut candidates.times).shared = shared;
        lost = Lost::default();
        let dirty: Vec<usize> = (0..is_changed.len()).filter(|t| is_changed[*t]).collect();
        is_changed.fill(false);
        for some in dirty.chunks(TRAINEES_AT_ONCE) {
            if stop() {
                return false;
            }
            let fills: Vec<(usize, Vec<Fill>)> = some
                .iter()
                .map(|trainee| (*trainee, std::mem::take(&mut left.fills[*trainee])))
                .collect();
            let pruned: Vec<Pruned> = fills
                .into_par_iter()
                .map(|(trainee, fills)| {
                    let mut pruned = Pruned::new(candidates, &left.pairs[trainee], trainee, fills);
                    pruned.prune(candidates, &conflicts);
                    pruned
                })
                .collect();
            for pruned in pruned {
                let trainee = pruned.trainee;
                is_changed[trainee] = left.take(candidates, pruned, &mut lost);
            }
        }
        if !is_changed.contains(&true) {
            break;
        }
    }
    left.put_back(candidates);
    true
}

/// The starts that some trainee lost in a pass, by the first venue with the
/// same zone and length: only there can a session have come to want members.
#[derive(Default)]
pub(super) struct Lost(BTreeMap<usize, StartSet>);

impl Lost {
    fn everything(candidates: &Candidates<'_>) -> Self {
        let likes = candidates.like.iter();
        Self(likes.map(|like| (*like, StartSet::ALL)).collect())
    }

    /// Says whether starts of a venue are among them.
    pub(super) fn touches(&self, candidates: &Candidates<'_>, venue: usize) -> bool {
        let lost = self.0.get(&candidates.like[venue]);
        lost.is_some_and(|lost| lost.meets(&candidates.times.of_venue(venue)))
    }
}

/// What is left of the candidates, trainee by trainee.
struct Left {
    fills: Vec<Vec<Fill>>,
    /// Placements, by position before any was dropped.
    pairs: Vec<Vec<usize>>,
}

impl Left {
    fn new(candidates: &Candidates<'_>, fills: Vec<Vec<Fill>>) -> Self {
        let mut pairs = vec![Vec::new(); candidates.roster.trainees.len()];
        for (position, pair) in candidates.pairs.iter().enumerate() {
            pairs[pair.trainee].push(position);
        }
        Self { fills, pairs }
    }

    /// Marks the trainees who lose a start for want of others.
    fn find_losers(
        &self,
        candidates: &Candidates<'_>,
        shared: &[[StartSet; 2]],
        is_changed: &mut [bool],
    ) {
        let before = &candidates.times.shared;
        let has_lost = |fill: &Fill| {
            let at = match fill.kinds.least_members() {
                0 | 1 => return false,
                2 => 0,
                _ => 1,
            };
            fill.venues().any(|venue| {
                let gone = before[venue][at] - shared[venue][at];
                !gone.is_empty() && candidates.starts_at(fill, venue).meets(&gone)
            })
        };
        let fills = self.fills.par_iter();
        fills.zip(is_changed).for_each(|(fills, is_changed)| {
            *is_changed = *is_changed || fills.iter().any(has_lost);
        });
    }

    /// Takes over what pruning left of a trainee, and returns whether that is
    /// less than before.
    fn take(&mut self, candidates: &mut Candidates<'_>, pruned: Pruned, lost: &mut Lost) -> bool {
        let trainee = pruned.trainee;
        for (like, starts) in &pruned.lost {
            *lost.0.entry(*like).or_default() |= *starts;
        }
        for (pair, rule) in &pruned.fallen {
            let key = (trainee, candidates.pairs[*pair].site);
            candidates.obstacles.insert(key, *rule);
        }
        for (pair, most) in &pruned.contact_max {
            candidates.pairs[*pair].contact_max = *most;
        }
        let has_changed =
            !pruned.lost.is_empty() || !pruned.fallen.is_empty() || !pruned.contact_max.is_empty();
        Arc::make_mut(&mut candidates.times).partnered[trainee] = pruned.partnered;
        self.fills[trainee] = pruned.fills;
        self.pairs[trainee] = pruned.pairs;
        has_changed
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
        candidates.fills = Vec::with_capacity(self.fills.iter().map(Vec::len).sum());
        for mut fill in self.fills.into_iter().flatten() {
            fill.pair = fill.pair.and_then(|pair| position[pair]);
            candidates.fills.push(fill);
        }
    }
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

/// What pruning leaves of one trainee.
struct Pruned {
    trainee: usize,
    fills: Vec<Fill>,
    pairs: Vec<usize>,
    /// Placements that fell, and why.
    fallen: Vec<(usize, Rule)>,
    /// Placements whose most contact is lower now.
    contact_max: Vec<(usize, u32)>,
    partnered: Vec<Partnered>,
    /// Starts that were dropped, by the first venue with the same zone and
    /// length.
    lost: Vec<(usize, StartSet)>,
}

impl Pruned {
    fn new(candidates: &Candidates<'_>, pairs: &[usize], trainee: usize, fills: Vec<Fill>) -> Self {
        Self {
            trainee,
            fills,
            pairs: pairs.to_vec(),
            fallen: Vec::new(),
            contact_max: Vec::new(),
            partnered: candidates.times.partnered[trainee].clone(),
            lost: Vec::new(),
        }
    }

    /// Drops what the trainee cannot use.
    fn prune(&mut self, candidates: &Candidates<'_>, conflicts: &Conflicts) {
        let mut classes = classify(candidates, &mut self.fills);
        let lines = candidates.lines[self.trainee].len();
        let filled = |pair: usize| -> BTreeSet<usize> {
            let own = self.fills.iter();
            own.filter(|fill| fill.pair.is_none_or(|own| own == pair))
                .map(|fill| fill.line)
                .collect()
        };
        let pairs = self.pairs.iter().copied();
        let dead: Vec<usize> = pairs.filter(|pair| filled(*pair).len() < lines).collect();
        self.drop_pairs(&dead, Rule::SupervisionLines, &mut classes);
        self.drop_starts_without_partner(candidates, conflicts, &mut classes);
    }

    /// Drops placements, and the fills that hold for them alone.
    fn drop_pairs(&mut self, dead: &[usize], rule: Rule, classes: &mut Vec<FillClass>) {
        if dead.is_empty() {
            return;
        }
        self.fallen.extend(dead.iter().map(|pair| (*pair, rule)));
        self.pairs.retain(|pair| !dead.contains(pair));
        let is_placed = !self.pairs.is_empty();
        let stays = |pair: Option<usize>| pair.map_or(is_placed, |pair| !dead.contains(&pair));
        self.fills.retain(|fill| stays(fill.pair));
        classes.retain(|class| {
            if !stays(class.pair) {
                self.lost.push((class.like, class.starts));
            }
            stays(class.pair)
        });
    }

    /// Drops starts that go with no start of some other line, and lowers the
    /// most contact of tight placements to what the best choice of sessions
    /// leaves.
    fn drop_starts_without_partner(
        &mut self,
        candidates: &Candidates<'_>,
        conflicts: &Conflicts,
        classes: &mut Vec<FillClass>,
    ) {
        let options: Vec<LineOptions<'_>> = self
            .pairs
            .iter()
            .map(|pair| LineOptions::new(candidates, conflicts, *pair, classes))
            .collect();
        let mut dead: Vec<usize> = Vec::new();
        for (pair, options) in self.pairs.iter().zip(&options) {
            match options.most_contact() {
                Some(most) if most < candidates.pairs[*pair].contact_max => {
                    self.contact_max.push((*pair, most));
                }
                Some(_) => {}
                None => dead.push(*pair),
            }
        }
        for class in classes.iter() {
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
                self.lost.push((class.like, class.starts - left));
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
        self.drop_pairs(&dead, Rule::ContactFitsWeek, classes);
    }
}
