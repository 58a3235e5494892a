//! Reads a CSV file row by row: which columns it may have is said once, and
//! every mistake is gathered with its row and column.
//!
//! Commas, semicolons or tabs, a byte-order mark, any line ends, blanks around
//! cells and rows without any text are all taken; what a cell may hold is
//! said by the typed getters in `cells`.

use std::collections::HashMap;

use csv::StringRecord;

use super::error::{RosterError, RosterErrors, shown};
use super::files::FolderFiles;
use super::names::nearest;
use super::text::{LineCounter, delimiter, text};

/// The columns that a file may have.
pub(super) struct Columns {
    /// Columns that the header must name.
    pub required: &'static [&'static str],
    /// Columns that may be left out.
    pub optional: &'static [&'static str],
    /// Columns whose cells may hold line breaks.
    pub multiline: &'static [&'static str],
}

impl Columns {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }
}

/// Most columns of a header that are looked at.
const MOST_COLUMNS: usize = 200;

/// A column and where the file has it.
type Place = (&'static str, Option<usize>);

/// One row of a file while it is read.
pub(super) struct Row<'a> {
    pub(super) file: &'static str,
    number: u64,
    cells: &'a StringRecord,
    places: &'a [Place],
    pub(super) errors: &'a mut RosterErrors,
    pub(super) unknown_zones: &'a mut HashMap<String, String>,
    /// Whether mistakes of the row are left unsaid, since one says it all.
    is_muted: bool,
}

impl<'a> Row<'a> {
    /// Returns the line in the file, the header being 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Returns a cell exactly as it is; `None` when the file lacks the column.
    pub(super) fn raw(&self, column: &str) -> Option<&'a str> {
        let place = self.places.iter().find(|(name, _)| *name == column)?.1?;
        self.cells.get(place)
    }

    /// Returns a cell without the blanks around it; `None` when the file lacks
    /// the column. A line break stays, since it hints at a lost quote.
    pub(super) fn cell(&self, column: &str) -> Option<&'a str> {
        self.raw(column).map(trim_blanks)
    }

    /// Adds a mistake of a cell; the message goes on after what is there.
    pub(super) fn refuse(&mut self, column: &str, message: impl Into<String>) {
        let found = self.cell(column).filter(|cell| !cell.is_empty());
        self.push(Some(column), found, message.into());
    }

    /// Says whether a cell holds a line break where none may be.
    fn has_stray_line_break(&self, columns: &Columns) -> bool {
        let may_hold = |place| {
            let mut named = self.places.iter().filter(|(_, at)| *at == Some(place));
            named.any(|(column, _)| columns.multiline.contains(column))
        };
        self.cells.as_slice().contains(['\n', '\r'])
            && self
                .cells
                .iter()
                .enumerate()
                .any(|(place, cell)| cell.contains(['\n', '\r']) && !may_hold(place))
    }

    fn push(&mut self, column: Option<&str>, found: Option<&str>, message: String) {
        if !self.is_muted {
            self.errors.push(RosterError {
                file: self.file.to_owned(),
                row: Some(self.number),
                column: column.map(str::to_owned),
                found: found.map(shown),
                message,
            });
        }
    }
}

fn trim_blanks(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() && c != '\n' && c != '\r')
}

/// Reads the rows of a file; an absent file has none. A row for which `parse`
/// gives nothing is left out; `parse` has then added what is wrong with it.
pub(super) fn read_table<T>(
    files: &FolderFiles,
    file: &'static str,
    columns: &Columns,
    errors: &mut RosterErrors,
    mut parse: impl FnMut(&mut Row<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(text) = files.get(file).and_then(|bytes| text(file, bytes, errors)) else {
        return Vec::new();
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut lines = LineCounter::new(text);
    let mut cells = StringRecord::new();
    let mut header: Option<(usize, Vec<Place>)> = None;
    let mut unknown_zones = HashMap::new();
    let mut rows = Vec::new();
    // Reading from memory in UTF-8 and with any number of cells cannot fail.
    while let Ok(true) = reader.read_record(&mut cells) {
        let number = lines.line_at(cells.position().map_or(0, csv::Position::byte));
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some((width, places)) = &header else {
            header = Some((
                cells.len(),
                read_header(file, number, &cells, columns, errors),
            ));
            continue;
        };
        let mut row = Row {
            file,
            number,
            cells: &cells,
            places,
            errors,
            unknown_zones: &mut unknown_zones,
            is_muted: false,
        };
        if row.has_stray_line_break(columns) {
            row.push(None, None, LOST_QUOTE.to_owned());
            row.is_muted = true;
            row.errors.mark_incomplete(file);
        } else if cells.len() != *width {
            row.push(None, None, width_message(cells.len(), *width));
            row.is_muted = true;
        }
        rows.extend(parse(&mut row));
    }
    if header.is_none() {
        let names: Vec<&str> = columns.all().collect();
        errors.push_file(
            file,
            format!(
                "is empty; its first line must name the columns {}",
                names.join(", ")
            ),
        );
    }
    rows
}

const LOST_QUOTE: &str = "a cell of this row holds a line break, most likely for want of a closing \
                          quote; the rows after it could not be told apart";

fn width_message(cells: usize, width: usize) -> String {
    format!(
        "the row has {cells} cells and the header {width}; a cell that holds the separator, \
         such as a list, must be quoted"
    )
}

/// Returns where each column is, and adds what is wrong with the header.
fn read_header(
    file: &str,
    number: u64,
    cells: &StringRecord,
    columns: &Columns,
    errors: &mut RosterErrors,
) -> Vec<Place> {
    let mut push = |column: &str, message: String| {
        errors.push(RosterError {
            file: file.to_owned(),
            row: Some(number),
            column: Some(column.to_owned()),
            found: None,
            message,
        });
    };
    let names: Vec<&str> = cells.iter().map(str::trim).collect();
    let allowed: Vec<&str> = columns.all().collect();
    for (place, name) in names.iter().take(MOST_COLUMNS).enumerate() {
        if name.is_empty() {
            push(
                &format!("column {}", place + 1),
                "the header has no name here".to_owned(),
            );
        } else if !allowed.contains(name) {
            let message = match nearest(name, &allowed) {
                Some(meant) => format!("unknown column; did you mean {meant}?"),
                None => format!("unknown column; the columns are {}", allowed.join(", ")),
            };
            push(&shown(name), message);
        } else if names[..place].contains(name) {
            push(name, "the header names this column twice".to_owned());
        }
    }
    for name in columns.required {
        if !names.contains(name) {
            push(name, "the column is missing".to_owned());
        }
    }
    if columns
        .required
        .first()
        .is_some_and(|id| !names.contains(id))
    {
        errors.mark_incomplete(file);
    }
    allowed_places(columns, &names)
}

fn allowed_places(columns: &Columns, names: &[&str]) -> Vec<Place> {
    let place = |wanted| names.iter().position(|name| *name == wanted);
    columns.all().map(|name| (name, place(name))).collect()
}
