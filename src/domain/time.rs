//! Local time and its clock changes: the one place where a wall clock and a
//! zone become instants.
//!
//! What is stored is local: weekday, wall-clock start, duration, zone. The
//! four cases of a wall clock are decided here and nowhere else:
//!
//! 1. It exists once: that instant.
//! 2. It falls into a gap (the clock went forward over it): the offset before
//!    the gap is used, so 02:30 happens at 03:30 (RFC 5545, 3.3.5).
//! 3. It exists twice (the clock went back over it): the first instant.
//! 4. It falls into a gap that moves it to another local date: a session is
//!    skipped on that date.
//!
//! A session lasts elapsed minutes from its start. A window of availability is
//! wall clock at both ends, so it may hold more or fewer real minutes: an end
//! that exists twice takes the later instant, an end in a gap the instant of
//! the change. Zone rules come in as values ([`ZoneRules`]); nothing here
//! reads zone data, and an `is_dst` flag is never used.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Timelike, Weekday};

use super::{DayRange, MinuteOfDay, Minutes, WeeklyWindow, ZoneName};

/// Seconds in a minute.
const MINUTE: i64 = 60;

/// An instant, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcSecond(pub i64);

impl fmt::Display for UtcSecond {
    /// Writes `2027-03-14T07:30:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp(self.0, 0) {
            Some(utc) => f.pad(&utc.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            None => write!(f, "{}s", self.0),
        }
    }
}

/// A half-open stretch of time `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// First instant.
    pub start: UtcSecond,
    /// First instant after it.
    pub end: UtcSecond,
}

/// A wall-clock reading: a date and a minute of that date, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallClock {
    /// Minutes since 1970-01-01 00:00 on the same wall.
    minutes: i64,
}

impl WallClock {
    /// Returns the reading on a day; `24:00` is midnight of the next day.
    pub fn new(day: NaiveDate, time: MinuteOfDay) -> Self {
        Self {
            minutes: days_since_epoch(day) * 1440 + i64::from(time.get()),
        }
    }

    /// Returns the reading so many minutes later on the same wall.
    #[must_use]
    pub fn plus(self, minutes: Minutes) -> Self {
        Self {
            minutes: self.minutes + i64::from(minutes.get()),
        }
    }

    /// Returns the date of the reading.
    pub fn day(self) -> NaiveDate {
        let days = self.minutes.div_euclid(1440) + i64::from(epoch().num_days_from_ce());
        i32::try_from(days)
            .ok()
            .and_then(NaiveDate::from_num_days_from_ce_opt)
            .unwrap_or_default()
    }

    fn seconds(self) -> i64 {
        self.minutes * MINUTE
    }
}

impl fmt::Display for WallClock {
    /// Writes `2027-03-14T02:30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.minutes.rem_euclid(1440);
        f.pad(&format!(
            "{}T{:02}:{:02}",
            self.day(),
            minute / 60,
            minute % 60
        ))
    }
}

/// The text is not a wall-clock reading.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a local time written as YYYY-MM-DDTHH:MM, in the years 1970 to 2199")]
pub struct InvalidWallClock;

impl FromStr for WallClock {
    type Err = InvalidWallClock;

    fn from_str(text: &str) -> Result<Self, InvalidWallClock> {
        let reading =
            NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").map_err(|_| InvalidWallClock)?;
        let day =
            super::calendar_day(text.get(..10).unwrap_or_default()).ok_or(InvalidWallClock)?;
        let minute =
            u16::try_from(reading.hour() * 60 + reading.minute()).map_err(|_| InvalidWallClock)?;
        let time = MinuteOfDay::new(minute).ok_or(InvalidWallClock)?;
        Ok(Self::new(day, time))
    }
}

fn epoch() -> NaiveDate {
    NaiveDate::default()
}

fn days_since_epoch(day: NaiveDate) -> i64 {
    (day - epoch()).num_days()
}

/// How often a wall-clock reading exists in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    /// Once.
    Unique,
    /// Never: the clock went forward over it.
    Gap,
    /// Twice: the clock went back over it.
    Overlap,
}

impl LocalKind {
    /// Returns the word used in answers: `unique`, `gap` or `overlap`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::Gap => "gap",
            Self::Overlap => "overlap",
        }
    }
}

/// What a wall-clock reading means in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// How often the reading exists.
    pub kind: LocalKind,
    /// The earlier of the two readings of a gap or an overlap.
    pub earlier: UtcSecond,
    /// The later one; equal to `earlier` when the reading is unique.
    pub later: UtcSecond,
    /// For a gap, the instant at which the clock went forward.
    change: UtcSecond,
}

impl Resolved {
    /// Returns the instant that Practicum uses: the first of an overlap, and
    /// for a gap the reading by the offset before it.
    pub fn chosen(&self) -> UtcSecond {
        match self.kind {
            LocalKind::Unique | LocalKind::Overlap => self.earlier,
            LocalKind::Gap => self.later,
        }
    }

    /// Returns the instant of a reading that ends a window: the later one of
    /// an overlap, the instant of the change for a gap.
    pub fn window_end(&self) -> UtcSecond {
        match self.kind {
            LocalKind::Unique | LocalKind::Overlap => self.later,
            LocalKind::Gap => self.change,
        }
    }
}

