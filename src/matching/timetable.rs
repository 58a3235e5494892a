//! A solution in positions: who is placed where, and who meets whom when.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::timeline::overlaps;
use crate::domain::SessionKind;

/// One weekly session that a trainee attends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attended {
    pub(super) venue: usize,
    pub(super) start: u16,
    pub(super) kind: SessionKind,
}

/// How one line of a trainee is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FilledLine {
    pub(super) fill: usize,
    /// `None` for a line of no minutes.
    pub(super) attended: Option<Attended>,
}

/// A matched trainee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matched {
    pub(super) pair: usize,
    /// The lines of the trainee's level, by position.
    pub(super) lines: BTreeMap<usize, FilledLine>,
}

/// Matched trainees, by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timetable {
    pub(super) matched: BTreeMap<usize, Matched>,
}

impl Timetable {
    /// Says whether every line of everybody is filled, with a session where one
    /// is asked for.
    pub(super) fn is_complete(&self, candidates: &Candidates<'_>) -> bool {
        self.matched.iter().all(|(trainee, matched)| {
            let has_times =
                |line: &FilledLine| line.attended.is_some() || !candidates.fills[line.fill].meets();
            matched.lines.len() == candidates.lines[*trainee].len()
                && matched.lines.values().all(has_times)
        })
    }

    /// Returns how many attend each session.
    pub(super) fn members(&self) -> BTreeMap<Attended, u32> {
        let mut members: BTreeMap<Attended, u32> = BTreeMap::new();
        let lines = self.matched.values().flat_map(|m| m.lines.values());
        for attended in lines.filter_map(|line| line.attended) {
            *members.entry(attended).or_default() += 1;
        }
        members
    }

    /// Drops the trainees of sessions that have too few members, until there is
    /// none.
    pub(super) fn drop_small_sessions(&mut self) {
        loop {
            let members = self.members();
            let is_small = |attended: Attended| {
                let least = match attended.kind {
                    SessionKind::Individual => 1,
                    SessionKind::Triadic => 2,
                    SessionKind::Group => 3,
                };
                members.get(&attended).is_none_or(|count| *count < least)
            };
            let before = self.matched.len();
            self.matched.retain(|_, matched| {
                !matched
                    .lines
                    .values()
                    .filter_map(|line| line.attended)
                    .any(is_small)
            });
            if self.matched.len() == before {
                return;
            }
        }
    }

    /// Says whether a session overlaps one that the trainee attends already.
    pub(super) fn is_busy(
        &self,
        candidates: &Candidates<'_>,
        trainee: usize,
        venue: usize,
        start: u16,
    ) -> bool {
        self.matched.get(&trainee).is_some_and(|matched| {
            matched
                .lines
                .values()
                .filter_map(|line| line.attended)
                .any(|other| collide(candidates, (venue, start), (other.venue, other.start)))
        })
    }
}

/// Says whether two weekly sessions overlap in any week.
pub(super) fn collide(candidates: &Candidates<'_>, one: (usize, u16), other: (usize, u16)) -> bool {
    overlaps(
        &candidates.start(one.0, one.1).occurrences,
        candidates.venues[one.0].slots(),
        &candidates.start(other.0, other.1).occurrences,
        candidates.venues[other.0].slots(),
    )
}
