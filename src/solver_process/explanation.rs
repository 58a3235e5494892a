//! Explains an unmatched trainee in a child process: what parent and child say
//! to each other, and the parent's side.

use serde::{Deserialize, Serialize};

use super::message::{Reply, Request, SolveRequest};
use super::parent::{SolveFailure, SolveOptions};
use super::question::{ask, capacity, out_of_turn, target};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster, TraineeKey};
use crate::matching::explain::{Explanation, Outcome, Relaxation};
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
    Some(Relaxation {
        capacity: capacity(&rule)?,
        target: target(&kind, &key)?,
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
    let request = ExplainRequest {
        problem: SolveRequest::new(roster, zones, options),
        plan: write_plan(plan, context).to_bytes(),
        trainee: trainee.to_string(),
    };
    let request = Request::Explain(Box::new(request));
    match ask(request, options, is_cancelled)? {
        None => Ok(Some(Explanation {
            trainee: trainee.clone(),
            outcome: Outcome::Open,
            is_proved: false,
        })),
        Some(Reply::Explained(None)) => Ok(None),
        Some(Reply::Explained(Some(message))) => {
            let explanation = message.into_explanation(trainee.clone());
            let unreadable = || SolveFailure::Matcher("unreadable explanation".to_owned());
            explanation.map(Some).ok_or_else(unreadable)
        }
        Some(_) => Err(out_of_turn()),
    }
}
