//! The parent: starts the child, follows it, and stops it in time.
//!
//! Nothing that takes long is waited for: what is said to the child, what it
//! says and the proof of its plans are each a thread's own affair.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::child::Worker;
use super::following::Following;
use super::message::{Request, SolveRequest, StageSeconds};
use super::prover::Prover;
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster};
use crate::matching::check::{Breach, check};
use crate::matching::{Clash, Progress};
use crate::roster::{FolderFiles, read_plan};

/// How often the parent looks up from the pipe.
pub(super) const LOOK_UP_EVERY: Duration = Duration::from_millis(50);
/// How long the child may take to end after a cancel.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// How long the child may go on past its time limit. With what the parent has
/// to do before and after, a run ends within two seconds of its limit.
pub(super) const OVERTIME: Duration = Duration::from_millis(1_400);
/// What the child is given less for each trainee, so that its last plan is
/// proved in time; at most a tenth of what is left.
const PROOF_OF_A_TRAINEE: Duration = Duration::from_micros(200);

/// How a roster is to be solved.
#[derive(Clone, Debug)]
pub struct SolveOptions {
    /// Wall time for the whole run; none when it may take as long as it needs.
    pub time_limit: Option<Duration>,
    /// Independent parts of the work done side by side, at least one.
    pub threads: usize,
    /// Bytes of memory that the child may use.
    pub memory_max: u64,
    /// The binary to run; this very program when `None`.
    pub program: Option<PathBuf>,
}

/// Whoever follows a run in a child.
pub trait Follower {
    /// Says whether the run is to end with the best plan it has; asked several
    /// times a second.
    fn is_cancelled(&self) -> bool;
    /// Hears where the run stands.
    fn progress(&mut self, progress: Progress);
    /// Hears of a better plan, proved.
    fn better_plan(&mut self, plan: &Plan);
}

/// How a run came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, at the latest when its time was up.
    ByItself,
    /// The child had to be stopped, or stopped too early; the best plan that
    /// it had sent stands. Says what happened.
    Stopped(String),
}

/// A plan from a child, proved.
#[derive(Clone, Debug)]
pub struct Solved {
    /// The plan.
    pub plan: Plan,
    /// How long each stage took; empty when the child had to be stopped.
    pub stages: Vec<StageSeconds>,
    /// How the run came to its end.
    pub ended: Ended,
}

/// Why no plan came back.
#[derive(Debug, thiserror::Error)]
pub enum SolveFailure {
    /// No plan is legal: these cannot hold together.
    #[error("no plan is legal")]
    Clash(Vec<Clash>),
    /// Time ran out, or the run was cancelled, before there was a legal plan.
    #[error("the time ran out before a plan was found that keeps every pin and least number")]
    NoPlanInTime,
    /// Time ran out, or the run was cancelled, before there was any plan.
    #[error("the run ended before there was any plan")]
    NothingYet,
    /// The child could not be started or followed.
    #[error("the solver process failed: {0}")]
    Process(#[from] io::Error),
    /// The child ended without a plan.
    #[error("the solver process ended without a plan: {0}")]
    Lost(String),
    /// The matcher refused the roster or failed.
    #[error("the matcher failed: {0}")]
    Matcher(String),
    /// The plan does not pass the checker: a fault of Practicum.
    #[error("the plan breaks {} rules and was thrown away; first: {}", .0.len(), .0[0])]
    Unproved(Vec<Breach>),
}

/// Solves a roster in a child process and proves the plan that comes back.
///
/// # Errors
/// See [`SolveFailure`].
pub fn solve_in_child(
    roster: &Roster,
    zones: &ZoneTable,
    options: &SolveOptions,
    follower: &mut dyn Follower,
) -> Result<Solved, SolveFailure> {
    let (sender, events) = channel();
    let started = Instant::now();
    let mut worker = Worker::start(options, sender.clone())?;
    let mut request = SolveRequest::new(roster, zones, options);
    request.seconds = options.time_limit.map(|limit| {
        let left = limit.saturating_sub(started.elapsed());
        let proof = PROOF_OF_A_TRAINEE * u32::try_from(roster.trainees.len()).unwrap_or(u32::MAX);
        left.saturating_sub(proof.min(left / 10)).as_secs_f64()
    });
    worker.say(Request::Solve(Box::new(request)));
    let (own, own_zones) = (roster.clone(), zones.clone());
    let prove = move |bytes: &[u8]| proved(&own, &own_zones, bytes);
    let run = Following {
        prover: Prover::start(prove, sender),
        best: None,
        stop_by: options.time_limit.map(|limit| started + limit + OVERTIME),
        is_done: false,
        last_word: None,
    };
    run.until_the_end(&events, &mut worker, follower)
}

/// Reads a plan and proves it.
fn proved(roster: &Roster, zones: &ZoneTable, bytes: &[u8]) -> Result<Plan, SolveFailure> {
    let unreadable = |text: String| SolveFailure::Matcher(format!("unreadable plan: {text}"));
    let files = FolderFiles::from_bytes(bytes).map_err(|error| unreadable(error.to_string()))?;
    let (plan, _) = read_plan(&files).map_err(|errors| unreadable(errors.to_string()))?;
    let breaches = check(roster, zones, &plan);
    if breaches.is_empty() {
        Ok(plan)
    } else {
        Err(SolveFailure::Unproved(breaches))
    }
}
