//! The commands over a database, run as a user runs them.

use std::path::Path;

use practicum::roster::{FolderFiles, PLAN_FILES, ROSTER_FILES};

use crate::support::command::practicum;

fn shipped(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rosters");
    folder.join(name).display().to_string()
}

#[test]
fn a_roster_goes_in_is_matched_and_its_plan_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let database = path("practicum.db");
    let ok = |arguments: &[&str]| {
        let ran = practicum(&[arguments, &["--database", &database]].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    };
    let imported = ok(&["import", &shipped("clinic-12")]);
    assert!(imported.contains("round round-2027-01-11"), "{imported}");
    let dry = ok(&["import", &shipped("clinic-12"), "--dry-run"]);
    assert!(dry.contains("would change"), "{dry}");
    ok(&["export", &path("roster")]);
    let checked = practicum(&["roster", "check", &path("roster")]);
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    assert!(ok(&["round", "list"]).contains("Spring 2027"));
    let ran = ok(&["run", "start", "--out", &path("plan")]);
    assert!(ran.contains("succeeded with a plan"), "{ran}");
    let proved = practicum(&[
        "check",
        "--roster",
        &path("roster"),
        "--plan",
        &path("plan"),
    ]);
    assert_eq!(proved.code, 0, "{}{}", proved.stdout, proved.stderr);
    assert!(ok(&["run", "list"]).contains("succeeded"));
    let runs = ok(&["plan", "list"]);
    ok(&["plan", "export", runs.trim(), &path("again")]);
    let read = |name: &str| FolderFiles::read_dir(Path::new(&path(name)), &PLAN_FILES).unwrap();
    assert_eq!(read("plan"), read("again"));
    ok(&["migrate"]);
    ok(&["backup", &path("copy.db")]);
    let copy = path("copy.db");
    let exported = practicum(&["export", &path("roster-2"), "--database", &copy]);
    assert_eq!(exported.code, 0, "{}", exported.stderr);
    let roster = |name: &str| FolderFiles::read_dir(Path::new(&path(name)), &ROSTER_FILES).unwrap();
    assert_eq!(roster("roster"), roster("roster-2"));
}

#[test]
fn a_database_that_is_not_there_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("none.db");
    let url = database.display().to_string();
    let out = folder.path().join("out").display().to_string();
    let ran = practicum(&["export", &out, "--database", &url]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`practicum import` makes one"),
        "{}",
        ran.stderr
    );
    assert!(!database.exists());
}
