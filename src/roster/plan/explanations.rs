//! Writes `explanations.csv`: what would have to give for each unmatched
//! trainee. Nothing reads it back; a plan is whole without it.

use super::EXPLANATIONS;
use super::free_text::neutralised;
use crate::domain::TraineeKey;
use crate::roster::FolderFiles;
use crate::roster::write::{TableWriter, list};

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplanationRow {
    /// The trainee.
    pub trainee: TraineeKey,
    /// Word for what would have to give.
    pub outcome: &'static str,
    /// Whether that is proved to be the least.
    pub is_proved: bool,
    /// What there would have to be more of, each as `site_capacity site-2 1`:
    /// the rule, at whom, and how much.
    pub relaxations: Vec<String>,
    /// Who would have to give way.
    pub displaced: Vec<TraineeKey>,
    /// The same in words.
    pub text: String,
}

/// Returns a folder with the file alone, to be written into a plan folder.
pub fn write_explanations(rows: &[ExplanationRow]) -> FolderFiles {
    let mut files = FolderFiles::default();
    let mut table = TableWriter::new(&[
        "trainee_id",
        "outcome",
        "proved",
        "relaxations",
        "displaced",
        "text",
    ]);
    for row in rows {
        table.row([
            &row.trainee,
            &row.outcome,
            &row.is_proved,
            &list(&row.relaxations),
            &list(&row.displaced),
            &neutralised(&row.text),
        ]);
    }
    table.finish(EXPLANATIONS, &mut files);
    files
}
