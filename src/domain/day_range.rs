//! Ranges of local calendar days, both ends included.

use chrono::{Datelike, NaiveDate};

/// First year that a date may lie in; zone data before it is patchy.
pub const CALENDAR_FIRST_YEAR: i32 = 1970;
/// Last year that a date may lie in.
pub const CALENDAR_LAST_YEAR: i32 = 2199;

/// Reads a day as `YYYY-MM-DD` within the calendar that Practicum keeps
/// ([`CALENDAR_FIRST_YEAR`] to [`CALENDAR_LAST_YEAR`]); `None` otherwise.
pub fn calendar_day(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (CALENDAR_FIRST_YEAR..=CALENDAR_LAST_YEAR)
        .contains(&day.year())
        .then_some(day)
}

/// A run of local days, both ends included. In which zone the days are local
/// is said by the owner of the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayRange {
    first: NaiveDate,
    last: NaiveDate,
}

impl DayRange {
    /// Returns the range, or `None` when it ends before it starts.
    pub fn new(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// Returns the range from one day to another, whichever comes first.
    pub fn between(one: NaiveDate, other: NaiveDate) -> Self {
        Self {
            first: one.min(other),
            last: one.max(other),
        }
    }

    /// Returns the first day.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// Returns the last day, which belongs to the range.
    pub fn last(self) -> NaiveDate {
        self.last
    }

    /// Says whether every day of `other` lies in this range.
    pub fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// Says whether the day lies in the range.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// Returns the days that both ranges have.
    pub fn common(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// Returns the least range that covers both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    /// Returns the number of days, at least one.
    pub fn days(self) -> i64 {
        (self.last - self.first).num_days() + 1
    }

    /// Returns each day from the first to the last.
    pub fn iter(self) -> impl Iterator<Item = NaiveDate> {
        self.first
            .iter_days()
            .take_while(move |day| *day <= self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_days_of_the_calendar() {
        assert!(calendar_day("2028-02-29").is_some());
        for bad in [
            "2027-02-29",
            "1969-12-31",
            "2200-01-01",
            "2027-1-1",
            "27-01-01",
            "+027-01-01",
        ] {
            assert_eq!(calendar_day(bad), None, "{bad}");
        }
    }

    #[test]
    fn both_ends_belong_to_a_range() {
        let day = |text| calendar_day(text).unwrap();
        let term = DayRange::new(day("2027-01-11"), day("2027-05-28")).unwrap();
        assert!(term.covers(term));
        assert!(term.contains(term.last()));
        assert_eq!(
            DayRange::new(day("2027-01-11"), day("2027-01-11"))
                .unwrap()
                .days(),
            1
        );
        assert!(DayRange::new(day("2027-01-12"), day("2027-01-11")).is_none());
    }
}
