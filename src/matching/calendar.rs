//! When one owner of a calendar can take part in which weekly session.

use fixedbitset::FixedBitSet;

use rayon::prelude::*;

use super::MatchError;
use super::candidates::{StartSet, Venue};
use super::timeline::{Timeline, WeekSet, WeeklySlot, WeeklyStarts};
use crate::domain::{Availability, Roster, ZoneName};

/// The slots of one person or site over the term.
pub(super) struct Calendar {
    /// Slots inside a weekly window.
    pub(super) available: FixedBitSet,
    /// Slots of whole days away.
    pub(super) away: FixedBitSet,
}

/// How one weekly start lies in a calendar.
#[derive(Clone, Copy)]
pub(super) struct StartFit {
    /// Position in [`WeeklyStarts::starts`].
    pub(super) start: u16,
    /// Weeks whose occurrence lies inside the windows.
    pub(super) inside: WeekSet,
    /// Weeks whose occurrence touches a day away.
    pub(super) away: WeekSet,
}

impl Calendar {
    /// Returns the weekly starts of sessions of so many slots that the owner
    /// could attend with at most `missed_max` occurrences missed, in the order
    /// of the starts. Whether an occurrence outside the windows is really
    /// missed depends on the others, and is left to the caller.
    pub(super) fn fits(&self, weekly: &WeeklyStarts, slots: u32, missed_max: u32) -> Vec<StartFit> {
        let begins = begins(&self.available, slots);
        let is_ever_away = !self.away.is_clear();
        rarely_missed(&begins, weekly, missed_max)
            .iter()
            .map(|start| {
                let slot = &weekly.starts[usize::from(start)];
                self.start_fit(start, slot, slots, &begins, is_ever_away)
            })
            .filter(|fit| {
                let slot = &weekly.starts[usize::from(fit.start)];
                let not_attended = (slot.held & !fit.inside) | slot.skipped;
                not_attended.count_ones() <= missed_max
            })
            .collect()
    }

    fn start_fit(
        &self,
        position: u16,
        start: &WeeklySlot,
        slots: u32,
        begins: &FixedBitSet,
        is_ever_away: bool,
    ) -> StartFit {
        let mut fit = StartFit {
            start: position,
            inside: 0,
            away: 0,
        };
        let mut weeks = start.held;
        for first in &start.occurrences {
            let week = weeks & weeks.wrapping_neg();
            weeks ^= week;
            let (first, end) = (to_usize(*first), to_usize(first + slots));
            if begins.contains(first) {
                fit.inside |= week;
            }
            if is_ever_away
                && self
                    .away
                    .contains_any_in_range(first..end.min(self.away.len()))
            {
                fit.away |= week;
            }
        }
        fit
    }
}

fn to_usize(slot: u32) -> usize {
    usize::try_from(slot).unwrap_or(usize::MAX)
}

/// Returns the slots from which so many follow one another in the set.
fn begins(set: &FixedBitSet, slots: u32) -> FixedBitSet {
    let mut begins = set.clone();
    let (slots, mut reached) = (to_usize(slots), 1);
    while reached < slots {
        let shift = reached.min(slots - reached);
        let words = begins.as_mut_slice();
        let (skip, shift_by) = (shift / BITS, shift % BITS);
        for at in 0..words.len() {
            let word = |at: usize| words.get(at).copied().unwrap_or(0);
            let mut later = word(at + skip) >> shift_by;
            if shift_by > 0 {
                later |= word(at + skip + 1) << (BITS - shift_by);
            }
            words[at] &= later;
        }
        reached += shift;
    }
    begins
}

/// Bits of a word of a set of slots.
const BITS: usize = usize::BITS as usize;

/// Missed occurrences up to which all starts are counted at once.
const COUNTED_AT_ONCE: u32 = 8;

