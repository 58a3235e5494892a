//! The solver in its own process: stopped by time, by Ctrl-C, by a kill and by
//! its memory, it leaves a legal plan, or says that there is none.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use practicum::domain::plan::{LevelStatus, Sense};
use practicum::domain::{Pin, Plan, SiteOrSupervisor};
use practicum::matching::Progress;
use practicum::roster::{GenerateOptions, Regions, generate, write_roster};
use practicum::solver_process::{Follower, SolveFailure, SolveOptions, solve_in_child};

use crate::cli_match::{assert_checked, plan_in, shipped};
use crate::support::server::{child_of, is_there, signal};
use crate::support::solving::zones_of;

/// What is said once there is a first plan, be it of nobody.
const TIMES: &str = "finding times for the placements";

/// A roster in a folder of its own, and a place for its plan.
struct Case {
    folder: tempfile::TempDir,
    roster: PathBuf,
}

impl Case {
    /// A roster that keeps the solver busy for long.
    fn large() -> Self {
        Self::generated(700, false)
    }

    /// With pins, so that nobody matched is no plan.
    fn large_and_pinned() -> Self {
        Self::generated(700, true)
    }

    fn generated(trainees: u32, is_pinned: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = GenerateOptions::new(trainees, 7, Regions::Us).unwrap();
        let mut roster = generate(&options).unwrap();
        if is_pinned {
            let wish = roster.preferences[0].clone();
            assert!(matches!(wish.target, SiteOrSupervisor::Site(_)));
            roster.pins.push(Pin {
                trainee: wish.trainee,
                target: wish.target,
            });
        }
        let path = folder.path().join("roster");
        write_roster(&roster).write_dir(&path).unwrap();
        Self {
            folder,
            roster: path,
        }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("plan")
    }

    fn start(&self, arguments: &[&str]) -> Running {
        Running::start(&self.roster, &self.out(), arguments)
    }
}

/// A `practicum match` under way.
struct Running {
    parent: Child,
    stderr: BufReader<ChildStderr>,
    heard: String,
    started: Instant,
}

/// How it ended.
struct Ended {
    code: i32,
    stderr: String,
    after: Duration,
}

