//! Explains an unmatched trainee in a child process: what parent and child say
//! to each other, and the parent's side.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::child::Worker;
use super::following::{Event, Followed};
use super::message::{Reply, Request, SolveRequest};
use super::parent::{LOOK_UP_EVERY, OVERTIME, SolveFailure, SolveOptions};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster, SiteOrSupervisor, TraineeKey};
use crate::matching::explain::{Capacity, Explanation, Outcome, Relaxation};
use crate::roster::{PlanContext, write_plan};

/// A trainee to be explained.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExplainRequest {
    /// The roster, and what the child may use.
    pub(super) problem: SolveRequest,
    /// The plan folder.
    pub(super) plan: Vec<u8>,
    pub(super) trainee: String,
}

/// [`Explanation`] on the wire, by the positions and words of its parts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExplanationMessage {
    outcome: OutcomeMessage,
    is_proved: bool,
}

#[derive(Debug, Serialize, Deserialize)]
enum OutcomeMessage {
    NoCandidate,
    /// Name of the rule that keeps the capacity, kind and key of the target,
    /// and how much more.
    Relaxations(Vec<(String, String, String, u32)>),
    Price {
        displaced: Vec<String>,
        priority: u64,
    },
    Impossible,
    Open,
}

impl From<&Explanation> for ExplanationMessage {
    fn from(explanation: &Explanation) -> Self {
        let outcome = match &explanation.outcome {
            Outcome::NoCandidate => OutcomeMessage::NoCandidate,
            Outcome::Relaxations(relaxations) => {
                let text = |one: &Relaxation| {
                    let rule = one.capacity.rule().name().to_owned();
                    let target = one.target.kind().to_owned();
                    (rule, target, one.target.key().to_owned(), one.more)
                };
                OutcomeMessage::Relaxations(relaxations.iter().map(text).collect())
            }
            Outcome::Price {
                displaced,
                priority,
            } => OutcomeMessage::Price {
                displaced: displaced.iter().map(ToString::to_string).collect(),
                priority: *priority,
            },
            Outcome::Impossible => OutcomeMessage::Impossible,
            Outcome::Open => OutcomeMessage::Open,
        };
        Self {
            outcome,
            is_proved: explanation.is_proved,
        }
    }
}

impl ExplanationMessage {
    /// Returns the explanation of a trainee; `None` for words of another
    /// version.
    fn into_explanation(self, trainee: TraineeKey) -> Option<Explanation> {
        let outcome = match self.outcome {
            OutcomeMessage::NoCandidate => Outcome::NoCandidate,
            OutcomeMessage::Relaxations(relaxations) => {
                let relaxations = relaxations.into_iter().map(relaxation);
                Outcome::Relaxations(relaxations.collect::<Option<_>>()?)
            }
            OutcomeMessage::Price {
                displaced,
                priority,
            } => {
                let displaced = displaced.iter().map(|key| key.parse().ok());
                Outcome::Price {
                    displaced: displaced.collect::<Option<_>>()?,
                    priority,
                }
            }
            OutcomeMessage::Impossible => Outcome::Impossible,
            OutcomeMessage::Open => Outcome::Open,
        };
        Some(Explanation {
            trainee,
            outcome,
            is_proved: self.is_proved,
        })
    }
}

fn relaxation((rule, kind, key, more): (String, String, String, u32)) -> Option<Relaxation> {
    let capacity = Capacity::ALL
        .into_iter()
        .find(|capacity| capacity.rule().name() == rule)?;
    let target = match kind.as_str() {
        "site" => SiteOrSupervisor::Site(key.parse().ok()?),
        "supervisor" => SiteOrSupervisor::Supervisor(key.parse().ok()?),
        _ => return None,
    };
    Some(Relaxation {
        capacity,
        target,
        more,
    })
}

/// Says in a child process what would have to give for a trainee to be matched
/// as well as those whom a legal plan matches; `None` for a trainee who is
/// matched or unknown. When the time is up, or `is_cancelled` says so, the
/// answer is [`Outcome::Open`].
///
/// # Errors
/// [`SolveFailure::Process`], [`SolveFailure::Lost`] and
/// [`SolveFailure::Matcher`].
pub fn explain_in_child(
    roster: &Roster,
    zones: &ZoneTable,
    (plan, context): (&Plan, &PlanContext),
    trainee: &TraineeKey,
    options: &SolveOptions,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Explanation>, SolveFailure> {
    let started = Instant::now();
    let (sender, events) = channel();
    let mut worker = Worker::start(options, sender)?;
    let request = ExplainRequest {
        problem: SolveRequest::new(roster, zones, options),
        plan: write_plan(plan, context).to_bytes(),
        trainee: trainee.to_string(),
    };
    worker.say(Request::Explain(Box::new(request)));
    let stop_by = options
        .time_limit
        .map(|limit: Duration| started + limit + OVERTIME);
    loop {
        if is_cancelled() || stop_by.is_some_and(|by| Instant::now() >= by) {
            worker.stop();
            return Ok(Some(Explanation {
                trainee: trainee.clone(),
                outcome: Outcome::Open,
                is_proved: false,
            }));
        }
        let reply = match events.recv_timeout(LOOK_UP_EVERY) {
            Err(RecvTimeoutError::Timeout) | Ok(Event::Proved(_)) => continue,
            Err(RecvTimeoutError::Disconnected) | Ok(Event::Gone) => {
                return Err(SolveFailure::Lost(worker.epitaph()));
            }
            Ok(Event::Said(reply)) => reply,
        };
        match reply {
            Reply::Explained(None) => return Ok(None),
            Reply::Explained(Some(message)) => {
                let explanation = message.into_explanation(trainee.clone());
                let unreadable = || SolveFailure::Matcher("unreadable explanation".to_owned());
                return explanation.map(Some).ok_or_else(unreadable);
            }
            Reply::Failed(text) => return Err(SolveFailure::Matcher(text)),
            Reply::Progress(_)
            | Reply::BetterPlan(_)
            | Reply::Done { .. }
            | Reply::Clash(_)
            | Reply::NoPlanInTime => {
                return Err(SolveFailure::Matcher("an answer out of turn".to_owned()));
            }
        }
    }
}
