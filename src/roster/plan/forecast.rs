//! Writes `forecast.csv`: how each requirement will stand, and which rules some
//! week does not keep. Nothing reads it back; a plan is whole without it.

use std::fmt::Display;

use chrono::NaiveDate;

use super::FORECAST;
use crate::domain::{Key, Minutes, TraineeKey};
use crate::roster::FolderFiles;
use crate::roster::write::TableWriter;

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForecastRow {
    /// The trainee.
    pub trainee: TraineeKey,
    /// The category of a requirement, or the name of a rule.
    pub target: &'static str,
    /// The rule set of a rule; `None` for the ratio of the round.
    pub rule_set: Option<Key>,
    /// Word for how it stands.
    pub standing: &'static str,
    /// Minutes to collect in all; `None` for a rule, like the four below.
    pub required: Option<Minutes>,
    /// Minutes collected before the term.
    pub completed: Option<Minutes>,
    /// Minutes collected by the due day.
    pub expected: Option<Minutes>,
    /// Minutes that are missing.
    pub short: Option<Minutes>,
    /// Last day on which minutes count.
    pub due_day: Option<NaiveDate>,
    /// The Monday of the first week of deficit.
    pub since: Option<NaiveDate>,
}

/// Returns a folder with the file alone, to be written into a plan folder.
pub fn write_forecast(rows: &[ForecastRow]) -> FolderFiles {
    let mut files = FolderFiles::default();
    let mut table = TableWriter::new(&[
        "trainee_id",
        "target",
        "rule_set",
        "standing",
        "minutes_required",
        "minutes_completed",
        "minutes_expected",
        "minutes_short",
        "due_day",
        "first_week_short",
    ]);
    for row in rows {
        table.row([
            &row.trainee,
            &row.target,
            &cell(row.rule_set.as_ref()),
            &row.standing,
            &cell(row.required),
            &cell(row.completed),
            &cell(row.expected),
            &cell(row.short),
            &cell(row.due_day),
            &cell(row.since),
        ]);
    }
    table.finish(FORECAST, &mut files);
    files
}

fn cell(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
