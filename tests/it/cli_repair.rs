//! `practicum repair` and `practicum what-if`, run as people run them.

use std::path::Path;

use practicum::domain::Edit;
use serde_json::Value;

use crate::cli_match::{matched, plan_in, shipped};
use crate::support::command::practicum;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_declined_place_is_repaired_and_told_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    let roster = shipped("clinic-12");
    assert_eq!(matched(&roster, &before, &[]).code, 0);
    let plan = plan_in(&before);
    let (trainee, site) = (&plan.placements[0].trainee, &plan.placements[0].site);
    let edit = format!("decline {trainee} {site}");
    let paths = [text(&roster), text(&before), text(&after)];
    let repair = [
        "repair", "--roster", paths[0], "--plan", paths[1], "--out", paths[2], "--edit", &edit,
    ];
    let ran = practicum(&repair);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for wanted in [
        edit.as_str(),
        "Without a new plan, 1 of 7 placed trainees",
        "because forbidden",
        "changes to the baseline",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}: {}", ran.stdout);
    }
    let new = plan_in(&after);
    let kept = |key| {
        new.placements
            .iter()
            .find(|p| p.trainee == key)
            .map(|p| &p.site)
    };
    assert_ne!(kept(trainee.clone()), Some(site));
    for old in &plan.placements[1..] {
        assert_eq!(kept(old.trainee.clone()), Some(&old.site));
    }

    let ran = practicum(&[&repair[..], &["--json"]].concat());
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["edits"][0], edit);
    assert_eq!(
        answer["without_a_new_plan"][0]["trainee_id"],
        trainee.as_str()
    );
    assert_eq!(
        answer["difference"]["placements"][0]["trainee_id"],
        trainee.as_str()
    );
}

#[test]
fn scenarios_stand_side_by_side_with_who_gains_and_who_loses() {
    let roster = shipped("clinic-12");
    let what_if = [
        "what-if",
        "--roster",
        text(&roster),
        "--scenario",
        "close site-0003",
        "--scenario",
        "caseload sup-0002 9; minutes sup-0002 600; leave sup-0009",
    ];
    let ran = practicum(&what_if);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for wanted in [
        "as it is",
        "scenario 2",
        "Scenario 1: close site-0003",
        "Lost their place",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}: {}", ran.stdout);
    }
    let ran = practicum(&[&what_if[..], &["--json"]].concat());
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["scenarios"][0]["is_proved"], true);
    assert_eq!(answer["scenarios"].as_array().unwrap().len(), 2);
}

#[test]
fn edits_that_are_none_or_name_nobody_are_told_all_at_once() {
    let roster = shipped("clinic-12");
    let of =
        |scenario: &'static str| ["what-if", "--roster", text(&roster), "--scenario", scenario];
    let ran = practicum(&of("capacity site-0001 many"));
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("capacity SITE PLACES"),
        "{}",
        ran.stderr
    );
    let ran = practicum(&of("explode"));
    assert!(ran.stderr.contains("one of: close SITE"), "{}", ran.stderr);
    let ran = practicum(&of("close nowhere; leave nobody; withdraw tr-00001"));
    assert_eq!(ran.code, 3);
    for wanted in ["no site nowhere", "no supervisor nobody"] {
        assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    }
}

#[test]
fn an_edit_is_read_as_it_is_written() {
    for text in [
        "close a",
        "leave s",
        "withdraw t",
        "lapse s US-NY 2027-03-31",
        "away supervisor s 2027-02-01 2027-02-14",
        "decline t a",
        "forbid t supervisor s",
        "pin t site a",
        "capacity a 4",
        "contact a 1200",
        "caseload s 0",
        "minutes s 120",
    ] {
        let edit: Edit = text.parse().unwrap();
        assert_eq!(edit.to_string(), text);
    }
    for text in [
        "",
        "close",
        "close a b",
        "capacity a -1",
        "minutes s 7",
        "pin t room a",
    ] {
        assert!(text.parse::<Edit>().is_err(), "{text}");
    }
}
