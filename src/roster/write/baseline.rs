//! Writes `baseline.csv`.

use super::TableWriter;
use crate::domain::{Roster, weekday_word};
use crate::roster::{BASELINE, BASELINE_COLUMNS, FolderFiles};

/// Writes what an earlier plan promised, where the roster has a baseline; an
/// empty one is a file without rows.
pub(super) fn write_baseline(roster: &Roster, files: &mut FolderFiles) {
    let Some(baseline) = &roster.baseline else {
        return;
    };
    let mut table = TableWriter::new(&BASELINE_COLUMNS);
    for kept in &baseline.sites {
        let none = String::new();
        table.row([
            &kept.trainee,
            &"site",
            &kept.site,
            &none,
            &none,
            &none,
            &none,
        ]);
    }
    for kept in &baseline.lines {
        let start = kept.weekly_start;
        let weekday = start.map(|start| weekday_word(start.weekday));
        let time = start.map(|start| start.start.to_string());
        let site = kept.delivery.site().map(ToString::to_string);
        table.row([
            &kept.trainee,
            &"supervisor",
            &kept.supervisor,
            &kept.line,
            &weekday.unwrap_or_default(),
            &time.unwrap_or_default(),
            &site.unwrap_or_default(),
        ]);
    }
    table.finish(BASELINE, files);
}
