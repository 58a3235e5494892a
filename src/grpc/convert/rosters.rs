//! What an import did, or what is wrong with its folder.

use super::super::pb;
use super::names::round_name;
use crate::app::{Changes, ImportMode, ImportReport, KindOfRow};
use crate::roster::{RosterError, RosterErrors};

/// Most mistakes that are sent.
const MISTAKES_MOST: usize = 5000;
/// Most characters of a cell that are sent.
const FOUND_CHARS: usize = 60;

/// Returns what an import does with whoever is absent.
pub(in super::super) fn read_mode(mode: pb::ImportMode) -> Option<ImportMode> {
    match mode {
        pb::ImportMode::Unspecified => None,
        pb::ImportMode::Replace => Some(ImportMode::Replace),
        pb::ImportMode::Upsert => Some(ImportMode::Upsert),
    }
}

/// Returns what an import did as a message.
pub(in super::super) fn report(report: &ImportReport) -> pb::ImportRosterResponse {
    let changes = report.changes.iter().map(|(kind, changes)| {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let Changes {
            created,
            updated,
            unchanged,
            removed,
        } = *changes;
        pb::ImportChanges {
            kind: word(*kind).to_owned(),
            created: number(created),
            updated: number(updated),
            unchanged: number(unchanged),
            removed: number(removed),
        }
    });
    pb::ImportRosterResponse {
        round: round_name(&report.program, &report.round),
        stored: !report.is_dry_run,
        changes: changes.collect(),
        mistakes: Vec::new(),
        mistakes_total: 0,
    }
}

/// Returns the mistakes of a folder as a message.
pub(in super::super) fn mistakes(errors: &RosterErrors) -> pb::ImportRosterResponse {
    let sent = errors.as_slice().iter().take(MISTAKES_MOST);
    pb::ImportRosterResponse {
        mistakes: sent.map(mistake).collect(),
        mistakes_total: i64::try_from(errors.count()).unwrap_or(i64::MAX),
        ..pb::ImportRosterResponse::default()
    }
}

fn mistake(error: &RosterError) -> pb::RosterMistake {
    let found = error.found.as_deref().unwrap_or_default();
    let mut short: String = found.chars().take(FOUND_CHARS).collect();
    if found.chars().nth(FOUND_CHARS).is_some() {
        short.push('…');
    }
    pb::RosterMistake {
        file_name: error.file.clone(),
        row: error
            .row
            .and_then(|row| i64::try_from(row).ok())
            .unwrap_or(0),
        column: error.column.clone().unwrap_or_default(),
        found: short,
        message: error.message.clone(),
    }
}

fn word(kind: KindOfRow) -> &'static str {
    match kind {
        KindOfRow::Program => "program",
        KindOfRow::Round => "round",
        KindOfRow::Site => "site",
        KindOfRow::Supervisor => "supervisor",
        KindOfRow::Trainee => "trainee",
        KindOfRow::Participant => "participant",
        KindOfRow::SupervisionLine => "supervision_line",
        KindOfRow::Preference => "preference",
        KindOfRow::Exclusion => "exclusion",
        KindOfRow::Pin => "pin",
        KindOfRow::Forbid => "forbid",
        KindOfRow::SiteRanking => "site_ranking",
        KindOfRow::Requirement => "requirement",
    }
}
