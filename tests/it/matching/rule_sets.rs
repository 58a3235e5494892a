//! Each rule of a rule set alone in a small world, and all of them against
//! trying everything.

use practicum::domain::{DeliveryOffer, Plan, Rule, SessionKind};
use practicum::matching::check::{Broken, check};
use practicum::matching::rule_report::rule_report;
use proptest::prelude::*;

use super::agreement::assert_agreement;
use crate::support::brute_force::{brute_force, brute_force_plan};
use crate::support::dice::Dice;
use crate::support::random_rules::{random_rule_sets, random_rules_world};
use crate::support::random_world::random_world;
use crate::support::rules::{one_rule, rule_set};
use crate::support::solving::{level_values, solved, zones_of};
use crate::support::world::{World, away, minutes, parsed, weekly};

/// Returns one site and one supervisor who can hold one session of an hour a
/// week, alone or in a group, and so many trainees.
fn one_hour(trainees: &[&str]) -> World {
    use SessionKind::{Group, Individual};
    let mut world = World::new()
        .site("a")
        .supervisor_with("s", |supervisor| {
            supervisor.minutes_per_week_max = minutes(60);
            supervisor.group_size_max = 5;
        })
        .line_with("weekly", |line| line.kinds = [Individual, Group].into());
    for trainee in trainees {
        world = world.trainee(trainee);
    }
    world
}

/// Solves a world under one rule and asserts its values, all proved and the
/// same as by trying everything.
#[track_caller]
fn assert_values(world: &World, rule: &str, parameters: &str, expected: [i64; 4]) -> Plan {
    let mut roster = world.roster();
    roster.rule_sets = vec![one_rule(rule, parameters)];
    let plan = solved(&roster, 1).unwrap();
    assert_eq!(level_values(&plan), (expected.to_vec(), true));
    assert_eq!(
        brute_force(&roster, &zones_of(&roster)),
        Some(expected.to_vec())
    );
    plan
}

#[test]
fn units_limit_the_contact_step_by_step() {
    let world = one_hour(&["t"]);
    let rule = "supervision_units";
    assert_values(
        &world,
        rule,
        "contact_minutes_per_unit = 120",
        [1, 1, 180, 1],
    );
    assert_values(&world, rule, "further_unit_above = 240", [1, 1, 60, 1]);
    assert_values(&world, rule, "further_unit_above = 300", [1, 1, 0, 1]);
}

#[test]
fn too_few_minutes_leave_nobody_placed_and_say_why() {
    let world = one_hour(&["t"]);
    let rule = "supervision_minutes_min";
    assert_values(&world, rule, "minutes = 60\nper = \"week\"", [1, 1, 0, 1]);
    let plan = assert_values(&world, rule, "minutes = 61\nper = \"week\"", [0, 0, 0, 0]);
    assert_eq!(plan.unmatched[0].reason, Rule::SupervisionMinutesMin);
}

#[test]
fn shares_decide_between_a_group_of_many_and_an_hour_for_one() {
    let world = one_hour(&["t", "u", "v"]);
    assert_values(&world, "group_share_max", "share = 1", [3, 3, 0, 3]);
    assert_values(&world, "group_share_max", "share = 0.5", [1, 1, 0, 1]);
    assert_values(&world, "individual_share_min", "share = 0.1", [1, 1, 0, 1]);
}

#[test]
fn video_is_left_for_the_site_where_that_is_possible() {
    let world = one_hour(&["t"]);
    let plan = assert_values(&world, "video_share_max", "share = 0", [1, 1, 0, 1]);
    assert!(plan.sessions[0].delivery.site().is_some());
    let by_video = world.with(|roster| roster.supervisors[0].delivery = DeliveryOffer::Video);
    assert_values(&by_video, "video_share_max", "share = 0", [0, 0, 0, 0]);
}

#[test]
fn a_group_stays_as_small_as_the_rule_says() {
    let world = one_hour(&["t", "u", "v", "w"]);
    assert_values(&world, "group_size_max", "members = 4", [4, 4, 0, 4]);
    assert_values(&world, "group_size_max", "members = 3", [3, 3, 0, 3]);
}

#[test]
fn an_hour_shared_by_few_counts_more_than_by_many() {
    let mut roster = one_hour(&["t", "u", "v", "w"]).into_roster();
    roster.supervisors[0].availability = weekly(&["mon 09:00 11:00"]);
    roster.rule_sets = vec![rule_set(
        "own",
        "[[credit.group]]\nfrom = 3\ndivided_by_members = true\n[[rule]]\n\
         name = \"supervision_units\"\ncontact_minutes_per_unit = 15\nunit_minutes = 1",
    )];
    // Three share 60 minutes: 20 units each carry the 300 minutes wanted; four
    // have 15 units and 225 minutes.
    let plan = solved(&roster, 1).unwrap();
    assert_eq!(level_values(&plan), (vec![4, 4, 300, 4], true));
    roster.trainees.iter_mut().for_each(|trainee| {
        trainee.contact = practicum::domain::MinutesRange::new(minutes(300), minutes(300)).unwrap();
    });
    let plan = solved(&roster, 1).unwrap();
    assert_eq!(level_values(&plan), (vec![3, 3, 0, 3], true));
}

