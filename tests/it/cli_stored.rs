//! Commands about a plan or a roster, over a database instead of folders: the
//! same answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use practicum::roster::{FolderFiles, PLAN_FILES, read_folder, read_plan};
use practicum::roster::{plan_document, plan_workbook, write_roster};

use crate::cli_match::shipped;
use crate::support::command::{Ran, command, practicum, ran};

/// A scenario that costs nobody the place.
const CLOSED: &str = "close site-0003";
/// A scenario that costs somebody the place.
const LEFT: &str = "caseload sup-0002 9; minutes sup-0002 600; leave sup-0009";
/// What the site at which everybody is placed is called after the run.
const RENAMED: &str = "Lakeview House";

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

    /// Gives the site at which everybody is placed another name, and fewer
    /// places than the plan takes.
    fn change_the_records(&self) {
        let mut roster = read_folder(&shipped("clinic-12")).unwrap();
        let mut sites = roster.sites.iter_mut();
        let site = sites.find(|site| site.key.as_str() == "site-0002").unwrap();
        site.name = RENAMED.to_owned();
        site.capacity = 3;
        let folder = self.path("changed");
        write_roster(&roster).write_dir(Path::new(&folder)).unwrap();
        self.ok(&["import", &folder]);
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
    let out = clinic.path("models");
    for (arguments, code, told) in [
        (&["forecast", "--plan", "none"][..], 3, "none"),
        (&["forecast", "--plan", "a/b"], 2, "is no key of a run"),
        (&["forecast", "--save"], 2, "--save writes into the folder"),
        (&["explain", "--save"], 2, "--save writes into the folder"),
        (&["preflight", "--round", "none"], 3, "none"),
        (
            &["model", "export", "--plan", "none", "--out", &out],
            3,
            "none",
        ),
        (
            &["model", "export", "--plan", "a/b", "--out", &out],
            2,
            "is no key of a run",
        ),
        (
            &["what-if", "--plan", "none", "--scenario", CLOSED],
            3,
            "none",
        ),
        (
            &["what-if", "--plan", "a/b", "--scenario", CLOSED],
            2,
            "is no key of a run",
        ),
        (
            &["what-if", "--scenario", "close nowhere"],
            3,
            "no site nowhere",
        ),
    ] {
        let ran = clinic.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{arguments:?}: {}", ran.stderr);
    }
    assert!(!Path::new(&out).exists());
}

#[test]
fn without_folders_and_without_a_database_it_is_said_what_to_give() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, wanted) in [
        (&["forecast"][..], "give --roster FOLDER and --plan FOLDER,"),
        (&["preflight"], "give --roster FOLDER,"),
        (
            &["model", "export", "--out", "x"],
            "give --roster FOLDER and --plan FOLDER,",
        ),
        (&["what-if", "--scenario", CLOSED], "give --roster FOLDER,"),
    ] {
        let ran = ran(command(arguments).current_dir(folder.path()));
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(wanted), "{arguments:?}: {}", ran.stderr);
    }
    for arguments in [
        &["worths", "--roster", "x"][..],
        &["model", "export", "--roster", "x", "--out", "y"],
    ] {
        let only_roster = ran(command(arguments).current_dir(folder.path()));
        assert_eq!(only_roster.code, 2, "{arguments:?}");
        let told = only_roster.stderr;
        assert!(told.contains("--plan"), "{arguments:?}: {told}");
    }
}

/// Returns the files of a folder by name.
fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let named = entries.map(|entry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    });
    named.collect()
}

#[test]
fn the_exact_model_of_a_stored_plan_is_that_of_its_folders() {
    let clinic = Clinic::new();
    let (plan, of_folders) = (clinic.path("plan"), clinic.path("of-folders"));
    let export = ["model", "export", "--out"];
    let said =
        clinic.over_folders(&[&export[..], &[of_folders.as_str(), "--plan", &plan]].concat());
    let size = said.lines().last().unwrap();
    assert!(size.ends_with(" rows"), "{said}");
    let expected = files(&of_folders);
    let names: Vec<&str> = expected.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "1-matched_priority.mps",
            "2-matched.mps",
            "3-contact_short_minutes.mps",
            "4-site_rank.mps"
        ]
    );
    clinic.change_the_records();
    for (out, named) in [("latest", &[][..]), ("named", &["--plan", &clinic.run])] {
        let out = clinic.path(out);
        let said = clinic.ok(&[&export[..], &[out.as_str()], named].concat());
        assert_eq!(said.lines().last(), Some(size));
        assert!(files(&out) == expected, "{named:?}");
        for name in expected.keys() {
            assert!(said.contains(&format!("{out}/{name}\n")), "{said}");
        }
    }
}

#[test]
fn scenarios_of_a_stored_plan_are_shown_as_those_of_its_folders_and_not_stored() {
    let clinic = Clinic::new();
    let plan = clinic.path("plan");
    let scenarios = ["what-if", "--scenario", CLOSED, "--scenario", LEFT];
    let in_folders = [&scenarios[..], &["--plan", &plan]].concat();
    let as_text = clinic.over_folders(&in_folders);
    for part in [
        "as it is",
        "Scenario 1: close site-0003",
        "Lost their place (1)",
        // Of the records: the snapshot holds keys alone.
        "Ingrid Castillo (tr-00002): was at Lakeview Veterans Clinic (site-0002)",
    ] {
        assert!(as_text.contains(part), "{part}: {as_text}");
    }
    let as_json = clinic.over_folders(&[&in_folders[..], &["--json"]].concat());
    let stored = || (clinic.ok(&["run", "list"]), clinic.ok(&["plan", "list"]));
    let before = stored();
    for named in [&[][..], &["--plan", &clinic.run]] {
        let arguments = [&scenarios[..], named].concat();
        assert_eq!(clinic.ok(&arguments), as_text, "{named:?}");
        let arguments = [&arguments[..], &["--json"]].concat();
        assert_eq!(clinic.ok(&arguments), as_json, "{named:?}");
    }
    assert_eq!(stored(), before);
}

#[test]
fn scenarios_are_edits_of_the_snapshot_whatever_was_changed_since() {
    let clinic = Clinic::new();
    let scenario = ["what-if", "--scenario", LEFT];
    let as_json = clinic.ok(&[&scenario[..], &["--json"]].concat());
    let as_text = clinic.ok(&scenario);
    clinic.change_the_records();
    assert_eq!(clinic.ok(&[&scenario[..], &["--json"]].concat()), as_json);
    let renamed = as_text.replace("Lakeview Veterans Clinic", RENAMED);
    assert_ne!(renamed, as_text);
    assert_eq!(clinic.ok(&scenario), renamed);
}

#[test]
fn worths_of_a_stored_plan_are_told_with_names() {
    let clinic = Clinic::new();
    clinic.change_the_records();
    clinic.ok(&["run", "start"]);
    let told = clinic.ok(&["worths", "--top", "0"]);
    let site = format!("{RENAMED} (site-0002)");
    for part in [site.as_str(), "capacity site-0002 4"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn the_help_shows_how_a_stored_plan_is_asked() {
    for (command, example) in [
        (
            &["what-if"][..],
            "practicum what-if --database practicum.db --plan RUN --scenario 'leave ines'",
        ),
        (
            &["model", "export"],
            "practicum model export --database practicum.db --plan RUN --out my-models",
        ),
    ] {
        let help = practicum(&[command, &["--help"]].concat());
        assert_eq!(help.code, 0);
        assert!(help.stdout.contains(example), "{}", help.stdout);
    }
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
