//! A plan speaks of the roster, and of each trainee once.

use practicum::domain::plan::{Delivery, Unmatched};
use practicum::domain::{Plan, Rule};
use practicum::matching::check::{Broken, check};

use super::{breaches, one_trainee, one_trainee_in_person};
use crate::support::plans::tell_the_truth;
use crate::support::world::{parsed, zone_table};

/// Says whether an altered legal plan breaks a reference, and names it.
fn names_a_reference(alter: impl FnOnce(&mut Plan), subject: &str) {
    let (roster, mut plan) = one_trainee_in_person();
    alter(&mut plan);
    tell_the_truth(&roster, &mut plan);
    let found = breaches(&roster, &plan);
    assert!(
        found
            .iter()
            .any(|b| b.broken == Broken::Reference && b.subject == subject),
        "{subject} is not among{}",
        super::listing(&found)
    );
}

fn unmatched(trainee: &str) -> Unmatched {
    Unmatched {
        trainee: parsed(trainee),
        reason: Rule::SiteCapacity,
        detail: String::new(),
        action: String::new(),
    }
}

#[test]
fn unknown_keys_are_named() {
    names_a_reference(|plan| plan.placements[0].trainee = parsed("x"), "trainee x");
    names_a_reference(|plan| plan.placements[0].site = parsed("x"), "site x");
    names_a_reference(|plan| plan.unmatched.push(unmatched("x")), "trainee x");
    names_a_reference(
        |plan| plan.sessions[0].supervisor = parsed("x"),
        "supervisor x",
    );
    names_a_reference(
        |plan| plan.sessions[0].delivery = Delivery::InPerson(parsed("x")),
        "site x",
    );
    names_a_reference(
        |plan| plan.sessions[0].members[0].trainee = parsed("x"),
        "trainee x",
    );
}

#[test]
fn a_trainee_is_placed_once_or_unmatched_once() {
    names_a_reference(
        |plan| plan.placements.push(plan.placements[0].clone()),
        "trainee t",
    );
    names_a_reference(|plan| plan.unmatched.push(unmatched("t")), "trainee t");
    names_a_reference(
        |plan| {
            plan.placements.clear();
            plan.sessions.clear();
        },
        "trainee t",
    );
    names_a_reference(
        |plan| {
            plan.placements.clear();
            plan.sessions.clear();
            plan.unmatched = vec![unmatched("t"), unmatched("t")];
        },
        "trainee t",
    );
}

#[test]
fn a_session_number_is_there_once() {
    names_a_reference(
        |plan| plan.sessions.push(plan.sessions[0].clone()),
        "session session-0001",
    );
}

#[test]
fn a_zone_without_rules_is_named_and_not_passed_over() {
    let (roster, mut plan) = one_trainee();
    let zones = zone_table(&roster);
    plan.sessions[0].time_zone = parsed("Asia/Tokyo");
    let found = check(&roster, &zones, &plan);
    assert!(
        found
            .iter()
            .any(|b| b.broken == Broken::Reference && b.subject == "zone Asia/Tokyo"),
        "{}",
        super::listing(&found)
    );
}
