//! `practicum check` on folders.

use std::path::Path;

use practicum::domain::{Plan, Roster};
use practicum::roster::{PlanContext, roster_hash, write_plan, write_roster};

use super::{one_trainee, one_trainee_in_person};
use crate::support::command::{Ran, practicum};
use crate::support::plans::tell_the_truth;
use crate::support::world::{minutes, zone_table};

/// Writes a roster and a plan of it into a folder, and checks them.
fn checked(roster: &Roster, plan: &Plan, arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let context = PlanContext {
        roster_sha256: roster_hash(roster),
        tzdb_version: zone_table(roster).version().to_owned(),
        ..PlanContext::default()
    };
    let (roster_folder, plan_folder) = (folder.path().join("roster"), folder.path().join("plan"));
    write_roster(roster).write_dir(&roster_folder).unwrap();
    write_plan(plan, &context).write_dir(&plan_folder).unwrap();
    check(&roster_folder, &plan_folder, arguments)
}

fn check(roster: &Path, plan: &Path, arguments: &[&str]) -> Ran {
    let (roster, plan) = (roster.to_str().unwrap(), plan.to_str().unwrap());
    practicum(&[&["check", "--roster", roster, "--plan", plan], arguments].concat())
}

#[test]
fn a_legal_plan_is_told_what_was_proved_and_what_was_not() {
    let (roster, plan) = one_trainee_in_person();
    let ran = checked(&roster, &plan, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    for told in [
        "The plan keeps all 36 rules.",
        "1 placed, 0 unmatched, of 1 trainees",
        "contact_short_minutes",
        "that nothing\nbetter exists cannot be proved from the plan alone",
    ] {
        assert!(ran.stdout.contains(told), "{told:?} in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("Note:"), "{}", ran.stdout);
}

#[test]
fn each_breach_is_printed_by_its_rule_and_the_exit_code_tells() {
    let (roster, mut plan) = one_trainee();
    plan.placements[0].contact = minutes(615);
    tell_the_truth(&roster, &mut plan);
    let ran = checked(&roster, &plan, &[]);
    assert_eq!(ran.code, 3);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("contact_range: trainee t: 615 minutes of contact at site a"));
    assert!(
        lines.contains(&"The plan is broken in 3 places."),
        "{lines:?}"
    );
}

#[test]
fn the_answer_is_json_when_asked_for() {
    let (roster, mut plan) = one_trainee();
    let legal = checked(&roster, &plan, &["--json"]).json();
    assert_eq!(legal["legal"], true);
    assert_eq!(legal["breaches"].as_array().unwrap().len(), 0);
    assert_eq!(legal["levels"][3]["name"], "site_rank");

    plan.levels[3].bound = 0;
    let ran = checked(&roster, &plan, &["--json"]);
    assert_eq!(ran.code, 3);
    assert_eq!(ran.json()["legal"], false);
    assert_eq!(ran.json()["breaches"][0]["rule"], "level_value");
}

#[test]
fn a_plan_of_another_roster_is_noted() {
    let (roster, plan) = one_trainee();
    let folder = tempfile::tempdir().unwrap();
    let (roster_folder, plan_folder) = (folder.path().join("roster"), folder.path().join("plan"));
    let context = PlanContext {
        roster_sha256: "0".repeat(64),
        tzdb_version: "2025b".to_owned(),
        ..PlanContext::default()
    };
    write_roster(&roster).write_dir(&roster_folder).unwrap();
    write_plan(&plan, &context).write_dir(&plan_folder).unwrap();
    let ran = check(&roster_folder, &plan_folder, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("another state of this roster"));
    assert!(ran.stdout.contains("zone data 2025b"));
}

#[test]
fn folders_that_cannot_be_read_are_both_named() {
    let folder = tempfile::tempdir().unwrap();
    let ran = check(&folder.path().join("r"), &folder.path().join("p"), &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    for kind in ["the roster in", "the plan in"] {
        assert!(ran.stderr.contains(kind), "{}", ran.stderr);
    }
}
