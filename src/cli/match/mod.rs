//! `practicum match`: a roster folder goes in, a proved plan folder comes out.

mod progress;
pub(super) mod summary;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Failure, folders, output};
use crate::domain::time::ZoneTable;
use crate::domain::{Baseline, Roster};
use crate::roster::{PLAN_FOLDER_FILES, PlanContext, roster_hash, rule_set_marks, write_plan};
use crate::solver_process::{
    Ended, SolveFailure, SolveOptions, Solved, plan_context, solve_in_child,
};

/// File of a plan folder that holds what differs from run to run.
const TIMINGS: &str = "timings.json";

/// What a solve is given at least, however long it took to read the roster.
const LEAST_TIME: Duration = Duration::from_millis(100);

/// How soon after a Ctrl-C another one counts as the same.
const SAME_INTERRUPT: Duration = Duration::from_millis(300);

/// Options of `match`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Ctrl-C ends the run with the best plan found so far. The plan folder holds
placements.csv, sessions.csv, session_members.csv, unmatched.csv, summary.json
(how good the plan is proved to be) and timings.json. `practicum check` proves
the plan again, independently of the matcher.")]
pub(super) struct Args {
    /// Folder of the roster; docs/roster-format.md says what is in it.
    #[arg(long, value_name = "FOLDER")]
    roster: PathBuf,
    /// Folder for the plan; made when absent.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Folder of an earlier plan whose promises are to be kept where they can
    /// be: sites, supervisors and weekly times.
    #[arg(long, value_name = "FOLDER")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    limits: Limits,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What a run may use.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Limits {
    /// Wall time for the whole run, in seconds; the best plan so far is
    /// written when it is up.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=604_800))]
    time_limit: u32,
    /// Independent parts of the work done side by side; all cores when not
    /// given. The plan does not depend on it.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Memory that the solver may use, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4096,
        value_parser = clap::value_parser!(u32).range(256..=1_048_576))]
    memory_max: u32,
}

impl Limits {
    /// Returns the end of a run that starts now.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_secs(u64::from(self.time_limit))
    }

    /// Returns the same limits for one of so many runs that share the time up
    /// to a deadline; at least a second.
    pub(super) fn shared(&self, deadline: Instant, runs: usize) -> Self {
        let left = deadline.saturating_duration_since(Instant::now());
        let runs = u32::try_from(runs).unwrap_or(u32::MAX);
        let seconds = left.checked_div(runs).unwrap_or(left).as_secs();
        Self {
            time_limit: u32::try_from(seconds).unwrap_or(u32::MAX).max(1),
            ..self.clone()
        }
    }

    /// Returns what a run may use of which so much time is over.
    fn options(&self, spent: Duration) -> SolveOptions {
        let limit = Duration::from_secs(u64::from(self.time_limit));
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        SolveOptions {
            time_limit: Some(limit.saturating_sub(spent).max(LEAST_TIME)),
            threads: self.threads.map_or_else(cores, usize::from),
            memory_max: u64::from(self.memory_max) << 20,
            program: None,
        }
    }
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let mut roster = folders::roster(&args.roster)?;
    if let Some(folder) = &args.baseline {
        roster.baseline = Some(Baseline::of_plan(&folders::plan("baseline", folder)?));
    }
    let zones = folders::zones(&roster, tzdir)?;
    let run = match_into(&roster, &zones, &args.out, (&args.limits, started))?;
    let Run { solved, timings } = &run;
    if args.json {
        let answer = summary::as_json(&roster, &solved.plan, &args.out);
        output::line(&format!("{answer:#}"));
    } else {
        let (plan, seconds) = (&solved.plan, timings.seconds);
        output::text(&summary::as_text(&roster, plan, &args.out, seconds));
    }
    Ok(ExitCode::SUCCESS)
}

/// Matches a roster and writes the plan folder, within limits that count from
/// a start before it.
pub(super) fn match_into(
    roster: &Roster,
    zones: &ZoneTable,
    out: &Path,
    (limits, started): (&Limits, Instant),
) -> Result<Run, Failure> {
    let made = make_writable(out)?;
    // Before the solve: afterwards there is little time.
    let context = plan_context(roster_hash(roster), rule_set_marks(roster), zones);
    let result = match_since(roster, zones, limits, started).and_then(|run| {
        write_folder(&run.solved, &context, &run.timings, out)?;
        Ok(run)
    });
    if result.is_err() {
        // What was made for nothing goes again; it is empty.
        for folder in made {
            let _ = fs::remove_dir(folder);
        }
    }
    result
}

