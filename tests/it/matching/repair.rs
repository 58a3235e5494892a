//! What of an earlier plan cannot stand, and why: one cause in one world.

use practicum::domain::{Edit, Plan, Roster, Rule};
use practicum::matching::repair::fallen;

use crate::support::solving::{solved, zones_of};
use crate::support::world::{World, parsed};

/// Two sites of two places, and a supervisor for everybody.
fn world() -> (Roster, Plan) {
    let mut world = World::new();
    for site in ["a", "b"] {
        world = world.site_with(site, |site| site.capacity = 2);
    }
    let world = world
        .supervisor_with("s", |person| person.caseload_max = 4)
        .line("weekly")
        .trainee("t")
        .trainee("u")
        .trainee("v");
    let roster = world.roster();
    let plan = solved(&roster, 1).unwrap();
    assert_eq!(plan.placements.len(), 3);
    (roster, plan)
}

/// Returns who falls after an edit, and by which rules.
fn falls(edit: &str) -> Vec<(String, Rule)> {
    let (roster, plan) = world();
    let edited = roster.edited(&[parsed::<Edit>(edit)]).unwrap();
    let found = fallen(&edited, &zones_of(&edited), &plan).unwrap();
    let named = found
        .into_iter()
        .map(|one| (one.trainee.to_string(), one.rule));
    named.collect()
}

#[test]
fn nobody_falls_where_nothing_that_matters_changed() {
    assert_eq!(falls("capacity a 3"), []);
    assert_eq!(falls("withdraw t"), []);
}

#[test]
fn everybody_at_a_closed_site_falls() {
    let (_, plan) = world();
    let there = plan.placements.iter().filter(|p| p.site.as_str() == "a");
    let there: Vec<_> = there
        .map(|p| (p.trainee.to_string(), Rule::SiteCapacity))
        .collect();
    assert_eq!(falls("close a"), there);
}

#[test]
fn everybody_of_a_supervisor_who_leaves_falls() {
    let rules: Vec<Rule> = falls("leave s").into_iter().map(|(_, rule)| rule).collect();
    assert_eq!(rules, [Rule::CaseloadLimit; 3]);
    let rules = falls("away supervisor s 2027-01-11 2027-01-17");
    let rules: Vec<Rule> = rules.into_iter().map(|(_, rule)| rule).collect();
    assert_eq!(rules, [Rule::AvailableEveryWeek; 3]);
}

#[test]
fn only_the_one_who_declines_falls() {
    let (_, plan) = world();
    let edit = format!("decline u {}", plan.placements[1].site);
    assert_eq!(falls(&edit), [("u".to_owned(), Rule::Forbidden)]);
}
