//! What is wrong with a folder: every mistake, with the place and what is
//! allowed there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Most mistakes that are kept; further ones are only counted.
const MOST_KEPT: usize = 100_000;

/// Most characters of a cell that a message repeats.
const MOST_SHOWN: usize = 60;

/// One mistake in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterError {
    /// Name of the file; the path of the folder when that itself is wrong.
    pub file: String,
    /// Line in the file, the header being 1; `None` for the whole file.
    pub row: Option<u64>,
    /// Column, or `section.key` in a TOML file.
    pub column: Option<String>,
    /// What is there, where that helps.
    pub found: Option<String>,
    /// What is wrong and what is allowed; continues a sentence that starts
    /// with what is there.
    pub message: String,
}

impl RosterError {
    /// Returns what is there and what is wrong with it, without the place.
    pub fn complaint(&self) -> String {
        match &self.found {
            Some(found) => format!("\"{}\" {}", shown(found), self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for RosterError {
    /// Writes one line: `sites.csv row 4, capacity: "-3" is not a whole number
    /// from 0 to 100000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, " row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {}", self.complaint())
    }
}

/// Returns a cell as a message repeats it: short and on one line.
pub(super) fn shown(cell: &str) -> String {
    let mut text: String = cell
        .chars()
        .take(MOST_SHOWN)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if cell.chars().nth(MOST_SHOWN).is_some() {
        text.push('…');
    }
    text
}

/// Every mistake that was found in a folder, by file and row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RosterErrors {
    errors: Vec<RosterError>,
    count: usize,
    /// How many mistakes concern each file.
    by_file: BTreeMap<String, usize>,
    /// Files whose rows could not all be read.
    incomplete: BTreeSet<String>,
}

impl RosterErrors {
    /// Says whether there is no mistake.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns how many mistakes were found.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the mistakes by file and row; of more than 100,000 the first.
    pub fn as_slice(&self) -> &[RosterError] {
        &self.errors
    }

    /// Returns up to `most` mistakes, one a line, and how many more there are.
    /// Each file gets its share, so that a file with thousands of mistakes does
    /// not hide the few of another.
    pub fn summary(&self, most: usize) -> String {
        let share = most / self.by_file.len().max(1);
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let is_in_share: Vec<bool> = self
            .errors
            .iter()
            .map(|error| {
                let seen = seen.entry(&error.file).or_insert(0);
                *seen += 1;
                *seen <= share
            })
            .collect();
        let mut spare = most - is_in_share.iter().filter(|fits| **fits).count();
        let mut lines = Vec::new();
        for (error, fits) in self.errors.iter().zip(is_in_share) {
            if fits || spare > 0 {
                spare -= usize::from(!fits);
                lines.push(error.to_string());
            }
        }
        let more = self.count - lines.len();
        if more > 0 {
            let counts: Vec<String> = self
                .by_file
                .iter()
                .map(|(file, count)| format!("{count} in {file}"))
                .collect();
            lines.push(format!("and {more} more; in all {}", counts.join(", ")));
        }
        lines.join("\n")
    }

    /// Adds a mistake.
    pub(super) fn push(&mut self, error: RosterError) {
        self.count += 1;
        match self.by_file.get_mut(&error.file) {
            Some(count) => *count += 1,
            None => {
                self.by_file.insert(error.file.clone(), 1);
            }
        }
        if self.errors.len() < MOST_KEPT {
            self.errors.push(error);
        }
    }

    /// Adds a mistake that concerns a whole file.
    pub(super) fn push_file(&mut self, file: &str, message: impl Into<String>) {
        self.push(RosterError {
            file: file.to_owned(),
            row: None,
            column: None,
            found: None,
            message: message.into(),
        });
    }

    /// Says whether a mistake concerns a file.
    pub(super) fn concern(&self, file: &str) -> bool {
        self.by_file.contains_key(file)
    }

    /// Notes that not all rows of a file could be read, so that references to
    /// them cannot be judged.
    pub(super) fn mark_incomplete(&mut self, file: &str) {
        self.incomplete.insert(file.to_owned());
    }

    /// Says whether not all rows of a file could be read.
    pub(super) fn is_incomplete(&self, file: &str) -> bool {
        self.incomplete.contains(file)
    }

    /// Puts the mistakes in order, by file and row; those of one row stay as
    /// they were found.
    pub(super) fn sort(&mut self) {
        self.errors
            .sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
    }
}

impl fmt::Display for RosterErrors {
    /// Writes every mistake, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary(usize::MAX))
    }
}

impl std::error::Error for RosterErrors {}
