//! Whole minutes: the only unit of time that is supervised, offered or owed.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// The grid on which windows, sessions and weekly contact lie, in minutes.
pub const QUARTER_HOUR: u32 = 15;

/// A whole number of minutes, at most one million (about two years).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minutes(u32);

impl Minutes {
    /// No minutes.
    pub const ZERO: Self = Self(0);
    /// The largest duration that is taken as meant.
    pub const MAX: u32 = 1_000_000;

    /// Returns the duration, or `None` above [`Minutes::MAX`].
    pub const fn new(minutes: u32) -> Option<Self> {
        if minutes <= Self::MAX {
            Some(Self(minutes))
        } else {
            None
        }
    }

    /// Returns the number of minutes.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Says whether the duration lies on the 15-minute grid.
    pub const fn is_on_grid(self) -> bool {
        self.0.is_multiple_of(QUARTER_HOUR)
    }
}

impl Add for Minutes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Minutes {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Minutes {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A range of weekly minutes, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinutesRange {
    min: Minutes,
    max: Minutes,
}

impl MinutesRange {
    /// Returns the range, or `None` when it ends before it starts.
    pub fn new(min: Minutes, max: Minutes) -> Option<Self> {
        (min <= max).then_some(Self { min, max })
    }

    /// Returns the least minutes of the range.
    pub fn min(self) -> Minutes {
        self.min
    }

    /// Returns the most minutes of the range.
    pub fn max(self) -> Minutes {
        self.max
    }
}

/// A wall-clock time of day as minutes since local midnight: 0 to 1440, where
/// 1440 is `24:00`, the end of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinuteOfDay(u16);

impl MinuteOfDay {
    /// `24:00`, the end of a day.
    pub const END_OF_DAY: Self = Self(1440);

    /// Returns the time of day, or `None` above 1440.
    pub const fn new(minute: u16) -> Option<Self> {
        if minute <= 1440 {
            Some(Self(minute))
        } else {
            None
        }
    }

    /// Reads `HH:MM`; `24:00` is allowed, `24:01` is not.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two_digits = |s: &str| s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit());
        if !two_digits(hours) || !two_digits(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        if minutes > 59 {
            None
        } else {
            Self::new(hours * 60 + minutes)
        }
    }

    /// Returns the minutes since local midnight.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Says whether the time lies on the 15-minute grid.
    pub const fn is_on_grid(self) -> bool {
        self.0.is_multiple_of(15)
    }
}

impl fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:02}:{:02}", self.0 / 60, self.0 % 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_wall_clock_times_and_refuses_what_is_none() {
        assert_eq!(MinuteOfDay::parse("00:00"), MinuteOfDay::new(0));
        assert_eq!(MinuteOfDay::parse("09:45"), MinuteOfDay::new(585));
        assert_eq!(MinuteOfDay::parse("24:00"), Some(MinuteOfDay::END_OF_DAY));
        for bad in [
            "24:01", "25:00", "9:00", "09:60", "0900", "+9:00", "", ":", "09:0a",
        ] {
            assert_eq!(MinuteOfDay::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn refuses_absurd_durations() {
        assert!(Minutes::new(Minutes::MAX).is_some());
        assert!(Minutes::new(Minutes::MAX + 1).is_none());
    }
}
