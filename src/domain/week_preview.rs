//! One week of somebody's availability on the wall of any zone, and what clock
//! changes do to it.
//!
//! The week is that of the owner: from Monday to Sunday on the owner's own
//! calendar, so that each window comes once. What is usual is what the week
//! before has.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};

use super::time::{Interval, LocalReading, UtcSecond, WallClock, ZoneRules};
use super::{Availability, Away, DayRange, Minutes, WeeklyWindow};

/// A week of availability, shown in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekPreview {
    /// Monday to Sunday on the owner's calendar.
    pub days: DayRange,
    /// Every window, by day and start.
    pub windows: Vec<PreviewedWindow>,
    /// Every absence that has a day in the week, earliest first.
    pub away: Vec<PreviewedAway>,
    /// The clock changes in the week in the owner's zone and in the zone in
    /// which it is shown, the earliest first; one that both have comes twice.
    pub clock_changes: Vec<ClockChange>,
}

/// What a clock change does to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WindowEffect {
    /// It holds fewer real minutes than its ends on the wall say.
    Shortened,
    /// It holds more.
    Lengthened,
    /// Nothing is left of it.
    Gone,
    /// On the wall of the zone in which it is shown it begins or ends at
    /// another time than in the week before.
    Moved,
    /// There it begins or ends on another weekday than in the week before, and
    /// so on another date than one expects.
    OtherDay,
}

/// A window on one date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedWindow {
    /// The window, as the owner says it.
    pub window: WeeklyWindow,
    /// Its date on the owner's calendar.
    pub day: NaiveDate,
    /// When it is; `None` when a clock change leaves nothing of it.
    pub span: Option<ShownSpan>,
    /// What clock changes do to it.
    pub effects: BTreeSet<WindowEffect>,
    /// Whether the owner is away on that date, so that nobody is there.
    pub is_away: bool,
}

/// A stretch of time on the wall of the zone in which a week is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownSpan {
    /// The instants.
    pub at: Interval,
    /// What the clock shows at the start.
    pub start: LocalReading,
    /// What the clock shows at the end.
    pub end: LocalReading,
    /// Real minutes, cut to whole ones.
    pub minutes: Minutes,
}

/// The part of an absence that lies in the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedAway {
    /// The days of the week, and why.
    pub away: Away,
    /// From the first instant of the first day to that of the day after the
    /// last; `None` when the zone left all these dates out.
    pub span: Option<ShownSpan>,
}

/// A change of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// The instant.
    pub at: UtcSecond,
    /// Whether it is in the owner's zone, rather than in the one in which the
    /// week is shown.
    pub is_owners: bool,
    /// What the clock would have shown without the change.
    pub before: LocalReading,
    /// What it shows.
    pub after: LocalReading,
}

impl ShownSpan {
    /// Returns a stretch of time as the clock of a zone shows it.
    pub fn new(at: Interval, shown: &ZoneRules) -> Self {
        let minutes = u32::try_from((at.end.0 - at.start.0) / 60).ok();
        Self {
            at,
            start: shown.local(at.start),
            end: shown.local(at.end),
            minutes: minutes.and_then(Minutes::new).unwrap_or_default(),
        }
    }
}

impl WeekPreview {
    /// Returns the week that holds a day, with windows and days away under the
    /// owner's rules, on the wall of another zone. Both rules must reach a
    /// week before and after it.
    pub fn new(
        availability: &Availability,
        owner: &ZoneRules,
        shown: &ZoneRules,
        day: NaiveDate,
    ) -> Self {
        let days = week_of(day);
        let mut windows = Vec::new();
        for day in days.iter() {
            let own = availability.windows.iter();
            for window in own.filter(|window| window.weekday() == day.weekday()) {
                let is_away = availability.is_away_on(day);
                windows.push(previewed(*window, day, is_away, owner, shown));
            }
        }
        let away = availability.away.iter();
        Self {
            days,
            windows,
            away: away
                .filter_map(|away| previewed_away(away, days, owner, shown))
                .collect(),
            clock_changes: clock_changes(days, owner, shown),
        }
    }
}

/// Returns the week from Monday to Sunday that holds a day.
fn week_of(day: NaiveDate) -> DayRange {
    let since_monday = u64::from(day.weekday().num_days_from_monday());
    let first = day.checked_sub_days(Days::new(since_monday)).unwrap_or(day);
    let last = first.checked_add_days(Days::new(6)).unwrap_or(first);
    DayRange::between(first, last)
}

fn previewed(
    window: WeeklyWindow,
    day: NaiveDate,
    is_away: bool,
    owner: &ZoneRules,
    shown: &ZoneRules,
) -> PreviewedWindow {
    let span = owner
        .window_on(day, window)
        .map(|at| ShownSpan::new(at, shown));
    let mut effects = BTreeSet::new();
    match span {
        None => {
            effects.insert(WindowEffect::Gone);
        }
        Some(span) => {
            let wall = i64::from(window.end().get()) - i64::from(window.start().get());
            let real = span.at.end.0 - span.at.start.0;
            if real < wall * 60 {
                effects.insert(WindowEffect::Shortened);
            } else if real > wall * 60 {
                effects.insert(WindowEffect::Lengthened);
            }
            let before = day.checked_sub_days(Days::new(7));
            let before = before.and_then(|day| owner.window_on(day, window));
            if let Some(before) = before.map(|at| ShownSpan::new(at, shown)) {
                effects.extend(moves(before, span));
            }
        }
    }
    PreviewedWindow {
        window,
        day,
        span,
        effects,
        is_away,
    }
}

