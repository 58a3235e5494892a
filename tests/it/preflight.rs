//! What is known before any solve, on worlds that can be added up by hand and
//! against everything tried.

use practicum::domain::{DeliveryOffer, Licence, Role, Roster, Rule, SessionKind};
use practicum::matching::preflight::{
    CompeteFor, ExpiryOf, MovedOutOf, Preflight, Shortage, preflight,
};

use crate::cli_match::shipped;
use crate::support::brute_force::brute_force_plan;
use crate::support::command::practicum;
use crate::support::random_world::random_world;
use crate::support::world::{World, days, minutes, parsed, range, weekly, zone, zone_table};

fn found(roster: &Roster) -> Preflight {
    preflight(roster, &zone_table(roster)).unwrap()
}

/// Returns the only shortage as trainees, `target takes because` and missing.
fn only_shortage(shortages: &[Shortage]) -> (Vec<&str>, Vec<String>, u32) {
    let [shortage] = shortages else {
        panic!("not one shortage: {shortages:#?}");
    };
    let trainees = shortage.trainees.iter().map(|key| key.as_str()).collect();
    let supplies = shortage.supplies.iter();
    let supplies = supplies.map(|s| format!("{} {} {}", s.target.key(), s.takes, s.because));
    (trainees, supplies.collect(), shortage.missing)
}

#[test]
fn names_who_has_no_candidate_and_why() {
    let world = World::new()
        .site_with("a", |site| site.modalities.clear())
        .trainee_with("t", |trainee| {
            trainee.modalities_required = [parsed("emdr")].into();
        })
        .trainee("u");
    let found = found(&world.roster());
    let [unmatched] = &found.without_candidate[..] else {
        panic!("{found:?}");
    };
    assert_eq!(unmatched.trainee.as_str(), "t");
    assert_eq!(unmatched.reason, Rule::ModalityOffered);
    assert!(unmatched.detail.contains("emdr"), "{}", unmatched.detail);
}

#[test]
fn finds_just_the_trainees_who_compete_for_too_few_places() {
    let one_place = |world: World, key: &str| world.site_with(key, |site| site.capacity = 1);
    let mut world = one_place(one_place(World::new(), "a"), "b").site("c");
    for (trainee, ranks) in [
        ("t1", &[("a", 1)][..]),
        ("t2", &[("a", 1), ("b", 2)]),
        ("t3", &[("b", 1)]),
        ("t4", &[("b", 1), ("c", 2)]),
        ("t5", &[("c", 1)]),
    ] {
        world = world.trainee(trainee).ranks(trainee, ranks);
    }
    let found = found(&world.roster());
    let (trainees, supplies, missing) = only_shortage(&found.shortages);
    assert_eq!(found.shortages[0].compete_for, CompeteFor::Places);
    assert_eq!(trainees, ["t1", "t2", "t3"]);
    assert_eq!(supplies, ["a 1 capacity 1", "b 1 capacity 1"]);
    assert_eq!(missing, 1);
}

#[test]
fn two_shortages_apart_are_told_apart() {
    let mut world = World::new();
    for site in ["a", "b"] {
        world = world.site_with(site, |site| site.capacity = 1);
    }
    for (trainee, site) in [
        ("t1", "a"),
        ("t2", "a"),
        ("u1", "b"),
        ("u2", "b"),
        ("u3", "b"),
    ] {
        world = world.trainee(trainee).ranks(trainee, &[(site, 1)]);
    }
    let found = found(&world.roster());
    let missing: Vec<(usize, u32)> = found
        .shortages
        .iter()
        .map(|shortage| (shortage.trainees.len(), shortage.missing))
        .collect();
    assert_eq!(missing, [(2, 1), (3, 2)]);
}

