//! `practicum round create` and `show`, run as a coordinator runs them.

use std::path::Path;

use crate::support::command::{Ran, practicum};

/// A database with the roster of the clinic.
struct Clinic {
    database: String,
    _folder: tempfile::TempDir,
}

impl Clinic {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("practicum.db").display().to_string();
        let clinic = Self {
            database,
            _folder: folder,
        };
        let rosters = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rosters");
        let roster = rosters.join("clinic-12").display().to_string();
        clinic.ok(&["import", &roster]);
        clinic
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        practicum(&[arguments, &["--database", &self.database]].concat())
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Creates the round `autumn` with more options.
    fn create(&self, more: &[&str]) -> Ran {
        let term = ["--first-day", "2027-09-06", "--last-day", "2027-12-17"];
        self.run(&[&["round", "create", "autumn"][..], &term, more].concat())
    }

    fn show(&self, round: &str) -> serde_json::Value {
        self.run(&["round", "show", "--round", round, "--json"])
            .json()
    }
}

const SPRING: &str = "round-2027-01-11";

#[test]
fn a_round_like_another_takes_over_policy_lines_and_participants() {
    let clinic = Clinic::new();
    let more = ["--like", SPRING, "--missed-sessions-max", "3"];
    let created = clinic.create(&more);
    assert_eq!(created.code, 0, "{}", created.stderr);
    let said = "created the round autumn: 3 sites, 11 supervisors, 12 trainees, \
                4 supervision lines";
    assert!(created.stdout.contains(said), "{}", created.stdout);
    let (spring, autumn) = (clinic.show(SPRING), clinic.show("autumn"));
    for same in [
        "supervision_lines",
        "participants",
        "session_start_step_minutes",
        "unranked_sites",
        "contact_per_supervision_max",
        "group_credit",
        "excluded_supervisor_closes_sites",
    ] {
        assert_eq!(autumn[same], spring[same], "{same}");
    }
    assert_eq!(autumn["display_name"], "autumn");
    assert_eq!(autumn["first_day"], "2027-09-06");
    assert_eq!(autumn["missed_sessions_max"], 3);
    assert_eq!((&spring["missed_sessions_max"]), 2);
    assert_eq!(autumn["preferences"], 0);
    assert_eq!(autumn["mistakes"], serde_json::json!([]));
}

#[test]
fn a_round_of_everybody_has_the_defaults_and_no_lines() {
    let clinic = Clinic::new();
    let created = clinic.create(&["--everybody", "--display-name", "Autumn 2027"]);
    assert_eq!(created.code, 0, "{}", created.stderr);
    let autumn = clinic.show("autumn");
    assert_eq!(autumn["display_name"], "Autumn 2027");
    assert_eq!(autumn["session_start_step_minutes"], 15);
    assert_eq!(autumn["missed_sessions_max"], 0);
    assert_eq!(autumn["unranked_sites"], "forbidden");
    assert_eq!(autumn["supervision_lines"], serde_json::json!([]));
    assert_eq!(
        autumn["contact_per_supervision_max"],
        serde_json::Value::Null
    );
    assert_eq!(autumn["participants"][0]["count"], 3);
    let nobody = clinic.run(&[
        "round",
        "create",
        "empty",
        "--first-day",
        "2027-09-06",
        "--last-day",
        "2027-09-06",
    ]);
    assert_eq!(nobody.code, 0, "{}", nobody.stderr);
    assert!(nobody.stdout.contains("0 sites"), "{}", nobody.stdout);
}

