//! Commands about a plan or a roster, over a database instead of folders: the
//! same answers.

use std::fs;
use std::path::Path;

use practicum::roster::{FolderFiles, PLAN_FILES, read_plan};
use practicum::roster::{plan_document, plan_workbook};

use crate::cli_match::shipped;
use crate::support::command::{Ran, command, practicum, ran};

/// A database with a plan of `clinic-12`, and the plan in a folder.
struct Clinic {
    folder: tempfile::TempDir,
    run: String,
}

impl Clinic {
    fn new() -> Self {
        let mut clinic = Self {
            folder: tempfile::tempdir().unwrap(),
            run: String::new(),
        };
        clinic.ok(&["import", shipped("clinic-12").to_str().unwrap()]);
        let said = clinic.ok(&["run", "start", "--out", &clinic.path("plan")]);
        let first = said.lines().next().unwrap();
        clinic.run = first.strip_prefix("run ").unwrap().to_owned();
        clinic
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        practicum(&[arguments, &["--database", &self.path("p.db")]].concat())
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs a command over the folders, which must go well.
    fn over_folders(&self, arguments: &[&str]) -> String {
        let roster = shipped("clinic-12").display().to_string();
        let ran = practicum(&[arguments, &["--roster", &roster]].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout
    }
}

#[test]
fn a_stored_plan_is_asked_like_one_in_folders() {
    let clinic = Clinic::new();
    let plan = clinic.path("plan");
    for arguments in [
        &["forecast", "--json"][..],
        &["explain", "--json"],
        &["audit", "--json", "--price"],
        &["worths", "--json", "--top", "2"],
    ] {
        let in_folders = [arguments, &["--plan", &plan]].concat();
        let expected = clinic.over_folders(&in_folders);
        // The latest plan, and the plan of a run.
        assert_eq!(clinic.ok(arguments), expected, "{arguments:?}");
        let named = [arguments, &["--plan", &clinic.run]].concat();
        assert_eq!(clinic.ok(&named), expected, "{arguments:?}");
    }
    let preflight = ["preflight", "--json"];
    assert_eq!(clinic.ok(&preflight), clinic.over_folders(&preflight));
}

#[test]
fn a_plan_that_is_not_there_or_not_named_well_is_refused() {
    let clinic = Clinic::new();
    for (arguments, code, told) in [
        (&["forecast", "--plan", "none"][..], 3, "none"),
        (&["forecast", "--plan", "a/b"], 2, "is no key of a run"),
        (&["forecast", "--save"], 2, "--save writes into the folder"),
        (&["explain", "--save"], 2, "--save writes into the folder"),
        (&["preflight", "--round", "none"], 3, "none"),
    ] {
        let ran = clinic.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn without_folders_and_without_a_database_it_is_said_what_to_give() {
    let folder = tempfile::tempdir().unwrap();
    for (name, wanted) in [
        ("forecast", "--roster FOLDER and --plan FOLDER"),
        ("preflight", "--roster FOLDER"),
    ] {
        let ran = ran(command(&[name]).current_dir(folder.path()));
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    }
    let only_roster = practicum(&["worths", "--roster", "x"]);
    assert_eq!(only_roster.code, 2);
    assert!(
        only_roster.stderr.contains("--plan"),
        "{}",
        only_roster.stderr
    );
}

#[test]
fn a_stored_plan_is_exported_as_a_workbook_and_as_a_document() {
    let clinic = Clinic::new();
    let files = FolderFiles::read_dir(Path::new(&clinic.path("plan")), &PLAN_FILES).unwrap();
    let (plan, context) = read_plan(&files).unwrap();
    for (format, expected) in [
        ("xlsx", plan_workbook(&plan, &context).unwrap()),
        ("json", plan_document(&plan, &context)),
    ] {
        let path = clinic.path(&format!("deep/clinic.{format}"));
        for _ in 0..2 {
            // In place of the one before, with the same bytes.
            let said = clinic.ok(&["plan", "export", &clinic.run, &path, "--format", format]);
            assert!(said.contains(&path), "{said}");
            assert!(fs::read(&path).unwrap() == expected, "{format}");
        }
    }
    let folder = clinic.path("again");
    clinic.ok(&["plan", "export", &clinic.run, &folder, "--format", "folder"]);
    let again = FolderFiles::read_dir(Path::new(&folder), &PLAN_FILES).unwrap();
    assert_eq!(again, files);
    let onto_a_folder = clinic.run(&["plan", "export", &clinic.run, &folder, "--format", "json"]);
    assert_eq!(onto_a_folder.code, 4, "{}", onto_a_folder.stderr);
}
