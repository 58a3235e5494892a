//! Blocking pairs: by hand, and against the definition spelt out.

use practicum::domain::{BlockingPairs, Plan, Roster, Rule, SiteOrSupervisor, SiteRanking};
use practicum::matching::MatchError;
use practicum::matching::check::{Broken, check};
use practicum::matching::stability::{BlockingPair, blocking_pairs};

use crate::cli_match::matched;
use crate::support::brute_force::brute_force;
use crate::support::command::practicum;
use crate::support::dice::Dice;
use crate::support::plans::PlanBuilder;
use crate::support::random_world::random_world;
use crate::support::solving::{level_values, solved, zones_of};
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

/// Returns the tiny roster of a seed whose sites rank all but one in so many.
fn ranked_world(seed: u64, left_out: u32) -> Roster {
    let mut roster = random_world(seed);
    let mut dice = Dice::new(seed);
    for site in &roster.sites {
        for trainee in &roster.trainees {
            if !dice.one_in(left_out) {
                roster.site_rankings.push(SiteRanking {
                    site: site.key.clone(),
                    trainee: trainee.key.clone(),
                    rank: 1 + dice.below(4),
                });
            }
        }
    }
    roster
}

#[test]
fn agrees_with_the_definition_on_random_worlds() {
    let mut found = 0;
    for seed in 0..300 {
        let roster = ranked_world(seed, 4);
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

/// Asserts that the best plan without blocking pairs is that of trying
/// everything, or that both find none. Returns whether forbidding them changed
/// the values, and whether it left no plan.
fn assert_forbidden(roster: &Roster, what: &str) -> (bool, bool) {
    let allowed = brute_force(roster, &zones_of(roster));
    let mut forbidding = roster.clone();
    forbidding.round.blocking_pairs = BlockingPairs::Forbidden;
    let best = brute_force(&forbidding, &zones_of(roster));
    match (solved(&forbidding, 1), &best) {
        (Ok(plan), Some(best)) => {
            assert_eq!(level_values(&plan), (best.clone(), true), "{what}");
            assert_eq!(blocking_pairs(&forbidding, &plan), [], "{what}");
        }
        (Err(MatchError::Clash(clashes)), None) => assert!(!clashes.is_empty(), "{what}"),
        (found, best) => panic!("{what}: matcher {found:?}, everything tried {best:?}"),
    }
    let is_lost = allowed.is_some() && best.is_none();
    (best.is_some() && allowed != best, is_lost)
}

#[test]
fn forbidding_them_agrees_with_trying_everything() {
    let (mut dearer, mut lost) = (0, 0);
    for seed in 0..300 {
        let roster = ranked_world(seed, 2);
        let (is_dearer, is_lost) = assert_forbidden(&roster, &format!("seed {seed}"));
        dearer += u32::from(is_dearer);
        lost += u32::from(is_lost);
    }
    assert!(dearer > 10 && lost > 10, "dearer {dearer}, no plan {lost}");
}

#[test]
fn where_contact_is_what_is_short_it_agrees_as_well() {
    let (mut dearer, mut lost) = (0, 0);
    for seed in 0..300 {
        let mut roster = ranked_world(seed, 2);
        let mut dice = Dice::new(seed);
        roster.supervision_lines.clear();
        for site in &mut roster.sites {
            site.capacity = 3;
            site.contact = range(0, 600);
            site.contact_per_week = crate::support::world::minutes(*dice.pick(&[60, 120, 150]));
        }
        for trainee in &mut roster.trainees {
            let least = *dice.pick(&[0, 60, 60, 75, 90]);
            trainee.contact = range(least, 600);
            trainee.contact_target = Some(trainee.contact.min());
        }
        let (is_dearer, is_lost) = assert_forbidden(&roster, &format!("seed {seed}"));
        dearer += u32::from(is_dearer);
        lost += u32::from(is_lost);
    }
    assert!(dearer > 10 && lost > 5, "dearer {dearer}, no plan {lost}");
}

/// One place at a, for which t counts more; but a would rather have u.
fn priority_against_wish() -> World {
    let ranks = rankings(&[("a", "t", 2), ("a", "u", 1)]);
    World::new()
        .site_with("a", |site| site.capacity = 1)
        .trainee_with("t", |t| t.priority = 3)
        .trainee("u")
        .with(|roster| roster.site_rankings = ranks)
}

#[test]
fn the_price_of_forbidding_them_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (roster, plan) = (folder.path().join("roster"), folder.path().join("plan"));
    let world = priority_against_wish();
    let write = |world: World| {
        let files = practicum::roster::write_roster(&world.into_roster());
        files.write_dir(&roster).unwrap();
        assert_eq!(matched(&roster, &plan, &[]).code, 0);
    };
    let folders = [
        "--roster",
        roster.to_str().unwrap(),
        "--plan",
        plan.to_str().unwrap(),
    ];
    write(world.clone());
    let told = practicum(&[&["audit", "--price"], &folders[..]].concat());
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains("worse by 2"), "{}", told.stdout);
    assert!(told.stdout.contains("pairs forbidden"), "{}", told.stdout);

    write(world.round(|round| round.blocking_pairs = BlockingPairs::Forbidden));
    let told = practicum(&[&["audit", "--price", "--json"], &folders[..]].concat());
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told["blocking_pairs"].as_array().unwrap().len(), 0);
    let level = &told["price"]["levels"][0];
    assert_eq!(level["level"], "matched_priority");
    assert_eq!(
        (&level["now"]["value"], &level["better"]),
        (&1.into(), &2.into())
    );
}

#[test]
fn a_site_that_must_block_is_named() {
    // The site ranks the trainee, and nobody can supervise there.
    let world = priority_against_wish().line("weekly");
    let roster = world
        .round(|round| round.blocking_pairs = BlockingPairs::Forbidden)
        .into_roster();
    let Err(MatchError::Clash(clashes)) = solved(&roster, 1) else {
        panic!("a plan without blocking pairs");
    };
    let [clash] = &clashes[..] else {
        panic!("{clashes:?}");
    };
    assert_eq!(clash.rule, Rule::BlockingPair);
    assert_eq!(clash.subject, "nobody may block with site a");
}