/// Returns starts among which are all with at most `missed_max` occurrences
/// that do not begin at one of these slots: for few missed just those, counted
/// for all starts at once.
fn rarely_missed(begins: &FixedBitSet, weekly: &WeeklyStarts, missed_max: u32) -> StartSet {
    let mut all = StartSet::EMPTY;
    // The starts that were missed so many times at least.
    let planes = missed_max.min(COUNTED_AT_ONCE) + 1;
    let mut missed = vec![StartSet::EMPTY; to_usize(planes)];
    for week in &weekly.weeks {
        all |= week.held | week.skipped;
        let mut inside = StartSet::EMPTY;
        for stretch in &week.stretches {
            let (start, len) = (usize::from(stretch.start), usize::from(stretch.len));
            inside.insert_bits(start, begins.as_slice(), to_usize(stretch.slot), len);
        }
        let now = (week.held - inside) | week.skipped;
        for plane in (1..missed.len()).rev() {
            let before = missed[plane - 1];
            missed[plane] |= before & now;
        }
        missed[0] |= now;
    }
    match missed.last() {
        Some(too_often) if missed_max <= COUNTED_AT_ONCE => all - *too_often,
        _ => all,
    }
}

/// Slots of days away, by position of the owner.
pub(super) struct DaysAway {
    sites: Vec<FixedBitSet>,
    supervisors: Vec<FixedBitSet>,
    trainees: Vec<FixedBitSet>,
}

impl DaysAway {
    /// Returns the weeks in which a session at a venue gives a trainee nothing:
    /// a clock change skips it, or it touches a day away of the trainee, of the
    /// supervisor or, in person, of the site.
    pub(super) fn missed(&self, slot: &WeeklySlot, venue: &Venue, trainee: usize) -> WeekSet {
        let length = to_usize(venue.slots());
        let owners = [
            Some(&self.supervisors[venue.supervisor]),
            Some(&self.trainees[trainee]),
            venue.site.map(|site| &self.sites[site]),
        ];
        let mut missed = slot.skipped;
        let mut weeks = slot.held;
        for first in &slot.occurrences {
            let week = weeks & weeks.wrapping_neg();
            weeks ^= week;
            let first = to_usize(*first);
            let touches = |away: &&FixedBitSet| away.contains_any_in_range(first..first + length);
            if owners.iter().flatten().any(touches) {
                missed |= week;
            }
        }
        missed
    }
}

/// Calendars of everybody, by position.
pub(super) struct Calendars {
    pub(super) sites: Vec<Calendar>,
    pub(super) supervisors: Vec<Calendar>,
    pub(super) trainees: Vec<Calendar>,
}

impl Calendars {
    /// Returns the days away of everybody.
    pub(super) fn days_away(&self) -> DaysAway {
        let slots = |owners: &[Calendar]| owners.iter().map(|owner| owner.away.clone()).collect();
        DaysAway {
            sites: slots(&self.sites),
            supervisors: slots(&self.supervisors),
            trainees: slots(&self.trainees),
        }
    }

    /// Returns the calendars of a roster.
    pub(super) fn new(roster: &Roster, timeline: &Timeline<'_>) -> Result<Self, MatchError> {
        let sites = roster.sites.iter().map(|s| (s.time_zone, &s.opening));
        let supervisors = roster.supervisors.iter();
        let supervisors = supervisors.map(|s| (s.time_zone, &s.availability));
        let trainees = roster.trainees.iter();
        let trainees = trainees.map(|t| (t.time_zone, &t.availability));
        let windows = timeline.windows(sites.chain(supervisors).chain(trainees))?;
        let calendar = |zone: ZoneName, availability: &Availability| {
            let mut available = timeline.available(zone, availability, &windows);
            if !roster.has_availability {
                available.insert_range(..);
            }
            Ok(Calendar {
                available,
                away: timeline.away(zone, availability)?,
            })
        };
        Ok(Self {
            sites: roster
                .sites
                .par_iter()
                .map(|site| calendar(site.time_zone, &site.opening))
                .collect::<Result<_, _>>()?,
            supervisors: roster
                .supervisors
                .par_iter()
                .map(|person| calendar(person.time_zone, &person.availability))
                .collect::<Result<_, _>>()?,
            trainees: roster
                .trainees
                .par_iter()
                .map(|person| calendar(person.time_zone, &person.availability))
                .collect::<Result<_, _>>()?,
        })
    }
}
