//! Exact fractions, so that a third of an hour three times is an hour.

use std::cmp::Ordering;

/// A fraction in lowest terms, its denominator positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    over: i128,
    under: i128,
}

impl Fraction {
    pub(super) const ZERO: Self = Self { over: 0, under: 1 };

    /// Returns `over / under`; `under` is positive.
    pub(super) fn new(over: i128, under: i128) -> Self {
        let common = gcd(over.abs(), under).max(1);
        Self {
            over: over / common,
            under: under / common,
        }
    }

    pub(super) fn whole(number: impl Into<i128>) -> Self {
        Self::new(number.into(), 1)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self::new(
            self.over * other.under + other.over * self.under,
            self.under * other.under,
        )
    }

    pub(super) fn times(self, factor: impl Into<i128>) -> Self {
        Self::new(self.over * factor.into(), self.under)
    }

    /// Returns how many whole units the fraction holds.
    pub(super) fn units(self, unit: u32) -> i128 {
        self.over.div_euclid(self.under * i128::from(unit.max(1)))
    }

    /// Returns the fraction in thousandths, rounded down.
    pub(super) fn thousandths(self) -> i64 {
        let rounded = (self.over * 1000).div_euclid(self.under);
        i64::try_from(rounded).unwrap_or(i64::MAX)
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some((self.over * other.under).cmp(&(other.over * self.under)))
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sevenths_of_an_hour_add_up() {
        let seventh = Fraction::new(60, 7);
        let sum = (0..7).fold(Fraction::ZERO, |sum, _| sum.plus(seventh));
        assert_eq!(sum, Fraction::whole(60));
        assert_eq!(sum.units(60), 1);
        assert_eq!(seventh.times(6).units(60), 0);
        assert_eq!(seventh.thousandths(), 8571);
        assert!(seventh.times(6) < Fraction::whole(60));
    }
}
