//! `practicum match`, run as people run it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use practicum::domain::{Plan, Roster, SiteOrSupervisor};
use practicum::roster::{FolderFiles, PLAN_FILES, read_folder, read_plan, write_roster};
use serde_json::Value;

use crate::support::command::{Ran, practicum};
use crate::support::world::{World, at_site, minutes, windows};

pub(crate) fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/rosters")
        .join(name)
}

pub(crate) fn matched(roster: &Path, out: &Path, arguments: &[&str]) -> Ran {
    let (roster, out) = (roster.to_str().unwrap(), out.to_str().unwrap());
    practicum(&[&["match", "--roster", roster, "--out", out], arguments].concat())
}

/// Writes a roster into a folder and matches it into another.
fn matched_roster(roster: &Roster, folder: &Path, arguments: &[&str]) -> Ran {
    let roster_folder = folder.join("roster");
    write_roster(roster).write_dir(&roster_folder).unwrap();
    matched(&roster_folder, &folder.join("plan"), arguments)
}

fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

pub(crate) fn plan_in(folder: &Path) -> Plan {
    let files = FolderFiles::read_dir(folder, &PLAN_FILES).unwrap();
    read_plan(&files).unwrap().0
}

/// Asserts that the plan folder passes `practicum check`.
pub(crate) fn assert_checked(roster: &Path, plan: &Path) {
    let (roster, plan) = (roster.to_str().unwrap(), plan.to_str().unwrap());
    let checked = practicum(&["check", "--roster", roster, "--plan", plan]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
}

#[test]
fn a_match_writes_every_file_of_a_plan_and_again_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/plan");
    let first = matched(&shipped("clinic-12"), &out, &[]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let before = files_of(&out);
    let names: Vec<&str> = before.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "placements.csv",
            "session_members.csv",
            "sessions.csv",
            "summary.json",
            "timings.json",
            "unmatched.csv"
        ]
    );
    assert_checked(&shipped("clinic-12"), &out);

    // Into the same folder, with another number of threads.
    let second = matched(&shipped("clinic-12"), &out, &["--threads", "1"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let after = files_of(&out);
    assert!(before.keys().eq(after.keys()));
    for (name, bytes) in &before {
        assert!(
            name == "timings.json" || after[name] == *bytes,
            "{name} differs"
        );
    }
    let timings: Value = serde_json::from_slice(&after["timings.json"]).unwrap();
    assert_eq!(timings["threads"], 1);
    assert!(timings["seconds"].as_f64().unwrap() > 0.0);
    assert!(timings["stages"]["matched_priority"].is_number());
}

#[test]
fn the_summary_holds_what_the_input_determines_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    matched(&shipped("clinic-12"), folder.path(), &[]);
    let summary: Value =
        serde_json::from_slice(&fs::read(folder.path().join("summary.json")).unwrap()).unwrap();
    let mut keys: Vec<&str> = summary
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "levels",
            "roster_sha256",
            "rule_sets",
            "solver",
            "solver_version",
            "tzdb_version"
        ]
    );
    let levels: Vec<(&str, i64, i64, f64, &str)> = summary["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| {
            (
                level["name"].as_str().unwrap(),
                level["value"].as_i64().unwrap(),
                level["bound"].as_i64().unwrap(),
                level["gap"].as_f64().unwrap(),
                level["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        levels,
        [
            ("matched_priority", 7, 7, 0.0, "proved"),
            ("matched", 7, 7, 0.0, "proved"),
            ("contact_short_minutes", 0, 0, 0.0, "proved"),
            ("site_rank", 7, 7, 0.0, "proved"),
        ]
    );
}

#[test]
fn json_has_the_levels_of_the_summary_and_piped_output_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    let ran = matched(&shipped("clinic-12"), folder.path(), &["--json"]);
    let summary: Value =
        serde_json::from_slice(&fs::read(folder.path().join("summary.json")).unwrap()).unwrap();
    assert_eq!(ran.json()["levels"], summary["levels"]);
    assert_eq!(ran.json()["matched"], 7);
    assert_eq!(ran.json()["trainees"], 12);
    assert_eq!(ran.json()["unmatched"].as_array().unwrap().len(), 5);

    let people = matched(&shipped("clinic-12"), folder.path(), &[]);
    assert!(people.stdout.contains("7 of 12 trainees matched"));
    for text in [&ran.stdout, &ran.stderr, &people.stdout, &people.stderr] {
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn progress_comes_in_plain_lines_on_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    let ran = matched(&shipped("clinic-12"), folder.path(), &["--json"]);
    for told in [
        " s  matching 12 trainees, 3 sites, 11 supervisors; at most 60 s",
        " s  finding who can be where, with whom and when",
        " s  priority matched: ",
        " s  a legal plan: 7 of 12 trainees matched",
    ] {
        assert!(ran.stderr.contains(told), "{told:?} in {}", ran.stderr);
    }
    assert!(!ran.stderr.contains('\r'), "{}", ran.stderr);
}

#[test]
fn nobody_is_unmatched_without_rule_detail_and_action() {
    for name in ["clinic-12", "metro-120"] {
        let folder = tempfile::tempdir().unwrap();
        let ran = matched(&shipped(name), folder.path(), &["--json"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let roster = read_folder(&shipped(name)).unwrap();
        let plan = plan_in(folder.path());
        assert_eq!(
            plan.placements.len() + plan.unmatched.len(),
            roster.trainees.len()
        );
        assert!(!plan.unmatched.is_empty());
        for unmatched in &plan.unmatched {
            // The detail speaks of each ranked site, the best one first.
            let mut ranked: Vec<(u32, &str)> = roster
                .preferences
                .iter()
                .filter(|wish| wish.trainee == unmatched.trainee)
                .filter_map(|wish| match &wish.target {
                    SiteOrSupervisor::Site(site) => Some((wish.rank, site.as_str())),
                    SiteOrSupervisor::Supervisor(_) => None,
                })
                .collect();
            ranked.sort_unstable();
            let told = &unmatched.detail;
            for (_, site) in &ranked {
                assert!(told.contains(&format!("{site}: ")), "{site} in {told}");
            }
            if let Some((_, best)) = ranked.first() {
                let start = format!("{best}: {}", unmatched.reason);
                assert!(told.starts_with(&start), "{start:?} in {told}");
            }
            assert!(unmatched.action.len() > 10, "{}", unmatched.action);
        }
    }
}

#[test]
fn a_roster_with_mistakes_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let roster = folder.path().join("roster");
    let mut files =
        FolderFiles::read_dir(&shipped("clinic-12"), &practicum::roster::ROSTER_FILES).unwrap();
    for (name, right, wrong) in [
        ("trainees.csv", "America/Chicago", "America/Chigaco"),
        ("sites.csv", "site-0001,", "site 0001,"),
    ] {
        let text = String::from_utf8(files.get(name).unwrap().to_vec()).unwrap();
        assert!(text.contains(right));
        files.insert(name, text.replacen(right, wrong, 1).into_bytes());
    }
    files.write_dir(&roster).unwrap();
    let out = folder.path().join("plan");
    let ran = matched(&roster, &out, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    for told in ["trainees.csv", "America/Chigaco", "sites.csv", "site 0001"] {
        assert!(ran.stderr.contains(told), "{told} in {}", ran.stderr);
    }
    assert!(!out.exists());
}

#[test]
fn an_output_folder_that_cannot_be_written_is_told_before_solving() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let ran = matched(&shipped("metro-120"), &file.join("plan"), &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (4, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("file/plan cannot be written"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("finding who"), "{}", ran.stderr);
}

fn three_trainees() -> World {
    World::new()
        .site_with("a", |site| site.capacity_min = 2)
        .site_with("b", |site| site.capacity_min = 2)
        .supervisor("s")
        .line("weekly")
        .trainee("t")
        .trainee("u")
        .trainee("w")
}

#[test]
fn least_numbers_that_clash_are_named_with_their_sites() {
    let folder = tempfile::tempdir().unwrap();
    let ran = matched_roster(&three_trainees().roster(), folder.path(), &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    for told in [
        "no plan is legal",
        "capacity_min: site a needs at least 2",
        "capacity_min: site b needs at least 2",
    ] {
        assert!(ran.stderr.contains(told), "{told:?} in {}", ran.stderr);
    }
    assert!(
        !folder.path().join("plan").exists(),
        "nothing is left behind"
    );
}

#[test]
fn a_pin_that_cannot_hold_is_named_alone() {
    let world = three_trainees()
        .with(|roster| roster.sites[1].capacity_min = 1)
        .trainee_with("x", |trainee| {
            trainee.modalities_required = ["dbt".parse().unwrap()].into();
        })
        .pin("x", at_site("a"));
    let folder = tempfile::tempdir().unwrap();
    let ran = matched_roster(&world.roster(), folder.path(), &[]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let named: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("  ") && line.contains(": "))
        .filter(|line| !line.contains(" s  "))
        .collect();
    assert_eq!(named, ["  pinned: trainee x is pinned to site a"]);
}

#[test]
fn a_clash_of_times_is_found_too() {
    // Both are pinned, and she has time for one of them only.
    let world = World::new()
        .site("a")
        .supervisor_with("s", |supervisor| {
            supervisor.availability.windows = windows(&["mon 09:00 10:00"]);
        })
        .line("weekly")
        .trainee("t")
        .trainee("u")
        .pin("t", at_site("a"))
        .pin("u", at_site("a"));
    let folder = tempfile::tempdir().unwrap();
    let ran = matched_roster(&world.clone().roster(), folder.path(), &[]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for told in [
        "trainee t is pinned to site a",
        "trainee u is pinned to site a",
    ] {
        assert!(ran.stderr.contains(told), "{told:?} in {}", ran.stderr);
    }
    // With time for both there is a plan.
    let roster = world.with(|roster| {
        roster.supervisors[0].availability.windows = windows(&["mon 09:00 11:00"]);
        roster.supervisors[0].minutes_per_week_max = minutes(120);
    });
    let ran = matched_roster(&roster.roster(), folder.path(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(plan_in(&folder.path().join("plan")).placements.len(), 2);
}

#[test]
fn the_help_is_as_it_was() {
    for (name, arguments) in [
        ("practicum_help", &["--help"][..]),
        ("practicum_match_help", &["match", "--help"]),
    ] {
        let ran = practicum(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, ran.stdout);
        });
    }
}

#[test]
fn each_shell_gets_completions_with_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = practicum(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        for command in ["match", "check", "roster", "demo", "doctor"] {
            assert!(ran.stdout.contains(command), "{shell}: {command}");
        }
    }
}
