//! A plan as a workbook for spreadsheets: the tables of the plan folder, cell
//! for cell, and a sheet for the summary.
//!
//! Only amounts are numbers. Everything else is text, so that an id such as
//! `0012` or `2e3` stays what it is, and nothing is run as a formula. The same
//! plan gives the same bytes: the document has a fixed date of creation.

use csv::ReaderBuilder;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::summary::{LevelEntry, PlanContext, SummaryFile};
use super::write::write_plan;
use super::{PLACEMENTS, SESSION_MEMBERS, SESSIONS, UNMATCHED};
use crate::domain::Plan;

/// Most rows of a sheet, its header not counted.
pub const SHEET_ROWS_MAX: u64 = 1_048_575;
/// Longest text of a cell, in units of UTF-16.
const CELL_UNITS_MAX: usize = 32_767;
/// What a text ends with that was longer.
const CUT: &str = " ... (cut here; the plan folder has all of it)";
/// Columns that hold amounts.
const NUMBERS: [&str; 3] = ["contact_minutes_per_week", "preference_rank", "minutes"];
/// Narrowest and widest column, in characters.
const WIDTHS: (u16, u16) = (10, 60);
/// Year of the fixed date of creation.
const YEAR: u16 = 2000;

/// The sheets in order: their names, and the tables that they show.
const SHEETS: [(&str, &str); 4] = [
    ("Placements", PLACEMENTS),
    ("Sessions", SESSIONS),
    ("Members", SESSION_MEMBERS),
    ("Unmatched", UNMATCHED),
];

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// A table has more rows than a sheet holds.
    #[error("{rows} rows are more than the {SHEET_ROWS_MAX} of a sheet")]
    TooManyRows {
        /// How many there are.
        rows: u64,
    },
    /// The workbook cannot be written: a fault of Practicum.
    #[error("the workbook cannot be written: {0}")]
    Unwritable(Box<dyn std::error::Error + Send + Sync>),
}

impl From<XlsxError> for WorkbookError {
    fn from(error: XlsxError) -> Self {
        Self::Unwritable(Box::new(error))
    }
}

impl From<csv::Error> for WorkbookError {
    fn from(error: csv::Error) -> Self {
        Self::Unwritable(Box::new(error))
    }
}

/// Returns a plan as an XLSX workbook; the same plan and context give the same
/// bytes.
///
/// # Errors
/// See [`WorkbookError`].
pub fn plan_workbook(plan: &Plan, context: &PlanContext) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(YEAR, 1, 1)?;
    let properties = DocProperties::new().set_creation_datetime(&created);
    workbook.set_properties(&properties);
    let files = write_plan(plan, context);
    for (name, file) in SHEETS {
        let sheet = Sheet::new(workbook.add_worksheet().set_name(name)?);
        sheet.fill_from(files.get(file).unwrap_or_default())?;
    }
    let sheet = Sheet::new(workbook.add_worksheet().set_name("Summary")?);
    sheet.fill_with(&SummaryFile::new(&plan.levels, context), plan)?;
    Ok(workbook.save_to_buffer()?)
}

/// A sheet while it is filled.
struct Sheet<'w> {
    sheet: &'w mut Worksheet,
    heading: Format,
    text: Format,
    row: u32,
    widths: Vec<u16>,
}

impl<'w> Sheet<'w> {
    fn new(sheet: &'w mut Worksheet) -> Self {
        Self {
            sheet,
            heading: Format::new().set_bold().set_num_format("@"),
            // As text, so that it stays text when somebody edits it.
            text: Format::new().set_num_format("@"),
            row: 0,
            widths: Vec::new(),
        }
    }

    /// Fills a sheet with a table of the plan folder.
    fn fill_from(mut self, table: &[u8]) -> Result<(), WorkbookError> {
        let reader = ReaderBuilder::new().has_headers(false).from_reader(table);
        let records = reader.into_records().collect::<Result<Vec<_>, _>>()?;
        let rows = u64::try_from(records.len().saturating_sub(1)).unwrap_or(u64::MAX);
        if rows > SHEET_ROWS_MAX {
            return Err(WorkbookError::TooManyRows { rows });
        }
        let mut records = records.iter();
        let header: Vec<&str> = records
            .next()
            .map_or(Vec::new(), |row| row.iter().collect());
        self.header(&header)?;
        for record in records {
            let cells = header.iter().zip(record);
            let cells = cells.map(|(column, cell)| {
                let number = cell.parse().ok().filter(|_| NUMBERS.contains(column));
                number.map_or(Cell::Text(cell), Cell::Number)
            });
            self.add(cells)?;
        }
        self.end(1)
    }

