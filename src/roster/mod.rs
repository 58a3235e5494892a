//! Roster and plan folders: the files that coordinators and partners exchange.
//!
//! A folder is first read into memory ([`FolderFiles`]), then checked as a
//! whole: every mistake is gathered with its file, row and column
//! ([`RosterErrors`]), and a value comes out only when there is none. What is
//! written is canonical: the same value gives the same bytes.

mod advice;
mod cells;
mod error;
mod files;
mod folder;
mod generate;
mod keys;
mod names;
mod plan;
mod read;
mod rules;
mod table;
mod text;
mod toml_document;
mod words;
mod write;

use std::path::Path;

use sha2::{Digest, Sha256};

pub use advice::advise;
pub use error::{RosterError, RosterErrors};
pub use files::{FolderError, FolderFiles, MAX_FILE_BYTES};
pub use generate::{GenerateOptions, MOST_TRAINEES, Regions, Shape, generate};
pub use plan::{
    ExplanationRow, ForecastRow, PLAN_FILES, PLAN_FOLDER_FILES, PlanContext, SHEET_ROWS_MAX,
    WorkbookError, plan_document, plan_workbook, read_plan, read_plan_folder, write_explanations,
    write_forecast, write_plan,
};
pub use rules::{
    known_rule_sets, no_rule_set, out_of_force, read_rule_file, read_rule_set, rule_set_mark,
    rule_set_marks, shipped_rule_set, shipped_rule_sets,
};
pub use write::write_roster;

use crate::domain::{Key, Roster, Round};

/// Files that every roster folder has.
pub const REQUIRED_FILES: [&str; 4] = [
    "program.toml",
    "sites.csv",
    "trainees.csv",
    "preferences.csv",
];

/// Files of a roster folder, required ones first.
pub const ROSTER_FILES: [&str; 15] = [
    "program.toml",
    "sites.csv",
    "trainees.csv",
    "preferences.csv",
    "supervisors.csv",
    "licences.csv",
    "availability.csv",
    "away.csv",
    "exclusions.csv",
    "supervision_lines.csv",
    "requirements.csv",
    "pins.csv",
    "forbids.csv",
    "site_rankings.csv",
    BASELINE,
];

/// What an earlier plan promised.
const BASELINE: &str = "baseline.csv";
const BASELINE_COLUMNS: [&str; 7] = [
    "trainee_id",
    "target",
    "target_id",
    "line",
    "weekday",
    "start",
    "site_id",
];

/// Says whether a roster folder has a file of that name: one of
/// [`ROSTER_FILES`], or a rule set such as `rules/own.toml`.
pub fn is_roster_file(name: &str) -> bool {
    let is_rule_set = || {
        name.strip_prefix(RULES_FOLDER)
            .and_then(|name| name.strip_suffix(".toml"))
            .is_some_and(|key| key.parse::<Key>().is_ok())
    };
    ROSTER_FILES.contains(&name) || is_rule_set()
}

/// Folder within a roster folder that holds the program's own rule sets.
const RULES_FOLDER: &str = "rules/";

/// Reads the roster in a folder.
///
/// # Errors
/// Every mistake in it, with file, row and column.
pub fn read_folder(dir: &Path) -> Result<Roster, RosterErrors> {
    inspect_folder(dir).1
}

/// Reads the roster in a folder and returns it with those of its files that
/// could be read, whatever is wrong in them.
pub fn inspect_folder(dir: &Path) -> (FolderFiles, Result<Roster, RosterErrors>) {
    let mut errors = RosterErrors::default();
    let Some(mut files) = folder::gather(dir, &ROSTER_FILES, &mut errors) else {
        return (FolderFiles::default(), finish(None, errors));
    };
    folder::gather_rules(dir, &mut files, &mut errors);
    let roster = read::read(&files, &mut errors);
    (files, finish(roster, errors))
}

/// Reads a roster from its files.
///
/// # Errors
/// Every mistake in it, with file, row and column.
pub fn read_roster(files: &FolderFiles) -> Result<Roster, RosterErrors> {
    let mut errors = RosterErrors::default();
    let roster = read::read(files, &mut errors);
    finish(roster, errors)
}

/// Reads the round of a roster from its files, and nothing else of it.
///
/// # Errors
/// Every mistake in what is said of program and round.
pub fn read_round(files: &FolderFiles) -> Result<Round, RosterErrors> {
    let mut errors = RosterErrors::default();
    let round = read::read_round(files, &mut errors);
    finish(round, errors)
}

/// Returns the SHA-256 of the canonical files, in lowercase hexadecimal.
pub fn roster_hash(roster: &Roster) -> String {
    let digest = Sha256::digest(write_roster(roster).to_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn finish<T>(value: Option<T>, mut errors: RosterErrors) -> Result<T, RosterErrors> {
    errors.sort();
    match value {
        Some(value) if errors.is_empty() => Ok(value),
        _ => Err(errors),
    }
}
