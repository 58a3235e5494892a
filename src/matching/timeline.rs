//! The term as a line of 15-minute slots in UTC, and weekly starts on it.
//!
//! Every wall clock of the term is turned into slots once, here, with the
//! rules of [`crate::domain::time`]; all later questions (is somebody free, do
//! two sessions overlap, how much of a week is left) are questions about
//! slots. A zone whose offset is no multiple of 15 minutes in the term cannot
//! be put on the line and is refused.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use chrono::{Days, NaiveDate, Weekday};
use fixedbitset::FixedBitSet;

use super::MatchError;
use super::candidates::StartSet;
use crate::domain::time::{Interval, OccurrenceFlag, UtcSecond, ZoneRules, ZoneTable};
use crate::domain::{
    Availability, DayRange, MinuteOfDay, QUARTER_HOUR, Roster, WeeklyWindow, ZoneName,
};

/// Seconds in a slot.
const SLOT_SECONDS: i64 = 60 * QUARTER_HOUR as i64;
/// Days of slots kept before and after the term, so that windows of the
/// farthest zones and sessions past midnight stay on the line.
const MARGIN_DAYS: u64 = 4;

/// A set of occurrences of a weekly session: bit `i` is the `i`th matching
/// date of the term. 128 weeks are more than the longest term has.
pub(super) type WeekSet = u128;

/// The slots of each weekly window of a zone.
#[derive(Default)]
pub(super) struct Windows(HashMap<(ZoneName, WeeklyWindow), Vec<Range<usize>>>);

/// The term of a roster on the line of slots.
pub(super) struct Timeline<'a> {
    zones: &'a ZoneTable,
    term: DayRange,
    step: u32,
    margin: u64,
    first_slot: i64,
    slots: usize,
}

/// The weekly starts on the wall clock of one zone.
pub(super) struct WeeklyStarts {
    /// Every start of a week, Monday first, in steps of the round.
    pub(super) starts: Vec<WeeklySlot>,
    /// The same start by start for each week of the term.
    pub(super) weeks: Vec<WeekOfStarts>,
}

/// The occurrences of all starts in one week.
#[derive(Default)]
pub(super) struct WeekOfStarts {
    /// Starts with an occurrence.
    pub(super) held: StartSet,
    /// Starts whose occurrence a clock change skips.
    pub(super) skipped: StartSet,
    /// Where the occurrences lie: starts that follow one another on the line
    /// of slots are one stretch.
    pub(super) stretches: Vec<Stretch>,
}

/// Starts that follow one another whose occurrences do so too.
pub(super) struct Stretch {
    /// First of the starts.
    pub(super) start: u16,
    /// Slot of its occurrence.
    pub(super) slot: u32,
    /// How many starts.
    pub(super) len: u16,
}

impl WeeklyStarts {
    fn new(starts: Vec<WeeklySlot>) -> Self {
        let mut weeks: Vec<WeekOfStarts> = Vec::new();
        for (position, start) in (0_u16..).zip(&starts) {
            let mut slots = start.occurrences.iter().copied();
            let last = WeekSet::BITS - (start.held | start.skipped).leading_zeros();
            for week in 0..last {
                let at = usize::try_from(week).unwrap_or(usize::MAX);
                if weeks.len() <= at {
                    weeks.push(WeekOfStarts::default());
                }
                if start.held >> week & 1 == 1 {
                    weeks[at].held.insert(position);
                    weeks[at].lay(position, slots.next().unwrap_or(u32::MAX));
                } else {
                    weeks[at].skipped.insert(position);
                }
            }
        }
        Self { starts, weeks }
    }
}

impl WeekOfStarts {
    fn lay(&mut self, start: u16, slot: u32) {
        match self.stretches.last_mut() {
            Some(last)
                if last.start + last.len == start && last.slot + u32::from(last.len) == slot =>
            {
                last.len += 1;
            }
            _ => self.stretches.push(Stretch {
                start,
                slot,
                len: 1,
            }),
        }
    }
}

/// One weekly start on a wall clock and where its occurrences lie.
pub(super) struct WeeklySlot {
    pub(super) weekday: Weekday,
    pub(super) start: MinuteOfDay,
    /// First slot of each occurrence, ascending; without those that a clock
    /// change skips.
    pub(super) occurrences: Vec<u32>,
    /// The weeks of `occurrences`, in the same order.
    pub(super) held: WeekSet,
    /// The weeks in which a clock change skips the session.
    pub(super) skipped: WeekSet,
}