#[test]
fn says_which_number_limits_a_site_or_a_supervisor() {
    let trainees = |mut world: World| {
        for trainee in ["t1", "t2", "t3", "t4"] {
            world = world.trainee_with(trainee, |trainee| trainee.contact = range(240, 600));
        }
        world.roster()
    };
    let supervised = |change: fn(&mut practicum::domain::Supervisor)| {
        let world = World::new().site("a").line("weekly");
        trainees(world.supervisor_with("s", |supervisor| {
            supervisor.kinds = [SessionKind::Individual].into();
            change(supervisor);
        }))
    };
    let contact = World::new().site_with("a", |site| site.contact_per_week = minutes(600));
    for (roster, expected, missing) in [
        (
            trainees(contact),
            "a 2 600 contact minutes; 3 trainees need at least 720",
            2,
        ),
        (
            supervised(|s| (s.caseload_max, s.caseload_current) = (5, 2)),
            "s 3 caseload 5, 2 of it taken",
            1,
        ),
        (
            supervised(|s| s.minutes_per_week_max = minutes(90)),
            "s 1 90 minutes a week: 1 x 60 minutes, 1 at a time",
            3,
        ),
        (
            supervised(|s| s.availability = weekly(&["mon 09:00 11:00", "tue 12:00 13:30"])),
            "s 3 free hours: 3 x 60 minutes, 1 at a time",
            1,
        ),
    ] {
        let found = found(&roster);
        let (trainees, supplies, short) = only_shortage(&found.shortages);
        assert_eq!(trainees, ["t1", "t2", "t3", "t4"], "{expected}");
        assert_eq!(supplies, [expected]);
        assert_eq!(short, missing, "{expected}");
    }
}

#[test]
fn a_site_line_needs_a_supervisor_and_a_place_of_hers() {
    // Three want her line; her caseload would do, her site has two places.
    let mut world = World::new()
        .site_with("a", |site| site.capacity = 2)
        .site_with("b", |site| site.capacity = 1)
        .line_with("weekly", |line| line.role = Role::Site)
        .supervisor_with("s", |s| {
            s.role = Role::Site;
            s.sites = [parsed("a")].into();
        });
    for trainee in ["t1", "t2", "t3"] {
        world = world.trainee(trainee);
    }
    let found = found(&world.roster());
    let of_line: Vec<&Shortage> = found
        .shortages
        .iter()
        .filter(|shortage| shortage.compete_for == CompeteFor::Line(parsed("weekly")))
        .collect();
    assert_eq!(of_line.len(), 1);
    assert_eq!(of_line[0].missing, 1);
    assert_eq!(of_line[0].supplies[0].target.key(), "a");
}

#[test]
fn no_plan_ever_matches_more_than_preflight_says() {
    let (mut shortages, mut hopeless) = (0, 0);
    for seed in 0..500 {
        let roster = random_world(seed);
        let found = found(&roster);
        let Some(plan) = brute_force_plan(&roster, &zone_table(&roster)) else {
            continue;
        };
        let is_matched = |key: &_| plan.placements.iter().any(|p| p.trainee == *key);
        for unmatched in &found.without_candidate {
            hopeless += 1;
            assert!(
                !is_matched(&unmatched.trainee),
                "seed {seed}: {unmatched:?}"
            );
        }
        for shortage in &found.shortages {
            shortages += 1;
            let matched = shortage
                .trainees
                .iter()
                .filter(|key| is_matched(key))
                .count();
            let takes: u32 = shortage.supplies.iter().map(|supply| supply.takes).sum();
            let wanting = u32::try_from(shortage.trainees.len()).unwrap();
            assert!(shortage.missing > 0, "seed {seed}: {shortage:?}");
            assert_eq!(
                wanting,
                takes + shortage.missing,
                "seed {seed}: {shortage:?}"
            );
            let matched = u32::try_from(matched).unwrap();
            assert!(matched <= takes, "seed {seed}: {shortage:?} {plan:?}");
        }
    }
    assert!(shortages > 50 && hopeless > 100, "{shortages} {hopeless}");
}

