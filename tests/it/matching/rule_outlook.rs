//! What a roster lets rule sets hope for: never less than a plan has.

use practicum::app::TraineeReport;
use practicum::domain::rule_set::RuleRow;
use practicum::domain::{
    Preference, Roster, RuleSet, SessionKind, SiteOrSupervisor, UnrankedSites,
};
use practicum::matching::rule_outlook::rule_outlook;
use practicum::matching::rule_report::rule_report;

use crate::support::brute_force::brute_force_plan;
use crate::support::dice::Dice;
use crate::support::random_rules::{random_rule_sets, random_rules_world};
use crate::support::random_world::random_world;
use crate::support::rules::{one_rule, rule_set};
use crate::support::solving::zones_of;
use crate::support::world::{World, minutes};

/// Returns the only row about the only trainee.
fn only_row(roster: &Roster, set: RuleSet) -> (String, RuleRow) {
    let outlook = rule_outlook(roster, &[set]);
    let [trainee] = outlook.as_slice() else {
        panic!("{outlook:?}");
    };
    let [(0, rows)] = trainee.sets.as_slice() else {
        panic!("{outlook:?}");
    };
    let [row] = rows.as_slice() else {
        panic!("{outlook:?}");
    };
    (trainee.site.to_string(), *row)
}

/// Returns a trainee with an hour alone or in a group, and another in a group.
fn two_hours() -> Roster {
    use SessionKind::{Group, Individual};
    let world = World::new()
        .site("a")
        .supervisor_with("s", |supervisor| {
            supervisor.minutes_per_week_max = minutes(240);
        })
        .line_with("first", |line| line.kinds = [Individual, Group].into())
        .line_with("second", |line| line.kinds = [Group].into());
    world.trainee("t").into_roster()
}

fn of_value(roster: &Roster, rule: &str, parameters: &str) -> (i64, bool) {
    let (_, row) = only_row(roster, one_rule(rule, parameters));
    (row.value.0 / 1000, row.holds)
}

#[test]
fn each_rule_has_the_sessions_that_suit_it_best() {
    let roster = two_hours();
    let least = "supervision_minutes_min";
    let week = "per = \"week\"\nminutes";
    assert_eq!(
        of_value(&roster, least, &format!("{week} = 120")),
        (120, true)
    );
    assert_eq!(
        of_value(&roster, least, &format!("{week} = 121")),
        (120, false)
    );
    let alone = format!("{week} = 61\nkinds = [\"individual\"]");
    assert_eq!(of_value(&roster, least, &alone), (60, false));
    assert_eq!(
        of_value(&roster, "group_share_max", "share = 0.5"),
        (60, true)
    );
    assert_eq!(
        of_value(&roster, "group_share_max", "share = 0.4"),
        (60, false)
    );
    assert_eq!(
        of_value(&roster, "individual_share_min", "share = 0.5"),
        (60, true)
    );
    assert_eq!(of_value(&roster, "video_share_max", "share = 0"), (0, true));
    assert_eq!(
        of_value(&roster, "group_size_max", "members = 3"),
        (3, true)
    );
    assert_eq!(
        of_value(&roster, "supervisors_max", "supervisors = 1"),
        (1, true)
    );
    let distinct = "supervisors_distinct_min";
    assert_eq!(of_value(&roster, distinct, "supervisors = 1"), (1, true));
    assert_eq!(of_value(&roster, distinct, "supervisors = 2"), (1, false));
    assert_eq!(
        of_value(&roster, "supervisees_max", "supervisees = 0"),
        (1, false)
    );
}

#[test]
fn credit_counts_as_the_smallest_group_and_the_right_credential_give_it() {
    let mut roster = two_hours();
    let set = |credit: &str| {
        let rule = "[[rule]]\nname = \"supervision_minutes_min\"\nminutes = 80\nper = \"week\"";
        rule_set("own", &format!("{credit}\n{rule}"))
    };
    let divided = "[[credit.group]]\nfrom = 3\ndivided_by_members = true";
    let (_, row) = only_row(&roster, set(divided));
    // An hour alone, and an hour shared by three.
    assert_eq!((row.value.0, row.holds), (80_000, true));
    let larger = "[[credit.group]]\nfrom = 3\nshare = 0.1\n[[credit.group]]\nfrom = 4\nshare = 0.5";
    let (_, row) = only_row(&roster, set(larger));
    assert_eq!((row.value.0, row.holds), (90_000, true));
    let credential = "[credit]\nsupervisor_credentials = [\"LCSW\"]";
    roster.supervisors[0].licences.clear();
    let (_, row) = only_row(&roster, set(credential));
    assert_eq!((row.value.0, row.holds), (0, false));
    let short = "[credit]\nsession_minutes_min = 61";
    let (_, row) = only_row(&roster, set(short));
    assert_eq!((row.value.0, row.holds), (0, false));
}

