//! A set of kinds of session, small enough for each of millions of fills.

use std::collections::BTreeSet;

use crate::domain::SessionKind;

/// Kinds of session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::matching) struct KindSet(u8);

impl KindSet {
    /// Returns the kinds that both sets have.
    pub(in crate::matching) fn of_both(
        one: &BTreeSet<SessionKind>,
        other: &BTreeSet<SessionKind>,
    ) -> Self {
        one.intersection(other).copied().collect()
    }

    /// Says whether a kind is in the set.
    pub(in crate::matching) fn contains(self, kind: SessionKind) -> bool {
        self.0 & bit(kind) != 0
    }

    /// Returns the kinds, the smallest sessions first.
    pub(in crate::matching) fn iter(self) -> impl DoubleEndedIterator<Item = SessionKind> {
        let all = SessionKind::ALL.into_iter();
        all.filter(move |kind| self.contains(*kind))
    }

    /// Returns how many members a session has at least.
    pub(in crate::matching) fn least_members(self) -> u32 {
        match self.iter().next() {
            Some(SessionKind::Group) => 3,
            Some(SessionKind::Triadic) => 2,
            Some(SessionKind::Individual) | None => 1,
        }
    }
}

impl FromIterator<SessionKind> for KindSet {
    fn from_iter<I: IntoIterator<Item = SessionKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | bit(kind)))
    }
}

fn bit(kind: SessionKind) -> u8 {
    match kind {
        SessionKind::Individual => 1,
        SessionKind::Triadic => 2,
        SessionKind::Group => 4,
    }
}
