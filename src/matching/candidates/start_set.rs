//! A set of the weekly starts of one zone.

use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

/// Words that hold a bit for each quarter hour of a week.
const WORDS: usize = (7 * 96_usize).div_ceil(64);

/// Weekly starts of one zone, by their position among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::matching) struct StartSet([u64; WORDS]);

impl StartSet {
    /// No start.
    pub(in crate::matching) const EMPTY: Self = Self([0; WORDS]);
    /// Every start.
    pub(in crate::matching) const ALL: Self = Self([u64::MAX; WORDS]);

    /// Returns the set of one start.
    pub(in crate::matching) fn one(start: u16) -> Self {
        let mut set = Self::EMPTY;
        set.insert(start);
        set
    }

    /// Adds a start.
    pub(in crate::matching) fn insert(&mut self, start: u16) {
        self.0[usize::from(start / 64)] |= 1 << (start % 64);
    }

    /// Adds a start for each bit that is set among `len` bits of a longer
    /// line: the one at `from` stands for the start `first`, and so on.
    pub(in crate::matching) fn insert_bits(
        &mut self,
        first: usize,
        line: &[usize],
        from: usize,
        len: usize,
    ) {
        let mut done = 0;
        while done < len {
            let (word, shift) = ((first + done) / 64, (first + done) % 64);
            let count = (64 - shift).min(len - done);
            let mask = u64::MAX >> (64 - count);
            self.0[word] |= (bits_at(line, from + done) & mask) << shift;
            done += count;
        }
    }

    /// Says whether a start is in the set.
    pub(in crate::matching) fn contains(&self, start: u16) -> bool {
        self.0[usize::from(start / 64)] >> (start % 64) & 1 == 1
    }

    /// Says whether there is no start.
    pub(in crate::matching) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Says whether both sets have a start in common.
    pub(in crate::matching) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// Returns the starts, ascending.
    pub(in crate::matching) fn iter(self) -> impl Iterator<Item = u16> {
        (0_u16..).zip(self.0).flat_map(|(word, bits)| {
            let mut bits = bits;
            std::iter::from_fn(move || {
                let bit = u16::try_from(bits.trailing_zeros()).unwrap_or(64);
                bits &= bits.wrapping_sub(1);
                (bit < 64).then_some(word * 64 + bit)
            })
        })
    }

    fn with(mut self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word = join(*word, other);
        }
        self
    }
}

/// Returns 64 bits of a line of words from a bit on; zeros past the end.
fn bits_at(line: &[usize], from: usize) -> u64 {
    let word = |at: usize| line.get(at).map_or(0, |word| *word as u64);
    let (at, shift) = (from / 64, from % 64);
    let low = word(at) >> shift;
    if shift == 0 {
        low
    } else {
        low | word(at + 1) << (64 - shift)
    }
}

impl BitAnd for StartSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.with(&other, |a, b| a & b)
    }
}

impl BitOr for StartSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(&other, |a, b| a | b)
    }
}

impl BitOrAssign for StartSet {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl Sub for StartSet {
    type Output = Self;

    /// Returns the starts that the other set does not have.
    fn sub(self, other: Self) -> Self {
        self.with(&other, |a, b| a & !b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_starts_that_were_put_in() {
        let mut set = StartSet::EMPTY;
        for start in [0, 63, 64, 671] {
            set.insert(start);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 671]);
        let without = set - StartSet::one(64);
        assert_eq!(without.iter().count(), 3);
        assert!(set.meets(&StartSet::one(671)) && !set.meets(&StartSet::one(670)));
    }

    #[test]
    fn takes_bits_from_anywhere_on_a_line() {
        let mut line = vec![0_usize; 4];
        for bit in [70, 71, 140, 199] {
            line[bit / 64] |= 1 << (bit % 64);
        }
        let mut set = StartSet::EMPTY;
        set.insert_bits(50, &line, 71, 128);
        assert_eq!(set.iter().collect::<Vec<_>>(), [50, 119]);
        set.insert_bits(0, &line, 199, 1);
        assert!(set.contains(0));
    }
}