impl Running {
    fn start(roster: &Path, out: &Path, arguments: &[&str]) -> Self {
        let started = Instant::now();
        let mut parent = Command::new(env!("CARGO_BIN_EXE_practicum"))
            .arg("match")
            .arg("--roster")
            .arg(roster)
            .arg("--out")
            .arg(out)
            .args(arguments)
            .env_remove("PRACTICUM_TZDIR")
            .env_remove("PRACTICUM_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(parent.stderr.take().unwrap());
        Self {
            parent,
            stderr,
            heard: String::new(),
            started,
        }
    }

    /// Waits for a line of progress.
    fn hear(&mut self, told: &str) {
        while !self.heard.contains(told) {
            let read = self.stderr.read_line(&mut self.heard).unwrap();
            assert!(read > 0, "{told:?} is not in {}", self.heard);
        }
    }

    fn wait(mut self) -> Ended {
        self.stderr.read_to_string(&mut self.heard).unwrap();
        let status = self.parent.wait().unwrap();
        Ended {
            code: status.code().unwrap(),
            stderr: self.heard,
            after: self.started.elapsed(),
        }
    }

    /// Waits for the solver process and returns its id.
    fn child(&self) -> u32 {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Some(child) = child_of(self.parent.id()) {
                return child;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("no solver process was started");
    }
}

/// Runs a match under a limit, which it keeps to within two seconds. Other
/// tests keep the machine busy, so the best of three runs tells.
fn ended_in_time(case: impl Fn(&[&str]) -> Running, seconds: u64) -> Ended {
    let limit = seconds.to_string();
    let mut tries = (0..3).map(|_| case(&["--time-limit", &limit]).wait());
    let in_time = |ended: &Ended| ended.after < Duration::from_secs(seconds + 2);
    tries
        .find(in_time)
        .unwrap_or_else(|| panic!("more than two seconds past a limit of {limit}"))
}

#[test]
fn a_time_limit_holds_to_two_seconds_and_leaves_a_legal_plan() {
    // What is proved for this roster in `matching::shipped`.
    let proved = [192, 169, 120, 399];
    let out = tempfile::tempdir().unwrap();
    let roster = shipped("world-240");
    let ended = ended_in_time(|limit| Running::start(&roster, out.path(), limit), 1);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_checked(&roster, out.path());
    let plan = plan_in(out.path());
    let mut is_alike_so_far = true;
    for (level, best) in plan.levels.iter().zip(proved) {
        // A bound speaks of plans with the values before.
        if is_alike_so_far {
            match level.level.sense() {
                Sense::Most => assert!(level.value <= best && level.bound >= best, "{level:?}"),
                Sense::Least => assert!(level.value >= best && level.bound <= best, "{level:?}"),
            }
        }
        let expected = if level.value == level.bound {
            LevelStatus::Proved
        } else {
            LevelStatus::TimeLimit
        };
        assert_eq!(level.status, expected, "{level:?}");
        is_alike_so_far &= level.value == best;
    }
}

#[test]
fn a_time_limit_holds_on_a_large_roster() {
    let case = Case::large();
    let ended = ended_in_time(|limit| case.start(limit), 8);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_checked(&case.roster, &case.out());
    assert!(
        plan_in(&case.out())
            .levels
            .iter()
            .any(|level| level.status == LevelStatus::TimeLimit),
        "a roster that is solved within the limit says nothing here"
    );
}

/// Matching nobody is legal and no answer: whoever waits gets somebody placed.
#[test]
fn a_time_limit_leaves_a_plan_that_places_people() {
    let case = Case::generated(400, false);
    let ended = case.start(&["--time-limit", "8"]).wait();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(plan_in(&case.out()).placements.len() > 200);
}

#[test]
fn a_time_limit_before_there_is_any_plan_is_told_as_that() {
    let case = Case::generated(2_000, true);
    let ended = ended_in_time(|limit| case.start(limit), 1);
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("give --time-limit more"),
        "{}",
        ended.stderr
    );
    assert!(!case.out().exists());
}

#[test]
fn an_interrupt_ends_with_the_best_plan_so_far() {
    let case = Case::large();
    let mut running = case.start(&["--time-limit", "600"]);
    running.hear(TIMES);
    // Twice at once, as `timeout` sends it.
    signal("INT", running.parent.id());
    signal("INT", running.parent.id());
    let interrupted = Instant::now();
    let ended = running.wait();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let took = interrupted.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_checked(&case.roster, &case.out());
}

#[test]
fn a_killed_solver_leaves_the_best_plan_so_far_with_a_warning() {
    let case = Case::large();
    let mut running = case.start(&["--time-limit", "600"]);
    let child = running.child();
    running.hear(TIMES);
    signal("KILL", child);
    let ended = running.wait();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let warning = ended
        .stderr
        .lines()
        .find(|line| line.starts_with("warning: "));
    let warning = warning.unwrap_or_else(|| panic!("no warning in {}", ended.stderr));
    assert!(warning.contains("SIGKILL"), "{warning}");
    assert!(
        warning.contains("the best plan it had is taken"),
        "{warning}"
    );
    assert_checked(&case.roster, &case.out());
}

#[test]
fn a_solver_killed_before_any_plan_exits_with_4_and_leaves_nothing() {
    let case = Case::large_and_pinned();
    let running = case.start(&["--time-limit", "600"]);
    signal("KILL", running.child());
    let ended = running.wait();
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(ended.stderr.contains("SIGKILL"), "{}", ended.stderr);
    assert!(!case.out().exists());
}

#[test]
fn a_solver_over_its_memory_never_takes_the_parent_with_it() {
    let case = Case::generated(1_500, false);
    let ended = case
        .start(&["--time-limit", "20", "--memory-max", "256"])
        .wait();
    match ended.code {
        // The plan that it had by then.
        0 => {
            assert!(
                ended.stderr.contains("warning: the solver process"),
                "{}",
                ended.stderr
            );
            assert_checked(&case.roster, &case.out());
        }
        4 => {
            assert!(ended.stderr.contains("--memory-max"), "{}", ended.stderr);
            assert!(!case.out().exists());
        }
        code => panic!("exit code {code}: {}", ended.stderr),
    }
}

/// A program in place of the solver that does this instead.
fn instead(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("solver");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A follower who hears nothing and never cancels.
struct Deaf;

impl Follower for Deaf {
    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&mut self, _progress: Progress) {}

    fn better_plan(&mut self, _plan: &Plan) {}
}

#[test]
fn a_solver_that_never_listens_or_never_ends_is_stopped_in_time() {
    // More than a pipe holds, so that whoever waits for a reader waits long.
    let options = GenerateOptions::new(300, 7, Regions::Us).unwrap();
    let roster = generate(&options).unwrap();
    let zones = zones_of(&roster);
    let folder = tempfile::tempdir().unwrap();
    for script in [
        "exec sleep 300",
        "cat > /dev/null & exec sleep 300",
        "exec sleep 300 >&-",
    ] {
        let options = SolveOptions {
            time_limit: Some(Duration::from_secs(1)),
            threads: 1,
            memory_max: 1 << 30,
            program: Some(instead(folder.path(), script)),
        };
        let started = Instant::now();
        let solved = solve_in_child(&roster, &zones, &options, &mut Deaf);
        let took = started.elapsed();
        assert!(
            matches!(
                solved,
                Err(SolveFailure::NothingYet | SolveFailure::Lost(_))
            ),
            "{script}: {solved:?}"
        );
        assert!(took < Duration::from_secs(3), "{script}: {took:?}");
    }
}

#[test]
fn a_solver_that_stands_still_is_stopped_in_time_and_leaves_its_best_plan() {
    let case = Case::generated(300, false);
    let stopped = |limit: &[&str]| {
        let mut running = case.start(limit);
        let child = running.child();
        running.hear(TIMES);
        signal("STOP", child);
        running
    };
    let ended = ended_in_time(stopped, 8);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("it did not end in time and was stopped"),
        "{}",
        ended.stderr
    );
    assert_checked(&case.roster, &case.out());
}

#[test]
fn a_worker_without_a_request_just_ends() {
    let status = Command::new(env!("CARGO_BIN_EXE_practicum"))
        .arg("solver-worker")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn a_worker_ends_when_its_parent_is_gone() {
    let case = Case::large();
    let running = case.start(&["--time-limit", "600"]);
    let child = running.child();
    std::thread::sleep(Duration::from_secs(1));
    signal("KILL", running.parent.id());
    let mut parent = running.parent;
    parent.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while is_there(child) {
        assert!(Instant::now() < deadline, "the solver lives on");
        std::thread::sleep(Duration::from_millis(20));
    }
}
