//! `practicum rules` and `practicum round rules` over a database, run as a
//! coordinator runs them.

use std::path::{Path, PathBuf};

use crate::support::command::{Ran, command, practicum, ran};

const SPRING: &str = "round-2027-01-11";

/// A database with the roster of the clinic.
struct Clinic {
    folder: tempfile::TempDir,
}

impl Clinic {
    fn new() -> Self {
        let clinic = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        clinic.ok(&["import", &roster()]);
        clinic
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let database = self.path("practicum.db").display().to_string();
        practicum(&[arguments, &["--database", &database]].concat())
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Writes the file of a rule set that asks for so many minutes a week.
    fn file(&self, id: &str, minutes: u32) -> String {
        let path = self.path("ours.toml");
        let text = format!(
            "id = \"{id}\"\ntitle = \"Ours\"\nbody = \"The program\"\nsource = \"handbook\"\n\
             trust = \"R\"\nunverified = true\n[[rule]]\nname = \"supervision_minutes_min\"\n\
             minutes = {minutes}\nper = \"week\"\n"
        );
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

fn roster() -> String {
    let rosters = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rosters");
    rosters.join("clinic-12").display().to_string()
}

#[test]
fn a_rule_set_is_added_corrected_shown_and_removed() {
    let clinic = Clinic::new();
    let file = clinic.file("ours", 60);
    let added = clinic.ok(&["rules", "add", &file]);
    assert!(added.contains("the rule set ours, version 1"), "{added}");
    assert!(added.contains("practicum round rules ours"), "{added}");
    let twice = clinic.run(&["rules", "add", &file]);
    assert_eq!(twice.code, 3);
    assert!(twice.stderr.contains("give --replace"), "{}", twice.stderr);
    clinic.file("ours", 90);
    let replaced = clinic.ok(&["rules", "add", &file, "--replace"]);
    assert!(replaced.contains("version 2"), "{replaced}");
    let list = clinic.run(&["rules", "list", "--json"]).json();
    let ids: Vec<&str> = list["rule_sets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|set| set["id"].as_str().unwrap())
        .collect();
    assert_eq!((ids.len(), ids.contains(&"ours")), (9, true));
    let shown = clinic.ok(&["rules", "show", "ours"]);
    assert!(shown.contains("at least 90 credited minutes"), "{shown}");
    let text = clinic.ok(&["rules", "show", "ours", "--toml"]);
    assert_eq!(text, std::fs::read_to_string(&file).unwrap());
    // Nothing but the command line asks for a database.
    let database = clinic.path("practicum.db");
    let shipped = ran(command(&["rules", "list", "--json"]).env("PRACTICUM_DATABASE", &database));
    assert_eq!(shipped.json()["rule_sets"].as_array().unwrap().len(), 8);
    let by_program = ["rules", "list", "--json", "--program", "clinic-12"];
    let stored = ran(command(&by_program).env("PRACTICUM_DATABASE", &database));
    assert_eq!(stored.json()["rule_sets"].as_array().unwrap().len(), 9);
    let removed = clinic.ok(&["rules", "remove", "ours"]);
    assert!(removed.contains("no rule set ours"), "{removed}");
    assert_eq!(clinic.run(&["rules", "show", "ours"]).code, 2);
    let missing = clinic.run(&["rules", "add", &file, "--replace"]);
    assert_eq!(missing.code, 3);
    assert!(
        missing.stderr.contains("leave out --replace"),
        "{}",
        missing.stderr
    );
    let instead = clinic.ok(&["rules", "add", &clinic.file("coamfte", 60)]);
    assert!(
        instead.contains("in the place of the shipped one"),
        "{instead}"
    );
    let back = clinic.ok(&["rules", "remove", "coamfte"]);
    assert!(back.contains("the shipped one"), "{back}");
}

#[test]
fn a_file_that_is_wrong_is_told_line_by_line_and_options_that_clash_are_refused() {
    let clinic = Clinic::new();
    let path = clinic.path("wrong.toml").display().to_string();
    std::fs::write(&path, "id = \"ours\"\ntrust = \"Z\"\n").unwrap();
    let wrong = clinic.run(&["rules", "add", &path]);
    assert_eq!(wrong.code, 3);
    for part in ["wrong.toml row 2, trust", "row 1, title", "row 1, rule"] {
        assert!(
            wrong.stderr.contains(part),
            "{part} is not in {}",
            wrong.stderr
        );
    }
    let nowhere = clinic.run(&["rules", "add", "no-such-file.toml"]);
    assert_eq!(nowhere.code, 3);
    assert!(
        nowhere.stderr.contains("cannot be read"),
        "{}",
        nowhere.stderr
    );
    let roster = roster();
    for verb in [&["list"][..], &["show", "coamfte"], &["check"]] {
        let both = [&["rules"], verb, &["--roster", &roster]].concat();
        let refused = clinic.run(&both);
        assert_eq!(refused.code, 2, "{both:?}: {}", refused.stdout);
        assert!(refused.stderr.contains("give one"), "{}", refused.stderr);
    }
    let folder = clinic.run(&["rules", "check", "--plan", "some/plan"]);
    assert_eq!(folder.code, 2);
    assert!(
        folder.stderr.contains("needs --roster"),
        "{}",
        folder.stderr
    );
}

#[test]
fn a_roster_is_checked_at_best_without_a_plan() {
    let roster = roster();
    let check = ["rules", "check", "--roster", &roster, "--rules"];
    let kept = practicum(&[&check[..], &["coamfte,cacrep-internship"]].concat());
    assert_eq!(kept.code, 0, "{}{}", kept.stdout, kept.stderr);
    for part in [
        "at best",
        "apply to 12 of 12 trainees",
        "no rule is out of reach",
    ] {
        assert!(
            kept.stdout.contains(part),
            "{part} is not in {}",
            kept.stdout
        );
    }
    let broken = practicum(&[&check[..], &["california-bbs-associate", "--json"]].concat());
    let rows = broken.json()["rows"].as_array().unwrap().clone();
    let is_broken = rows.iter().any(|row| row["holds"] == false);
    assert_eq!(broken.code, if is_broken { 3 } else { 0 });
    let many = vec!["coamfte"; 33].join(",");
    let refused = practicum(&[&check[..], &[many.as_str()]].concat());
    assert_eq!(refused.code, 2, "{}", refused.stdout);
}

#[test]
fn the_rule_sets_of_a_round_are_chosen_and_its_plans_checked() {
    let clinic = Clinic::new();
    clinic.ok(&["rules", "add", &clinic.file("ours", 105)]);
    let none = clinic.ok(&["round", "rules"]);
    assert!(none.contains("no rule set holds"), "{none}");
    let chosen = clinic.ok(&["round", "rules", "ours", "coamfte"]);
    assert_eq!(chosen, "ours\ncoamfte\n");
    assert_eq!(clinic.ok(&["round", "rules"]), chosen);
    let wrong = clinic.run(&["round", "rules", "ours", "coamftee"]);
    assert_eq!(wrong.code, 3);
    let told = "rule_sets[1]: coamftee is no rule set; did you mean coamfte?";
    assert!(wrong.stderr.contains(told), "{}", wrong.stderr);
    let show = clinic.ok(&["round", "show"]);
    assert!(show.contains("ours, coamfte"), "{show}");
    let best = clinic.ok(&["rules", "check", "--round", SPRING]);
    assert!(best.contains("at best"), "{best}");
    clinic.ok(&["run", "start", "--time-limit", "30"]);
    let kept = clinic.ok(&["rules", "check"]);
    assert!(kept.contains("every rule is kept"), "{kept}");
    let run = clinic.ok(&["plan", "list"]).trim().to_owned();
    clinic.ok(&["rules", "add", &clinic.file("ours", 200), "--replace"]);
    assert_eq!(clinic.ok(&["rules", "check", "--plan", &run]), kept);
    let now = clinic.run(&["rules", "check", "--plan", &run, "--rules", "ours"]);
    assert_eq!(now.code, 3, "{}{}", now.stdout, now.stderr);
    let held = clinic.ok(&["rules", "show", "ours", "--round", SPRING]);
    assert!(held.contains("at least 105 credited minutes"), "{held}");
    let held = clinic
        .run(&["rules", "list", "--round", SPRING, "--json"])
        .json();
    assert_eq!(held["rule_sets"].as_array().unwrap().len(), 2);

    let term = ["--first-day", "2027-09-06", "--last-day", "2027-12-17"];
    let create = |key: &str, more: &[&str]| {
        clinic.ok(&[&["round", "create", key, "--like", SPRING][..], &term, more].concat());
        clinic.ok(&["round", "rules", "--round", key])
    };
    assert_eq!(create("alike", &[]), "ours\ncoamfte\n");
    // Of the program's own the new text, since that is what is named now.
    let taken = clinic.ok(&["rules", "show", "ours", "--round", "alike"]);
    assert!(taken.contains("at least 200 credited minutes"), "{taken}");
    let other = ["--rule-set", "bacp-student", "--rule-set", "ours"];
    assert_eq!(create("other", &other), "bacp-student\nours\n");
    assert!(create("without", &["--no-rule-sets"]).contains("no rule set holds"));
    let cleared = clinic.ok(&["round", "rules", "--none", "--round", "other"]);
    assert!(cleared.contains("no rule set holds"), "{cleared}");
}
