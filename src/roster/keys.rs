//! Keys that one file defines and others refer to.

use std::collections::HashMap;
use std::str::FromStr;

use super::RosterErrors;
use super::cells::KEY;
use super::table::Row;

/// The keys that a file defines, each with its row.
#[derive(Default)]
pub(super) struct Keys {
    rows: HashMap<String, u64>,
    /// Whether the file that defines the keys could not be read, so that
    /// nothing can be said of references to it.
    are_unknown: bool,
}

impl Keys {
    /// Settles, after the file was read, whether references to it can be
    /// judged: not when rows of it could not be read.
    pub(super) fn settle(&mut self, file: &str, errors: &RosterErrors) {
        let none_is_known = self.rows.is_empty() && errors.concern(file);
        self.are_unknown = none_is_known || errors.is_incomplete(file);
    }

    /// Says whether a reference to the key can stand.
    pub(super) fn allow(&self, key: &str) -> bool {
        self.are_unknown || self.rows.contains_key(key)
    }
}

impl Row<'_> {
    /// Reads a key.
    pub(super) fn key<K: FromStr>(&mut self, column: &str) -> Option<K> {
        self.read(column, KEY, |cell| cell.parse().ok())
    }

    /// Reads the key that the row defines; a key may be defined once.
    pub(super) fn new_key<K: FromStr>(&mut self, column: &str, keys: &mut Keys) -> Option<K> {
        let key = self.key(column)?;
        let cell = self.cell(column)?;
        if let Some(row) = keys.rows.get(cell) {
            let message = format!("is used already in row {row}; each {column} must be unique");
            self.refuse(column, message);
            return None;
        }
        keys.rows.insert(cell.to_owned(), self.number());
        Some(key)
    }

    /// Reads a key that another file defines.
    pub(super) fn reference<K: FromStr>(
        &mut self,
        column: &str,
        keys: &Keys,
        file: &str,
    ) -> Option<K> {
        let key = self.key(column)?;
        if !keys.allow(self.cell(column)?) {
            self.refuse(column, format!("is not an id in {file}"));
            return None;
        }
        Some(key)
    }
}
