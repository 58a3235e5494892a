//! Tables for people: one look for all of them.

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::output;

/// Returns an empty table with a header; colours only on a terminal.
pub(super) fn new(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(header.iter().copied());
    if !output::has_colour() {
        table.force_no_tty();
    }
    table
}

/// Returns a cell aligned to the left, for words.
pub(super) fn left(text: impl ToString) -> Cell {
    Cell::new(text)
}

/// Returns a cell aligned to the right, for numbers.
pub(super) fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
