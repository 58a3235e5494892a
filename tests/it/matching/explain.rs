//! What would have to give for an unmatched trainee: by hand, and against
//! everything tried.

use practicum::domain::{Plan, Roster, SessionKind, SiteOrSupervisor, TraineeKey};
use practicum::matching::MatchError;
use practicum::matching::explain::{Capacity, Explanation, LIFTS_MAX, Outcome, explain};

use crate::cli_match::shipped;
use crate::support::brute_force::brute_force_plan;
use crate::support::command::practicum;
use crate::support::random_world::random_world;
use crate::support::solving::{Patient, solved, zones_of};
use crate::support::world::{World, minutes, parsed, range, weekly};

/// Worlds whose every unmatched trainee is explained twice.
const SEEDS: u64 = 120;

fn explained(roster: &Roster, plan: &Plan, trainee: &TraineeKey) -> Explanation {
    let zones = zones_of(roster);
    let explanation = explain(roster, &zones, plan, trainee, &mut Patient).unwrap();
    explanation.unwrap()
}

/// Returns what is said of the only unmatched trainee.
fn only_unmatched(world: World) -> Explanation {
    let roster = world.into_roster();
    let plan = solved(&roster, 1).unwrap();
    assert_eq!(plan.unmatched.len(), 1);
    explained(&roster, &plan, &plan.unmatched[0].trainee)
}

/// Returns the relaxations as `capacity key more`.
fn relaxations(explanation: &Explanation) -> Vec<String> {
    let Outcome::Relaxations(relaxations) = &explanation.outcome else {
        panic!("{explanation:?}");
    };
    relaxations
        .iter()
        .map(|r| format!("{} {} {}", r.capacity.rule(), r.target.key(), r.more))
        .collect()
}

fn two_trainees(world: World) -> World {
    let wants = |trainee: &mut practicum::domain::Trainee| trainee.contact = range(240, 600);
    world.trainee_with("t", wants).trainee_with("u", wants)
}

#[test]
fn one_more_of_the_one_capacity_that_is_short_is_enough() {
    let individual = |world: World, change: fn(&mut practicum::domain::Supervisor)| {
        let world = world.supervisor_with("s", |s| {
            s.kinds = [SessionKind::Individual].into();
            change(s);
        });
        two_trainees(world.line("weekly"))
    };
    let short_of_contact = World::new().site_with("a", |a| a.contact_per_week = minutes(300));
    for (world, expected) in [
        (
            two_trainees(World::new().site_with("a", |a| a.capacity = 1)),
            "site_capacity a 1",
        ),
        (two_trainees(short_of_contact), "site_contact_minutes a 240"),
        (
            individual(World::new().site("a"), |s| s.caseload_max = 1),
            "caseload_limit s 1",
        ),
        (
            individual(World::new().site("a"), |s| {
                s.minutes_per_week_max = minutes(60);
            }),
            "supervisor_weekly_minutes s 60",
        ),
    ] {
        let explanation = only_unmatched(world);
        assert_eq!(relaxations(&explanation), [expected]);
        assert!(explanation.is_proved, "{expected}");
    }
}

#[test]
fn two_capacities_are_named_where_one_is_not_enough() {
    let world = World::new()
        .site_with("a", |a| a.capacity = 1)
        .supervisor_with("s", |s| s.caseload_max = 1)
        .line("weekly");
    let explanation = only_unmatched(two_trainees(world));
    assert_eq!(
        relaxations(&explanation),
        ["site_capacity a 1", "caseload_limit s 1"]
    );
    assert!(explanation.is_proved);
}

#[test]
fn a_place_that_somebody_else_can_move_to_counts() {
    // Only u can go to b, and a is full: one more place at either helps.
    let world = World::new()
        .site_with("a", |a| a.capacity = 1)
        .site_with("b", |b| b.capacity = 1)
        .trainee("t")
        .ranks("t", &[("a", 1)])
        .trainee("u")
        .trainee("v")
        .ranks("v", &[("b", 1)]);
    let explanation = only_unmatched(world);
    assert_eq!(relaxations(&explanation).len(), 1);
    assert!(explanation.is_proved);
}

