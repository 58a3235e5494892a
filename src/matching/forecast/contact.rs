//! The contact of a placement, week by week.
//!
//! A week gives its share of the weekly contact: of the hours in which trainee
//! and site are both there in a whole week like it, the part that lies in the
//! term (the site's days), not after the last day that counts (the trainee's
//! days), and on no day away of either. Sessions are not taken out of these
//! hours, so that the share depends on the placement alone. Where the roster
//! tells no shared hours, Monday to Friday share the week in equal parts.

use chrono::{Datelike, NaiveDate, Weekday};

use super::trainee_term::Counted;
use super::weeks::{LocalWeek, days_span, first_instant};
use crate::domain::time::{Interval, ZoneRules, spans};
use crate::domain::{Availability, DayRange, Hours, Minutes};

/// Working days of a week without hours.
const WORKING_DAYS: i64 = 5;

/// Somebody or some place with a calendar.
pub(super) struct Owner<'a> {
    pub(super) availability: &'a Availability,
    pub(super) hours: &'a Hours,
    pub(super) rules: &'a ZoneRules,
}

/// A placement, and when trainee and site are there.
pub(super) struct Contact<'a> {
    weekly: Minutes,
    trainee: Owner<'a>,
    site: Owner<'a>,
    term: DayRange,
    /// The term on the site's calendar.
    term_span: Interval,
    /// Days away of either.
    away: Vec<Interval>,
}

/// How much of a week counts, in seconds of shared hours or in days.
struct Share {
    whole: i64,
    planned: i64,
    held: i64,
}

impl<'a> Contact<'a> {
    pub(super) fn new(
        weekly: Minutes,
        trainee: Owner<'a>,
        site: Owner<'a>,
        term: DayRange,
    ) -> Self {
        let away = trainee.hours.away.iter().chain(&site.hours.away);
        Self {
            weekly,
            term,
            term_span: days_span(site.rules, term),
            away: spans::union(away.copied().collect()),
            trainee,
            site,
        }
    }

    /// Returns the contact of a week, not counting days after `until`.
    pub(super) fn of(&self, week: &LocalWeek, until: Option<NaiveDate>) -> Counted {
        let share = self
            .share_of_hours(week, until)
            .unwrap_or_else(|| self.share_of_days(week, until));
        let weekly = i64::from(self.weekly.get());
        let part = |part: i64| u32::try_from(weekly * part / share.whole).unwrap_or(0);
        Counted {
            planned: part(share.planned),
            held: part(share.held),
        }
    }

    /// Returns the share by hours; `None` without shared hours.
    fn share_of_hours(&self, week: &LocalWeek, until: Option<NaiveDate>) -> Option<Share> {
        let (trainee, site) = (&self.trainee.hours.open, &self.site.hours.open);
        let shared = spans::common(trainee, site, week.span);
        let whole = spans::seconds(shared.iter().copied());
        if whole == 0 {
            return None;
        }
        let mut counted = self.term_span;
        if let Some(after) = until.and_then(|until| until.succ_opt()) {
            let end = first_instant(self.trainee.rules, after);
            counted.end = end.clamp(counted.start, counted.end);
        }
        let planned = spans::seconds(spans::within(&shared, counted));
        let away = spans::seconds(spans::common(&shared, &self.away, counted));
        Some(Share {
            whole,
            planned,
            held: planned - away,
        })
    }

    fn share_of_days(&self, week: &LocalWeek, until: Option<NaiveDate>) -> Share {
        let counts = |day: &NaiveDate| {
            let is_working = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let is_in_time = until.is_none_or(|until| *day <= until);
            is_working && is_in_time && self.term.contains(*day)
        };
        let is_there = |owner: &Owner<'_>, day: NaiveDate| !owner.availability.is_away_on(day);
        let (mut planned, mut held) = (0, 0);
        for day in week.days.iter().filter(counts) {
            planned += 1;
            held += i64::from(is_there(&self.trainee, day) && is_there(&self.site, day));
        }
        Share {
            whole: WORKING_DAYS,
            planned,
            held,
        }
    }
}
