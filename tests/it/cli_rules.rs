//! `practicum rules`, run as people run it.

use std::path::Path;

use practicum::domain::Roster;
use practicum::roster::write_roster;

use crate::support::command::practicum;
use crate::support::rules::one_rule;
use crate::support::world::World;

/// Returns a trainee whose hour of supervision is to carry the contact.
fn roster() -> Roster {
    let world = World::new().site("a").supervisor("s").line("weekly");
    let mut roster = world.trainee("t").into_roster();
    let units = "contact_minutes_per_unit = 120";
    roster.rule_sets = vec![one_rule("supervision_units", units)];
    roster
}

/// Writes the roster into a folder and matches it.
fn matched(folder: &Path) -> (String, String) {
    let [roster_folder, plan] = ["roster", "plan"].map(|name| folder.join(name));
    write_roster(&roster()).write_dir(&roster_folder).unwrap();
    let [roster_folder, plan] = [roster_folder, plan].map(|path| path.to_str().unwrap().to_owned());
    let ran = practicum(&["match", "--roster", &roster_folder, "--out", &plan]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    (roster_folder, plan)
}

#[test]
fn every_rule_set_is_listed_with_its_trust_and_dates() {
    let ran = practicum(&["rules", "list", "--json"]);
    let list = ran.json();
    let sets = list["rule_sets"].as_array().unwrap();
    assert_eq!(sets.len(), 8);
    assert!(sets.iter().all(|set| set["verified_on"].is_null()));
    let text = practicum(&["rules", "list"]).stdout;
    for word in [
        "texas-lpc-associate",
        "unverified",
        "US-TX",
        "recalled, not confirmed",
    ] {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}

#[test]
fn a_rule_set_is_shown_as_a_page_and_as_its_file() {
    let page = practicum(&["rules", "show", "california-bbs-associate"]).stdout;
    for words in [
        "Trust        C (a weak source)",
        "Verified     unverified",
        "supervision_units",
        "a further one above 600 minutes of contact",
        "a minute in a group of 3 or more counts 0.5",
        "a supervisor has at most 6 supervisees placed in the setting private_practice",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let file = practicum(&["rules", "show", "coamfte", "--toml"]).stdout;
    assert!(file.starts_with("id = \"coamfte\"\n"), "{file}");
    let unknown = practicum(&["rules", "show", "no-such-set"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("texas-lpc-associate"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_plan_is_checked_rule_by_rule_with_its_slack() {
    let folder = tempfile::tempdir().unwrap();
    let (roster, plan) = matched(folder.path());
    let checked = practicum(&["rules", "check", "--roster", &roster, "--plan", &plan]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    assert!(
        checked.stdout.contains("every rule is kept"),
        "{}",
        checked.stdout
    );
    let json = [
        "rules", "check", "--roster", &roster, "--plan", &plan, "--json",
    ];
    let rows = practicum(&json).json()["rows"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["rule"], "supervision_units");
    assert_eq!(rows[0]["limit"], "1");
    assert_eq!(rows[0]["value"], "1");
    assert_eq!(rows[0]["slack"], "0");

    let summary = std::fs::read_to_string(folder.path().join("plan/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let mark = summary["rule_sets"][0].as_str().unwrap();
    assert!(mark.starts_with("own@") && mark.len() == 68, "{mark}");
}

#[test]
fn a_plan_is_checked_under_sets_that_it_was_not_made_for() {
    let folder = tempfile::tempdir().unwrap();
    let (roster, plan) = matched(folder.path());
    let check = [
        "rules", "check", "--roster", &roster, "--plan", &plan, "--rules",
    ];
    let kept = practicum(&[&check[..], &["coamfte,own"]].concat());
    assert_eq!(kept.code, 0, "{}{}", kept.stdout, kept.stderr);
    // Nothing is asked of somebody of another level and jurisdiction.
    let texas = practicum(&[&check[..], &["texas-lpc-associate"]].concat());
    assert_eq!(texas.code, 0, "{}", texas.stderr);
    assert!(texas.stdout.contains("apply to 0 of 1"), "{}", texas.stdout);
    let broken = practicum(&[&check[..], &["cacrep-practicum"]].concat());
    assert_eq!(broken.code, 3, "{}{}", broken.stdout, broken.stderr);
    assert!(
        broken.stdout.contains("a rule is broken in 1 row"),
        "{}",
        broken.stdout
    );
    assert_eq!(practicum(&[&check[..], &["nothing"]].concat()).code, 2);
}
