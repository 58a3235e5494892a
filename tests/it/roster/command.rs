//! `practicum roster`, run as people run it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use practicum::roster::read_folder;
use tempfile::TempDir;

use super::small::edited;

fn practicum(arguments: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_practicum"))
        .arg("roster")
        .arg(arguments[0])
        .arg(path)
        .args(&arguments[1..])
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn shipped(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/rosters")
        .join(name)
}

#[test]
fn check_shows_what_is_in_a_roster() {
    let output = practicum(&["check"], &shipped("metro-120"));
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for part in [
        "Metro consortium (metro-120)",
        "Spring 2027: 2027-01-11 to 2027-05-28, 20 weeks",
        "120 trainees want",
        "131 places",
        "America/Phoenix",
        "weekly_individual",
        "No errors in 1867 rows of 9 tables.",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours away from a terminal");
}

#[test]
fn check_prints_every_mistake_and_exits_with_3() {
    let dir = TempDir::new().unwrap();
    edited(&[
        ("sites.csv", "America/New_York", "America/New_Yrok"),
        (
            "preferences.csv",
            "tr-2,site,site-2,1",
            "tr-2,site,site-2,none",
        ),
    ])
    .write_dir(dir.path())
    .unwrap();
    let output = practicum(&["check"], dir.path());
    assert_eq!(output.status.code(), Some(3));
    let text = stdout(&output);
    assert!(
        text.contains("2 errors:\npreferences.csv row 4, rank: \"none\" is not"),
        "{text}"
    );
    assert!(text.contains("\nsites.csv row 2, time_zone: "), "{text}");
}

#[test]
fn check_as_json_says_the_same() {
    let good = practicum(&["check", "--json"], &shipped("clinic-12"));
    let json: serde_json::Value = serde_json::from_str(&stdout(&good)).unwrap();
    assert_eq!(json["ok"], true);
    assert_eq!(json["overview"]["trainees"], 12);
    assert_eq!(
        json["overview"]["roster_sha256"].as_str().unwrap().len(),
        64
    );

    let none = practicum(&["check", "--json"], Path::new("/no/such/folder"));
    assert_eq!(none.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_str(&stdout(&none)).unwrap();
    assert_eq!(json["ok"], false);
    assert_eq!(json["errors"][0]["file"], "/no/such/folder");
}

#[test]
fn check_warns_of_what_is_likely_a_slip() {
    let dir = TempDir::new().unwrap();
    let wishes = "tr-2,site,site-2,1\ntr-2,supervisor,sup-2,1\n";
    edited(&[
        ("preferences.csv", wishes, ""),
        ("availability.csv", "supervisor,sup-1,mon,09:00,12:00\n", ""),
        ("supervisors.csv", "site-1;site-2", "site-1"),
    ])
    .write_dir(dir.path())
    .unwrap();
    let output = practicum(&["check"], dir.path());
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for warning in [
        "warning: 1 trainee without a ranked site: tr-2\n",
        "warning: 1 site without opening hours: site-2\n",
        "warning: 2 supervisors without availability: sup-1, sup-2\n",
        "warning: 1 site with capacity but without a site supervisor: site-2\n",
    ] {
        assert!(text.contains(warning), "{warning} in {text}");
    }
}

#[test]
fn generate_writes_a_roster_that_check_accepts_and_replaces_it_whole() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("roster");
    let first = practicum(&["generate", "--trainees", "30", "--seed", "4"], &out);
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    assert!(stdout(&first).contains("30 trainees, 6 sites"), "{first:?}");
    assert_eq!(practicum(&["check"], &out).status.code(), Some(0));

    fs::write(out.join("pins.csv"), "stale").unwrap();
    let arguments = [
        "generate",
        "--trainees",
        "5",
        "--seed",
        "4",
        "--regions",
        "world",
    ];
    let second = practicum(&arguments, &out);
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    assert_eq!(read_folder(&out).unwrap().trainees.len(), 5);
    assert!(!out.join("pins.csv").exists());
}

#[test]
fn generate_leaves_a_folder_of_other_things_alone_unless_told() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    let refused = practicum(&["generate", "--trainees", "5"], dir.path());
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let forced = practicum(&["generate", "--trainees", "5", "--force"], dir.path());
    assert_eq!(forced.status.code(), Some(0));
    assert!(dir.path().join("letter.txt").exists());
}

#[test]
fn generate_into_what_cannot_be_written_exits_with_4() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let output = practicum(
        &["generate", "--trainees", "5"],
        &dir.path().join("file/roster"),
    );
    assert_eq!(output.status.code(), Some(4));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("error: cannot write "), "{text}");
}

#[test]
fn generate_refuses_sizes_out_of_range() {
    let dir = TempDir::new().unwrap();
    for trainees in ["0", "200001", "-5", "many"] {
        let output = practicum(&["generate", "--trainees", trainees], &dir.path().join("x"));
        assert_eq!(output.status.code(), Some(2), "{trainees}");
    }
}
