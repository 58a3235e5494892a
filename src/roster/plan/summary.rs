//! `summary.json`: what a plan was made from and with, and its levels. It
//! holds only what the input determines.

use serde::{Deserialize, Serialize};

use super::super::error::{RosterError, RosterErrors};
use super::super::{FolderFiles, text};
use crate::domain::Objective;
use crate::domain::plan::{Level, LevelResult, LevelStatus};

pub(super) const FILE: &str = "summary.json";

/// What a plan was made from and with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanContext {
    /// SHA-256 of the canonical roster, in lowercase hexadecimal.
    pub roster_sha256: String,
    /// Identifiers of the rule sets, in order.
    pub rule_sets: Vec<String>,
    /// Name of the solver.
    pub solver: String,
    /// Version of the solver.
    pub solver_version: String,
    /// Version of the zone data, such as `2026f`.
    pub tzdb_version: String,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SummaryFile {
    pub(super) roster_sha256: String,
    pub(super) rule_sets: Vec<String>,
    pub(super) solver: String,
    pub(super) solver_version: String,
    pub(super) tzdb_version: String,
    pub(super) levels: Vec<LevelEntry>,
}

/// One level.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelEntry {
    pub(super) name: String,
    pub(super) value: i64,
    pub(super) bound: i64,
    /// Follows from value and bound; written for readers.
    pub(super) gap: f64,
    pub(super) status: String,
}

impl SummaryFile {
    /// Returns the summary of a plan.
    pub(super) fn new(levels: &[LevelResult], context: &PlanContext) -> Self {
        Self {
            roster_sha256: context.roster_sha256.clone(),
            rule_sets: context.rule_sets.clone(),
            solver: context.solver.clone(),
            solver_version: context.solver_version.clone(),
            tzdb_version: context.tzdb_version.clone(),
            levels: levels.iter().map(entry).collect(),
        }
    }
}

/// Writes the summary.
pub(super) fn write(levels: &[LevelResult], context: &PlanContext, files: &mut FolderFiles) {
    let summary = SummaryFile::new(levels, context);
    let mut bytes = Vec::new();
    // Strings and finite numbers into memory: nothing of it can fail.
    if serde_json::to_writer_pretty(&mut bytes, &summary).is_ok() {
        bytes.push(b'\n');
    }
    files.insert(FILE, bytes);
}

fn entry(result: &LevelResult) -> LevelEntry {
    LevelEntry {
        name: result.level.name(),
        value: result.value,
        bound: result.bound,
        gap: (result.gap() * 1e6).round() / 1e6,
        status: result.status.as_str().to_owned(),
    }
}

/// Reads the summary.
pub(super) fn read(
    files: &FolderFiles,
    errors: &mut RosterErrors,
) -> Option<(Vec<LevelResult>, PlanContext)> {
    let text = text::text(FILE, files.get(FILE)?, errors)?;
    let summary: SummaryFile = match serde_json::from_str(text) {
        Ok(summary) => summary,
        Err(error) => {
            errors.push(RosterError {
                file: FILE.to_owned(),
                row: u64::try_from(error.line()).ok(),
                column: None,
                found: None,
                message: error.to_string(),
            });
            return None;
        }
    };
    let mut levels: Vec<LevelResult> = Vec::new();
    for (place, entry) in summary.levels.iter().enumerate() {
        let level = read_level(place, entry, errors);
        if level.is_some_and(|new| levels.iter().any(|old| old.level == new.level)) {
            refuse(
                place,
                "name",
                &entry.name,
                "is there already; once is allowed",
                errors,
            );
        }
        levels.extend(level);
    }
    let context = PlanContext {
        roster_sha256: summary.roster_sha256,
        rule_sets: summary.rule_sets,
        solver: summary.solver,
        solver_version: summary.solver_version,
        tzdb_version: summary.tzdb_version,
    };
    Some((levels, context))
}

fn read_level(place: usize, entry: &LevelEntry, errors: &mut RosterErrors) -> Option<LevelResult> {
    let level = Level::from_name(&entry.name);
    if level.is_none() {
        let names = Objective::ALL.map(Objective::name).join(", ");
        refuse(
            place,
            "name",
            &entry.name,
            &format!("is not one of {names}; steps of a profile end like [3]"),
            errors,
        );
    }
    let status = LevelStatus::ALL
        .into_iter()
        .find(|status| status.as_str() == entry.status);
    if status.is_none() {
        let words = LevelStatus::ALL.map(LevelStatus::as_str).join(", ");
        refuse(
            place,
            "status",
            &entry.status,
            &format!("is not one of {words}"),
            errors,
        );
    }
    Some(LevelResult {
        level: level?,
        value: entry.value,
        bound: entry.bound,
        status: status?,
    })
}

fn refuse(place: usize, key: &str, found: &str, message: &str, errors: &mut RosterErrors) {
    errors.push(RosterError {
        file: FILE.to_owned(),
        row: None,
        column: Some(format!("levels[{place}].{key}")),
        found: Some(found.to_owned()),
        message: message.to_owned(),
    });
}
