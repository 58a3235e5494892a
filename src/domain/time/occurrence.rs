//! The meetings of a weekly session, one for each matching local date.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{Interval, LocalKind, UtcSecond, WallClock, ZoneRules};
use crate::domain::{DayRange, MinuteOfDay, Minutes};

impl ZoneRules {
    /// Returns one occurrence for each date of the range that falls on the
    /// weekday.
    pub fn occurrences(
        &self,
        days: DayRange,
        weekday: Weekday,
        start: MinuteOfDay,
    ) -> Vec<Occurrence> {
        matching_days(days, weekday)
            .map(|day| {
                let resolved = self.resolve(WallClock::new(day, start));
                let at = resolved.chosen();
                let flag = match resolved.kind {
                    LocalKind::Unique => OccurrenceFlag::None,
                    LocalKind::Overlap => OccurrenceFlag::Fold,
                    LocalKind::Gap if self.wall_clock(at).day() == day => OccurrenceFlag::Gap,
                    LocalKind::Gap => OccurrenceFlag::Skipped,
                };
                Occurrence {
                    local_date: day,
                    start: at,
                    flag,
                }
            })
            .collect()
    }
}

/// Returns the dates of the range that fall on the weekday.
pub fn matching_days(days: DayRange, weekday: Weekday) -> impl Iterator<Item = NaiveDate> {
    let ahead = weekday.days_since(days.first().weekday());
    let first = days.first().checked_add_days(Days::new(u64::from(ahead)));
    first
        .into_iter()
        .flat_map(|first| first.iter_weeks())
        .take_while(move |day| *day <= days.last())
}

/// What a clock change does to one occurrence of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OccurrenceFlag {
    /// Nothing.
    None,
    /// The start falls into a gap and is moved.
    Gap,
    /// The start exists twice; the first is used.
    Fold,
    /// The start would move to another date: there is no occurrence.
    Skipped,
}

impl OccurrenceFlag {
    /// Returns the word used in answers: `none`, `gap`, `fold` or `skipped`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gap => "gap",
            Self::Fold => "fold",
            Self::Skipped => "skipped",
        }
    }
}

/// One meeting of a weekly session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Its date, local in the anchor zone.
    pub local_date: NaiveDate,
    /// When it starts; for a skipped one, when it would have.
    pub start: UtcSecond,
    /// What a clock change does to it.
    pub flag: OccurrenceFlag,
}

impl Occurrence {
    /// Returns how long it lasts, so many minutes as they pass; for a skipped
    /// one, how long it would have.
    pub fn span(self, minutes: Minutes) -> Interval {
        Interval {
            start: self.start,
            end: self.start.plus(minutes),
        }
    }

    /// Returns how long it lasts; `None` for one that a clock change skips.
    pub fn held(self, minutes: Minutes) -> Option<Interval> {
        (self.flag != OccurrenceFlag::Skipped).then(|| self.span(minutes))
    }
}
