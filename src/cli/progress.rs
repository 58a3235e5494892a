//! Where a run stands, in words and on a live line of the terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::plan::{Level, LevelResult, LevelStatus};
use crate::matching::{Progress, Stage};

/// Returns a live line on the terminal of standard error.
pub(super) fn live_line() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Returns where a run stands, in words.
pub(super) fn text(progress: Progress) -> String {
    let level = match progress.stage {
        Stage::Candidates => return "finding who can be where, with whom and when".to_owned(),
        Stage::Times => return "finding times for the placements".to_owned(),
        Stage::Level(level) => level,
    };
    match (progress.best, progress.bound) {
        (Some(value), Some(bound)) => {
            let result = LevelResult {
                level,
                value,
                bound,
                status: LevelStatus::TimeLimit,
            };
            let gap = result.gap() * 100.0;
            format!(
                "{}: best {value}, bound {bound}, gap {gap:.2} %",
                title(level)
            )
        }
        (Some(value), None) => format!("{}: best {value}", title(level)),
        (None, Some(bound)) => format!("{}: bound {bound}", title(level)),
        (None, None) => format!("{}: solving", title(level)),
    }
}

/// Returns a level in words.
pub(super) fn title(level: Level) -> String {
    match level {
        Level::MatchedPriority => "priority matched".to_owned(),
        Level::MatchedByTier(tier) => format!("trainees of priority {tier} matched"),
        Level::Matched => "trainees matched".to_owned(),
        Level::Changes => "changes to the baseline".to_owned(),
        Level::ContactShortMinutes => "contact minutes short".to_owned(),
        Level::FinishInTime => "trainees who finish in time".to_owned(),
        Level::SiteRank => "sum of site ranks".to_owned(),
        Level::SiteRankGenerous(rank) => format!("trainees at choice {rank}, fewest"),
        Level::SiteRankGreedy(rank) => format!("trainees at choice {rank}, most"),
        Level::SupervisorRank => "sum of supervisor ranks".to_owned(),
        Level::CaseloadBalance => "caseload used, fullest first".to_owned(),
    }
}
