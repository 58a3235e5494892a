//! What one more would be worth: by hand, against trying everything, and as
//! people ask for it.

use std::fs;

use practicum::domain::plan::{Level, Sense};
use practicum::domain::{Plan, Roster};
use practicum::matching::worths::{Gain, Worth, estimates, gain};

use crate::cli_match::matched;
use crate::support::brute_force::brute_force;
use crate::support::command::practicum;
use crate::support::random_policy::random_policy_world;
use crate::support::random_world::random_world;
use crate::support::solving::{Patient, level_values, solved, zones_of};
use crate::support::world::{World, minutes, range};
use practicum::roster::write_roster;

fn estimated(roster: &Roster, plan: &Plan) -> Vec<Worth> {
    estimates(roster, &zones_of(roster), plan, &mut Patient).unwrap()
}

/// Returns the gain of matching again with one more.
fn confirmed(roster: &Roster, plan: &Plan, worth: &Worth) -> Gain {
    let edited = roster.edited(std::slice::from_ref(&worth.edit)).unwrap();
    let after = solved(&edited, 1).unwrap();
    gain(&edited, &zones_of(&edited), plan, &after)
}

/// Returns edit, level, thousandths and gain of every worth of a world.
/// Edit, level and thousandths of an estimate, and the gain that is confirmed.
type Row = (String, Level, u64, Option<(Level, i64)>);

fn worths(world: &World) -> Vec<Row> {
    let roster = world.roster();
    let plan = solved(&roster, 1).unwrap();
    let worths = estimated(&roster, &plan);
    let told = worths.iter().map(|worth| {
        let gain = confirmed(&roster, &plan, worth);
        assert!(gain.is_proved, "{worth:?}");
        let estimate = worth.estimate;
        let edit = worth.edit.to_string();
        (edit, estimate.level, estimate.thousandths, gain.first)
    });
    told.collect()
}

fn only(edit: &str, level: Level, gain: i64) -> [Row; 1] {
    let thousandths = u64::try_from(gain).unwrap() * 1000;
    [(edit.to_owned(), level, thousandths, Some((level, gain)))]
}

#[test]
fn a_place_is_worth_the_trainee_who_gets_it() {
    let world = World::new()
        .site_with("a", |site| site.capacity = 1)
        .site_with("roomy", |site| site.capacity = 5)
        .trainee_with("t", |t| t.priority = 3)
        .trainee_with("u", |u| u.priority = 2)
        .ranks("t", &[("a", 1)])
        .ranks("u", &[("a", 1)]);
    assert_eq!(
        worths(&world),
        only("capacity a 2", Level::MatchedPriority, 2)
    );
}

#[test]
fn an_hour_of_contact_is_worth_the_trainee_whom_it_admits() {
    let an_hour = |t: &mut practicum::domain::Trainee| {
        t.contact = range(60, 60);
        t.contact_target = Some(minutes(60));
    };
    let world = World::new()
        .site_with("a", |site| site.contact_per_week = minutes(60))
        .trainee_with("t", an_hour)
        .trainee_with("u", an_hour);
    assert_eq!(
        worths(&world),
        only("contact a 120", Level::MatchedPriority, 1)
    );
}

#[test]
fn an_hour_of_contact_counts_on_a_later_level_where_everybody_is_matched() {
    let world = World::new()
        .site_with("a", |site| site.contact_per_week = minutes(120))
        .trainee_with("t", |t| t.contact_target = Some(minutes(180)));
    assert_eq!(
        worths(&world),
        only("contact a 180", Level::ContactShortMinutes, 60)
    );
}

#[test]
fn a_unit_of_caseload_is_worth_the_trainee_whom_it_admits() {
    let world = World::new()
        .site("a")
        .supervisor_with("s", |s| (s.caseload_max, s.caseload_current) = (3, 2))
        .line("weekly")
        .trainee("t")
        .trainee("u");
    assert_eq!(
        worths(&world),
        only("caseload s 4", Level::MatchedPriority, 1)
    );
}

