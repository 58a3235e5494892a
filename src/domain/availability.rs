//! When somebody can meet: weekly windows in the owner's own wall-clock time,
//! and whole local days away.

use chrono::{NaiveDate, Weekday};

use super::{DayRange, MinuteOfDay};

/// A weekly window `[start, end)` on one weekday, in the owner's own zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeeklyWindow {
    weekday: Weekday,
    start: MinuteOfDay,
    end: MinuteOfDay,
}

impl WeeklyWindow {
    /// Returns the window, or `None` when it does not end after it starts. An
    /// overnight window is two windows, split at 24:00.
    pub fn new(weekday: Weekday, start: MinuteOfDay, end: MinuteOfDay) -> Option<Self> {
        (start < end).then_some(Self {
            weekday,
            start,
            end,
        })
    }

    /// Returns the local weekday.
    pub fn weekday(self) -> Weekday {
        self.weekday
    }

    /// Returns the wall-clock start.
    pub fn start(self) -> MinuteOfDay {
        self.start
    }

    /// Returns the wall-clock end, at most 24:00.
    pub fn end(self) -> MinuteOfDay {
        self.end
    }

    /// Returns the order in which windows are listed: Monday first, by start.
    pub fn order(self) -> (u32, MinuteOfDay, MinuteOfDay) {
        (self.weekday.num_days_from_monday(), self.start, self.end)
    }
}

/// Whole local days on which the owner is absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Away {
    /// The days, local in the owner's zone.
    pub days: DayRange,
    /// Why, in the coordinator's words; may be empty.
    pub reason: String,
}

/// The weekly windows and away days of a person or a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Availability {
    /// Weekly windows in listing order; their union is meant.
    pub windows: Vec<WeeklyWindow>,
    /// Days away, earliest first.
    pub away: Vec<Away>,
}

impl Availability {
    /// Says whether the owner is away on a local day.
    pub fn is_away_on(&self, day: NaiveDate) -> bool {
        self.away.iter().any(|away| away.days.contains(day))
    }
}
