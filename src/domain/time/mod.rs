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

mod occurrence;
mod overlap;
pub mod spans;
mod wall_clock;
mod zone_rules;

use std::collections::BTreeMap;
use std::fmt;

use chrono::DateTime;

use super::{Minutes, ZoneName};

pub use occurrence::{Occurrence, OccurrenceFlag, matching_days};
pub use overlap::{WallWindow, WindowOverlap, window_overlaps};
pub use wall_clock::{InvalidWallClock, LocalReading, WallClock};
pub use zone_rules::{LocalKind, Resolved, ZoneRules};

/// Seconds in a minute.
const MINUTE: i64 = 60;

/// An instant, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcSecond(pub i64);

impl UtcSecond {
    /// Returns the instant when so many minutes have passed.
    #[must_use]
    pub fn plus(self, minutes: Minutes) -> Self {
        Self(self.0 + i64::from(minutes.get()) * MINUTE)
    }
}

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
