//! Chance from a seed, in whole numbers only.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of chance that a seed determines.
pub(super) struct Dice {
    stream: ChaCha8Rng,
}

impl Dice {
    /// Returns the stream of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self {
            stream: ChaCha8Rng::from_seed(bytes),
        }
    }

    /// Returns a number below the limit; zero when that is zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = u128::try_from(limit).unwrap_or_default();
        let product = u128::from(self.stream.next_u64()) * limit;
        usize::try_from(product >> 64).unwrap_or_default()
    }

    /// Returns a number from least to most, both included.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// Says yes in so many of a hundred cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Returns one of the items, which must not be none.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Returns so many different items, or all, in their own order.
    pub(super) fn some_of<T: Copy>(&mut self, count: usize, items: &[T]) -> Vec<T> {
        let mut wanted = count.min(items.len());
        let mut chosen = Vec::with_capacity(wanted);
        for (place, item) in items.iter().enumerate() {
            if self.below(items.len() - place) < wanted {
                wanted -= 1;
                chosen.push(*item);
            }
        }
        chosen
    }
}