#[test]
fn the_price_is_told_where_only_an_hour_is_short() {
    // Two trainees, one hour in the week: no capacity makes it two.
    let world = World::new()
        .site("a")
        .supervisor_with("s", |s| {
            s.kinds = [SessionKind::Individual].into();
            s.availability = weekly(&["mon 09:00 10:00"]);
        })
        .line("weekly")
        .trainee_with("t", |t| t.priority = 3)
        .trainee("u");
    let explanation = only_unmatched(world);
    let price = Outcome::Price {
        displaced: vec![parsed("t")],
        priority: 3,
    };
    assert_eq!(explanation.outcome, price);
    assert!(explanation.is_proved);
}

#[test]
fn no_capacity_is_named_where_rules_about_the_trainee_stop_every_site() {
    let world = World::new()
        .site("a")
        .trainee_with("t", |t| t.modalities_required = [parsed("emdr")].into());
    let explanation = only_unmatched(world);
    assert_eq!(explanation.outcome, Outcome::NoCandidate);
}

#[test]
fn whoever_is_matched_needs_no_explanation() {
    let roster = World::new().site("a").trainee("t").into_roster();
    let plan = solved(&roster, 1).unwrap();
    let zones = zones_of(&roster);
    let of = |key: &str| explain(&roster, &zones, &plan, &parsed(key), &mut Patient).unwrap();
    assert_eq!(of("t"), None);
    assert_eq!(of("nobody"), None);
}

/// A capacity of a site or supervisor, by key, and how it is lifted: written
/// anew, so that nothing is shared with what is tested.
type Lifted = (Capacity, SiteOrSupervisor);

fn capacities(roster: &Roster) -> Vec<Lifted> {
    let sites = roster.sites.iter().flat_map(|site| {
        let site = SiteOrSupervisor::Site(site.key.clone());
        [Capacity::Places, Capacity::ContactMinutes].map(|c| (c, site.clone()))
    });
    let people = roster.supervisors.iter().flat_map(|person| {
        let person = SiteOrSupervisor::Supervisor(person.key.clone());
        [Capacity::Caseload, Capacity::SupervisorMinutes].map(|c| (c, person.clone()))
    });
    sites.chain(people).collect()
}

fn lift(roster: &mut Roster, (capacity, target): &Lifted) {
    for site in roster
        .sites
        .iter_mut()
        .filter(|s| s.key.as_str() == target.key())
    {
        match capacity {
            Capacity::Places => site.capacity = 9,
            Capacity::ContactMinutes => site.contact_per_week = minutes(9000),
            Capacity::Caseload | Capacity::SupervisorMinutes => {}
        }
    }
    for person in roster
        .supervisors
        .iter_mut()
        .filter(|s| s.key.as_str() == target.key())
    {
        match capacity {
            Capacity::Caseload => person.caseload_max = person.caseload_current + 9,
            Capacity::SupervisorMinutes => person.minutes_per_week_max = minutes(9000),
            Capacity::Places | Capacity::ContactMinutes => {}
        }
    }
}

/// Says whether some plan matches everybody of the plan and the trainee, once
/// a set is lifted: by trying everything.
fn helps(roster: &Roster, plan: &Plan, trainee: &TraineeKey, set: &[&Lifted]) -> bool {
    let mut lifted = roster.clone();
    for capacity in set {
        lift(&mut lifted, capacity);
    }
    let is_kept = |key: &TraineeKey| plan.placements.iter().any(|p| p.trainee == *key);
    let mut everybody = 0;
    for person in &mut lifted.trainees {
        person.priority = u32::from(person.key == *trainee || is_kept(&person.key));
        everybody += i64::from(person.priority);
    }
    let best = brute_force_plan(&lifted, &zones_of(&lifted));
    best.is_some_and(|plan| plan.levels[0].value == everybody)
}

/// Returns every set of so many of some capacities.
fn sets(of: &[Lifted], size: usize) -> Vec<Vec<&Lifted>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (position, first) in of.iter().enumerate() {
        for mut rest in sets(&of[position + 1..], size - 1) {
            rest.insert(0, first);
            all.push(rest);
        }
    }
    all
}

/// Returns the least sum of priorities that give way for the trainee, by
/// trying everything; `None` when nothing places the trainee.
fn least_price(roster: &Roster, plan: &Plan, trainee: &TraineeKey) -> Option<u64> {
    let mut priced = roster.clone();
    let is_kept = |key: &TraineeKey| plan.placements.iter().any(|p| p.trainee == *key);
    let kept: u32 = roster
        .trainees
        .iter()
        .filter(|t| is_kept(&t.key))
        .map(|t| t.priority)
        .sum();
    for person in &mut priced.trainees {
        if person.key == *trainee {
            person.priority = kept + 1;
        } else if !is_kept(&person.key) {
            person.priority = 0;
        }
    }
    let best = brute_force_plan(&priced, &zones_of(&priced)).unwrap();
    let value = u64::try_from(best.levels[0].value).unwrap();
    value
        .checked_sub(u64::from(kept) + 1)
        .map(|left| u64::from(kept) - left)
}

