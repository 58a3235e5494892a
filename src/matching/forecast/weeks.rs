//! The weeks of a term on the calendar of one zone.

use chrono::{Datelike, Days, NaiveDate};

use crate::domain::DayRange;
use crate::domain::time::{Interval, UtcSecond, ZoneRules};

/// How many days the date of an instant may differ between two zones, at most.
const DAYS_BETWEEN_ZONES: u64 = 2;

/// A week from Monday to Sunday in one zone.
#[derive(Clone, Copy)]
pub(super) struct LocalWeek {
    /// The seven days.
    pub(super) days: DayRange,
    /// From the first instant of the Monday to that of the next.
    pub(super) span: Interval,
}

impl LocalWeek {
    /// Says whether a day of the week lies in the term.
    pub(super) fn meets(&self, term: DayRange) -> bool {
        self.days.first() <= term.last() && term.first() <= self.days.last()
    }
}

/// Returns every week that has something of the term, whatever the zone in
/// which the days of the term are meant.
pub(super) fn around(term: DayRange, rules: &ZoneRules) -> Vec<LocalWeek> {
    let apart = Days::new(DAYS_BETWEEN_ZONES);
    let first = term.first().checked_sub_days(apart);
    let last = term.last().checked_add_days(apart);
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    monday_of(first)
        .iter_weeks()
        .take_while(|monday| *monday <= last)
        .filter_map(|monday| {
            let sunday = monday.checked_add_days(Days::new(6))?;
            let days = DayRange::new(monday, sunday)?;
            let span = days_span(rules, days);
            Some(LocalWeek { days, span })
        })
        .collect()
}

/// Returns the stretch of local days, without holes between two ranges that
/// adjoin.
pub(super) fn days_span(rules: &ZoneRules, days: DayRange) -> Interval {
    let next = days.last().succ_opt().unwrap_or(days.last());
    Interval {
        start: first_instant(rules, days.first()),
        end: first_instant(rules, next),
    }
}

/// Returns the first instant of a day; of the next one for a date that the
/// zone left out.
pub(super) fn first_instant(rules: &ZoneRules, day: NaiveDate) -> UtcSecond {
    let mut days = day.iter_days();
    let kept = days.find_map(|day| rules.whole_day(day));
    kept.map_or(UtcSecond(i64::MAX), |day| day.start)
}

fn monday_of(day: NaiveDate) -> NaiveDate {
    let since = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(since)).unwrap_or(day)
}
