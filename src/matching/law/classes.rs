//! Classes of sessions: what is alike to every rule.

use std::collections::BTreeSet;

use super::Law;
use crate::domain::limits::GROUP_SIZE_LEAST;
use crate::domain::rule_set::{Attendance, WeekSet, Window};
use crate::domain::{Minutes, SessionKind};
use crate::matching::candidates::{Candidates, Fill, Pair};

/// Most combinations of classes of a placement that are told apart; with more,
/// missed sessions are taken as held, which the model may, and what it finds is
/// proved again.
pub(in crate::matching) const COMBINATIONS_MAX: usize = 4096;

/// For each line of a placement that meets, its position and the classes of
/// session that could fill it.
pub(in crate::matching) struct LineClasses {
    pub(in crate::matching) lines: Vec<(usize, BTreeSet<Attendance>)>,
    /// Whether missed sessions are taken as held.
    pub(in crate::matching) is_coarse: bool,
}

impl LineClasses {
    /// Returns classes of lines, coarse ones when there are too many to
    /// combine.
    pub(in crate::matching) fn new(lines: Vec<(usize, BTreeSet<Attendance>)>) -> Self {
        let mut classes = Self {
            lines,
            is_coarse: false,
        };
        if classes.count() > COMBINATIONS_MAX {
            classes.is_coarse = true;
            for (_, line) in &mut classes.lines {
                *line = line.iter().copied().map(as_held).collect();
            }
        }
        classes
    }

    /// Returns how many combinations there are.
    pub(in crate::matching) fn count(&self) -> usize {
        let sizes = self.lines.iter().map(|(_, classes)| classes.len());
        sizes.fold(1, usize::saturating_mul)
    }

    /// Returns the class that stands for another one here.
    pub(in crate::matching) fn known(&self, class: Attendance) -> Attendance {
        if self.is_coarse {
            as_held(class)
        } else {
            class
        }
    }
}

fn as_held(class: Attendance) -> Attendance {
    Attendance { missed: 0, ..class }
}

/// Returns every choice of a class for each line, in the order of the lines.
pub(in crate::matching) fn combinations(classes: &LineClasses) -> Vec<Vec<Attendance>> {
    let mut all = vec![Vec::new()];
    for (_, line) in &classes.lines {
        let extended = all.iter().flat_map(|chosen: &Vec<Attendance>| {
            line.iter().map(move |class| {
                let mut chosen = chosen.clone();
                chosen.push(*class);
                chosen
            })
        });
        all = extended.collect();
    }
    all
}

impl Law<'_> {
    /// Returns the class of a session; `members` counts for groups only.
    pub(in crate::matching) fn class(
        &self,
        candidates: &Candidates<'_>,
        pair: &Pair,
        (venue, start, kind): (usize, u16, SessionKind),
        members: u32,
    ) -> Attendance {
        let missed = self.missed(candidates, pair, venue, start);
        self.class_at(candidates, pair, (venue, kind), members, missed)
    }

    fn class_at(
        &self,
        candidates: &Candidates<'_>,
        pair: &Pair,
        (venue, kind): (usize, SessionKind),
        members: u32,
        missed: WeekSet,
    ) -> Attendance {
        let venue = &candidates.venues[venue];
        let members = match kind {
            SessionKind::Individual => 1,
            SessionKind::Triadic => 2,
            SessionKind::Group => self
                .sizes
                .iter()
                .rev()
                .find(|sizes| sizes.least <= members)
                .map_or(GROUP_SIZE_LEAST, |sizes| sizes.least),
        };
        Attendance {
            kind,
            members,
            minutes: Minutes::new(venue.minutes).unwrap_or_default(),
            by_video: self.video_matters && venue.site.is_none(),
            missed,
            counts_for: self.counts_for[venue.supervisor] & pair.rule_sets,
        }
    }

    /// Returns the classes of the sessions by which a fill can meet at a
    /// placement.
    pub(in crate::matching) fn classes_of(
        &self,
        candidates: &Candidates<'_>,
        pair: &Pair,
        fill: &Fill,
    ) -> BTreeSet<Attendance> {
        let group_size_max = candidates.roster.supervisors[fill.supervisor].group_size_max;
        let mut classes = BTreeSet::new();
        for (venue, starts) in candidates.starts(fill) {
            let missed: BTreeSet<WeekSet> = if self.away.is_none() {
                BTreeSet::from([0])
            } else {
                let missed = |start| self.missed(candidates, pair, venue, start);
                starts.iter().map(missed).collect()
            };
            for kind in fill.kinds.iter() {
                let sizes = match kind {
                    SessionKind::Individual | SessionKind::Triadic => &self.sizes[..1],
                    SessionKind::Group => &self.sizes[..],
                };
                let alone = kind != SessionKind::Group;
                for sizes in sizes.iter().filter(|s| alone || s.least <= group_size_max) {
                    classes.extend(missed.iter().map(|missed| {
                        let of = (venue, kind);
                        self.class_at(candidates, pair, of, sizes.least, *missed)
                    }));
                }
            }
        }
        classes
    }

    /// Returns the weeks that a trainee misses of those that count, moved to
    /// the first ones of each stretch that rules look at: only their number
    /// matters.
    fn missed(
        &self,
        candidates: &Candidates<'_>,
        pair: &Pair,
        venue: usize,
        start: u16,
    ) -> WeekSet {
        let (Some(away), Some(window)) = (&self.away, self.window) else {
            return 0;
        };
        let slot = candidates.start(venue, start);
        let missed = away.missed(slot, &candidates.venues[venue], pair.trainee);
        let missed = self.weeks.weeks_of(slot.weekday, missed) & pair.counted_weeks;
        if missed == 0 {
            return 0;
        }
        let finest = if window == Window::Month {
            Window::Month
        } else {
            Window::Term
        };
        let spans = self.weeks.spans(pair.counted_weeks, finest);
        spans
            .into_iter()
            .filter_map(|span| span.weeks)
            .fold(0, |moved, weeks| {
                moved | lowest(weeks, (missed & weeks).count_ones())
            })
    }
}

/// Returns the lowest weeks of a set.
fn lowest(mut weeks: WeekSet, count: u32) -> WeekSet {
    let mut lowest = 0;
    for _ in 0..count {
        let week = weeks & weeks.wrapping_neg();
        weeks ^= week;
        lowest |= week;
    }
    lowest
}