#[test]
fn an_hour_of_sessions_is_worth_the_trainees_whom_it_admits() {
    let world = World::new()
        .site("a")
        .supervisor_with("s", |s| s.minutes_per_week_max = minutes(60))
        .line_with("weekly", |line| line.minutes_per_week = minutes(30))
        .trainee("t")
        .trainee("u")
        .trainee("v")
        .trainee("w");
    assert_eq!(
        worths(&world),
        only("minutes s 120", Level::MatchedPriority, 2)
    );
}

#[test]
fn where_nothing_is_missing_nothing_has_a_price() {
    assert_eq!(worths(&World::new().site("a").trainee("t")), []);
}

/// Asserts that the gain of each estimate is that of trying everything, and
/// returns how many gain something.
fn assert_agreement(roster: &Roster, what: &str) -> usize {
    let Ok(plan) = solved(roster, 1) else {
        return 0;
    };
    let levels: Vec<Level> = plan.levels.iter().map(|result| result.level).collect();
    let mut gaining = 0;
    let worths = estimated(roster, &plan);
    for worth in worths.iter().take(4) {
        assert!(worth.estimate.thousandths > 0, "{what}: {worth:?}");
        let edited = roster.edited(std::slice::from_ref(&worth.edit)).unwrap();
        let best = brute_force(&edited, &zones_of(&edited)).unwrap();
        let pairs = best.iter().zip(level_values(&plan).0);
        let mut differences = levels.iter().zip(pairs).map(|(level, (after, before))| {
            let more = after - before;
            match level.sense() {
                Sense::Most => (*level, more),
                Sense::Least => (*level, -more),
            }
        });
        let first = differences.find(|(_, more)| *more != 0);
        let expected = Gain {
            first,
            is_proved: true,
        };
        assert_eq!(
            confirmed(roster, &plan, worth),
            expected,
            "{what}: {worth:?}"
        );
        assert!(first.is_none_or(|(_, more)| more > 0), "{what}: {worth:?}");
        gaining += usize::from(first.is_some());
    }
    gaining
}

#[test]
fn confirmed_worths_agree_with_trying_everything() {
    let gaining: usize = (0..240)
        .map(|seed| assert_agreement(&random_world(seed), &format!("seed {seed}")))
        .sum();
    assert!(gaining > 30, "{gaining}");
    let gaining: usize = (0..60)
        .map(|seed| {
            let roster = random_policy_world(seed, zones_of);
            assert_agreement(&roster, &format!("policy seed {seed}"))
        })
        .sum();
    assert!(gaining > 5, "{gaining}");
}

#[test]
fn the_command_names_edits_that_what_if_takes() {
    let folder = tempfile::tempdir().unwrap();
    let (roster, plan) = (folder.path().join("roster"), folder.path().join("plan"));
    let world = World::new()
        .site_with("a", |site| site.capacity = 1)
        .trainee("t")
        .trainee("u");
    write_roster(&world.roster()).write_dir(&roster).unwrap();
    assert_eq!(matched(&roster, &plan, &[]).code, 0);
    let folders = [
        "--roster",
        roster.to_str().unwrap(),
        "--plan",
        plan.to_str().unwrap(),
    ];
    let shown = practicum(&[&["worths"], &folders[..]].concat());
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    for part in [
        "+1 priority matched, proved",
        "gains a place: u",
        "capacity a 2",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    let told = practicum(&[&["worths", "--json"], &folders[..]].concat());
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    let worth = &told["worths"][0];
    assert_eq!(worth["estimate"]["thousandths"], 1000);
    assert_eq!(worth["confirmed"]["better"], 1);
    assert_eq!(worth["confirmed"]["is_proved"], true);
    let edit = worth["edit"].as_str().unwrap();
    let tried = practicum(&[&["what-if", "--scenario", edit], &folders[..]].concat());
    assert!(
        tried.stdout.contains("Gained a place (1)"),
        "{}",
        tried.stdout
    );

    let only_estimates = practicum(&[&["worths", "--top", "0"], &folders[..]].concat());
    assert!(only_estimates.stdout.contains("not tried"));
    fs::remove_dir_all(&plan).unwrap();
    assert_eq!(practicum(&[&["worths"], &folders[..]].concat()).code, 3);
}
