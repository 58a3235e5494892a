//! The levels are counted again.

use practicum::domain::plan::{Level, LevelStatus};
use practicum::domain::{Plan, Requirement, RequirementCategory, Roster, UnrankedSites};
use practicum::matching::check::Broken;

use super::{breaches, one_trainee, planned};
use crate::support::plans::tell_the_truth;
use crate::support::world::{World, minutes, range};

fn broken(roster: &Roster, plan: &Plan) -> Vec<Broken> {
    let mut broken: Vec<Broken> = breaches(roster, plan).iter().map(|b| b.broken).collect();
    broken.dedup();
    broken
}

#[test]
fn a_wrong_value_of_each_level_is_named() {
    for (position, level) in Level::DEFAULT.into_iter().enumerate() {
        let (roster, mut plan) = one_trainee();
        plan.levels[position].value += 1;
        plan.levels[position].bound += 1;
        assert_eq!(broken(&roster, &plan), [Broken::LevelValue(level)]);
    }
}

#[test]
fn a_trainee_said_to_finish_who_does_not_is_named() {
    let world = World::new().site("a").trainee("t").with(|roster| {
        roster.round.policy = "matched;finish_in_time".parse().unwrap();
        roster.requirements = vec![Requirement {
            trainee: roster.trainees[0].key.clone(),
            category: RequirementCategory::Contact,
            required: minutes(1_000),
            completed: minutes(100),
            due_day: roster.round.term.last(),
        }];
    });
    // Four weeks of 225 minutes are just enough.
    let (roster, plan) = planned(world, |plan| plan.place("t", "a", 225));
    assert_eq!(plan.levels[1].value, 1);
    assert_eq!(breaches(&roster, &plan), []);
    let mut less = plan;
    less.placements[0].contact = minutes(210);
    let wrong = [Broken::LevelValue(Level::FinishInTime)];
    assert_eq!(broken(&roster, &less), wrong);
}

#[test]
fn values_speak_of_priority_contact_and_rank() {
    let world = World::new()
        .site("a")
        .site("b")
        .trainee_with("t", |trainee| trainee.priority = 3)
        .trainee("u")
        .trainee("w");
    let (roster, plan) = planned(world, |plan| plan.place("t", "b", 240).place("u", "a", 285));
    assert_eq!(breaches(&roster, &plan), []);
    let values: Vec<i64> = plan.levels.iter().map(|level| level.value).collect();
    assert_eq!(values, [4, 2, 75, 3]);
}

#[test]
fn contact_above_the_target_is_no_credit_for_others() {
    let world = World::new()
        .site_with("a", |site| site.contact = range(360, 600))
        .site("b")
        .trainee("t")
        .trainee("u");
    let (roster, plan) = planned(world, |plan| plan.place("t", "a", 360).place("u", "b", 240));
    assert_eq!(breaches(&roster, &plan), []);
    assert_eq!(plan.levels[2].value, 60);
}

#[test]
fn a_bound_that_the_value_beats_is_refuted() {
    for (position, level) in Level::DEFAULT.into_iter().enumerate() {
        let (roster, mut plan) = one_trainee();
        plan.placements[0].contact = minutes(285);
        tell_the_truth(&roster, &mut plan);
        let towards_worse = if position < 2 { -1 } else { 1 };
        plan.levels[position].bound += towards_worse;
        plan.levels[position].status = LevelStatus::TimeLimit;
        assert_eq!(broken(&roster, &plan), [Broken::LevelValue(level)]);
    }
}

#[test]
fn proved_means_that_the_bound_is_the_value() {
    let (roster, mut plan) = one_trainee();
    plan.levels[0].bound += 1;
    assert_eq!(
        broken(&roster, &plan),
        [Broken::LevelValue(Level::MatchedPriority)]
    );
    plan.levels[0].status = LevelStatus::TimeLimit;
    assert_eq!(broken(&roster, &plan), []);
}

#[test]
fn every_level_is_there_once_and_in_order() {
    let (roster, plan) = one_trainee();
    let mut missing = plan.clone();
    missing.levels.remove(1);
    assert!(broken(&roster, &missing).contains(&Broken::LevelValue(Level::Matched)));

    let mut twice = plan.clone();
    twice.levels.push(plan.levels[3]);
    assert_eq!(
        broken(&roster, &twice),
        [Broken::LevelValue(Level::SiteRank)]
    );

    let mut swapped = plan;
    swapped.levels.swap(0, 1);
    assert_eq!(
        broken(&roster, &swapped),
        [Broken::LevelValue(Level::Matched)]
    );
}

#[test]
fn an_unranked_site_comes_after_the_last_ranked_one() {
    let world = World::new()
        .site("a")
        .site("b")
        .trainee("t")
        .trainee("u")
        .ranks("t", &[("a", 4)])
        .ranks("u", &[])
        .round(|round| round.unranked_sites = UnrankedSites::Last);
    let (roster, plan) = planned(world, |plan| plan.place("t", "b", 300).place("u", "b", 300));
    assert_eq!(breaches(&roster, &plan), []);
    let ranks: Vec<u32> = plan.placements.iter().map(|p| p.preference_rank).collect();
    assert_eq!(ranks, [5, 1]);
}
