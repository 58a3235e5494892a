//! Explanations and blocking pairs as messages.

use super::super::pb;
use super::fields::number;
use super::pairs;
use crate::app::{BlockingPair, Capacity, Explanation, ExplanationOutcome, Relaxation};

/// Returns an explanation as a message.
pub(in super::super) fn explanation(explanation: &Explanation) -> pb::Explanation {
    use pb::ExplanationOutcome as Word;
    let mut message = pb::Explanation {
        trainee_id: explanation.trainee.to_string(),
        proved: explanation.is_proved,
        ..pb::Explanation::default()
    };
    let word = match &explanation.outcome {
        ExplanationOutcome::NoCandidate => Word::NoCandidate,
        ExplanationOutcome::Relaxations(relaxations) => {
            message.relaxations = relaxations.iter().map(relaxation).collect();
            Word::Relaxations
        }
        ExplanationOutcome::Price {
            displaced,
            priority,
        } => {
            let keys = displaced.iter().map(ToString::to_string);
            message.displaced_trainee_ids = keys.collect();
            message.displaced_priority = i64::try_from(*priority).unwrap_or(i64::MAX);
            Word::Price
        }
        ExplanationOutcome::Impossible => Word::Impossible,
        ExplanationOutcome::Open => Word::Open,
    };
    message.outcome = i32::from(word);
    message
}

fn relaxation(relaxation: &Relaxation) -> pb::Relaxation {
    pb::Relaxation {
        capacity: capacity(relaxation.capacity),
        target: Some(pairs::target(&relaxation.target)),
        more: number(relaxation.more),
    }
}

/// Returns the number of a capacity on the wire.
pub(super) fn capacity(capacity: Capacity) -> i32 {
    i32::from(match capacity {
        Capacity::Places => pb::Capacity::Places,
        Capacity::ContactMinutes => pb::Capacity::ContactMinutes,
        Capacity::Caseload => pb::Capacity::Caseload,
        Capacity::SupervisorMinutes => pb::Capacity::SupervisorMinutes,
    })
}

/// Returns a blocking pair as a message.
pub(in super::super) fn blocking_pair(pair: &BlockingPair) -> pb::BlockingPair {
    let instead_of = pair.instead_of.as_ref().map(ToString::to_string);
    pb::BlockingPair {
        trainee_id: pair.trainee.to_string(),
        site_id: pair.site.to_string(),
        trainee_rank: number(pair.trainee_rank),
        trainee_rank_now: pair.trainee_rank_now.map(number),
        site_rank: number(pair.site_rank),
        instead_of_trainee_id: instead_of.unwrap_or_default(),
    }
}