/// The offsets of one zone over a horizon: since when which offset holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneRules {
    /// Offset from UTC in seconds before the first change.
    first_offset: i32,
    /// Instants at which another offset begins, ascending.
    changes: Vec<(UtcSecond, i32)>,
}

impl ZoneRules {
    /// Returns the rules of a zone that begins with an offset, in seconds
    /// east of UTC, and changes it at the given instants. Changes are put in
    /// order, and those that change nothing are dropped.
    pub fn new(first_offset: i32, mut changes: Vec<(UtcSecond, i32)>) -> Self {
        changes.sort_by_key(|(at, _)| *at);
        let mut offset = first_offset;
        changes.retain(|(_, next)| std::mem::replace(&mut offset, *next) != *next);
        Self {
            first_offset,
            changes,
        }
    }

    /// Returns the offset from UTC at an instant, in seconds.
    pub fn offset_at(&self, at: UtcSecond) -> i32 {
        let passed = self.changes.partition_point(|(change, _)| *change <= at);
        self.offset_after(passed)
    }

    /// Returns the instants at which the offset changes, with the new offset.
    pub fn changes(&self) -> &[(UtcSecond, i32)] {
        &self.changes
    }

    /// Returns the offset before the first change, in seconds.
    pub fn first_offset(&self) -> i32 {
        self.first_offset
    }

    /// Returns the wall clock at an instant, cut to the minute.
    pub fn wall_clock(&self, at: UtcSecond) -> WallClock {
        WallClock {
            minutes: (at.0 + i64::from(self.offset_at(at))).div_euclid(MINUTE),
        }
    }

    /// Returns what a wall-clock reading means.
    pub fn resolve(&self, local: WallClock) -> Resolved {
        let seconds = local.seconds();
        // Offsets stay within a day, so only changes near the reading matter.
        let near = |at: UtcSecond| (at.0 - seconds).abs() <= 3 * 86_400;
        let from = self
            .changes
            .partition_point(|(at, _)| at.0 < seconds - 3 * 86_400);
        let until = from
            + self.changes[from..]
                .iter()
                .take_while(|(at, _)| near(*at))
                .count();

        let mut instants: Vec<UtcSecond> = Vec::with_capacity(2);
        for passed in from..=until {
            let at = UtcSecond(seconds - i64::from(self.offset_after(passed)));
            let begun = passed == 0 || self.changes[passed - 1].0 <= at;
            let ended = passed < self.changes.len() && self.changes[passed].0 <= at;
            if begun && !ended {
                instants.push(at);
            }
        }
        match (instants.first(), instants.last()) {
            (Some(first), Some(last)) => Resolved {
                kind: if first == last {
                    LocalKind::Unique
                } else {
                    LocalKind::Overlap
                },
                earlier: *first,
                later: *last,
                change: *first,
            },
            _ => self.resolve_gap(seconds, from, until),
        }
    }

    fn resolve_gap(&self, seconds: i64, from: usize, until: usize) -> Resolved {
        for passed in from..until {
            let (change, after) = self.changes[passed];
            let by_before = UtcSecond(seconds - i64::from(self.offset_after(passed)));
            let by_after = UtcSecond(seconds - i64::from(after));
            if by_after < change && change <= by_before {
                let (earlier, later) = (by_after, by_before);
                return Resolved {
                    kind: LocalKind::Gap,
                    earlier,
                    later,
                    change,
                };
            }
        }
        // Not reached: a reading without an instant lies over some change.
        let at = UtcSecond(seconds - i64::from(self.offset_after(until)));
        Resolved {
            kind: LocalKind::Unique,
            earlier: at,
            later: at,
            change: at,
        }
    }

    /// Returns a window of availability on a date as instants; `None` when a
    /// clock change leaves nothing of it.
    pub fn window_on(&self, day: NaiveDate, window: WeeklyWindow) -> Option<Interval> {
        self.interval(
            WallClock::new(day, window.start()),
            WallClock::new(day, window.end()),
        )
    }

    /// Returns the instants between two wall-clock readings that bound a
    /// window; `None` when a clock change leaves nothing of it.
    pub fn interval(&self, start: WallClock, end: WallClock) -> Option<Interval> {
        let start = self.resolve(start).chosen();
        let end = self.resolve(end).window_end();
        (start < end).then_some(Interval { start, end })
    }

    /// Returns the stretch of a whole local day; `None` for a date that the
    /// zone left out.
    pub fn whole_day(&self, day: NaiveDate) -> Option<Interval> {
        let midnight = MinuteOfDay::default();
        self.interval(
            WallClock::new(day, midnight),
            WallClock::new(day, MinuteOfDay::END_OF_DAY),
        )
    }

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

    fn offset_after(&self, passed: usize) -> i32 {
        if passed == 0 {
            self.first_offset
        } else {
            self.changes[passed - 1].1
        }
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

/// The rules of every zone that a roster names, over its term, with the
/// version of the zone data that they came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneTable {
    version: String,
    rules: BTreeMap<ZoneName, ZoneRules>,
}

impl ZoneTable {
    /// Returns a table of rules that came from one version of the tz database,
    /// such as `2026f`.
    pub fn new(version: String, rules: BTreeMap<ZoneName, ZoneRules>) -> Self {
        Self { version, rules }
    }

    /// Returns the version of the tz database.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the rules of a zone, or `None` when the table was made without
    /// it.
    pub fn rules(&self, zone: ZoneName) -> Option<&ZoneRules> {
        self.rules.get(&zone)
    }
}