#[test]
fn a_trainee_has_no_more_and_no_fewer_supervisors_than_the_rules_say() {
    let two = |people: &[&str]| {
        let mut world = World::new().site("a");
        for person in people {
            world = world.supervisor_with(person, |s| s.caseload_max = 1);
        }
        world.line("first").line("second").trainee("t").trainee("u")
    };
    let most = "supervisors = 1";
    assert_values(&two(&["s", "z"]), "supervisors_max", most, [2, 2, 0, 2]);
    let least = "supervisors = 2";
    let rule = "supervisors_distinct_min";
    assert_values(&two(&["s", "z"]), rule, least, [1, 1, 0, 1]);
    assert_values(&two(&["s"]), rule, least, [0, 0, 0, 0]);
}

#[test]
fn supervisees_are_counted_in_the_settings_that_are_named() {
    let world = World::new().site("a").supervisor("s").line("weekly");
    let world = world.trainee("t").trainee("u");
    let rule = "supervisees_max";
    assert_values(&world, rule, "supervisees = 1", [1, 1, 0, 1]);
    let schools = "supervisees = 1\nsettings = [\"school\"]";
    assert_values(&world, rule, schools, [2, 2, 0, 2]);
    let with_school = world
        .site_with("b", |site| site.setting = parsed("school"))
        .with(|roster| {
            roster.supervisors[0].sites.insert(parsed("b"));
        })
        .ranks("t", &[("b", 1), ("a", 2)])
        .ranks("u", &[("b", 1), ("a", 2)]);
    // One in the school, the other at the second choice.
    assert_values(&with_school, rule, schools, [2, 2, 0, 3]);
}

#[test]
fn a_month_is_filled_on_a_day_that_nobody_misses() {
    let world = World::new()
        .round(|round| round.missed_sessions_max = 1)
        .site("a")
        .supervisor_with("s", |supervisor| {
            supervisor.availability.windows.truncate(2);
            supervisor
                .availability
                .away
                .push(away("2027-01-11", "2027-01-11"));
        })
        .line("weekly")
        .trainee("t");
    let month = "minutes = 240\nper = \"month\"";
    let plan = assert_values(&world, "supervision_minutes_min", month, [1, 1, 0, 1]);
    let weekday = plan.sessions[0].weekly_start.unwrap().weekday;
    assert_eq!(weekday, chrono::Weekday::Tue);
    let never = world.with(|roster| {
        let away = &mut roster.supervisors[0].availability.away;
        away.push(crate::support::world::away("2027-01-19", "2027-01-19"));
    });
    assert_values(&never, "supervision_minutes_min", month, [0, 0, 0, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_trying_everything_under_rule_sets(seed in any::<u64>()) {
        assert_agreement(&random_rules_world(seed));
    }
}

#[test]
fn agrees_with_trying_everything_under_the_first_rule_sets() {
    for seed in 0..400 {
        assert_agreement(&random_rules_world(seed));
    }
}

/// The checker has an arithmetic of its own, so the two prove each other.
#[test]
fn the_checker_and_the_report_find_the_same_rules_broken() {
    let (mut broken, mut kept) = (0, 0);
    for seed in 0..600 {
        let mut roster = random_world(seed);
        let zones = zones_of(&roster);
        let Some(plan) = brute_force_plan(&roster, &zones) else {
            continue;
        };
        roster.rule_sets = random_rule_sets(&mut Dice::new(seed));
        let report = rule_report(&roster, &zones, &plan, &roster.rule_sets);
        let mut reported: Vec<Rule> = report
            .iter()
            .flat_map(|trainee| trainee.sets.iter().flat_map(|(_, rows)| rows))
            .filter(|row| !row.holds)
            .map(|row| row.rule)
            .collect();
        let mut named: Vec<Rule> = check(&roster, &zones, &plan)
            .into_iter()
            .filter_map(|breach| match breach.broken {
                Broken::Rule(rule) => Some(rule),
                Broken::LevelValue(_) | Broken::Reference => None,
            })
            .collect();
        for rules in [&mut reported, &mut named] {
            rules.sort();
            rules.dedup();
        }
        assert_eq!(reported, named, "seed {seed}");
        broken += usize::from(!named.is_empty());
        kept += usize::from(named.is_empty() && !plan.placements.is_empty());
    }
    assert!(broken > 100 && kept > 100, "{broken} broken, {kept} kept");
}
