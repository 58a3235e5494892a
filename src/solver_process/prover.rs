//! Proves the plans of a child beside whoever follows it.
//!
//! The proof of a large plan takes longer than a run may go past its limit, so
//! it must never be waited for: it runs in a thread of its own, one plan at a
//! time, and of the plans that come meanwhile only the newest is kept. What is
//! not proved in time is not taken; the best plan proved before stands.

use std::sync::mpsc::{Sender, channel};

use super::following::Event;
use super::message::StageSeconds;
use super::parent::SolveFailure;
use crate::domain::Plan;

/// A plan as a child sent it.
pub(super) struct Sent {
    pub(super) bytes: Vec<u8>,
    /// How long each stage took, with the last plan of a run.
    pub(super) stages: Option<Vec<StageSeconds>>,
}

/// A plan with its proof, or what is wrong with it.
pub(super) struct Proved {
    pub(super) plan: Result<Plan, SolveFailure>,
    /// With the last plan of a run.
    pub(super) stages: Option<Vec<StageSeconds>>,
}

/// Proves plans, one at a time.
pub(super) struct Prover {
    plans: Sender<Sent>,
    is_busy: bool,
    waiting: Option<Sent>,
}

impl Prover {
    /// Returns a prover that tells of each proof as an event. A proof that is
    /// under way when the prover is dropped ends by itself, unheard.
    pub(super) fn start(
        prove: impl Fn(&[u8]) -> Result<Plan, SolveFailure> + Send + 'static,
        events: Sender<Event>,
    ) -> Self {
        let (plans, sent) = channel::<Sent>();
        std::thread::spawn(move || {
            for Sent { bytes, stages } in sent {
                let plan = prove(&bytes);
                if events.send(Event::Proved(Proved { plan, stages })).is_err() {
                    break;
                }
            }
        });
        Self {
            plans,
            is_busy: false,
            waiting: None,
        }
    }

    /// Takes a plan that is better than all before it.
    pub(super) fn take(&mut self, sent: Sent) {
        if self.is_busy {
            self.waiting = Some(sent);
        } else {
            self.is_busy = self.plans.send(sent).is_ok();
        }
    }

    /// Goes on with the plan that waits, once a proof has ended.
    pub(super) fn go_on(&mut self) {
        self.is_busy = false;
        if let Some(sent) = self.waiting.take() {
            self.take(sent);
        }
    }

    /// Says whether nothing is left to prove.
    pub(super) fn is_idle(&self) -> bool {
        !self.is_busy
    }
}
