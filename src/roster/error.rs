//! What is wrong with a folder: every mistake, with the place and what is
//! allowed there.

use std::collections::BTreeSet;
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
        f.write_str(": ")?;
        if let Some(found) = &self.found {
            write!(f, "\"{}\" ", shown(found))?;
        }
        f.write_str(&self.message)
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
    /// Files that a mistake concerns.
    concerned: BTreeSet<String>,
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
    pub fn summary(&self, most: usize) -> String {
        let mut lines: Vec<String> = self
            .errors
            .iter()
            .take(most)
            .map(ToString::to_string)
            .collect();
        let more = self.count - lines.len();
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.join("\n")
    }

    /// Adds a mistake.
    pub(super) fn push(&mut self, error: RosterError) {
        self.count += 1;
        if !self.concern(&error.file) {
            self.concerned.insert(error.file.clone());
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
        self.concerned.contains(file)
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
