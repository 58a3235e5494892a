//! Blocking pairs: by hand, and against the definition spelt out.

use practicum::domain::{Plan, Roster, Rule, SiteOrSupervisor, SiteRanking};
use practicum::matching::check::{Broken, check};
use practicum::matching::stability::{BlockingPair, blocking_pairs};

use crate::support::dice::Dice;
use crate::support::plans::PlanBuilder;
use crate::support::random_world::random_world;
use crate::support::solving::{solved, zones_of};
use crate::support::world::{World, at_site, parsed, range};

fn rankings(ranks: &[(&str, &str, u32)]) -> Vec<SiteRanking> {
    let mut rankings: Vec<SiteRanking> = ranks
        .iter()
        .map(|(site, trainee, rank)| SiteRanking {
            site: parsed(site),
            trainee: parsed(trainee),
            rank: *rank,
        })
        .collect();
    rankings.sort();
    rankings
}

/// Two sites of one place; t and u both rank a before b.
fn two_by_two() -> World {
    let mut world = World::new();
    for site in ["a", "b"] {
        world = world.site_with(site, |site| {
            site.capacity = 1;
            site.contact = range(0, 0);
        });
    }
    world.trainee("t").trainee("u")
}

fn pairs(roster: &Roster, plan: PlanBuilder<'_>) -> Vec<BlockingPair> {
    blocking_pairs(roster, &plan.build())
}

#[test]
fn a_site_and_a_trainee_who_prefer_each_other_block() {
    let ranks = rankings(&[("a", "t", 2), ("a", "u", 1), ("b", "t", 1), ("b", "u", 2)]);
    let roster = two_by_two()
        .with(|roster| roster.site_rankings = ranks)
        .into_roster();
    let wrong = PlanBuilder::new(&roster)
        .place("t", "a", 0)
        .place("u", "b", 0);
    let expected = BlockingPair {
        trainee: parsed("u"),
        site: parsed("a"),
        trainee_rank: 1,
        trainee_rank_now: Some(2),
        site_rank: 1,
        instead_of: Some(parsed("t")),
    };
    assert_eq!(pairs(&roster, wrong), [expected]);
    let right = PlanBuilder::new(&roster)
        .place("u", "a", 0)
        .place("t", "b", 0);
    assert_eq!(pairs(&roster, right), []);
}

#[test]
fn a_free_place_blocks_but_a_pinned_trainee_is_not_given_up() {
    let ranks = rankings(&[("a", "t", 2), ("a", "u", 1)]);
    let world = two_by_two().with(|roster| roster.site_rankings = ranks);
    let roster = world.roster();
    let alone = pairs(&roster, PlanBuilder::new(&roster).place("t", "b", 0));
    let instead: Vec<_> = alone
        .iter()
        .map(|pair| (pair.trainee.as_str(), &pair.instead_of))
        .collect();
    assert_eq!(instead, [("t", &None), ("u", &None)]);

    let pinned = world.pin("t", at_site("a")).into_roster();
    assert_eq!(
        pairs(&pinned, PlanBuilder::new(&pinned).place("t", "a", 0)),
        []
    );
}

#[test]
fn without_rankings_nothing_blocks() {
    let roster = two_by_two().into_roster();
    assert_eq!(pairs(&roster, PlanBuilder::new(&roster)), []);
}

/// Says whether the rules about the two alone admit a placement, by what the
/// checker finds in a plan of that placement.
fn is_admitted(roster: &Roster, trainee: &str, site: &str) -> bool {
    let plan = PlanBuilder::new(roster).place(trainee, site, 0).build();
    let alone = [
        Rule::SiteRanked,
        Rule::AgreementCoversTerm,
        Rule::ModalityOffered,
        Rule::LanguageShared,
        Rule::ConflictOfInterest,
        Rule::Forbidden,
    ];
    let breaches = check(roster, &zones_of(roster), &plan);
    breaches.iter().all(|breach| match breach.broken {
        Broken::Rule(rule) => !alone.contains(&rule),
        Broken::LevelValue(_) | Broken::Reference => true,
    })
}

/// Returns the pairs of the definition, spelt out.
fn spelt_out(roster: &Roster, plan: &Plan) -> Vec<(String, String)> {
    let site_rank = |site: &str, trainee: &str| {
        let mut rankings = roster.site_rankings.iter();
        let found = rankings.find(|r| r.site.as_str() == site && r.trainee.as_str() == trainee);
        found.map(|ranking| ranking.rank)
    };
    let last = |trainee: &str| {
        let own = roster
            .preferences
            .iter()
            .filter(|wish| wish.trainee.as_str() == trainee);
        let sites = own.filter(|wish| matches!(wish.target, SiteOrSupervisor::Site(_)));
        sites
            .map(|wish| (wish.target.key().to_owned(), wish.rank))
            .collect::<Vec<_>>()
    };
    let rank = |trainee: &str, site: &str| {
        let wishes = last(trainee);
        let worst = wishes.iter().map(|(_, rank)| *rank).max().unwrap_or(0);
        let found = wishes.iter().find(|(key, _)| key == site);
        found.map_or(worst + 1, |(_, rank)| *rank)
    };
    let mut blocking = Vec::new();
    for trainee in &roster.trainees {
        let now = plan.placements.iter().find(|p| p.trainee == trainee.key);
        for site in &roster.sites {
            let (t, s) = (trainee.key.as_str(), site.key.as_str());
            let Some(own) = site_rank(s, t).filter(|_| is_admitted(roster, t, s)) else {
                continue;
            };
            if now.is_some_and(|p| p.site == site.key || rank(t, p.site.as_str()) <= rank(t, s)) {
                continue;
            }
            let here: Vec<_> = plan
                .placements
                .iter()
                .filter(|p| p.site == site.key)
                .collect();
            let least = |key: &str| {
                let person = roster
                    .trainees
                    .iter()
                    .find(|t| t.key.as_str() == key)
                    .unwrap();
                person.contact.min().max(site.contact.min()).get()
            };
            let used: u32 = here.iter().map(|p| least(p.trainee.as_str())).sum();
            let has_place = u32::try_from(here.len()).unwrap() < site.capacity;
            let has_contact = used + least(t) <= site.contact_per_week.get();
            let gives_up = here.iter().any(|p| {
                let is_pin = |pin: &practicum::domain::Pin| {
                    pin.trainee == p.trainee && pin.target == at_site(s)
                };
                let worse = site_rank(s, p.trainee.as_str()).is_none_or(|rank| rank > own);
                worse && !roster.pins.iter().any(is_pin)
            });
            if (has_place && has_contact) || gives_up {
                blocking.push((t.to_owned(), s.to_owned()));
            }
        }
    }
    blocking
}

#[test]
fn agrees_with_the_definition_on_random_worlds() {
    let mut found = 0;
    for seed in 0..300 {
        let mut roster = random_world(seed);
        let mut dice = Dice::new(seed);
        for site in &roster.sites {
            for trainee in &roster.trainees {
                if !dice.one_in(4) {
                    roster.site_rankings.push(SiteRanking {
                        site: site.key.clone(),
                        trainee: trainee.key.clone(),
                        rank: 1 + dice.below(4),
                    });
                }
            }
        }
        let Ok(plan) = solved(&roster, 1) else {
            continue;
        };
        let pairs: Vec<(String, String)> = blocking_pairs(&roster, &plan)
            .into_iter()
            .map(|pair| (pair.trainee.to_string(), pair.site.to_string()))
            .collect();
        assert_eq!(pairs, spelt_out(&roster, &plan), "seed {seed}");
        found += pairs.len();
    }
    assert!(found > 100, "{found}");
}
