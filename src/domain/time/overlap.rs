//! How long two weekly windows in two zones share, date by date.

use chrono::{Days, NaiveDate, Weekday};

use super::{Interval, MINUTE, WallClock, ZoneRules, matching_days};
use crate::domain::{DayRange, MinuteOfDay, Minutes};

/// A window may belong to a local date that is so many days off: offsets
/// differ by up to 26 hours, and either window may pass midnight. Three days
/// before to three days after hold each weekday once.
const NEIGHBOURING_DAYS: u64 = 3;

/// A weekly window as it is told by a clock on the wall: it may pass midnight,
/// and both ends are readings, so a clock change makes it longer or shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallWindow {
    weekday: Weekday,
    start: MinuteOfDay,
    minutes: Minutes,
}

impl WallWindow {
    /// Returns the window that starts on a weekday and ends so many minutes
    /// later on the wall; `None` when that is longer than a day.
    pub fn new(weekday: Weekday, start: MinuteOfDay, minutes: Minutes) -> Option<Self> {
        (minutes.get() <= 1440).then_some(Self {
            weekday,
            start,
            minutes,
        })
    }

    /// Returns the window of a date as instants; `None` when a clock change
    /// leaves nothing of it.
    fn on(self, day: NaiveDate, rules: &ZoneRules) -> Option<Interval> {
        let start = WallClock::new(day, self.start);
        rules.interval(start, start.plus(self.minutes))
    }
}

/// What two windows share on one local date of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowOverlap {
    /// The date, local in the zone of the first window.
    pub local_date: NaiveDate,
    /// The first window; `None` when a clock change leaves nothing of it.
    pub a: Option<Interval>,
    /// The second window, the one nearest to that date; likewise.
    pub b: Option<Interval>,
    /// Real minutes that both hold, cut to whole ones.
    pub minutes: Minutes,
}

/// Returns what the windows share on each date of the range that has the first
/// window. The windows are compared as instants, so the second one may lie on
/// a neighbouring local date.
pub fn window_overlaps(
    (rules_a, a): (&ZoneRules, WallWindow),
    (rules_b, b): (&ZoneRules, WallWindow),
    days: DayRange,
) -> Vec<WindowOverlap> {
    matching_days(days, a.weekday)
        .map(|day| {
            let on_a = a.on(day, rules_a);
            let on_b = nearest(day, b.weekday).and_then(|day| b.on(day, rules_b));
            WindowOverlap {
                local_date: day,
                a: on_a,
                b: on_b,
                minutes: shared(on_a, on_b),
            }
        })
        .collect()
}

fn nearest(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    let first = day.checked_sub_days(Days::new(NEIGHBOURING_DAYS))?;
    let last = day.checked_add_days(Days::new(NEIGHBOURING_DAYS))?;
    matching_days(DayRange::new(first, last)?, weekday).next()
}

fn shared(a: Option<Interval>, b: Option<Interval>) -> Minutes {
    let (Some(a), Some(b)) = (a, b) else {
        return Minutes::default();
    };
    let seconds = a.end.min(b.end).0 - a.start.max(b.start).0;
    u32::try_from(seconds / MINUTE)
        .ok()
        .and_then(Minutes::new)
        .unwrap_or_default()
}