#[test]
fn the_page_of_a_round_tells_dates_policy_lines_people_and_runs() {
    let clinic = Clinic::new();
    let page = clinic.ok(&["round", "show"]);
    for part in [
        "Spring 2027 (round-2027-01-11), program clinic-12",
        "2027-01-11 to 2027-05-28, 20 weeks; version 1",
        "every 15 minutes after local midnight",
        "at most 10 minutes for a minute of supervision; in a group it counts 0.5",
        "supervisors of the faculty",
        "trainees, internship",
        "weekly_individual",
        "individual, triadic",
        "trainees who gave any",
        "No runs so far; `practicum run start --round round-2027-01-11` starts one.",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    clinic.ok(&["run", "start"]);
    let page = clinic.ok(&["round", "show"]);
    assert!(page.contains("succeeded") && page.contains("yes"), "{page}");
    assert!(!page.contains("No runs so far"), "{page}");
}

#[test]
fn wrong_options_of_a_round_are_named_all_at_once() {
    let clinic = Clinic::new();
    let wrong = clinic.run(&[
        "round",
        "create",
        "autumn",
        "--first-day",
        "2027-12-17",
        "--last-day",
        "2027-09-06",
        "--session-start-step",
        "20",
        "--missed-sessions-max",
        "1001",
        "--display-name",
        " x",
    ]);
    assert_eq!(wrong.code, 2, "{}", wrong.stdout);
    for option in [
        "--display-name",
        "--last-day",
        "--session-start-step",
        "--missed-sessions-max",
    ] {
        assert!(wrong.stderr.contains(option), "{option}: {}", wrong.stderr);
    }
    let half = clinic.create(&["--group-credit", "0.5"]);
    assert_eq!(half.code, 2, "{}", half.stderr);
    let unknown = clinic.create(&["--like", "nowhere"]);
    assert_eq!(unknown.code, 3, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("there is no round nowhere"));
    assert_eq!(clinic.create(&[]).code, 0);
    let again = clinic.create(&[]);
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(again.stderr.contains("there is a round autumn already"));
}

#[test]
fn a_round_is_opened_published_repaired_and_closed() {
    let clinic = Clinic::new();
    let opened = clinic.ok(&["round", "open"]);
    assert_eq!(opened, format!("the round {SPRING} is collecting\n"));
    let again = clinic.run(&["round", "open"]);
    assert_eq!(again.code, 3, "{}", again.stdout);
    assert!(
        again
            .stderr
            .contains("is collecting; this is for a round that is draft")
    );
    let none = clinic.run(&["round", "publish"]);
    assert_eq!(none.code, 3, "{}", none.stdout);
    assert!(none.stderr.contains("has no plan yet"), "{}", none.stderr);
    clinic.ok(&["run", "start"]);
    assert_eq!(clinic.show(SPRING)["state"], "matching");
    let looked = clinic.ok(&["round", "publish", "--check"]);
    assert!(looked.contains("could be published"), "{looked}");
    assert_eq!(clinic.show(SPRING)["published"], serde_json::Value::Null);
    let published = clinic.ok(&["round", "publish"]);
    let first = clinic.show(SPRING)["published"]["plan"].clone();
    let first = first.as_str().unwrap();
    assert_eq!(
        published,
        format!("published the plan {first} of the round {SPRING}\n")
    );
    clinic.ok(&["run", "start"]);
    let astray = clinic.run(&["round", "publish"]);
    assert_eq!(astray.code, 3, "{}", astray.stdout);
    assert!(astray.stderr.contains("is no repair of the published plan"));
    clinic.ok(&["run", "start", "--baseline", first]);
    let repaired = clinic.ok(&["round", "publish"]);
    assert!(
        repaired.contains(&format!("a repair of {first}")),
        "{repaired}"
    );
    let spring = clinic.show(SPRING);
    assert_eq!(
        (&spring["state"], &spring["published"]["number"]),
        (&"repaired".into(), &2.into())
    );
    let page = clinic.ok(&["round", "show"]);
    assert!(
        page.contains("repaired; the plan ") && page.contains("by operator, a repair of"),
        "{page}"
    );
    assert_eq!(
        clinic.ok(&["round", "close"]),
        format!("the round {SPRING} is closed\n")
    );
    let list = clinic.ok(&["round", "list"]);
    assert!(list.contains("2027-05-28  closed  Spring 2027"), "{list}");
    let refused = clinic.run(&["run", "start"]);
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(
        refused
            .stderr
            .contains("is closed; nothing of it changes any more")
    );
}

#[test]
fn a_published_plan_is_accepted_and_declined_for_a_supervisor() {
    let clinic = Clinic::new();
    clinic.ok(&["run", "start"]);
    let early = clinic.run(&["plan", "responses"]);
    assert_eq!(early.code, 3, "{}", early.stdout);
    clinic.ok(&["round", "publish"]);
    let folder = tempfile::tempdir().unwrap();
    let plan = clinic.show(SPRING)["published"]["plan"].clone();
    let path = folder.path().to_str().unwrap();
    clinic.ok(&["plan", "export", plan.as_str().unwrap(), path]);
    let row = |file: &str| -> Vec<String> {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        let row = text.lines().nth(1).unwrap();
        row.split(',').map(str::to_owned).collect()
    };
    let (session, member) = (row("sessions.csv"), row("session_members.csv"));
    assert_eq!(session[0], member[0]);
    let (supervisor, trainee) = (session[1].as_str(), member[1].as_str());
    let respond = |answer: &[&str]| {
        clinic.run(&[&["plan", "respond", supervisor, trainee][..], answer].concat())
    };
    let said = respond(&["--decline", "--reason", "no room before March"]);
    assert_eq!(
        said.stdout,
        format!("{supervisor} declined {trainee}\n"),
        "{}",
        said.stderr
    );
    let said = respond(&["--accept"]);
    assert_eq!(
        said.stdout,
        format!("{supervisor} accepted {trainee}\n"),
        "{}",
        said.stderr
    );
    assert_eq!(respond(&[]).code, 2);
    assert_eq!(respond(&["--accept", "--decline"]).code, 2);
    let now = clinic.ok(&["plan", "responses"]);
    assert!(now.contains("accepted") && !now.contains("March"), "{now}");
    let all = clinic.ok(&["plan", "responses", "--all", "--supervisor", supervisor]);
    assert!(
        all.contains("accepted") && all.contains("no room before March"),
        "{all}"
    );
    let stranger = clinic.run(&["plan", "respond", supervisor, "nobody", "--accept"]);
    assert_eq!(stranger.code, 3, "{}", stranger.stdout);
    assert!(
        stranger.stderr.contains("does not give"),
        "{}",
        stranger.stderr
    );
}
