//! Exact decimal factors, so that no rule is decided by a rounding error.

use std::fmt;
use std::str::FromStr;

use super::{Minutes, SessionKind};

/// A factor in whole thousandths, 0 to 1000 (so 0.000 to 1000.000).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thousandths(u32);

impl Thousandths {
    /// The factor one.
    pub const ONE: Self = Self(1000);
    /// The largest factor, one thousand, in thousandths.
    pub const MAX: u32 = 1_000_000;

    /// Returns the factor of so many thousandths, or `None` above
    /// [`Thousandths::MAX`].
    pub const fn new(thousandths: u32) -> Option<Self> {
        if thousandths <= Self::MAX {
            Some(Self(thousandths))
        } else {
            None
        }
    }

    /// Returns the factor in thousandths.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The text is not a decimal number from 0 to 1000 with at most three places.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number from 0 to 1000 with at most three decimals")]
pub struct InvalidFactor;

impl FromStr for Thousandths {
    type Err = InvalidFactor;

    fn from_str(text: &str) -> Result<Self, InvalidFactor> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || whole.len() > 4 || decimals.len() > 3 {
            return Err(InvalidFactor);
        }
        let whole: u32 = whole.parse().map_err(|_| InvalidFactor)?;
        let decimals: u32 = format!("{decimals:0<3}")
            .parse()
            .map_err(|_| InvalidFactor)?;
        Self::new(whole * 1000 + decimals).ok_or(InvalidFactor)
    }
}

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// How much client contact a minute of supervision carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Weekly contact minutes allowed per credited supervision minute.
    pub contact_per_supervision_max: Thousandths,
    /// What a minute of group supervision counts.
    pub group_credit: Thousandths,
}

impl Ratio {
    /// Returns what a minute of supervision counts in a session of a kind.
    pub const fn credit(self, kind: SessionKind) -> Thousandths {
        match kind {
            SessionKind::Individual | SessionKind::Triadic => Thousandths::ONE,
            SessionKind::Group => self.group_credit,
        }
    }

    /// Returns the most weekly contact minutes that the supervision allows:
    /// `contact_per_supervision_max` x the credited minutes. Rounded down to a
    /// whole minute.
    pub fn contact_allowed(
        self,
        supervision: impl IntoIterator<Item = (SessionKind, Minutes)>,
    ) -> Minutes {
        let credited_thousandths: u64 = supervision
            .into_iter()
            .map(|(kind, minutes)| u64::from(minutes.get()) * u64::from(self.credit(kind).get()))
            .sum();
        let millionths = credited_thousandths * u64::from(self.contact_per_supervision_max.get());
        let whole = u32::try_from(millionths / 1_000_000).unwrap_or(Minutes::MAX);
        Minutes::new(whole.min(Minutes::MAX)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_decimals_exactly() {
        for (text, thousandths) in [("10", 10_000), ("0.5", 500), ("1.125", 1125), ("0", 0)] {
            assert_eq!(
                text.parse::<Thousandths>().unwrap().get(),
                thousandths,
                "{text}"
            );
        }
        for bad in ["-1", "1e3", "0.5555", "", ".", "1.", "1001", "NaN", "99999"] {
            assert!(bad.parse::<Thousandths>().is_err(), "{bad}");
        }
        assert_eq!("0.50".parse::<Thousandths>().unwrap().to_string(), "0.5");
    }

    #[test]
    fn group_minutes_count_by_their_credit() {
        let minutes = |n| Minutes::new(n).unwrap();
        let lines = [
            (SessionKind::Individual, minutes(60)),
            (SessionKind::Group, minutes(90)),
        ];
        let ratio = Ratio {
            contact_per_supervision_max: Thousandths::new(10_000).unwrap(),
            group_credit: Thousandths::new(500).unwrap(),
        };
        assert_eq!(ratio.contact_allowed(lines), minutes(1050));
    }
}