    /// Fills a sheet with what a plan was made from and with, and its levels.
    fn fill_with(mut self, summary: &SummaryFile, plan: &Plan) -> Result<(), WorkbookError> {
        self.header(&["summary", ""])?;
        let rule_sets = summary.rule_sets.join("; ");
        let facts = [
            ("roster_sha256", &summary.roster_sha256),
            ("rule_sets", &rule_sets),
            ("solver", &summary.solver),
            ("solver_version", &summary.solver_version),
            ("tzdb_version", &summary.tzdb_version),
        ];
        for (name, value) in facts {
            self.add([Cell::Text(name), Cell::Text(value)])?;
        }
        let counts = [
            ("placements", plan.placements.len()),
            ("sessions", plan.sessions.len()),
            ("unmatched", plan.unmatched.len()),
        ];
        for (name, count) in counts {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            self.add([Cell::Text(name), Cell::Number(count.into())])?;
        }
        self.row += 1;
        self.header(&["level", "value", "bound", "gap", "status"])?;
        for level in &summary.levels {
            self.add(cells_of(level))?;
        }
        self.end(0)
    }

    fn header(&mut self, cells: &[&str]) -> Result<(), WorkbookError> {
        for (column, cell) in (0..).zip(cells) {
            let sheet = &mut *self.sheet;
            sheet.write_string_with_format(self.row, column, *cell, &self.heading)?;
        }
        self.widen(cells.iter().copied());
        self.row += 1;
        Ok(())
    }

    fn add<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> Result<(), WorkbookError> {
        let mut texts = Vec::new();
        for (column, cell) in (0..).zip(cells) {
            let sheet = &mut *self.sheet;
            match cell {
                Cell::Text(text) => {
                    let text = fitting(text);
                    sheet.write_string_with_format(self.row, column, &text, &self.text)?;
                    texts.push(text);
                }
                Cell::Number(number) => {
                    sheet.write_number(self.row, column, number)?;
                    texts.push(number.to_string());
                }
            }
        }
        self.widen(texts.iter().map(String::as_str));
        self.row += 1;
        Ok(())
    }

    fn widen<'c>(&mut self, cells: impl Iterator<Item = &'c str>) {
        for (column, cell) in cells.enumerate() {
            let (least, most) = WIDTHS;
            let characters = u16::try_from(cell.chars().count()).unwrap_or(most);
            let width = characters.saturating_add(2).clamp(least, most);
            match self.widths.get_mut(column) {
                Some(known) => *known = width.max(*known),
                None => self.widths.push(width),
            }
        }
    }

    /// Sets the widths and keeps so many rows in sight.
    fn end(self, frozen: u32) -> Result<(), WorkbookError> {
        for (column, width) in (0..).zip(&self.widths) {
            self.sheet.set_column_width(column, *width)?;
        }
        self.sheet.set_freeze_panes(frozen, 0)?;
        Ok(())
    }
}

enum Cell<'c> {
    Text(&'c str),
    Number(f64),
}

#[expect(
    clippy::cast_precision_loss,
    reason = "values of levels lie far below 2^53, and spreadsheets know no other number"
)]
fn cells_of(level: &LevelEntry) -> [Cell<'_>; 5] {
    [
        Cell::Text(&level.name),
        Cell::Number(level.value as f64),
        Cell::Number(level.bound as f64),
        Cell::Number(level.gap),
        Cell::Text(&level.status),
    ]
}

/// Returns a text that fits into a cell; one that is too long is cut and says
/// so.
fn fitting(text: &str) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(text) <= CELL_UNITS_MAX {
        return text.to_owned();
    }
    let mut left = CELL_UNITS_MAX - units(CUT);
    let kept = text.chars().take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    kept.collect::<String>() + CUT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_for_a_cell_is_cut_and_says_so() {
        let whole = "x".repeat(CELL_UNITS_MAX);
        assert_eq!(fitting(&whole), whole);
        for long in ["x".repeat(CELL_UNITS_MAX + 1), "𝄞".repeat(20_000)] {
            let cut = fitting(&long);
            assert!(cut.ends_with(CUT));
            let units = cut.encode_utf16().count();
            assert!(
                (CELL_UNITS_MAX - 1..=CELL_UNITS_MAX).contains(&units),
                "{units}"
            );
        }
    }
}
