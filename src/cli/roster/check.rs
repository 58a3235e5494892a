//! `practicum roster check`.

use std::path::PathBuf;
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use super::overview::Overview;
use crate::cli::table;
use crate::cli::{Failure, output};
use crate::roster::{FolderFiles, RosterError, RosterErrors, advise, inspect_folder};

/// Most mistakes that are printed for people.
const MOST_SHOWN: usize = 200;

/// Exit code 0 when the roster has no mistake, 3 when it has any.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Roster folder.
    #[arg(value_name = "DIR")]
    dir: PathBuf,

    /// Print one JSON object, with every mistake.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let (files, roster) = inspect_folder(&args.dir);
    let report = match &roster {
        Ok(roster) => Report {
            files: file_rows(&files),
            overview: Some(Overview::new(roster)),
            warnings: advise(roster),
            errors: RosterErrors::default(),
        },
        Err(errors) => Report {
            files: file_rows(&files),
            overview: None,
            warnings: Vec::new(),
            errors: errors.clone(),
        },
    };
    if args.json {
        let json = report.to_json().map_err(anyhow::Error::from)?;
        output::line(&json);
    } else {
        output::text(&report.to_text());
    }
    Ok(ExitCode::from(if report.errors.is_empty() { 0 } else { 3 }))
}

struct Report {
    files: Vec<FileRows>,
    overview: Option<Overview>,
    warnings: Vec<String>,
    errors: RosterErrors,
}

#[derive(Serialize)]
struct FileRows {
    file: String,
    rows: usize,
}

/// Counts the lines with text below the header of each table.
fn file_rows(files: &FolderFiles) -> Vec<FileRows> {
    let has_text = |line: &&[u8]| !line.iter().all(u8::is_ascii_whitespace);
    files
        .iter()
        .filter(|(name, _)| name.ends_with(".csv"))
        .map(|(name, bytes)| FileRows {
            file: name.to_owned(),
            rows: bytes
                .split(|byte| *byte == b'\n')
                .filter(has_text)
                .count()
                .saturating_sub(1),
        })
        .collect()
}

#[derive(Serialize)]
struct ReportJson<'a> {
    ok: bool,
    overview: Option<&'a Overview>,
    files: &'a [FileRows],
    warnings: &'a [String],
    error_count: usize,
    errors: Vec<ErrorJson<'a>>,
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    file: &'a str,
    row: Option<u64>,
    column: Option<&'a str>,
    found: Option<&'a str>,
    message: &'a str,
}

impl<'a> ErrorJson<'a> {
    fn new(error: &'a RosterError) -> Self {
        Self {
            file: &error.file,
            row: error.row,
            column: error.column.as_deref(),
            found: error.found.as_deref(),
            message: &error.message,
        }
    }
}

impl Report {
    fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&ReportJson {
            ok: self.errors.is_empty(),
            overview: self.overview.as_ref(),
            files: &self.files,
            warnings: &self.warnings,
            error_count: self.errors.count(),
            errors: self.errors.as_slice().iter().map(ErrorJson::new).collect(),
        })
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        match &self.overview {
            Some(overview) => text.push_str(&overview_text(overview)),
            None => text.push_str(&files_text(&self.files)),
        }
        text.push('\n');
        for warning in &self.warnings {
            text.push_str(&format!("warning: {warning}\n"));
        }
        if self.errors.is_empty() {
            let rows: usize = self.files.iter().map(|file| file.rows).sum();
            let count = self.files.len();
            text.push_str(&format!("No errors in {rows} rows of {count} tables.\n"));
        } else {
            let count = self.errors.count();
            let noun = if count == 1 { "error" } else { "errors" };
            text.push_str(&format!(
                "{count} {noun}:\n{}\n",
                self.errors.summary(MOST_SHOWN)
            ));
        }
        text
    }
}

/// Returns the table with all but the first `texts` columns to the right.
fn finished(mut table: Table, texts: usize) -> String {
    for column in table.column_iter_mut().skip(texts) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("\n{table}\n")
}

fn files_text(files: &[FileRows]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut table = table::new(&["file", "rows"]);
    for file in files {
        table.add_row([file.file.clone(), file.rows.to_string()]);
    }
    finished(table, 1)
}

fn overview_text(overview: &Overview) -> String {
    let mut text = format!(
        "{} ({})\n{}: {} to {}, {} weeks\n",
        overview.program_name,
        overview.program,
        overview.round,
        overview.first_day,
        overview.last_day,
        overview.weeks,
    );
    text.push_str(&format!(
        "{} trainees want {} minutes of contact a week; {} sites have {} places and {} minutes\n",
        overview.trainees,
        overview.contact_minutes_wanted,
        overview.sites,
        overview.capacity,
        overview.contact_minutes_per_week,
    ));
    let mut levels = table::new(&[
        "level",
        "trainees",
        "line",
        "kinds",
        "role",
        "minutes a week",
    ]);
    for level in &overview.levels {
        let count = level.trainees.to_string();
        if level.lines.is_empty() {
            levels.add_row([level.level.as_str(), &count, "none", "", "", ""]);
        }
        for line in &level.lines {
            let kinds = line.kinds.join(", ");
            let minutes = line.minutes_per_week.to_string();
            levels.add_row([
                &level.level,
                &count,
                &line.line,
                &kinds,
                line.role,
                &minutes,
            ]);
        }
    }
    text.push_str(&finished(levels, 5));
    let mut roles = table::new(&["role", "supervisors", "free caseload", "minutes a week"]);
    for role in &overview.supervisors {
        roles.add_row([
            role.role.to_owned(),
            role.supervisors.to_string(),
            role.places.to_string(),
            role.minutes_per_week.to_string(),
        ]);
    }
    text.push_str(&finished(roles, 1));
    let mut zones = table::new(&["time zone", "sites", "supervisors", "trainees"]);
    for zone in &overview.zones {
        zones.add_row([
            zone.time_zone.to_owned(),
            zone.sites.to_string(),
            zone.supervisors.to_string(),
            zone.trainees.to_string(),
        ]);
    }
    text.push_str(&finished(zones, 1));
    text
}