#[test]
fn names_the_first_day_without_an_agreement_or_a_licence() {
    let world = World::new()
        .site_with("a", |site| {
            site.agreement = days("2020-01-01", "2027-01-15");
        })
        .site_with("b", |site| {
            site.agreement = days("2027-01-05", "2030-01-15");
        })
        .site_with("long-gone", |site| {
            site.agreement = days("2020-01-01", "2021-01-15");
        })
        .trainee("t")
        .supervisor_with("s", |s| {
            s.licences = vec![Licence {
                jurisdiction: parsed("US-NY"),
                credential: "LCSW".to_owned(),
                valid: days("2020-01-01", "2027-01-30"),
            }];
        });
    let found = found(&world.roster());
    let expiries: Vec<_> = found
        .expiries
        .iter()
        .map(|expiry| {
            (
                &expiry.of,
                expiry.first_day_without.to_string(),
                expiry.trainees,
            )
        })
        .collect();
    assert_eq!(
        expiries,
        [
            (
                &ExpiryOf::Agreement(parsed("a")),
                "2027-01-16".to_owned(),
                1
            ),
            (
                &ExpiryOf::Agreement(parsed("b")),
                "2027-01-04".to_owned(),
                1
            ),
            (
                &ExpiryOf::Licence(parsed("s"), parsed("US-NY")),
                "2027-01-31".to_owned(),
                1
            ),
        ]
    );
}

#[test]
fn counts_short_lists_of_trainees_and_of_sites() {
    let world = World::new()
        .site_with("a", |site| site.capacity = 1)
        .site("b")
        .site("c")
        .trainee("t")
        .trainee("u")
        .ranks("u", &[("a", 1)]);
    let found = found(&world.roster());
    let trainees: Vec<_> = found
        .short_trainees
        .iter()
        .map(|s| s.trainee.as_str())
        .collect();
    assert_eq!(trainees, ["u"]);
    let sites: Vec<_> = found
        .short_sites
        .iter()
        .map(|s| (s.site.as_str(), s.capacity, s.possible))
        .collect();
    assert_eq!(sites, [("b", 5, 1), ("c", 5, 1)]);
}

#[test]
fn tells_of_hours_that_a_clock_change_pulls_apart() {
    // New York springs forward on 2027-03-14, London two weeks later: 14:00 in
    // London is 09:00 in New York before, 10:00 between, and 09:00 after.
    let world = |windows: &'static [&'static str]| {
        World::new()
            .round(|round| round.term = days("2027-03-01", "2027-04-04"))
            .site("a")
            .supervisor_with("s", |s| {
                s.time_zone = zone("Europe/London");
                s.delivery = DeliveryOffer::Video;
                s.availability = weekly(&["mon 14:00 15:00"]);
            })
            .line("weekly")
            .trainee_with("t", move |t| t.availability = weekly(windows))
            .roster()
    };
    let parting = found(&world(&["mon 09:00 10:00", "tue 08:00 18:00"])).clock_changes;
    let [parted] = &parting.parted[..] else {
        panic!("{parting:?}");
    };
    assert_eq!(
        (parted.trainee.as_str(), parted.supervisor.as_str()),
        ("t", "s")
    );
    assert_eq!(parted.example.day.to_string(), "2027-03-15");
    assert_eq!(parted.example.out_of, MovedOutOf::Trainee(parsed("t")));
    assert_eq!(parting.losses[0].starts_lost, 1);

    let whole_day = found(&world(&["mon 08:00 18:00"])).clock_changes;
    assert_eq!((whole_day.losses.len(), whole_day.parted.len()), (0, 0));
    // Never free at that hour: no clock change is to blame.
    let never = found(&world(&["fri 08:00 18:00"])).clock_changes;
    assert_eq!((never.losses.len(), never.parted.len()), (0, 0));
}

#[test]
fn the_command_prints_tables_or_json_and_exits_with_0() {
    let folder = shipped("clinic-12");
    let folder = folder.to_str().unwrap();
    let text = practicum(&["preflight", "--roster", folder]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(text.stdout.contains("Demand and capacity by time zone"));
    let json = practicum(&["preflight", "--roster", folder, "--json"]).json();
    assert!(
        json["by_jurisdiction"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty())
    );
    assert!(json["shortages"].is_array());
}

#[test]
fn the_command_refuses_a_bad_roster_with_3() {
    let empty = tempfile::tempdir().unwrap();
    let ran = practicum(&["preflight", "--roster", empty.path().to_str().unwrap()]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("program.toml"), "{}", ran.stderr);
}
