//! `practicum schedule` and `practicum calendar export` over a published plan.

use serde_json::Value;

use crate::cli_match::shipped;
use crate::support::command::{Ran, practicum};
use crate::support::ics::events;

/// A database with the published plan of `clinic-12`.
struct Published {
    folder: tempfile::TempDir,
}

impl Published {
    fn new() -> Self {
        let published = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        published.ok(&["import", shipped("clinic-12").to_str().unwrap()]);
        published.ok(&["run", "start"]);
        published.ok(&["round", "publish"]);
        published
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let database = self.path("p.db");
        practicum(&[arguments, &["--database", &database]].concat())
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Returns a supervisor who meets somebody, and the days of the term.
    fn somebody(&self) -> (String, String, String) {
        let roster = practicum::roster::read_folder(&shipped("clinic-12")).unwrap();
        let term = roster.round.term;
        let (first, last) = (term.first().to_string(), term.last().to_string());
        let meets = |key: &str| !self.listed(key, &first, &last).is_empty();
        let keys = roster.supervisors.iter().map(|one| one.key.to_string());
        let key = keys.into_iter().find(|key| meets(key)).unwrap();
        (key, first, last)
    }

    fn listed(&self, key: &str, first: &str, last: &str) -> Vec<Value> {
        let said = self.ok(&[
            "schedule",
            "--supervisor",
            key,
            "--from",
            first,
            "--until",
            last,
            "--json",
        ]);
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["supervisor_id"], key);
        said["occurrences"].as_array().unwrap().clone()
    }
}

#[test]
fn lists_sessions_in_any_zone_as_a_table_and_as_json() {
    let published = Published::new();
    let (key, first, last) = published.somebody();
    let all = published.listed(&key, &first, &last);
    let held = all.iter().filter(|one| one["state"] == "held").count();
    assert!(held > 0);
    let between = ["--from", first.as_str(), "--until", last.as_str()];
    let of = ["schedule", "--supervisor", key.as_str()];
    let table = published.ok(&[&of[..], &between, &["--zone", "Asia/Kathmandu"]].concat());
    assert!(table.contains(&format!(
        "Sessions of {key} from {first} to {last}, in Asia/Kathmandu"
    )));
    assert!(table.contains(&format!("{held} held, ")), "{table}");
    assert!(table.contains("Zone data: 2026f"), "{table}");
    // From today on there may be none; it is said.
    let coming = published.ok(&of);
    assert!(
        coming.contains(&format!("Sessions of {key} from ")),
        "{coming}"
    );
}

#[test]
fn refuses_what_it_cannot_show() {
    let published = Published::new();
    let (key, ..) = published.somebody();
    let of = ["schedule", "--supervisor", key.as_str()];
    let ran = published.run(&[&of[..], &["--zone", "Europe/Lodnon"]].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("Europe/London"), "{}", ran.stderr);
    let backwards = ["--from", "2027-02-01", "--until", "2027-01-01"];
    let ran = published.run(&[&of[..], &backwards].concat());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let ran = published.run(&["schedule", "--supervisor", "nobody"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.stderr.contains("there is no supervisor nobody"),
        "{}",
        ran.stderr
    );
}

#[test]
fn writes_a_calendar_that_other_programs_read() {
    let published = Published::new();
    let (key, ..) = published.somebody();
    let file = published.path("mine.ics");
    let said = published.ok(&["calendar", "export", "--supervisor", &key, &file]);
    let text = std::fs::read_to_string(&file).unwrap();
    let found = events(&text);
    assert!(
        said.contains(&format!("wrote {} sessions to {file}", found.len())),
        "{said}"
    );
    let shown = published.ok(&["calendar", "export", "--supervisor", &key, "-"]);
    assert_eq!(shown, text);
}
