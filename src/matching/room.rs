//! How much contact fits into a trainee's week at a site.

use std::ops::Range;

use fixedbitset::FixedBitSet;

use crate::domain::QUARTER_HOUR;

/// The weeks of one (trainee, site) that must hold the contact: where both are
/// available, week by week.
#[derive(Clone)]
pub(super) struct Room {
    /// Slots in which the trainee is available and the site is open.
    both: FixedBitSet,
    /// Whole weeks without a day away.
    weeks: Vec<Range<usize>>,
}

impl Room {
    /// Returns the room of the weeks that neither party spends partly away.
    pub(super) fn new(
        both: FixedBitSet,
        weeks: &[Range<usize>],
        trainee_away: &FixedBitSet,
        site_away: &FixedBitSet,
    ) -> Self {
        let is_whole = |week: &&Range<usize>| {
            !trainee_away.contains_any_in_range((*week).clone())
                && !site_away.contains_any_in_range((*week).clone())
        };
        Self {
            both,
            weeks: weeks.iter().filter(is_whole).cloned().collect(),
        }
    }

    /// Returns the minutes of each week before any session is taken out.
    pub(super) fn minutes(&self) -> Vec<u32> {
        self.weeks
            .iter()
            .map(|week| minutes_in(&self.both, week.clone()))
            .collect()
    }

    /// Returns the minutes that a session takes out of each week.
    pub(super) fn taken(&self, occurrences: &[u32], slots: u32) -> Vec<u32> {
        let mut taken = vec![0; self.weeks.len()];
        for first in occurrences {
            let session = to_usize(*first)..to_usize(first + slots);
            let weeks = self.weeks.partition_point(|week| week.end <= session.start);
            for (week, minutes) in self.weeks.iter().zip(&mut taken).skip(weeks) {
                if week.start >= session.end {
                    break;
                }
                let shared = session.start.max(week.start)..session.end.min(week.end);
                *minutes += minutes_in(&self.both, shared);
            }
        }
        taken
    }
}

fn to_usize(slot: u32) -> usize {
    usize::try_from(slot).unwrap_or(usize::MAX)
}

fn minutes_in(set: &FixedBitSet, slots: Range<usize>) -> u32 {
    u32::try_from(set.count_ones(slots)).unwrap_or(u32::MAX / QUARTER_HOUR) * QUARTER_HOUR
}
