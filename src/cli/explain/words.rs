//! An explanation in words, for people and for files.

use serde_json::{Value, json};

use crate::domain::{SiteOrSupervisor, TraineeKey};
use crate::matching::explain::{Explanation, Outcome, Relaxation};
use crate::roster::ExplanationRow;

/// Returns an explanation as a row of `explanations.csv`.
pub(super) fn as_row(answer: &Explanation) -> ExplanationRow {
    let relaxations = relaxations(&answer.outcome).iter().map(|relaxation| {
        let rule = relaxation.capacity.rule();
        format!("{rule} {} {}", relaxation.target.key(), relaxation.more)
    });
    ExplanationRow {
        trainee: answer.trainee.clone(),
        outcome: word(&answer.outcome),
        is_proved: answer.is_proved,
        relaxations: relaxations.collect(),
        displaced: displaced(&answer.outcome).to_vec(),
        text: sentence(answer),
    }
}

/// Returns the word for an outcome that files and programs see.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::NoCandidate => "no_candidate",
        Outcome::Relaxations(_) => "relaxations",
        Outcome::Price { .. } => "price",
        Outcome::Impossible => "impossible",
        Outcome::Open => "open",
    }
}

fn relaxations(outcome: &Outcome) -> &[Relaxation] {
    match outcome {
        Outcome::Relaxations(relaxations) => relaxations,
        Outcome::NoCandidate | Outcome::Price { .. } | Outcome::Impossible | Outcome::Open => &[],
    }
}

fn displaced(outcome: &Outcome) -> &[TraineeKey] {
    match outcome {
        Outcome::Price { displaced, .. } => displaced,
        Outcome::NoCandidate | Outcome::Relaxations(_) | Outcome::Impossible | Outcome::Open => &[],
    }
}

/// Returns the relaxations of an outcome as JSON.
pub(super) fn relaxations_as_json(outcome: &Outcome) -> Vec<Value> {
    let as_json = |relaxation: &Relaxation| {
        json!({
            "rule": relaxation.capacity.rule().name(),
            "target": relaxation.target.kind(),
            "target_id": relaxation.target.key(),
            "more": relaxation.more,
        })
    };
    relaxations(outcome).iter().map(as_json).collect()
}

/// Returns an explanation as a sentence.
pub(super) fn sentence(answer: &Explanation) -> String {
    let proved = |what: &str| {
        let word = if answer.is_proved {
            "proved"
        } else {
            "unproved"
        };
        format!(" ({what}: {word})")
    };
    match &answer.outcome {
        Outcome::NoCandidate => {
            "No more of any capacity helps: rules about the trainee alone stop every site."
                .to_owned()
        }
        Outcome::Relaxations(relaxations) if relaxations.is_empty() => {
            "Can be matched as it is, with nobody losing a place; let the match run longer, or allow blocking pairs where the round forbids them."
                .to_owned()
        }
        Outcome::Relaxations(relaxations) => {
            let parts: Vec<String> = relaxations.iter().map(more).collect();
            let what = proved("nothing smaller helps");
            format!(
                "Would be matched, and nobody would lose a place, with {}{what}.",
                parts.join(" and ")
            )
        }
        Outcome::Price { displaced, .. } if displaced.is_empty() => {
            "Can be matched as it is, with nobody losing a place; let the match run longer, or allow blocking pairs where the round forbids them."
                .to_owned()
        }
        Outcome::Price {
            displaced,
            priority,
        } => {
            let keys: Vec<&str> = displaced.iter().map(|key| key.as_str()).collect();
            let what = proved("no other price is lower, and no three capacities help");
            format!(
                "Only at a price: {} would lose a place, priority {priority} in all{what}.",
                keys.join(" and ")
            )
        }
        Outcome::Impossible => {
            let what = proved("and no three capacities help");
            format!("No plan has a place, whoever gives way{what}.")
        }
        Outcome::Open => {
            "The time ran out before an answer was found; give --seconds more.".to_owned()
        }
    }
}

fn more(relaxation: &Relaxation) -> String {
    let whose = match &relaxation.target {
        SiteOrSupervisor::Site(_) => "at site",
        SiteOrSupervisor::Supervisor(_) => "of supervisor",
    };
    format!(
        "{} more {} {whose} {}",
        relaxation.more,
        relaxation.capacity.unit(relaxation.more),
        relaxation.target.key()
    )
}
