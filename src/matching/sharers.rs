//! Which weekly starts two or three trainees share.

use rayon::prelude::*;

use super::candidates::{Candidates, Fill, StartSet};
use super::pruning::Lost;

/// The starts of one venue that at least one, two and three trainees can
/// attend, and those that the trainee looked at last can.
#[derive(Clone, Default)]
struct Sharers {
    at_least: [StartSet; 3],
    last: Option<usize>,
    of_last: StartSet,
}

impl Sharers {
    fn add(&mut self, trainee: usize, starts: StartSet) {
        if self.last != Some(trainee) {
            self.last = Some(trainee);
            self.of_last = StartSet::EMPTY;
        }
        let more = starts - self.of_last;
        self.of_last |= starts;
        let [one, two, three] = self.at_least;
        self.at_least = [one | more, two | (one & more), three | (two & more)];
    }

    /// Joins what two sets of trainees without a common one share.
    fn join(&self, other: &Self) -> Self {
        let ([a1, a2, a3], [b1, b2, b3]) = (self.at_least, other.at_least);
        Self {
            at_least: [
                a1 | b1,
                a2 | b2 | (a1 & b1),
                a3 | b3 | (a2 & b1) | (a1 & b2),
            ],
            ..Self::default()
        }
    }
}

/// Returns for each venue the starts that at least two, and at least three,
/// trainees can attend, where that may have changed by what was lost; the fills
/// are given trainee by trainee.
pub(super) fn shared_starts(
    candidates: &Candidates<'_>,
    fills: &[Vec<Fill>],
    lost: &Lost,
) -> Vec<[StartSet; 2]> {
    let is_touched: Vec<bool> = (0..candidates.venues.len())
        .map(|venue| lost.touches(candidates, venue))
        .collect();
    let nobody = || vec![Sharers::default(); candidates.venues.len()];
    let part = fills.len().div_ceil(rayon::current_num_threads()).max(1);
    let sharers = fills
        .par_chunks(part)
        .map(|some| {
            let mut sharers = nobody();
            for fill in some.iter().flatten() {
                for venue in fill.venues().filter(|venue| is_touched[*venue]) {
                    sharers[venue].add(fill.trainee, candidates.starts_at(fill, venue));
                }
            }
            sharers
        })
        .reduce(nobody, |some, others| {
            let both = some.iter().zip(&others);
            both.map(|(some, others)| some.join(others)).collect()
        });
    let before = &candidates.times.shared;
    let all = sharers.into_iter().zip(is_touched).zip(before);
    all.map(|((sharers, is_touched), before)| {
        let [_, two, three] = sharers.at_least;
        if is_touched { [two, three] } else { *before }
    })
    .collect()
}
