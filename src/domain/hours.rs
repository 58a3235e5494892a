//! When somebody is there, as instants.

use chrono::{Datelike, Days};

use super::time::{Interval, ZoneRules, spans};
use super::{Availability, DayRange};

/// Days looked at beyond a range: a local day of one zone touches other dates
/// elsewhere, and a session may last from its last day into the next week.
const MARGIN_DAYS: u64 = 9;

/// When one person or site is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// The union of the weekly windows.
    pub open: Vec<Interval>,
    /// The union of the away days, each a whole local day.
    pub away: Vec<Interval>,
}

impl Hours {
    /// Returns the hours on some local days of the owner.
    pub fn new(availability: &Availability, rules: &ZoneRules, days: DayRange) -> Self {
        let mut open = Vec::new();
        let mut away = Vec::new();
        for day in days.iter() {
            for window in &availability.windows {
                if window.weekday() == day.weekday() {
                    open.extend(rules.window_on(day, *window));
                }
            }
            if availability.is_away_on(day) {
                away.extend(rules.whole_day(day));
            }
        }
        Self {
            open: spans::union(open),
            away: spans::union(away),
        }
    }

    /// Returns the days to look at so that everything is there which has to do
    /// with sessions on some days of any zone.
    pub fn days_around(days: DayRange) -> DayRange {
        let margin = Days::new(MARGIN_DAYS);
        let first = days.first().checked_sub_days(margin);
        let last = days.last().checked_add_days(margin);
        first
            .zip(last)
            .and_then(|(first, last)| DayRange::new(first, last))
            .unwrap_or(days)
    }
}
