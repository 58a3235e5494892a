//! What a minute of supervision counts, by the kind and the size of a session.

use std::collections::BTreeSet;

use super::fraction::Fraction;
use crate::domain::{Minutes, SessionKind, Thousandths};

/// How much of a group's time counts for each member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Portion {
    /// A fixed share of it.
    Share(Thousandths),
    /// The time divided by the number of members.
    DividedByMembers,
}

/// How much groups from a size on count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupCredit {
    /// The least members, until the next larger entry.
    pub from: u32,
    /// How much of the time counts.
    pub portion: Portion,
}

/// What supervision counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What a minute alone counts.
    pub individual: Thousandths,
    /// What a minute in twos counts.
    pub triadic: Thousandths,
    /// What a minute in a group counts, by size, ascending; the first entry
    /// is for groups from the smallest on. In full when empty.
    pub groups: Vec<GroupCredit>,
    /// Sessions shorter than this count nothing.
    pub session_minutes_min: Minutes,
    /// Credentials of which the supervisor must hold one; any will do when
    /// empty.
    pub supervisor_credentials: BTreeSet<String>,
}

impl Default for Credit {
    /// Every minute counts in full.
    fn default() -> Self {
        Self {
            individual: Thousandths::ONE,
            triadic: Thousandths::ONE,
            groups: Vec::new(),
            session_minutes_min: Minutes::default(),
            supervisor_credentials: BTreeSet::new(),
        }
    }
}

impl Credit {
    /// Returns how much of a session's time counts.
    pub fn portion(&self, kind: SessionKind, members: u32) -> Portion {
        match kind {
            SessionKind::Individual => Portion::Share(self.individual),
            SessionKind::Triadic => Portion::Share(self.triadic),
            SessionKind::Group => self
                .groups
                .iter()
                .rev()
                .find(|entry| entry.from <= members)
                .or(self.groups.first())
                .map_or(Portion::Share(Thousandths::ONE), |entry| entry.portion),
        }
    }

    /// Returns the credited minutes of one occurrence.
    pub(super) fn credited(&self, kind: SessionKind, members: u32, minutes: Minutes) -> Fraction {
        if minutes < self.session_minutes_min {
            return Fraction::ZERO;
        }
        let minutes = i128::from(minutes.get());
        match self.portion(kind, members) {
            Portion::Share(share) => Fraction::new(minutes * i128::from(share.get()), 1000),
            Portion::DividedByMembers => Fraction::new(minutes, i128::from(members.max(1))),
        }
    }
}
