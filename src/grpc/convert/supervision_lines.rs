//! Supervision lines.

use super::super::pb;
use super::fields::{Fields, number};
use super::supervisors::read_kinds;
use super::words;
use crate::domain::SupervisionLine;
use crate::domain::limits::LINE_MINUTES_MOST;

/// Reads all lines of a round.
pub(in super::super) fn read(
    lines: &[pb::SupervisionLine],
    fields: &mut Fields<'_>,
) -> Option<Vec<SupervisionLine>> {
    fields.items("supervision_lines", lines, read_line)
}

fn read_line(line: &pb::SupervisionLine, fields: &mut Fields<'_>) -> Option<SupervisionLine> {
    let level = fields.parse("level", &line.level);
    let name = fields.parse("line", &line.line);
    let kinds = read_kinds(&line.kinds, fields);
    let role = fields.choice("role", line.role, words::read_role);
    let minutes = fields.minutes("minutes_per_week", line.minutes_per_week, LINE_MINUTES_MOST);
    let licence = fields.choice("licence", line.licence, words::read_licence_rule);
    Some(SupervisionLine {
        level: level?,
        line: name?,
        kinds: kinds?,
        role: role?,
        minutes_per_week: minutes?,
        licence: licence?,
    })
}

/// Returns lines as messages.
pub(in super::super) fn messages(lines: &[SupervisionLine]) -> Vec<pb::SupervisionLine> {
    let message = |line: &SupervisionLine| pb::SupervisionLine {
        level: line.level.to_string(),
        line: line.line.to_string(),
        kinds: line.kinds.iter().copied().map(words::kind).collect(),
        role: words::role(line.role),
        minutes_per_week: number(line.minutes_per_week.get()),
        licence: words::licence_rule(line.licence),
    };
    lines.iter().map(message).collect()
}
