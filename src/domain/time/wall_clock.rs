//! Readings of a clock on a wall: a date and a minute, with or without the
//! offset that held.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use super::{MINUTE, UtcSecond};
use crate::domain::{MinuteOfDay, Minutes, calendar_day};

/// A wall-clock reading: a date and a minute of that date, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallClock {
    /// Minutes since 1970-01-01 00:00 on the same wall.
    minutes: i64,
}

impl WallClock {
    /// Returns the reading on a day; `24:00` is midnight of the next day.
    pub fn new(day: NaiveDate, time: MinuteOfDay) -> Self {
        Self {
            minutes: days_since_epoch(day) * 1440 + i64::from(time.get()),
        }
    }

    /// Returns the reading so many minutes later on the same wall.
    #[must_use]
    pub fn plus(self, minutes: Minutes) -> Self {
        Self {
            minutes: self.minutes + i64::from(minutes.get()),
        }
    }

    /// Returns the date of the reading.
    pub fn day(self) -> NaiveDate {
        let days = self.minutes.div_euclid(1440) + i64::from(epoch().num_days_from_ce());
        i32::try_from(days)
            .ok()
            .and_then(NaiveDate::from_num_days_from_ce_opt)
            .unwrap_or_default()
    }

    /// Returns the time of day of the reading, `00:00` to `23:59`.
    pub fn time(self) -> MinuteOfDay {
        u16::try_from(self.minutes.rem_euclid(1440))
            .ok()
            .and_then(MinuteOfDay::new)
            .unwrap_or_default()
    }

    /// Returns the reading that shows a number of minutes since 1970-01-01
    /// 00:00 on the same wall.
    fn from_minutes(minutes: i64) -> Self {
        Self { minutes }
    }

    /// Returns what a clock shows at an instant that is so many seconds east
    /// of UTC, cut to the minute.
    pub fn at_offset(at: UtcSecond, offset: i32) -> Self {
        Self::from_minutes((at.0 + i64::from(offset)).div_euclid(MINUTE))
    }

    /// Returns the seconds since 1970-01-01 00:00 on the same wall.
    pub(super) fn seconds(self) -> i64 {
        self.minutes * MINUTE
    }
}

impl fmt::Display for WallClock {
    /// Writes `2027-03-14T02:30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}T{}", self.day(), self.time()))
    }
}

/// The text is not a wall-clock reading.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a local time written as YYYY-MM-DDTHH:MM, in the years 1970 to 2199")]
pub struct InvalidWallClock;

impl FromStr for WallClock {
    type Err = InvalidWallClock;

    fn from_str(text: &str) -> Result<Self, InvalidWallClock> {
        let (day, time) = text.split_once('T').ok_or(InvalidWallClock)?;
        let day = calendar_day(day).ok_or(InvalidWallClock)?;
        let time = MinuteOfDay::parse(time)
            .filter(|time| *time != MinuteOfDay::END_OF_DAY)
            .ok_or(InvalidWallClock)?;
        Ok(Self::new(day, time))
    }
}

fn epoch() -> NaiveDate {
    NaiveDate::default()
}

fn days_since_epoch(day: NaiveDate) -> i64 {
    (day - epoch()).num_days()
}

/// What a clock shows in a zone, with the offset from UTC that holds: enough
/// to tell the two readings of an overlap apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalReading {
    /// The clock on the wall.
    pub wall: WallClock,
    /// Offset from UTC in seconds, positive to the east.
    pub offset: i32,
}

impl fmt::Display for LocalReading {
    /// Writes `2027-03-14T03:30-04:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.wall, offset_text(self.offset)))
    }
}

/// Returns `+05:45`, with seconds only where an old offset has them.
fn offset_text(offset: i32) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 {
        format!("{sign}{hours:02}:{minutes:02}")
    } else {
        format!("{sign}{hours:02}:{minutes:02}:{rest:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_read_as_it_is_written() {
        for text in ["1970-01-01T00:00", "2027-03-14T02:30", "2199-12-31T23:59"] {
            assert_eq!(text.parse::<WallClock>().unwrap().to_string(), text);
        }
        for bad in [
            "2027-03-14",
            "2027-03-14 02:30",
            "2027-03-14T2:30",
            "2027-03-14T24:00",
            "2027-03-14T02:30:00",
            "2027-02-29T02:30",
            "1969-12-31T23:59",
            "2027-03-14T02:30Z",
        ] {
            assert_eq!(bad.parse::<WallClock>(), Err(InvalidWallClock), "{bad}");
        }
    }

    #[test]
    fn minutes_carry_a_reading_over_midnight() {
        let evening: WallClock = "2027-12-31T23:30".parse().unwrap();
        let later = evening.plus(Minutes::new(45).unwrap());
        assert_eq!(later.to_string(), "2028-01-01T00:15");
    }

    #[test]
    fn writes_offsets_to_the_minute_and_old_ones_to_the_second() {
        for (offset, text) in [
            (0, "+00:00"),
            (20_700, "+05:45"),
            (-12_600, "-03:30"),
            (-2_670, "-00:44:30"),
        ] {
            assert_eq!(offset_text(offset), text);
        }
    }
}