/// Makes a folder unless it is there, and returns what was made, innermost
/// first. A folder that cannot be written is better known before the work.
fn make_writable(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let made = folder
        .ancestors()
        .take_while(|part| !part.as_os_str().is_empty() && !part.exists())
        .map(Path::to_owned)
        .collect();
    let writable = fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
    match writable {
        Ok(_) => Ok(made),
        Err(error) => Err(Failure::Unavailable(format!(
            "{} cannot be written: {error}",
            folder.display()
        ))),
    }
}

/// Matches a roster, with progress on standard error.
pub(super) fn match_roster(
    roster: &Roster,
    zones: &ZoneTable,
    limits: &Limits,
) -> Result<Run, Failure> {
    match_since(roster, zones, limits, Instant::now())
}

fn match_since(
    roster: &Roster,
    zones: &ZoneTable,
    limits: &Limits,
    started: Instant,
) -> Result<Run, Failure> {
    let options = limits.options(started.elapsed());
    let started_at = now();
    let mut follower = progress::Display::new(roster, limits.time_limit, listen_for_interrupt());
    let solved = solve_in_child(roster, zones, &options, &mut follower);
    follower.end();
    let solved = solved.map_err(|failure| explain(&failure))?;
    if let Ended::Stopped(what) = &solved.ended {
        output::error_line(&format!(
            "warning: the solver process: {what}; the best plan it had is taken"
        ));
    }
    let timings = Timings {
        started_at,
        seconds: started.elapsed().as_secs_f64(),
        threads: options.threads,
    };
    Ok(Run { solved, timings })
}

/// A run that has ended with a plan.
pub(super) struct Run {
    pub(super) solved: Solved,
    timings: Timings,
}

/// What differs from run to run.
struct Timings {
    started_at: DateTime<Utc>,
    seconds: f64,
    threads: usize,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the clock is read"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn write_folder(
    solved: &Solved,
    context: &PlanContext,
    run: &Timings,
    out: &Path,
) -> Result<(), Failure> {
    let mut files = write_plan(&solved.plan, context);
    let stages: serde_json::Map<String, serde_json::Value> = solved
        .stages
        .iter()
        .map(|stage| (stage.stage.clone(), json!(rounded(stage.seconds))))
        .collect();
    let timings = json!({
        "started_at": run.started_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "seconds": rounded(run.seconds),
        "threads": run.threads,
        "stages": stages,
    });
    files.insert(TIMINGS, format!("{timings:#}\n").into_bytes());
    files
        .replace_dir(out, &PLAN_FOLDER_FILES)
        .map_err(unavailable)
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Says whether Ctrl-C has ended the run; from the first call on it no longer
/// ends the program.
pub(super) fn is_interrupted() -> bool {
    listen_for_interrupt().load(Ordering::Relaxed)
}

/// Returns the flag that Ctrl-C sets; another Ctrl-C ends the program. What
/// follows at once is taken for the same one, since some tools send it twice.
fn listen_for_interrupt() -> Arc<AtomicBool> {
    static IS_INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let is_interrupted = IS_INTERRUPTED.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        let mut first: Option<Instant> = None;
        // Without a handler Ctrl-C just ends the program.
        let _ = ctrlc::set_handler(move || {
            set.store(true, Ordering::Relaxed);
            let since = first.get_or_insert_with(Instant::now).elapsed();
            if since > SAME_INTERRUPT {
                std::process::exit(130);
            }
        });
        flag
    });
    Arc::clone(is_interrupted)
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::Unavailable(error.to_string())
}

/// Says why there is no plan, and what to do about it.
fn explain(failure: &SolveFailure) -> Failure {
    match failure {
        SolveFailure::Clash(clashes) => {
            let lines: Vec<String> = clashes
                .iter()
                .map(|clash| format!("  {}: {}", clash.rule, clash.subject))
                .collect();
            let lines = if lines.is_empty() {
                "  which ones was not found in the time; give --time-limit more".to_owned()
            } else {
                lines.join("\n")
            };
            Failure::Invalid(format!(
                "no plan is legal; these cannot hold together, and giving up any one of them helps:\n{lines}"
            ))
        }
        SolveFailure::NoPlanInTime | SolveFailure::NothingYet => Failure::Unavailable(format!(
            "{failure}; let it run longer, and give --time-limit more where that ended it"
        )),
        SolveFailure::Process(_) | SolveFailure::Lost(_) => Failure::Unavailable(format!(
            "{failure}; if memory ran out, give --memory-max more"
        )),
        SolveFailure::Matcher(_) | SolveFailure::Unproved(_) => {
            Failure::Internal(anyhow::anyhow!("{failure}"))
        }
    }
}
