//! Roster and plan folders: the files that coordinators and partners exchange.
//!
//! A folder is first read into memory ([`FolderFiles`]), then checked as a
//! whole: every mistake is gathered with its file, row and column
//! ([`RosterErrors`]), and a value comes out only when there is none. What is
//! written is canonical: the same value gives the same bytes.

mod error;
mod files;
mod plan;

use std::path::Path;

pub use error::{RosterError, RosterErrors};
pub use files::{FolderError, FolderFiles, MAX_FILE_BYTES};
pub use plan::{PLAN_FILES, PlanContext, read_plan, write_plan};

use crate::domain::Roster;

/// Files of a roster folder, required ones first.
pub const ROSTER_FILES: [&str; 14] = [
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
];

/// Reads the roster in a folder.
///
/// # Errors
/// Every mistake in it, with file, row and column.
pub fn read_folder(dir: &Path) -> Result<Roster, RosterErrors> {
    read_roster(&FolderFiles::read_dir(dir, &ROSTER_FILES)?)
}

/// Reads a roster from its files.
///
/// # Errors
/// Every mistake in it, with file, row and column.
pub fn read_roster(files: &FolderFiles) -> Result<Roster, RosterErrors> {
    let _ = files;
    Err(RosterErrors::default())
}

/// Returns the canonical files of a roster: rows by key, commas, line feeds,
/// and only files that are required or have rows. Reading them gives an equal
/// roster.
pub fn write_roster(roster: &Roster) -> FolderFiles {
    let _ = roster;
    FolderFiles::default()
}

/// Returns the SHA-256 of the canonical files, in lowercase hexadecimal.
pub fn roster_hash(roster: &Roster) -> String {
    let _ = roster;
    String::new()
}
