//! The offsets of one zone, and what a wall-clock reading means under them.

use chrono::NaiveDate;

use super::{Interval, LocalReading, UtcSecond, WallClock};
use crate::domain::{MinuteOfDay, WeeklyWindow};

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

    /// Returns the first instant at which a clock shows the reading or, for a
    /// gap, a later one.
    fn first_instant(&self) -> UtcSecond {
        match self.kind {
            LocalKind::Unique | LocalKind::Overlap => self.earlier,
            LocalKind::Gap => self.change,
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
        WallClock::at_offset(at, self.offset_at(at))
    }

    /// Returns what a clock in the zone shows at an instant.
    pub fn local(&self, at: UtcSecond) -> LocalReading {
        LocalReading {
            wall: self.wall_clock(at),
            offset: self.offset_at(at),
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

    /// Returns the stretch of a whole local day, from its first instant to
    /// that of the next day, so that days lie side by side without holes;
    /// `None` for a date that the zone left out.
    pub fn whole_day(&self, day: NaiveDate) -> Option<Interval> {
        let midnight = |time| self.resolve(WallClock::new(day, time)).first_instant();
        let start = midnight(MinuteOfDay::default());
        let end = midnight(MinuteOfDay::END_OF_DAY);
        (start < end).then_some(Interval { start, end })
    }

    fn offset_after(&self, passed: usize) -> i32 {
        if passed == 0 {
            self.first_offset
        } else {
            self.changes[passed - 1].1
        }
    }
}
