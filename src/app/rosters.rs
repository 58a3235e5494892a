//! Rosters: whole folders in and out.

use super::{Actor, App, AppError};
use crate::domain::{Key, ProgramKey, Roster};
use crate::roster::FolderFiles;

/// Where an imported roster comes from.
#[derive(Clone, Debug)]
pub enum RosterSource {
    /// The files of a folder, not yet read.
    Files(FolderFiles),
    /// A roster that was read already.
    Roster(Box<Roster>),
}

/// What an import does with what the folder does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportMode {
    /// The folder is the whole round: who is absent no longer takes part, and
    /// wishes, lines, pins, forbids and rankings that are absent are removed.
    #[default]
    Replace,
    /// The folder adds and changes; nothing is removed.
    Upsert,
}

/// A kind of row that an import counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KindOfRow {
    /// Programs.
    Program,
    /// Rounds: dates and policy.
    Round,
    /// Sites with their opening hours.
    Site,
    /// Supervisors with licences and availability.
    Supervisor,
    /// Trainees with their availability.
    Trainee,
    /// People and sites that take part in the round.
    Participant,
    /// Supervision lines.
    SupervisionLine,
    /// Preferences.
    Preference,
    /// Exclusions.
    Exclusion,
    /// Pins.
    Pin,
    /// Forbids.
    Forbid,
    /// Sites' rankings.
    SiteRanking,
    /// Minutes to collect.
    Requirement,
}

/// How many rows of a kind an import changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rows that were not there.
    pub created: u64,
    /// Rows that were there, but different.
    pub updated: u64,
    /// Rows that were there, just so.
    pub unchanged: u64,
    /// Rows that are there no longer.
    pub removed: u64,
}

/// What an import changed, or would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// The program.
    pub program: ProgramKey,
    /// The round.
    pub round: Key,
    /// Whether nothing was written.
    pub is_dry_run: bool,
    /// The changes by kind; every kind is there.
    pub changes: Vec<(KindOfRow, Changes)>,
}

impl App {
    /// Imports a roster into its round, in one transaction; the program and
    /// the round are created when they are not there. The round is the one
    /// that the folder names, else `round-` and the first day of the term.
    /// With `is_dry_run`, says what would change and changes nothing.
    ///
    /// # Errors
    /// [`AppError::InvalidRoster`] with every mistake; with `program`,
    /// [`AppError::FailedPrecondition`] when the folder is of another.
    pub async fn import_roster(
        &self,
        actor: &Actor,
        program: Option<&ProgramKey>,
        source: RosterSource,
        mode: ImportMode,
        is_dry_run: bool,
    ) -> Result<ImportReport, AppError> {
        todo!()
    }

    /// Returns the roster of a round.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such program or round.
    pub async fn get_roster(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Roster, AppError> {
        todo!()
    }

    /// Returns the canonical roster folder of a round.
    ///
    /// # Errors
    /// As [`App::get_roster`].
    pub async fn export_roster(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<FolderFiles, AppError> {
        todo!()
    }
}
