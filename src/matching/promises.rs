//! The promises of a baseline, by position, and which choices keep them.

use std::collections::BTreeMap;

use super::candidates::{Candidates, Fill};
use super::eligibility::Index;
use crate::domain::Roster;
use crate::domain::plan::WeeklyStart;

/// How a line was filled.
struct LinePromise {
    supervisor: usize,
    weekly_start: Option<WeeklyStart>,
    /// The site of in-person sessions; `None` for video.
    site: Option<usize>,
}

/// What the baseline promised to trainees of the roster.
#[derive(Default)]
pub(super) struct Promises {
    /// How many there are, with those that nothing can keep.
    pub(super) count: u32,
    sites: BTreeMap<usize, usize>,
    /// By trainee and position of the line.
    lines: BTreeMap<(usize, usize), LinePromise>,
}

impl Promises {
    /// Returns the promises of a roster's baseline; none without.
    pub(super) fn of_roster(roster: &Roster, index: &Index<'_>) -> Self {
        let mut promises = Self::default();
        let Some(baseline) = &roster.baseline else {
            return promises;
        };
        for kept in &baseline.sites {
            if let Some(trainee) = index.trainee(&kept.trainee) {
                promises.count += 1;
                let site = index.site(&kept.site).map(|site| (trainee, site));
                promises.sites.extend(site);
            }
        }
        for kept in &baseline.lines {
            let Some(trainee) = index.trainee(&kept.trainee) else {
                continue;
            };
            promises.count += 1;
            let mut lines = roster.lines_of(&roster.trainees[trainee].level);
            let line = lines.position(|line| line.line == kept.line);
            let site = kept.delivery.site().map(|site| index.site(site));
            let supervisor = index.supervisor(&kept.supervisor);
            // A site that is gone is no site to meet at.
            if let (Some(line), Some(supervisor)) = (line, supervisor)
                && site != Some(None)
            {
                let promise = LinePromise {
                    supervisor,
                    weekly_start: kept.weekly_start,
                    site: site.flatten(),
                };
                promises.lines.insert((trainee, line), promise);
            }
        }
        promises
    }

    /// Says whether a placement keeps the promise of a site.
    pub(super) fn keeps_site(&self, trainee: usize, site: usize) -> bool {
        self.sites.get(&trainee) == Some(&site)
    }

    /// Says whether a line filled so, at that venue and start, keeps its
    /// promise; lines of no minutes have neither.
    pub(super) fn keeps_line(
        &self,
        candidates: &Candidates<'_>,
        fill: &Fill,
        meeting: Option<(usize, u16)>,
    ) -> bool {
        let Some(promise) = self.lines.get(&(fill.trainee, fill.line)) else {
            return false;
        };
        let (start, site) = match meeting {
            None => (None, None),
            Some((venue, start)) => {
                let slot = candidates.start(venue, start);
                let start = WeeklyStart {
                    weekday: slot.weekday,
                    start: slot.start,
                };
                (Some(start), candidates.venues[venue].site)
            }
        };
        promise.supervisor == fill.supervisor
            && promise.weekly_start == start
            && promise.site == site
    }

    /// Returns the venue and start at which a fill would keep its promise.
    pub(super) fn kept_meeting(
        &self,
        candidates: &Candidates<'_>,
        fill: &Fill,
    ) -> Option<(usize, u16)> {
        let starts = candidates.starts(fill);
        let mut meetings =
            starts.flat_map(|(venue, starts)| starts.iter().map(move |start| (venue, start)));
        meetings.find(|meeting| self.keeps_line(candidates, fill, Some(*meeting)))
    }

    /// Says whether a fill could keep its promise, whenever it meets.
    pub(super) fn may_keep_line(&self, candidates: &Candidates<'_>, fill: &Fill) -> bool {
        if fill.meets() {
            self.kept_meeting(candidates, fill).is_some()
        } else {
            self.keeps_line(candidates, fill, None)
        }
    }
}
