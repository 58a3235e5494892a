//! Runs and plans on a terminal: watched, shown and compared.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use practicum::domain::{Forbid, SiteOrSupervisor};
use practicum::roster::{FolderFiles, PLAN_FILES, read_folder, write_roster};

use crate::cli_match::{plan_in, shipped};
use crate::support::command::{command, practicum, ran, without_settings};

/// A database with `clinic-12` in it.
struct Clinic {
    folder: tempfile::TempDir,
}

impl Clinic {
    fn new() -> Self {
        let clinic = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        clinic.ok(&["import", shipped("clinic-12").to_str().unwrap()]);
        clinic
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn with_database<'a>(arguments: &[&'a str], database: &'a str) -> Vec<&'a str> {
        [arguments, &["--database", database]].concat()
    }

    /// Runs a command over the database and returns what it prints.
    fn ok(&self, arguments: &[&str]) -> String {
        let database = self.path("p.db");
        let ran = practicum(&Self::with_database(arguments, &database));
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Starts a run and returns its key.
    fn start(&self, more: &[&str]) -> String {
        let said = self.ok(&[&["run", "start"], more].concat());
        let first = said.lines().next().unwrap();
        first.strip_prefix("run ").unwrap().to_owned()
    }
}

/// Returns the numbers with which lines begin.
fn numbers(said: &str) -> Vec<i64> {
    let number = |line: &str| line.split_whitespace().next()?.parse().ok();
    said.lines().filter_map(number).collect()
}

#[test]
fn a_watch_tells_every_event_once_and_goes_on_behind_one() {
    let clinic = Clinic::new();
    clinic.start(&[]);
    let run = clinic.start(&["--out", &clinic.path("plan")]);
    let said = clinic.ok(&["run", "watch"]);
    assert!(said.starts_with(&format!("run {run}\n")), "{said}");
    assert!(said.contains("finding times for the placements"), "{said}");
    assert!(said.ends_with("succeeded with a plan\n"), "{said}");
    let all = numbers(&said);
    let last = i64::try_from(all.len()).unwrap();
    assert_eq!(all, (1..=last).collect::<Vec<_>>());
    let rest = clinic.ok(&["run", "watch", &run, "--after", &(last - 2).to_string()]);
    assert_eq!(numbers(&rest), [last - 1, last]);
}

#[test]
fn a_watch_follows_a_run_that_another_process_solves() {
    let clinic = Clinic::new();
    let run = clinic.start(&["--detach"]);
    let database = clinic.path("p.db");
    let watch = command(&["run", "watch", &run, "--database", &database])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The next one takes up the oldest run first.
    clinic.start(&[]);
    let watched = watch.wait_with_output().unwrap();
    let said = String::from_utf8(watched.stdout).unwrap();
    assert!(watched.status.success(), "{said}");
    assert!(said.ends_with("succeeded with a plan\n"), "{said}");
}

#[test]
fn a_watch_that_is_interrupted_leaves_the_run_and_says_how_to_go_on() {
    let clinic = Clinic::new();
    let run = clinic.start(&["--detach"]);
    let database = clinic.path("p.db");
    let mut watch = command(&["run", "watch", "--database", &database])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(watch.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("queued") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    let id = watch.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(watch.wait().unwrap().success(), "{rest}");
    assert!(rest.contains("the run goes on"), "{rest}");
    assert!(
        rest.contains(&format!("run watch {run} --after 1 --database {database}")),
        "{rest}"
    );
    assert!(clinic.ok(&["run", "list"]).contains("queued"));
}

#[test]
fn a_watch_without_runs_and_a_plan_without_plans_say_so() {
    let clinic = Clinic::new();
    let database = clinic.path("p.db");
    for (arguments, what) in [
        (["run", "watch"], "no run yet"),
        (["plan", "show"], "no plan yet"),
    ] {
        let ran = practicum(&Clinic::with_database(&arguments, &database));
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains(what), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("`practicum run start` makes one"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_plan_is_shown_with_names_clocks_zones_and_reasons() {
    let clinic = Clinic::new();
    clinic.start(&["--out", &clinic.path("plan")]);
    let plan = plan_in(Path::new(&clinic.path("plan")));
    let roster = read_folder(&shipped("clinic-12")).unwrap();
    let shown = clinic.ok(&["plan", "show"]);
    for part in [
        "7 of 12 trainees placed, 5 not",
        "priority matched",
        "proved",
        "By preference",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for trainee in &roster.trainees {
        assert!(shown.contains(&trainee.name), "{}: {shown}", trainee.name);
    }
    for session in &plan.sessions {
        let weekly = session.weekly_start.unwrap();
        assert!(shown.contains(&weekly.start.to_string()), "{shown}");
        assert!(shown.contains(session.time_zone.as_str()), "{shown}");
    }
    for unmatched in &plan.unmatched {
        assert!(
            shown.contains(&unmatched.detail) && shown.contains(&unmatched.action),
            "{shown}"
        );
    }
}

#[test]
fn a_plan_is_narrowed_to_a_trainee_a_supervisor_or_a_site() {
    let clinic = Clinic::new();
    clinic.start(&["--out", &clinic.path("plan")]);
    let plan = plan_in(Path::new(&clinic.path("plan")));
    let roster = read_folder(&shipped("clinic-12")).unwrap();
    let names_in = |shown: &str| -> Vec<String> {
        let trainees = roster.trainees.iter();
        let shown_ones = trainees.filter(|trainee| shown.contains(&trainee.name));
        shown_ones.map(|trainee| trainee.key.to_string()).collect()
    };
    let placed = &plan.placements[0];
    let of_trainee = clinic.ok(&["plan", "show", "--trainee", placed.trainee.as_str()]);
    assert!(of_trainee.contains("Weekly sessions"), "{of_trainee}");
    assert!(!of_trainee.contains("By preference"), "{of_trainee}");
    let sessions = plan.sessions.iter();
    let with_them: Vec<_> = sessions
        .filter(|session| {
            session
                .members
                .iter()
                .any(|member| member.trainee == placed.trainee)
        })
        .collect();
    let mut companions: Vec<String> = with_them
        .iter()
        .flat_map(|session| {
            session
                .members
                .iter()
                .map(|member| member.trainee.to_string())
        })
        .collect();
    companions.sort();
    companions.dedup();
    assert_eq!(names_in(&of_trainee), companions);

    let supervisor = &with_them[0].supervisor;
    let of_supervisor = clinic.ok(&["plan", "show", "--supervisor", supervisor.as_str()]);
    let mut met: Vec<String> = plan
        .sessions
        .iter()
        .filter(|session| session.supervisor == *supervisor)
        .flat_map(|session| {
            session
                .members
                .iter()
                .map(|member| member.trainee.to_string())
        })
        .collect();
    met.sort();
    met.dedup();
    assert_eq!(names_in(&of_supervisor), met);

    let unplaced = &plan.unmatched[0];
    let of_unplaced = clinic.ok(&["plan", "show", "--trainee", unplaced.trainee.as_str()]);
    assert!(of_unplaced.contains(&unplaced.detail), "{of_unplaced}");
    assert!(!of_unplaced.contains("Placements"), "{of_unplaced}");

    let database = clinic.path("p.db");
    let wrong = ["plan", "show", "--trainee", "nobody", "--site", "nowhere"];
    let ran = practicum(&Clinic::with_database(&wrong, &database));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("no trainee nobody") && ran.stderr.contains("no site nowhere"));
}

#[test]
fn two_plans_are_compared_trainee_by_trainee_with_reasons() {
    let clinic = Clinic::new();
    let before = clinic.start(&["--out", &clinic.path("before")]);
    let old = plan_in(Path::new(&clinic.path("before")));
    let same = clinic.ok(&["plan", "compare", &before, &before]);
    assert!(same.contains("with the same sessions: 7"), "{same}");
    assert!(!same.contains("Lost") && !same.contains("Moved"), "{same}");

    let mut roster = read_folder(&shipped("clinic-12")).unwrap();
    let loser = old.placements[0].trainee.clone();
    roster.forbids = roster
        .sites
        .iter()
        .map(|site| Forbid {
            trainee: loser.clone(),
            target: SiteOrSupervisor::Site(site.key.clone()),
        })
        .collect();
    let folder = clinic.path("forbidden");
    write_roster(&roster).write_dir(Path::new(&folder)).unwrap();
    clinic.ok(&["import", &folder]);
    let after = clinic.start(&["--out", &clinic.path("after")]);
    let new = plan_in(Path::new(&clinic.path("after")));
    let compared = clinic.ok(&["plan", "compare", &before, &after]);
    let reason = new
        .unmatched
        .iter()
        .find(|one| one.trainee == loser)
        .unwrap();
    let name = roster.trainees.iter().find(|one| one.key == loser).unwrap();
    for part in [
        "The roster changed",
        "Lost their place (1)",
        &name.name,
        &reason.detail,
    ] {
        assert!(compared.contains(part), "{part}: {compared}");
    }
    let back = clinic.ok(&["plan", "compare", &after, &before]);
    assert!(
        back.contains("Gained a place (1)") && back.contains(&reason.detail),
        "{back}"
    );
}

/// Returns the commands that a text says to try.
fn commands(said: &str) -> Vec<String> {
    let program = env!("CARGO_BIN_EXE_practicum");
    let lines = said.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with(program))
        .map(|line| line.split("   ").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_demo_gives_the_plan_of_a_match_twice_and_what_it_says_to_try_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let demo = || practicum(&["demo", "--out", &path("demo")]);
    let first = demo();
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(
        first.stdout.contains("88 of 120 trainees matched"),
        "{}",
        first.stdout
    );
    // Which values are told on the way depends on how fast it goes.
    assert!(
        first.stderr.contains("priority matched: ") && first.stderr.contains("succeeded"),
        "{}",
        first.stderr
    );
    let roster = shipped("metro-120").display().to_string();
    let matched = practicum(&["match", "--roster", &roster, "--out", &path("matched")]);
    assert_eq!(matched.code, 0, "{}", matched.stderr);
    let plan = |name: &str| FolderFiles::read_dir(Path::new(&path(name)), &PLAN_FILES).unwrap();
    assert_eq!(plan("demo/plan"), plan("matched"));
    let second = demo();
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(plan("demo/plan"), plan("matched"));
    let commands = commands(&second.stdout);
    assert!(commands.len() >= 4, "{}", second.stdout);
    for typed in commands.iter().filter(|typed| !typed.contains(" serve ")) {
        let ran = ran(&mut without_settings("sh", &["-c", typed]));
        assert_eq!(ran.code, 0, "{typed}: {}", ran.stderr);
    }
}

#[test]
fn what_a_server_says_to_try_works() {
    let folder = tempfile::tempdir().unwrap();
    let said = |database: &str| {
        let mut server = command(&["serve", "--listen", "127.0.0.1:0", "--database", database])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let mut said = String::new();
        for line in lines.by_ref().map_while(Result::ok) {
            said.push_str(&line);
            said.push('\n');
            if line.contains("doctor") {
                break;
            }
        }
        for typed in commands(&said) {
            let mut shell = without_settings("sh", &["-c", &typed]);
            let ran = ran(shell.current_dir(folder.path()));
            assert_eq!(ran.code, 0, "{typed}: {}{}", ran.stdout, ran.stderr);
        }
        let id = server.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(server.wait().unwrap().success());
        said
    };
    let empty = said("my database.db");
    assert!(empty.contains("import example-roster"), "{empty}");
    let filled = said("my database.db");
    assert!(!filled.contains("import"), "{filled}");
    // Two programs: both have to be told apart.
    for roster in ["clinic-12", "metro-120"] {
        let roster = shipped(roster).display().to_string();
        let ran = practicum(&[
            "import",
            &roster,
            "--database",
            &folder.path().join("two.db").display().to_string(),
        ]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let two = said("two.db");
    assert!(two.contains("--program clinic-12"), "{two}");
}