/// Says how the readings of a window differ from those of the week before.
fn moves(before: ShownSpan, now: ShownSpan) -> impl Iterator<Item = WindowEffect> {
    let ends = [(before.start, now.start), (before.end, now.end)];
    let is_moved =
        |(before, now): &(LocalReading, LocalReading)| before.wall.time() != now.wall.time();
    let is_other_day = |(before, now): &(LocalReading, LocalReading)| {
        before.wall.day().checked_add_days(Days::new(7)) != Some(now.wall.day())
    };
    let moved = ends.iter().any(is_moved).then_some(WindowEffect::Moved);
    let other = ends.iter().any(is_other_day);
    moved
        .into_iter()
        .chain(other.then_some(WindowEffect::OtherDay))
}

fn previewed_away(
    away: &Away,
    week: DayRange,
    owner: &ZoneRules,
    shown: &ZoneRules,
) -> Option<PreviewedAway> {
    let first = away.days.first().max(week.first());
    let days = DayRange::new(first, away.days.last().min(week.last()))?;
    let mut spans = days.iter().filter_map(|day| owner.whole_day(day));
    let span = spans.next().map(|first| Interval {
        start: first.start,
        end: spans.last().map_or(first.end, |last| last.end),
    });
    Some(PreviewedAway {
        away: Away {
            days,
            reason: away.reason.clone(),
        },
        span: span.map(|at| ShownSpan::new(at, shown)),
    })
}

/// Returns the changes from the first instant of a week to its last.
fn clock_changes(week: DayRange, owner: &ZoneRules, shown: &ZoneRules) -> Vec<ClockChange> {
    let mut whole = week.iter().filter_map(|day| owner.whole_day(day));
    let Some(first) = whole.next() else {
        return Vec::new();
    };
    let end = whole.last().map_or(first.end, |last| last.end);
    let in_week = |rules: &ZoneRules, is_owners: bool| -> Vec<ClockChange> {
        let changes = rules.changes().iter();
        let here = changes.filter(|(at, _)| first.start <= *at && *at < end);
        here.map(|(at, _)| {
            let before = rules.offset_at(UtcSecond(at.0 - 1));
            ClockChange {
                at: *at,
                is_owners,
                before: LocalReading {
                    wall: WallClock::at_offset(*at, before),
                    offset: before,
                },
                after: rules.local(*at),
            }
        })
        .collect()
    };
    let mut changes = in_week(owner, true);
    changes.extend(in_week(shown, false));
    changes.sort_by_key(|change| (change.at, !change.is_owners));
    changes
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;
    use crate::domain::{MinuteOfDay, calendar_day};

    /// Midnight at the start of 1 November 2027 in UTC, a Monday.
    const MONDAY: i64 = 1_825_027_200;
    const HOUR: i64 = 3600;

    fn window(weekday: Weekday, start: &str, end: &str) -> WeeklyWindow {
        let time = |text| MinuteOfDay::parse(text).unwrap();
        WeeklyWindow::new(weekday, time(start), time(end)).unwrap()
    }

    fn week(own: WeeklyWindow, owner: &ZoneRules, shown: &ZoneRules) -> PreviewedWindow {
        let availability = Availability {
            windows: vec![own],
            away: Vec::new(),
        };
        let day = calendar_day("2027-11-03").unwrap();
        let preview = WeekPreview::new(&availability, owner, shown, day);
        assert_eq!(preview.days.first(), calendar_day("2027-11-01").unwrap());
        preview.windows.into_iter().next().unwrap()
    }

    /// A zone whose clock jumps at 02:00 UTC on the Wednesday.
    fn jumping(hours: i64) -> ZoneRules {
        let at = UtcSecond(MONDAY + 50 * HOUR);
        ZoneRules::new(0, vec![(at, i32::try_from(hours * HOUR).unwrap())])
    }

    #[test]
    fn a_window_over_a_gap_is_shorter_and_one_over_a_fold_longer() {
        let own = window(Weekday::Wed, "01:00", "05:00");
        let utc = ZoneRules::new(0, Vec::new());
        let shorter = week(own, &jumping(1), &utc);
        assert!(shorter.effects.contains(&WindowEffect::Shortened));
        assert_eq!(shorter.span.unwrap().minutes.get(), 180);
        let longer = week(own, &jumping(-1), &utc);
        assert!(longer.effects.contains(&WindowEffect::Lengthened));
        assert_eq!(longer.span.unwrap().minutes.get(), 300);
    }

    #[test]
    fn a_change_in_either_zone_moves_a_window_on_the_wall_of_the_other() {
        let own = window(Weekday::Thu, "09:00", "10:00");
        let utc = ZoneRules::new(0, Vec::new());
        let moved = BTreeSet::from([WindowEffect::Moved]);
        assert_eq!(week(own, &jumping(1), &utc).effects, moved);
        assert_eq!(week(own, &utc, &jumping(1)).effects, moved);
        // In both at once nothing moves.
        assert!(week(own, &jumping(1), &jumping(1)).effects.is_empty());
    }

    #[test]
    fn a_window_near_midnight_moves_to_another_day() {
        let own = window(Weekday::Thu, "23:00", "23:45");
        let utc = ZoneRules::new(0, Vec::new());
        let effects = week(own, &utc, &jumping(1)).effects;
        assert_eq!(
            effects,
            BTreeSet::from([WindowEffect::Moved, WindowEffect::OtherDay])
        );
    }

    #[test]
    fn a_window_inside_a_gap_is_gone() {
        let own = window(Weekday::Wed, "02:00", "02:45");
        let gone = week(own, &jumping(1), &jumping(1));
        assert_eq!(gone.effects, BTreeSet::from([WindowEffect::Gone]));
        assert_eq!(gone.span, None);
    }
}
