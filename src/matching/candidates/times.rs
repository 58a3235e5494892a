//! When each supervisor and each trainee could meet, and what pruning left of
//! it.
//!
//! Thousands of trainees and hundreds of supervisors make millions of pairs of
//! them, so the starts of a pair are never stored: they are found, when asked
//! for, from a few sets of bits.

use super::start_set::StartSet;
use super::starts::VenueStart;
use crate::matching::calendar::StartFit;
use crate::matching::timeline::{WeekSet, WeeklyStarts};

/// The starts at which the supervisor of a venue can meet.
#[derive(Clone, Default)]
pub(super) struct VenueTimes {
    all: StartSet,
    /// Those of which she misses no week.
    clean: StartSet,
    /// The weeks that are missed of the others, in the order of the starts.
    missed: Vec<(u16, WeekSet)>,
}

impl VenueTimes {
    pub(super) fn new(starts: &[VenueStart]) -> Self {
        let mut times = Self::default();
        for VenueStart { start, missed } in starts {
            times.all.insert(*start);
            if *missed == 0 {
                times.clean.insert(*start);
            } else {
                times.missed.push((*start, *missed));
            }
        }
        times
    }
}

/// The starts of one zone and length that a trainee can attend.
#[derive(Clone, Default)]
pub(super) struct MemberTimes {
    /// Those that are inside the trainee's windows in every week.
    clean: StartSet,
    /// Those that would do if nobody else missed any.
    alone: StartSet,
    /// How the trainee could attend those that are not clean.
    fits: Vec<StartFit>,
}

impl MemberTimes {
    pub(super) fn new(fits: &[StartFit], weekly: &WeeklyStarts, missed_max: u32) -> Self {
        let mut times = Self::default();
        for fit in fits {
            let held = weekly.starts[usize::from(fit.start)].held;
            if fit.away == 0 && held & !fit.inside == 0 {
                times.clean.insert(fit.start);
                times.alone.insert(fit.start);
                continue;
            }
            if attends(fit, held, 0, missed_max) {
                times.alone.insert(fit.start);
            }
            times.fits.push(*fit);
        }
        times
    }

    /// Returns the starts of a venue that the trainee can attend.
    pub(super) fn common(
        &self,
        venue: &VenueTimes,
        weekly: &WeeklyStarts,
        missed_max: u32,
    ) -> StartSet {
        let mut common = (venue.all & self.clean) | (venue.clean & self.alone);
        if venue.missed.is_empty() || self.fits.is_empty() {
            return common;
        }
        let mut fits = self.fits.iter().peekable();
        for (start, missed) in &venue.missed {
            while fits.next_if(|fit| fit.start < *start).is_some() {}
            if let Some(fit) = fits.next_if(|fit| fit.start == *start) {
                let held = weekly.starts[usize::from(*start)].held;
                if attends(fit, held, *missed, missed_max) {
                    common.insert(*start);
                }
            }
        }
        common
    }
}

/// Says whether a trainee can attend a session of which these weeks are missed
/// by all.
fn attends(fit: &StartFit, held: WeekSet, missed: WeekSet, missed_max: u32) -> bool {
    let missed = missed | fit.away;
    held & !missed & !fit.inside == 0 && missed.count_ones() <= missed_max
}

/// Starts that pruning left to a line of a trainee, where it dropped some.
#[derive(Clone)]
pub(in crate::matching) struct Partnered {
    /// The site of the placement; `None` for fills that hold for any.
    pub(in crate::matching) site: Option<usize>,
    pub(in crate::matching) line: usize,
    /// The first venue with the same zone and length.
    pub(in crate::matching) like: usize,
    pub(in crate::matching) left: StartSet,
}

/// When everybody could meet.
#[derive(Clone, Default)]
pub(in crate::matching) struct Times {
    pub(super) missed_max: u32,
    /// By venue.
    pub(super) venues: Vec<VenueTimes>,
    /// By venue: starts that at least two, and at least three, trainees share.
    pub(in crate::matching) shared: Vec<[StartSet; 2]>,
    /// By trainee, and there by the first venue with the same zone and length.
    pub(super) members: Vec<Vec<(usize, MemberTimes)>>,
    /// By trainee.
    pub(in crate::matching) partnered: Vec<Vec<Partnered>>,
}

impl Times {
    /// Returns the starts at which the supervisor of a venue can meet.
    pub(in crate::matching) fn of_venue(&self, venue: usize) -> StartSet {
        self.venues[venue].all
    }

    /// Returns the times of a trainee at venues like this one.
    pub(super) fn member(&self, trainee: usize, like: usize) -> Option<&MemberTimes> {
        let own = &self.members[trainee];
        let found = own.binary_search_by_key(&like, |(like, _)| *like);
        found.ok().map(|at| &own[at].1)
    }
}