#[test]
fn the_site_is_the_dearest_of_those_where_the_fewest_rules_are_broken() {
    let world = World::new()
        .site("a")
        .site("b")
        .supervisor("s")
        .line("weekly");
    let mut roster = world.trainee("t").into_roster();
    let wish = |site: &str, rank| Preference {
        trainee: "t".parse().unwrap(),
        target: SiteOrSupervisor::Site(site.parse().unwrap()),
        rank,
    };
    roster.preferences = vec![wish("a", 2), wish("b", 1)];
    roster.sites[1].setting = "prison".parse().unwrap();
    let everywhere = one_rule("supervision_minutes_min", "minutes = 600\nper = \"week\"");
    assert_eq!(only_row(&roster, everywhere).0, "b");
    let mut in_prison = one_rule("supervision_minutes_min", "minutes = 600\nper = \"week\"");
    in_prison.applies_to.settings = ["prison".parse().unwrap()].into();
    let sets = [in_prison];
    let [trainee] = &rule_outlook(&roster, &sets)[..] else {
        panic!("one trainee");
    };
    assert_eq!((trainee.site.as_str(), trainee.sets.len()), ("a", 0));
    roster.preferences = vec![wish("b", 1)];
    roster.round.unranked_sites = UnrankedSites::Forbidden;
    let [trainee] = &rule_outlook(&roster, &sets)[..] else {
        panic!("one trainee");
    };
    assert!(!trainee.sets[0].1[0].holds);
    roster.round.unranked_sites = UnrankedSites::Last;
    assert_eq!(rule_outlook(&roster, &sets)[0].site.as_str(), "a");
    roster.preferences.clear();
    roster.round.unranked_sites = UnrankedSites::Forbidden;
    assert_eq!(rule_outlook(&roster, &sets), []);
    // Without lines nothing is known of supervision.
    roster.preferences = vec![wish("b", 1)];
    roster.supervision_lines.clear();
    assert_eq!(rule_outlook(&roster, &sets)[0].sets, []);
}

fn rows(report: &TraineeReport) -> impl Iterator<Item = (usize, &RuleRow)> {
    let sets = report.sets.iter();
    sets.flat_map(|(position, rows)| rows.iter().map(|row| (*position, row)))
}

#[test]
fn no_plan_stands_better_than_the_outlook_at_its_sites() {
    let (mut compared, mut reached, mut broken) = (0, 0, 0);
    for seed in 0..700 {
        let mut roster = random_world(seed);
        let zones = zones_of(&roster);
        let Some(plan) = brute_force_plan(&roster, &zones) else {
            continue;
        };
        let sets = random_rule_sets(&mut Dice::new(seed));
        let report = rule_report(&roster, &zones, &plan, &sets);
        roster.preferences = plan
            .placements
            .iter()
            .map(|place| Preference {
                trainee: place.trainee.clone(),
                target: SiteOrSupervisor::Site(place.site.clone()),
                rank: 1,
            })
            .collect();
        roster.round.unranked_sites = UnrankedSites::Forbidden;
        let outlook = rule_outlook(&roster, &sets);
        for trainee in &report {
            let best = outlook.iter().find(|one| one.trainee == trainee.trainee);
            let best = best.unwrap();
            assert_eq!(best.site, trainee.site);
            for (position, row) in rows(trainee) {
                let same = |(other, best): &(usize, &RuleRow)| {
                    *other == position && best.clause == row.clause && best.span == row.span
                };
                let (_, best) = rows(best).find(same).unwrap();
                assert!(row.slack <= best.slack, "seed {seed}: {row:?} {best:?}");
                assert!(best.holds || !row.holds, "seed {seed}: {row:?} {best:?}");
                compared += 1;
                reached += usize::from(row.slack == best.slack);
                broken += usize::from(!best.holds);
            }
        }
    }
    assert!(
        compared > 500 && reached > 100 && reached < compared && broken > 50,
        "{compared} compared, {reached} reached, {broken} broken"
    );
}

#[test]
fn whoever_a_plan_places_under_the_rules_has_no_broken_row() {
    let mut placed = 0;
    for seed in 0..400 {
        let roster = random_rules_world(seed);
        let Some(plan) = brute_force_plan(&roster, &zones_of(&roster)) else {
            continue;
        };
        let outlook = rule_outlook(&roster, &roster.rule_sets);
        for place in &plan.placements {
            let best = outlook.iter().find(|one| one.trainee == place.trainee);
            let kept = rows(best.unwrap()).all(|(_, row)| row.holds);
            assert!(kept, "seed {seed}: {best:?}");
            placed += 1;
        }
    }
    assert!(placed > 100, "{placed}");
}
