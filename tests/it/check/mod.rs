//! The checker names what is broken: for every rule there are small legal
//! plans that are then broken on purpose, in that rule alone.

mod capacity;
mod command;
mod eligibility;
mod large;
mod levels;
mod lines;
mod references;
mod rule_sets;
mod sessions;
mod time;

use std::collections::BTreeSet;

use practicum::domain::{Plan, Roster, Rule, SessionKind};
use practicum::matching::check::{Breach, Broken, check};

use crate::support::plans::{PlanBuilder, tell_the_truth};
use crate::support::world::{World, zone_table};

/// A legal plan, and one change that breaks one rule.
struct Case {
    /// What the change does.
    name: &'static str,
    rule: Rule,
    legal: fn() -> (Roster, Plan),
    break_it: fn(&mut Roster, &mut Plan),
}

fn cases() -> impl Iterator<Item = &'static Case> {
    [
        eligibility::CASES,
        capacity::CASES,
        sessions::CASES,
        time::CASES,
        lines::CASES,
        rule_sets::CASES,
    ]
    .into_iter()
    .flatten()
}

fn breaches(roster: &Roster, plan: &Plan) -> Vec<Breach> {
    check(roster, &zone_table(roster), plan)
}

fn listing(breaches: &[Breach]) -> String {
    breaches
        .iter()
        .map(|breach| format!("\n  {breach}"))
        .collect()
}

/// Returns a trainee with one line at a site, who meets a supervisor on Monday
/// at nine by video.
fn one_trainee() -> (Roster, Plan) {
    planned(
        World::new()
            .site("a")
            .supervisor("s")
            .line("weekly")
            .trainee("t"),
        |plan| {
            plan.place("t", "a", 300).video(
                "s",
                SessionKind::Individual,
                "mon 09:00",
                &["t/weekly"],
            )
        },
    )
}

/// The same, in person at the site.
fn one_trainee_in_person() -> (Roster, Plan) {
    let world = World::new().site("a").site("b").supervisor("s");
    planned(world.line("weekly").trainee("t"), |plan| {
        let kind = SessionKind::Individual;
        plan.place("t", "a", 300)
            .in_person("s", kind, "mon 09:00", "a", &["t/weekly"])
    })
}

fn planned(world: World, plan: impl FnOnce(PlanBuilder<'_>) -> PlanBuilder<'_>) -> (Roster, Plan) {
    let roster = world.into_roster();
    let plan = plan(PlanBuilder::new(&roster)).build();
    (roster, plan)
}

#[test]
fn every_rule_has_a_case() {
    let tested: BTreeSet<Rule> = cases().map(|case| case.rule).collect();
    let left_out: Vec<Rule> = Rule::ALL
        .iter()
        .copied()
        .filter(|rule| !tested.contains(rule))
        .collect();
    assert_eq!(left_out, [], "rules that no plan breaks");
}

#[test]
fn a_legal_plan_has_no_breach() {
    for case in cases() {
        let (roster, plan) = (case.legal)();
        let found = breaches(&roster, &plan);
        assert!(found.is_empty(), "{}:{}", case.name, listing(&found));
    }
}

#[test]
fn a_broken_rule_is_named_and_no_other() {
    for case in cases() {
        let (mut roster, mut plan) = (case.legal)();
        (case.break_it)(&mut roster, &mut plan);
        tell_the_truth(&roster, &mut plan);
        let found = breaches(&roster, &plan);
        let named: BTreeSet<Broken> = found.iter().map(|breach| breach.broken).collect();
        assert_eq!(
            named,
            BTreeSet::from([Broken::Rule(case.rule)]),
            "{}:{}",
            case.name,
            listing(&found)
        );
    }
}
