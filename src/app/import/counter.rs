//! Compares rows that are wanted with rows that are there, and counts them.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::rosters::{Changes, ImportMode, KindOfRow};

/// Collects how many rows of each kind differ.
pub(super) struct Counter {
    pub(super) mode: ImportMode,
    pub(super) changes: Vec<(KindOfRow, Changes)>,
}

impl Counter {
    /// Returns the single value when it is new or other.
    pub(super) fn single<T: PartialEq>(
        &mut self,
        kind: KindOfRow,
        before: Option<&T>,
        wanted: T,
    ) -> Option<T> {
        let wanted = vec![wanted];
        let before = before.map(|before| BTreeMap::from([(String::new(), before)]));
        let before = before.unwrap_or_default();
        self.kept(
            kind,
            |_| String::new(),
            |key| before.get(key).copied(),
            wanted,
        )
        .pop()
    }

    /// Returns the values that are new or other; those that are not wanted stay.
    pub(super) fn kept<'a, T: PartialEq + 'a>(
        &mut self,
        kind: KindOfRow,
        key: impl Fn(&T) -> String,
        before: impl Fn(&str) -> Option<&'a T>,
        wanted: Vec<T>,
    ) -> Vec<T> {
        let mut changes = Changes::default();
        let mut written = Vec::new();
        for value in wanted {
            match before(&key(&value)) {
                None => changes.created += 1,
                Some(old) if *old != value => changes.updated += 1,
                Some(_) => {
                    changes.unchanged += 1;
                    continue;
                }
            }
            written.push(value);
        }
        self.changes.push((kind, changes));
        written
    }

    /// Returns the rows that are new or other, and those that go; `key` tells
    /// which row is which.
    pub(super) fn rows<T: PartialEq + Clone, K: Ord>(
        &mut self,
        kind: KindOfRow,
        before: &[T],
        wanted: &[T],
        key: impl Fn(&T) -> K,
    ) -> (Vec<T>, Vec<T>) {
        let old: BTreeMap<K, &T> = before.iter().map(|row| (key(row), row)).collect();
        let new: BTreeSet<K> = wanted.iter().map(&key).collect();
        let mut changes = Changes::default();
        let mut written = Vec::new();
        for row in wanted {
            match old.get(&key(row)) {
                None => changes.created += 1,
                Some(before) if *before != row => changes.updated += 1,
                Some(_) => {
                    changes.unchanged += 1;
                    continue;
                }
            }
            written.push(row.clone());
        }
        let mut removed = Vec::new();
        if self.mode == ImportMode::Replace {
            let gone = before.iter().filter(|row| !new.contains(&key(row)));
            removed.extend(gone.cloned());
            changes.removed = u64::try_from(removed.len()).unwrap_or(u64::MAX);
        }
        self.changes.push((kind, changes));
        (written, removed)
    }
}
