//! Follows a run by its events: a live line on a terminal, numbered lines
//! elsewhere, so that a watch can go on where it was cut off.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;

use super::{Open, failure};
use crate::cli::progress::{live_line, text};
use crate::cli::{Failure, output};
use crate::domain::{Key, ProgramKey, Run, RunEvent, RunEventKind, RunState};
use crate::matching::{Progress, Stage};

/// How long one look at a quiet run waits.
const LOOK: Duration = Duration::from_secs(1);
/// Looks at a queued run after which it is told that nobody takes it up.
const PATIENCE: u32 = 4;

/// Where lines go.
#[derive(Clone, Copy)]
pub(super) enum Lines {
    StandardOutput,
    StandardError,
}

/// Follows a run and shows what it says.
pub(super) struct Follower<'a> {
    open: &'a Open,
    program: &'a ProgramKey,
    run: &'a Key,
    /// Number of the last event that was shown.
    seen: i64,
    lines: Lines,
    bar: Option<ProgressBar>,
    quiet_looks: u32,
}

impl<'a> Follower<'a> {
    /// Begins to follow a run behind an event.
    pub(super) fn new(
        open: &'a Open,
        program: &'a ProgramKey,
        run: &'a Key,
        after: i64,
        lines: Lines,
    ) -> Self {
        let is_terminal = std::io::stderr().is_terminal()
            && match lines {
                Lines::StandardOutput => std::io::stdout().is_terminal(),
                Lines::StandardError => true,
            };
        Self {
            open,
            program,
            run,
            seen: after,
            lines,
            bar: is_terminal.then(live_line),
            quiet_looks: 0,
        }
    }

    /// Waits for news, a second at most, and shows them. Returns the run once
    /// it has ended and everything was shown.
    pub(super) async fn look(&mut self) -> Result<Option<Run>, Failure> {
        let Open { app, actor } = self.open;
        let news = app.wait_for_run_events(actor, self.program, self.run, self.seen, LOOK);
        let (run, events) = news.await.map_err(failure)?;
        let run = run.value;
        for event in &events {
            self.show(event);
            self.seen = event.sequence;
        }
        if !events.is_empty() {
            return Ok(None);
        }
        if run.state.is_end() {
            self.end();
            return Ok(Some(run));
        }
        self.quiet_looks += 1;
        if run.state == RunState::Queued && self.quiet_looks == PATIENCE {
            self.say("the run waits for a worker, and none takes it up: start `practicum serve`");
        }
        Ok(None)
    }

    /// Prints a line.
    pub(super) fn say(&self, text: &str) {
        match (&self.bar, self.lines) {
            (Some(bar), _) => bar.println(text),
            (None, Lines::StandardOutput) => output::line(text),
            (None, Lines::StandardError) => output::error_line(text),
        }
    }

    /// Clears the live line, and returns the number of the last event shown.
    pub(super) fn end(&self) -> i64 {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.seen
    }

    fn show(&self, event: &RunEvent) {
        let text = words(event);
        match (&self.bar, event.kind) {
            (Some(bar), RunEventKind::Progress) => bar.set_message(text),
            (Some(_), RunEventKind::State | RunEventKind::BetterPlan) | (None, _) => {
                self.say(&format!("{:>5}  {text}", event.sequence));
            }
        }
    }
}

/// Says what an event says.
fn words(event: &RunEvent) -> String {
    match (event.kind, Stage::from_name(&event.stage)) {
        (RunEventKind::Progress, Some(stage)) => text(Progress {
            stage,
            best: event.best,
            bound: event.bound,
        }),
        // A stage of another version.
        (RunEventKind::Progress, None) => event.stage.clone(),
        (RunEventKind::State | RunEventKind::BetterPlan, _) => event.text.clone(),
    }
}
