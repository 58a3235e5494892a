//! When one owner of a calendar can take part in which weekly session.

use fixedbitset::FixedBitSet;

use rayon::prelude::*;

use super::MatchError;
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

/// Running counts of the set slots, so that a stretch is counted in one step.
struct Counts(Vec<u32>);

impl Counts {
    fn of(set: &FixedBitSet) -> Self {
        let mut counts = Vec::with_capacity(set.len() + 1);
        let mut count = 0;
        counts.push(count);
        for block in 0..set.len() {
            count += u32::from(set.contains(block));
            counts.push(count);
        }
        Self(counts)
    }

    fn within(&self, first: u32, slots: u32) -> u32 {
        let last = self.0.len() - 1;
        let at = |slot: u32| self.0[usize::try_from(slot).unwrap_or(last).min(last)];
        at(first + slots) - at(first)
    }
}

impl Calendar {
    /// Returns the weekly starts of sessions of so many slots that the owner
    /// could attend with at most `missed_max` occurrences missed, in the order
    /// of the starts. Whether an occurrence outside the windows is really
    /// missed depends on the others, and is left to the caller.
    pub(super) fn fits(&self, weekly: &WeeklyStarts, slots: u32, missed_max: u32) -> Vec<StartFit> {
        let available = Counts::of(&self.available);
        let away = Counts::of(&self.away);
        let mut fits = Vec::new();
        for (position, start) in (0_u16..).zip(&weekly.starts) {
            if start.held | start.skipped == 0 {
                continue;
            }
            let fit = start_fit(position, start, slots, &available, &away);
            let not_attended = (start.held & !fit.inside) | start.skipped;
            if not_attended.count_ones() <= missed_max {
                fits.push(fit);
            }
        }
        fits
    }
}

fn start_fit(
    position: u16,
    start: &WeeklySlot,
    slots: u32,
    available: &Counts,
    away: &Counts,
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
        if available.within(*first, slots) == slots {
            fit.inside |= week;
        }
        if away.within(*first, slots) > 0 {
            fit.away |= week;
        }
    }
    fit
}

/// Calendars of everybody, by position.
pub(super) struct Calendars {
    pub(super) sites: Vec<Calendar>,
    pub(super) supervisors: Vec<Calendar>,
    pub(super) trainees: Vec<Calendar>,
}

impl Calendars {
    /// Returns the calendars of a roster.
    pub(super) fn new(roster: &Roster, timeline: &Timeline<'_>) -> Result<Self, MatchError> {
        let calendar = |zone: ZoneName, availability: &Availability| {
            let mut available = timeline.available(zone, availability)?;
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
