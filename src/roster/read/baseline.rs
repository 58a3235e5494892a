//! Reads `baseline.csv`: what an earlier plan promised. People and sites that
//! are gone may be named, since a baseline is older than the roster.

use super::super::table::{Columns, Row, read_table};
use super::super::words::WEEKDAYS;
use super::super::{BASELINE, BASELINE_COLUMNS, FolderFiles, RosterErrors};
use super::without_repeats;
use crate::domain::plan::{Delivery, WeeklyStart};
use crate::domain::{Baseline, KeptLine, KeptSite, MinuteOfDay};

const COLUMNS: Columns = Columns {
    required: &BASELINE_COLUMNS,
    optional: &[],
    multiline: &[],
};

enum Kept {
    Site(KeptSite),
    Line(KeptLine),
}

/// Reads the baseline; `None` when the folder has none.
pub(super) fn read_baseline(files: &FolderFiles, errors: &mut RosterErrors) -> Option<Baseline> {
    files.get(BASELINE)?;
    let (mut sites, mut lines) = (Vec::new(), Vec::new());
    for (number, kept) in read_table(files, BASELINE, &COLUMNS, errors, read_kept) {
        match kept {
            Kept::Site(kept) => sites.push((number, kept)),
            Kept::Line(kept) => lines.push((number, kept)),
        }
    }
    let by_trainee = |a: &KeptSite, b: &KeptSite| a.trainee.cmp(&b.trainee);
    let sites = without_repeats(
        sites,
        BASELINE,
        "the site of this trainee",
        by_trainee,
        errors,
    );
    let by_line = |a: &KeptLine, b: &KeptLine| (&a.trainee, &a.line).cmp(&(&b.trainee, &b.line));
    let lines = without_repeats(
        lines,
        BASELINE,
        "this line of this trainee",
        by_line,
        errors,
    );
    Some(Baseline::new(sites, lines))
}

fn read_kept(row: &mut Row<'_>) -> Option<(u64, Kept)> {
    let trainee = row.key("trainee_id");
    let is_site = row.word("target", &[("site", true), ("supervisor", false)]);
    let kept = if is_site? {
        let site = row.key("target_id");
        for column in ["line", "weekday", "start", "site_id"] {
            if !row.cell(column)?.is_empty() {
                row.refuse(column, "must be empty for a site");
            }
        }
        Kept::Site(KeptSite {
            trainee: trainee?,
            site: site?,
        })
    } else {
        let supervisor = row.key("target_id");
        let line = row.tag("line");
        let weekly_start = read_start(row);
        let delivery = match row.cell("site_id")? {
            "" => Some(Delivery::Video),
            _ => row.key("site_id").map(Delivery::InPerson),
        };
        Kept::Line(KeptLine {
            trainee: trainee?,
            line: line?,
            supervisor: supervisor?,
            weekly_start: weekly_start?,
            delivery: delivery?,
        })
    };
    Some((row.number(), kept))
}

/// Reads when a line meets; neither weekday nor start stand for a line of no
/// minutes.
fn read_start(row: &mut Row<'_>) -> Option<Option<WeeklyStart>> {
    if row.cell("weekday") == Some("") && row.cell("start") == Some("") {
        return Some(None);
    }
    let weekday = row.word("weekday", &WEEKDAYS);
    let start = row.read("start", "a time written as HH:MM", MinuteOfDay::parse);
    Some(Some(WeeklyStart {
        weekday: weekday?,
        start: start?,
    }))
}
