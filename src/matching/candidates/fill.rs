//! Somebody who may fill a line of a trainee.

use super::{Candidates, KindSet, StartSet};
use crate::domain::SessionKind;

/// Somebody who may fill a line of a trainee.
#[derive(Clone, Debug)]
pub(in crate::matching) struct Fill {
    pub(in crate::matching) trainee: usize,
    /// Position among the lines of the trainee's level.
    pub(in crate::matching) line: usize,
    pub(in crate::matching) supervisor: usize,
    /// The placement that it holds for, by position; `None` for any.
    pub(in crate::matching) pair: Option<usize>,
    /// Kinds of session that line and supervisor both allow.
    pub(in crate::matching) kinds: KindSet,
    pub(in crate::matching) minutes: u32,
    /// Where they can meet: in person, by video; none for a line of no minutes.
    pub(super) venues: [Option<VenuePosition>; 2],
    /// The one session that it is confined to.
    pub(super) only: Option<(VenuePosition, u16)>,
}

/// Position of a venue, small enough for each of millions of fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VenuePosition(u32);

impl VenuePosition {
    pub(super) fn new(position: usize) -> Option<Self> {
        u32::try_from(position).ok().map(Self)
    }

    fn get(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Fill {
    /// Says whether the line asks for a weekly session at all.
    pub(in crate::matching) fn meets(&self) -> bool {
        self.minutes > 0
    }

    /// Returns how many trainees the largest session of this fill can have.
    pub(in crate::matching) fn largest_session(&self, group_size_max: u32) -> u32 {
        match self.kinds.iter().next_back() {
            Some(SessionKind::Group) => group_size_max.max(1),
            Some(SessionKind::Triadic) => 2,
            Some(SessionKind::Individual) | None => 1,
        }
    }

    /// Confines the fill to one session.
    pub(in crate::matching) fn confine(&mut self, kind: SessionKind, venue: usize, start: u16) {
        self.kinds = KindSet::from_iter([kind]);
        self.only = VenuePosition::new(venue).map(|venue| (venue, start));
    }

    /// Returns where they can meet.
    pub(in crate::matching) fn venues(&self) -> impl Iterator<Item = usize> {
        let venues = self.venues.into_iter().flatten();
        let only = self.only.map(|(venue, _)| venue);
        venues
            .filter(move |venue| only.is_none_or(|only| only == *venue))
            .map(VenuePosition::get)
    }
}

impl Candidates<'_> {
    /// Returns the weekly starts of a fill at each venue where there are any;
    /// nothing for a line of no minutes.
    pub(in crate::matching) fn starts(
        &self,
        fill: &Fill,
    ) -> impl Iterator<Item = (usize, StartSet)> {
        fill.venues()
            .map(|venue| (venue, self.starts_at(fill, venue)))
            .filter(|(_, starts)| !starts.is_empty())
    }

    /// Returns the weekly starts of a fill at a venue of its own.
    pub(in crate::matching) fn starts_at(&self, fill: &Fill, venue: usize) -> StartSet {
        let times = &self.times;
        let like = self.like[venue];
        let Some(member) = times.member(fill.trainee, like) else {
            return StartSet::EMPTY;
        };
        let mut starts = member.common(
            &times.venues[venue],
            &self.sessions[venue],
            times.missed_max,
        );
        match fill.kinds.least_members() {
            0 | 1 => {}
            2 => starts = starts & times.shared[venue][0],
            _ => starts = starts & times.shared[venue][1],
        }
        let partnered = &times.partnered[fill.trainee];
        if !partnered.is_empty() {
            let site = fill.pair.map(|pair| self.pairs[pair].site);
            let mut own = partnered.iter();
            if let Some(own) = own.find(|p| (p.site, p.line, p.like) == (site, fill.line, like)) {
                starts = starts & own.left;
            }
        }
        match fill.only {
            Some((_, start)) => starts & StartSet::one(start),
            None => starts,
        }
    }
}