impl<'a> Timeline<'a> {
    /// Returns the line for the term of a roster.
    ///
    /// # Errors
    /// When the zone table lacks a zone, or an offset is off the grid.
    pub(super) fn new(roster: &Roster, zones: &'a ZoneTable) -> Result<Self, MatchError> {
        Self::with_margin(roster, zones, MARGIN_DAYS)
    }

    /// Returns the line with so many days before and after the term.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub(super) fn with_margin(
        roster: &Roster,
        zones: &'a ZoneTable,
        margin: u64,
    ) -> Result<Self, MatchError> {
        let term = roster.round.term;
        for zone in roster.zones() {
            let rules = zones.rules(zone).ok_or(MatchError::ZoneMissing { zone })?;
            let offsets = rules.changes().iter().map(|(_, offset)| *offset);
            let on_grid = |offset: i32| i64::from(offset) % SLOT_SECONDS == 0;
            if !std::iter::once(rules.first_offset())
                .chain(offsets)
                .all(on_grid)
            {
                return Err(MatchError::ZoneOffGrid { zone });
            }
        }
        let utc_midnight = |day: NaiveDate| (day - NaiveDate::default()).num_days() * 86_400;
        let first = utc_midnight(term.first()) / SLOT_SECONDS - slots_of_days(margin);
        let last = utc_midnight(term.last()) / SLOT_SECONDS + slots_of_days(margin + 1);
        let slots = usize::try_from(last - first).map_err(|_| MatchError::TooLarge)?;
        let step = roster.round.session_start_step.get();
        Ok(Self {
            zones,
            term,
            step,
            margin,
            first_slot: first,
            slots,
        })
    }

    fn rules(&self, zone: ZoneName) -> Result<&'a ZoneRules, MatchError> {
        self.zones
            .rules(zone)
            .ok_or(MatchError::ZoneMissing { zone })
    }

    /// Returns the slot that begins at the instant, cut to the line.
    fn slot(&self, at: UtcSecond) -> usize {
        let slot = at.0.div_euclid(SLOT_SECONDS) - self.first_slot;
        usize::try_from(slot.max(0)).unwrap_or(0).min(self.slots)
    }

    fn days_with_margin(&self) -> impl Iterator<Item = NaiveDate> {
        let margin = Days::new(self.margin - 1);
        let first = self.term.first() - margin;
        let last = self.term.last() + margin;
        first.iter_days().take_while(move |day| *day <= last)
    }

    fn range(&self, interval: Option<Interval>) -> Option<Range<usize>> {
        interval.map(|Interval { start, end }| self.slot(start)..self.slot(end))
    }

    /// Returns where each window lies on the line, week by week. People share
    /// most windows, so each is looked up once.
    pub(super) fn windows<'w>(
        &self,
        owners: impl Iterator<Item = (ZoneName, &'w Availability)>,
    ) -> Result<Windows, MatchError> {
        let mut windows = Windows::default();
        for (zone, availability) in owners {
            for window in &availability.windows {
                if let Entry::Vacant(entry) = windows.0.entry((zone, *window)) {
                    let rules = self.rules(zone)?;
                    let days = self.days_with_margin();
                    let own = days.filter(|day| chrono::Datelike::weekday(day) == window.weekday());
                    let ranges = own.filter_map(|day| self.range(rules.window_on(day, *window)));
                    entry.insert(ranges.collect());
                }
            }
        }
        Ok(windows)
    }

    /// Returns the slots in which the owner is available.
    pub(super) fn available(
        &self,
        zone: ZoneName,
        availability: &Availability,
        windows: &Windows,
    ) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(self.slots);
        for window in &availability.windows {
            let ranges = windows.0.get(&(zone, *window));
            for range in ranges.into_iter().flatten() {
                set.insert_range(range.clone());
            }
        }
        set
    }

    /// Returns the slots of the owner's days away.
    pub(super) fn away(
        &self,
        zone: ZoneName,
        availability: &Availability,
    ) -> Result<FixedBitSet, MatchError> {
        let mut set = FixedBitSet::with_capacity(self.slots);
        if availability.away.is_empty() {
            return Ok(set);
        }
        let rules = self.rules(zone)?;
        for day in self.days_with_margin() {
            if availability.away.iter().any(|away| away.days.contains(day))
                && let Some(range) = self.range(rules.whole_day(day))
            {
                set.insert_range(range);
            }
        }
        Ok(set)
    }

    /// Returns the slots of each whole Monday-to-Sunday week of the term on
    /// the wall clock of a zone.
    pub(super) fn whole_weeks(&self, zone: ZoneName) -> Result<Vec<Range<usize>>, MatchError> {
        let rules = self.rules(zone)?;
        let mut weeks = Vec::new();
        for monday in crate::domain::time::matching_days(self.term, Weekday::Mon) {
            let sunday = monday + Days::new(6);
            if sunday > self.term.last() {
                break;
            }
            let starts = rules.whole_day(monday).map(|day| self.slot(day.start));
            let ends = rules.whole_day(sunday).map(|day| self.slot(day.end));
            if let (Some(start), Some(end)) = (starts, ends) {
                weeks.push(start..end);
            }
        }
        Ok(weeks)
    }

    /// Returns the first slot of a day; of the next one for a date that the
    /// zone left out.
    pub(super) fn first_slot_of(
        &self,
        zone: ZoneName,
        day: NaiveDate,
    ) -> Result<usize, MatchError> {
        let rules = self.rules(zone)?;
        let day = day.iter_days().find_map(|day| rules.whole_day(day));
        Ok(day.map_or(self.slots, |day| self.slot(day.start)))
    }

    /// Returns the first slot after each clock change of a zone.
    pub(super) fn change_slots(&self, zone: ZoneName) -> Result<Vec<u32>, MatchError> {
        let changes = self.rules(zone)?.changes().iter();
        let slots = changes.map(|(at, _)| u32::try_from(self.slot(*at)).unwrap_or(u32::MAX));
        Ok(slots.collect())
    }

    /// Returns every weekly start of each zone.
    pub(super) fn weekly_starts(
        &self,
        zones: impl IntoIterator<Item = ZoneName>,
    ) -> Result<BTreeMap<ZoneName, Arc<WeeklyStarts>>, MatchError> {
        zones
            .into_iter()
            .map(|zone| {
                let starts = self.starts_of_zone(self.rules(zone)?);
                Ok((zone, Arc::new(WeeklyStarts::new(starts))))
            })
            .collect()
    }

    fn starts_of_zone(&self, rules: &ZoneRules) -> Vec<WeeklySlot> {
        let step = usize::try_from(self.step.max(1)).unwrap_or(1);
        let mut weekday = Weekday::Mon;
        let mut starts = Vec::new();
        for _ in 0..7 {
            for start in (0..1440_u16).step_by(step).filter_map(MinuteOfDay::new) {
                starts.push(self.weekly_slot(rules, weekday, start));
            }
            weekday = weekday.succ();
        }
        starts
    }

    fn weekly_slot(&self, rules: &ZoneRules, weekday: Weekday, start: MinuteOfDay) -> WeeklySlot {
        let mut slot = WeeklySlot {
            weekday,
            start,
            occurrences: Vec::new(),
            held: 0,
            skipped: 0,
        };
        for (week, occurrence) in rules
            .occurrences(self.term, weekday, start)
            .into_iter()
            .enumerate()
        {
            if occurrence.flag == OccurrenceFlag::Skipped {
                slot.skipped |= 1 << week;
            } else {
                slot.held |= 1 << week;
                let first = u32::try_from(self.slot(occurrence.start)).unwrap_or(u32::MAX);
                slot.occurrences.push(first);
            }
        }
        slot
    }
}

fn slots_of_days(days: u64) -> i64 {
    i64::try_from(days).unwrap_or(0) * 86_400 / SLOT_SECONDS
}

/// Says whether two weekly sessions overlap in any week. Each is given by the
/// first slots of its occurrences, ascending, and its length in slots.
pub(super) fn overlaps(a: &[u32], a_slots: u32, b: &[u32], b_slots: u32) -> bool {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] + a_slots <= b[j] {
            i += 1;
        } else if b[j] + b_slots <= a[i] {
            j += 1;
        } else {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_that_touch_do_not_overlap() {
        assert!(!overlaps(&[0, 100], 4, &[4, 104], 4));
        assert!(overlaps(&[0, 100], 4, &[4, 103], 4));
        assert!(!overlaps(&[], 4, &[0], 4));
    }
}
