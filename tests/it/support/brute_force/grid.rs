//! Time as a row of quarter hours around the term.

use std::ops::Range;

use chrono::{Datelike, Days};
use practicum::domain::plan::WeeklyStart;
use practicum::domain::time::{
    Interval, OccurrenceFlag, UtcSecond, WallClock, ZoneRules, matching_days,
};
use practicum::domain::{Availability, DayRange, MinuteOfDay};

const QUARTER: i64 = 900;
const MARGIN_DAYS: u64 = 10;

/// The quarter hours from some days before the term to some days after it.
pub(super) struct Grid {
    days: DayRange,
    term: DayRange,
    first: i64,
    quarters: usize,
}

/// Which quarter hours belong to something.
pub(super) type Row = Vec<bool>;

/// When somebody is there, and when away.
pub(super) struct Presence {
    pub(super) free: Row,
    pub(super) away: Row,
}

impl Grid {
    pub(super) fn new(term: DayRange) -> Self {
        let margin = Days::new(MARGIN_DAYS);
        let days = DayRange::new(term.first() - margin, term.last() + margin).unwrap();
        let midnight = WallClock::new(days.first(), MinuteOfDay::default());
        let utc = ZoneRules::new(0, Vec::new());
        // A day more on each side, for the offsets of the zones.
        let first = utc.resolve(midnight).chosen().0 - 86_400;
        Self {
            days,
            term,
            first,
            quarters: usize::try_from(days.days() + 2).unwrap() * 96,
        }
    }

    fn quarter(&self, at: UtcSecond) -> usize {
        let seconds = at.0 - self.first;
        assert_eq!(seconds % QUARTER, 0, "offsets in whole quarter hours");
        usize::try_from(seconds / QUARTER).unwrap()
    }

    fn range(&self, interval: Interval) -> Range<usize> {
        self.quarter(interval.start)..self.quarter(interval.end)
    }

    pub(super) fn presence(&self, availability: &Availability, rules: &ZoneRules) -> Presence {
        let mut free = vec![false; self.quarters];
        let mut away = vec![false; self.quarters];
        for day in self.days.iter() {
            for window in &availability.windows {
                let held = (window.weekday() == day.weekday())
                    .then(|| rules.window_on(day, *window))
                    .flatten();
                if let Some(interval) = held {
                    free[self.range(interval)].fill(true);
                }
            }
            let is_away = availability.away.iter().any(|a| a.days.contains(day));
            if let Some(interval) = rules.whole_day(day).filter(|_| is_away) {
                away[self.range(interval)].fill(true);
            }
        }
        Presence { free, away }
    }

    /// Returns the quarters of each occurrence of the term; `None` for one
    /// that a clock change skips.
    pub(super) fn occurrences(
        &self,
        rules: &ZoneRules,
        weekly: WeeklyStart,
        minutes: u32,
    ) -> Vec<Option<Range<usize>>> {
        let quarters = usize::try_from(minutes / 15).unwrap();
        rules
            .occurrences(self.term, weekly.weekday, weekly.start)
            .into_iter()
            .map(|occurrence| {
                (occurrence.flag != OccurrenceFlag::Skipped).then(|| {
                    let start = self.quarter(occurrence.start);
                    start..start + quarters
                })
            })
            .collect()
    }

    /// Returns the quarters of each full week of the term in a zone.
    pub(super) fn full_weeks(&self, rules: &ZoneRules) -> Vec<Range<usize>> {
        let mut weeks = Vec::new();
        for monday in matching_days(self.term, chrono::Weekday::Mon) {
            let next_monday = monday + Days::new(7);
            if next_monday <= self.term.last() + Days::new(1) {
                let midnight = |day| WallClock::new(day, MinuteOfDay::default());
                let week = rules.interval(midnight(monday), midnight(next_monday));
                weeks.push(self.range(week.unwrap()));
            }
        }
        weeks
    }
}
