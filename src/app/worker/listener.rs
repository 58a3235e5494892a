//! What the child of a run says, on its way into the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use crate::domain::time::UtcSecond;
use crate::domain::{Plan, RunEvent, RunEventKind};
use crate::matching::Progress;
use crate::solver_process::Follower;

/// What the child says, on its way into the store.
pub(super) enum Said {
    Progress(Progress),
    BetterPlan { placements: usize },
}

/// Follows the child and passes on what it says.
pub(super) struct Listener {
    pub(super) is_cancelled: Arc<AtomicBool>,
    pub(super) said: mpsc::UnboundedSender<Said>,
}

impl Follower for Listener {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    fn progress(&mut self, progress: Progress) {
        let _ = self.said.send(Said::Progress(progress));
    }

    fn better_plan(&mut self, plan: &Plan) {
        let placements = plan.placements.len();
        // The first plan of every run places nobody.
        if placements == 0 {
            return;
        }
        let _ = self.said.send(Said::BetterPlan { placements });
    }
}

/// Returns events for what was said; of progress within one stage only the
/// last counts. The store numbers them.
pub(super) fn events_of(said: Vec<Said>, at: UtcSecond) -> Vec<RunEvent> {
    let mut events: Vec<RunEvent> = Vec::new();
    for said in said {
        let mut event = RunEvent {
            sequence: 0,
            at,
            kind: RunEventKind::BetterPlan,
            stage: String::new(),
            best: None,
            bound: None,
            text: String::new(),
        };
        match said {
            Said::BetterPlan { placements } => {
                event.text = format!("a better plan, with {placements} placements");
            }
            Said::Progress(progress) => {
                event.kind = RunEventKind::Progress;
                event.stage = progress.stage.name();
                (event.best, event.bound) = (progress.best, progress.bound);
                events.pop_if(|last| last.kind == event.kind && last.stage == event.stage);
            }
        }
        events.push(event);
    }
    events
}
