//! The whole weeks of a term, and the windows over which rules are averaged.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::Window;
use super::fraction::Fraction;
use crate::domain::time::matching_days;
use crate::domain::{Availability, DayRange, Minutes, Site, Trainee};

/// A set of whole weeks: bit `i` is the `i`th Monday of [`TermWeeks`].
pub type WeekSet = u128;

/// The weeks from Monday to Sunday that lie in the term as a whole, by date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermWeeks {
    term: DayRange,
    mondays: Vec<NaiveDate>,
}

/// What a stretch of time is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanName {
    /// Every week alike.
    Week,
    /// A month of a year.
    Month(i32, u32),
    /// The term.
    Term,
    /// The plan, whatever the week.
    Plan,
}

impl fmt::Display for SpanName {
    /// Writes `week`, `2027-03`, `term` or `plan`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Week => f.pad("week"),
            Self::Month(year, month) => f.pad(&format!("{year}-{month:02}")),
            Self::Term => f.pad("term"),
            Self::Plan => f.pad("plan"),
        }
    }
}

/// A stretch of time over which a rule is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it is called.
    pub name: SpanName,
    /// Its weeks; `None` for one week like every other, in which nothing is
    /// missed.
    pub weeks: Option<WeekSet>,
}

impl Span {
    /// Returns the number of weeks.
    pub fn count(self) -> u32 {
        self.weeks.map_or(1, WeekSet::count_ones)
    }
}

impl TermWeeks {
    /// Returns the whole weeks of a term.
    pub fn new(term: DayRange) -> Self {
        let last = |monday: NaiveDate| monday.checked_add_days(Days::new(6));
        let mondays = matching_days(term, Weekday::Mon)
            .filter(|monday| last(*monday).is_some_and(|sunday| sunday <= term.last()))
            .collect();
        Self { term, mondays }
    }

    /// Returns the weeks that count for a trainee at a site: those in which
    /// neither has a day away, by the dates of each.
    pub fn counted(&self, trainee: &Trainee, site: &Site) -> WeekSet {
        let mut counted = 0;
        for (position, monday) in self.mondays.iter().enumerate() {
            let sunday = monday.checked_add_days(Days::new(6)).unwrap_or(*monday);
            let is_away = |availability: &Availability| {
                availability
                    .away
                    .iter()
                    .any(|away| away.days.first() <= sunday && *monday <= away.days.last())
            };
            if !is_away(&trainee.availability) && !is_away(&site.opening) {
                counted |= 1 << position;
            }
        }
        counted
    }

    /// Returns the whole weeks of occurrences of a weekday, where bit `i` of
    /// `occurrences` is the `i`th such day of the term; those outside whole
    /// weeks are left out.
    pub fn weeks_of(&self, weekday: Weekday, occurrences: WeekSet) -> WeekSet {
        let Some(first_monday) = self.mondays.first() else {
            return 0;
        };
        let is_before = matching_days(self.term, weekday)
            .next()
            .is_some_and(|first| first < *first_monday);
        let shifted = if is_before {
            occurrences >> 1
        } else {
            occurrences
        };
        shifted & self.all()
    }

    fn all(&self) -> WeekSet {
        match u32::try_from(self.mondays.len()) {
            Ok(weeks) if weeks < WeekSet::BITS => (1 << weeks) - 1,
            _ => WeekSet::MAX,
        }
    }

    /// Returns the spans of a window over the weeks that count. Where none
    /// counts, a week like every other stands for all.
    pub fn spans(&self, counted: WeekSet, window: Window) -> Vec<Span> {
        let every_week = Span {
            name: SpanName::Week,
            weeks: None,
        };
        if window == Window::Week || counted == 0 {
            return vec![every_week];
        }
        if window == Window::Term {
            return vec![Span {
                name: SpanName::Term,
                weeks: Some(counted),
            }];
        }
        let mut months: BTreeMap<(i32, u32), WeekSet> = BTreeMap::new();
        for (position, monday) in self.mondays.iter().enumerate() {
            if counted & (1 << position) != 0 {
                *months.entry((monday.year(), monday.month())).or_default() |= 1 << position;
            }
        }
        months
            .into_iter()
            .map(|((year, month), weeks)| Span {
                name: SpanName::Month(year, month),
                weeks: Some(weeks),
            })
            .collect()
    }

    /// Returns what a number of minutes for each week or month comes to over
    /// a span: a month asks for its share of each of its weeks that count.
    pub(super) fn owed(&self, span: Span, minutes: Minutes, per: Window) -> Fraction {
        let minutes = i128::from(minutes.get());
        match (per, span.weeks) {
            (Window::Week | Window::Term, _) => Fraction::whole(minutes).times(span.count()),
            // A month has at least four Mondays.
            (Window::Month, None) => Fraction::new(minutes, 4),
            (Window::Month, Some(weeks)) => self
                .mondays
                .iter()
                .enumerate()
                .filter(|(position, _)| weeks & (1 << position) != 0)
                .map(|(_, monday)| Fraction::new(minutes, mondays_of_month(*monday)))
                .fold(Fraction::ZERO, Fraction::plus),
        }
    }
}

fn mondays_of_month(monday: NaiveDate) -> i128 {
    let is_in_month =
        |weeks: i64| (monday + chrono::Duration::weeks(weeks)).month() == monday.month();
    let count = (-4..=4).filter(|weeks| is_in_month(*weeks)).count();
    i128::try_from(count).unwrap_or(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar_day;

    fn weeks(first: &str, last: &str) -> TermWeeks {
        let day = |text| calendar_day(text).unwrap();
        TermWeeks::new(DayRange::new(day(first), day(last)).unwrap())
    }

    #[test]
    fn a_term_has_the_weeks_that_lie_in_it_as_a_whole() {
        assert_eq!(weeks("2027-01-11", "2027-02-07").mondays.len(), 4);
        assert_eq!(weeks("2027-01-12", "2027-02-07").mondays.len(), 3);
        assert_eq!(weeks("2027-01-11", "2027-02-06").mondays.len(), 3);
    }

    #[test]
    fn occurrences_before_the_first_monday_belong_to_no_week() {
        let weeks = weeks("2027-01-13", "2027-02-07");
        assert_eq!(weeks.weeks_of(Weekday::Wed, 0b1011), 0b101);
        assert_eq!(weeks.weeks_of(Weekday::Tue, 0b1011), 0b011);
    }

    #[test]
    fn a_month_owes_its_minutes_in_equal_parts_over_its_mondays() {
        let weeks = weeks("2027-01-25", "2027-03-07");
        let all = weeks.all();
        let spans = weeks.spans(all, Window::Month);
        let names: Vec<String> = spans.iter().map(|span| span.name.to_string()).collect();
        assert_eq!(names, ["2027-01", "2027-02", "2027-03"]);
        let minutes = Minutes::new(240).unwrap();
        let owed: Vec<i64> = spans
            .iter()
            .map(|span| weeks.owed(*span, minutes, Window::Month).thousandths())
            .collect();
        // One of the four Mondays of January, all of February, one of five.
        assert_eq!(owed, [60_000, 240_000, 48_000]);
    }
}