#[test]
fn agrees_with_trying_everything() {
    let (mut by_size, mut prices, mut hopeless) = ([0; LIFTS_MAX + 1], 0, 0);
    for seed in 0..SEEDS {
        let roster = random_world(seed);
        let plan = match solved(&roster, 1) {
            Ok(plan) => plan,
            Err(MatchError::Clash(_)) => continue,
            Err(error) => panic!("seed {seed}: {error}"),
        };
        let all = capacities(&roster);
        for trainee in plan.unmatched.iter().map(|unmatched| &unmatched.trainee) {
            let explanation = explained(&roster, &plan, trainee);
            let which = format!("seed {seed}, {trainee}: {:?}", explanation.outcome);
            assert!(explanation.is_proved, "{which}");
            let smaller = match &explanation.outcome {
                Outcome::Relaxations(relaxations) => {
                    let set: Vec<Lifted> = relaxations
                        .iter()
                        .map(|r| (r.capacity, r.target.clone()))
                        .collect();
                    let set: Vec<&Lifted> = set.iter().collect();
                    assert!(helps(&roster, &plan, trainee, &set), "{which}");
                    assert!(relaxations.iter().all(|r| r.more > 0), "{which}");
                    by_size[set.len()] += 1;
                    set.len() - 1
                }
                Outcome::Price { priority, .. } => {
                    assert_eq!(
                        least_price(&roster, &plan, trainee),
                        Some(*priority),
                        "{which}"
                    );
                    prices += 1;
                    LIFTS_MAX
                }
                Outcome::NoCandidate | Outcome::Impossible => {
                    assert_eq!(least_price(&roster, &plan, trainee), None, "{which}");
                    hopeless += 1;
                    LIFTS_MAX
                }
                Outcome::Open => panic!("{which}"),
            };
            // Where all together do not help, no part of them does.
            let together: Vec<&Lifted> = all.iter().collect();
            if smaller < LIFTS_MAX || helps(&roster, &plan, trainee, &together) {
                for set in sets(&all, smaller) {
                    assert!(!helps(&roster, &plan, trainee, &set), "{which}: {set:?}");
                }
            }
        }
    }
    assert_eq!(by_size[0], 0, "a proved plan leaves nobody out for nothing");
    assert!(by_size[1] > 10 && by_size[2] > 0, "{by_size:?}");
    assert!(prices > 0 && hopeless > 0, "{prices} {hopeless}");
}

#[test]
fn the_command_explains_and_saves_beside_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan").to_str().unwrap().to_owned();
    let roster = shipped("clinic-12");
    let roster = roster.to_str().unwrap();
    let matched = practicum(&["match", "--roster", roster, "--out", &plan]);
    assert_eq!(matched.code, 0, "{}", matched.stderr);
    let command = [
        "explain", "--roster", roster, "--plan", &plan, "--save", "--json",
    ];
    let explained = practicum(&command);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    let answers = explained.json()["explanations"].as_array().unwrap().clone();
    let saved = std::fs::read_to_string(folder.path().join("plan/explanations.csv")).unwrap();
    assert_eq!(saved.lines().count(), answers.len() + 1);
    // The plan is as whole as before.
    let checked = practicum(&["check", "--roster", roster, "--plan", &plan]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    // A new plan takes the old explanations away.
    let again = practicum(&["match", "--roster", roster, "--out", &plan]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(!folder.path().join("plan/explanations.csv").exists());
}

#[test]
fn the_command_refuses_a_trainee_who_is_matched_or_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan").to_str().unwrap().to_owned();
    let roster = shipped("clinic-12");
    let roster = roster.to_str().unwrap();
    let matched = practicum(&["match", "--roster", roster, "--out", &plan, "--json"]);
    assert_eq!(matched.code, 0, "{}", matched.stderr);
    let command = [
        "explain",
        "--roster",
        roster,
        "--plan",
        &plan,
        "--trainee",
        "nobody",
    ];
    let ran = practicum(&command);
    assert_eq!(ran.code, 3);
    assert!(
        ran.stderr.contains("nobody is no trainee"),
        "{}",
        ran.stderr
    );
}
