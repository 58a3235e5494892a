//! Which weeks count, and on which dates a session is not missed.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::super::calendar::{Calendar, Meeting};
use super::super::index::Index;
use crate::domain::time::{matching_days, spans};
use crate::domain::{Availability, DayRange, Site, Trainee, TraineeKey};

/// Returns the dates of the occurrences that a trainee does not miss.
pub(super) fn held_on(
    index: &Index<'_>,
    calendar: &Calendar<'_>,
    meeting: &Meeting<'_>,
    trainee: &TraineeKey,
) -> Vec<NaiveDate> {
    let Some(weekly) = meeting.session.weekly_start else {
        return Vec::new();
    };
    let site = meeting.session.delivery.site();
    let away = [
        site.and_then(|site| calendar.sites.get(site)),
        calendar.supervisors.get(&meeting.supervisor.key),
        calendar.trainees.get(trainee),
    ];
    let dates = matching_days(index.roster.round.term, weekly.weekday);
    dates
        .zip(&meeting.occurrences)
        .filter(|(_, occurrence)| {
            occurrence.is_some_and(|held| {
                let mut away = away.into_iter().flatten();
                !away.any(|hours| spans::touches(&hours.away, held))
            })
        })
        .map(|(date, _)| date)
        .collect()
}

/// Returns the Mondays of the whole weeks of the term in which neither the
/// trainee nor the site has a day away.
pub(super) fn counted_weeks(term: DayRange, trainee: &Trainee, site: &Site) -> Vec<NaiveDate> {
    let is_away = |availability: &Availability, day: NaiveDate| {
        availability.away.iter().any(|away| away.days.contains(day))
    };
    matching_days(term, Weekday::Mon)
        .filter(|monday| {
            days_of(*monday).all(|day| {
                term.contains(day)
                    && !is_away(&trainee.availability, day)
                    && !is_away(&site.opening, day)
            })
        })
        .collect()
}

/// Returns the days of the week of a Monday.
pub(super) fn days_of(monday: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    monday.iter_days().take(7)
}

/// Returns what some weeks are called; `None` is any one week.
pub(super) fn named(weeks: Option<&[NaiveDate]>) -> String {
    match weeks {
        Some([first, .., last]) => format!("in the weeks from {first} to {last}"),
        Some([only]) => format!("in the week from {only}"),
        Some([]) | None => "a week".to_owned(),
    }
}

/// Returns how many Mondays the month of a Monday has.
pub(super) fn mondays_of_month(monday: NaiveDate) -> u128 {
    let mut count = 1;
    for weeks in 1..=4 {
        let days = Days::new(7 * weeks);
        for other in [monday.checked_sub_days(days), monday.checked_add_days(days)] {
            count += u128::from(other.is_some_and(|other| other.month() == monday.month()));
        }
    }
    count
}
