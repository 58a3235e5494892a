//! The weekly starts at which a supervisor can meet at a venue.

use super::Venue;
use crate::matching::calendar::{Calendars, StartFit};
use crate::matching::timeline::{WeekSet, WeeklyStarts};

/// A weekly start at which the supervisor of a venue can meet.
#[derive(Clone, Copy)]
pub(super) struct VenueStart {
    pub(super) start: u16,
    /// Weeks that the supervisor misses, and everybody with her.
    pub(super) missed: WeekSet,
}

/// Returns the starts at which the supervisor of a venue can meet: inside her
/// windows and, in person, the opening hours, but for what she misses.
pub(super) fn venue_starts(
    venue: &Venue,
    calendars: &Calendars,
    weekly: &WeeklyStarts,
    missed_max: u32,
) -> Vec<VenueStart> {
    let supervisor =
        calendars.supervisors[venue.supervisor].fits(weekly, venue.slots(), missed_max);
    let site = venue
        .site
        .map(|site| calendars.sites[site].fits(weekly, venue.slots(), missed_max));
    let everywhere = |start: u16| StartFit {
        start,
        inside: WeekSet::MAX,
        away: 0,
    };
    supervisor
        .iter()
        .filter_map(|fit| {
            let site = match &site {
                Some(fits) => fits[fits.binary_search_by_key(&fit.start, |f| f.start).ok()?],
                None => everywhere(fit.start),
            };
            let slot = &weekly.starts[usize::from(fit.start)];
            let missed = slot.skipped | fit.away | site.away;
            let held = slot.held & !missed;
            let meets = held & !fit.inside == 0 && held & !site.inside == 0;
            (meets && missed.count_ones() <= missed_max).then_some(VenueStart {
                start: fit.start,
                missed,
            })
        })
        .collect()
}
