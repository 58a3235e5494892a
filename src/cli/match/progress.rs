//! Progress of a run: a live line on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::cli::output;
use crate::cli::progress::{live_line, text};
use crate::domain::{Plan, Roster};
use crate::matching::{Progress, Stage};
use crate::solver_process::Follower;

/// Least time between two plain lines on the same stage.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows where a run stands, on standard error.
pub(super) struct Display {
    is_interrupted: Arc<AtomicBool>,
    has_said_interrupted: bool,
    started: Instant,
    bar: Option<ProgressBar>,
    shown: Option<(Stage, Instant)>,
    trainees: usize,
}

impl Display {
    /// Returns a display for a run over a roster.
    pub(super) fn new(roster: &Roster, time_limit: u32, is_interrupted: Arc<AtomicBool>) -> Self {
        let bar = std::io::stderr().is_terminal().then(live_line);
        let display = Self {
            is_interrupted,
            has_said_interrupted: false,
            started: Instant::now(),
            bar,
            shown: None,
            trainees: roster.trainees.len(),
        };
        display.say(&format!(
            "matching {} trainees, {} sites, {} supervisors; at most {time_limit} s, Ctrl-C ends with the best plan so far",
            roster.trainees.len(),
            roster.sites.len(),
            roster.supervisors.len(),
        ));
        display
    }

    /// Clears the live line.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => output::error_line(&format!(
                "{:>6.1} s  {text}",
                self.started.elapsed().as_secs_f64()
            )),
        }
    }
}

impl Follower for Display {
    fn is_cancelled(&self) -> bool {
        self.is_interrupted.load(Ordering::Relaxed)
    }

    fn progress(&mut self, progress: Progress) {
        if self.is_cancelled() && !self.has_said_interrupted {
            self.has_said_interrupted = true;
            self.say("ending with the best plan so far; Ctrl-C again stops at once");
        }
        let text = text(progress);
        if let Some(bar) = &self.bar {
            bar.set_message(text);
            return;
        }
        let is_due = self.shown.is_none_or(|(stage, at)| {
            stage != progress.stage || (progress.best.is_some() && at.elapsed() >= LINE_EVERY)
        });
        if is_due {
            self.shown = Some((progress.stage, Instant::now()));
            self.say(&text);
        }
    }

    fn better_plan(&mut self, plan: &Plan) {
        if !plan.placements.is_empty() {
            let (matched, trainees) = (plan.placements.len(), self.trainees);
            self.say(&format!(
                "a legal plan: {matched} of {trainees} trainees matched"
            ));
        }
    }
}
