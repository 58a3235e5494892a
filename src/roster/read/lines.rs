//! `supervision_lines.csv`.

use std::collections::BTreeSet;

use super::super::table::{Columns, Row, read_table};
use super::super::words::{KINDS, LICENCE_RULES, ROLES};
use super::super::{FolderFiles, RosterErrors};
use super::without_repeats;
use crate::domain::limits::LINE_MINUTES_MOST;
use crate::domain::{SupervisionLine, Tag};

const FILE: &str = "supervision_lines.csv";

const COLUMNS: Columns = Columns {
    required: &[
        "level",
        "line",
        "kinds",
        "role",
        "minutes_per_week",
        "licence",
    ],
    optional: &[],
    multiline: &[],
};

/// The levels that have a line.
#[derive(Default)]
pub(super) struct Levels {
    named: BTreeSet<Tag>,
}

impl Levels {
    /// Says whether trainees may be of the level: any, where no level has a
    /// line.
    pub(super) fn allow(&self, level: &Tag) -> bool {
        self.named.is_empty() || self.named.contains(level)
    }

    /// Returns what is wrong with another level.
    pub(super) fn refusal(&self) -> String {
        let named: Vec<&str> = self.named.iter().map(Tag::as_str).collect();
        format!(
            "is a level without a line in {FILE}; there are {}",
            named.join(", ")
        )
    }
}

/// Reads the lines by level and name, and the levels that have one.
pub(super) fn read_supervision_lines(
    files: &FolderFiles,
    errors: &mut RosterErrors,
) -> (Vec<SupervisionLine>, Levels) {
    let mut levels = Levels::default();
    let rows = read_table(files, FILE, &COLUMNS, errors, |row| {
        let level = row.tag("level");
        // A line with another mistake still shows that its level has lines.
        levels.named.extend(level.clone());
        let line = read_line(row, level)?;
        Some((row.number(), line))
    });
    let lines = without_repeats(
        rows,
        FILE,
        "this line of this level",
        |a, b| (&a.level, &a.line).cmp(&(&b.level, &b.line)),
        errors,
    );
    (lines, levels)
}

fn read_line(row: &mut Row<'_>, level: Option<Tag>) -> Option<SupervisionLine> {
    let line = row.tag("line");
    let kinds = row.words("kinds", &KINDS);
    let role = row.word("role", &ROLES);
    let minutes_per_week = row.minutes("minutes_per_week", LINE_MINUTES_MOST);
    let licence = row.word("licence", &LICENCE_RULES);
    Some(SupervisionLine {
        level: level?,
        line: line?,
        kinds: kinds?,
        role: role?,
        minutes_per_week: minutes_per_week?,
        licence: licence?,
    })
}
