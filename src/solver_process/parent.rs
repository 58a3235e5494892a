//! The parent: starts the child, follows it, and stops it in time.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::message::{Reply, Request, SolveRequest, StageSeconds, read_clashes};
use super::question::out_of_turn;
use super::{WORKER_COMMAND, frame};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster};
use crate::matching::check::{Breach, check};
use crate::matching::{Clash, Progress};
use crate::roster::{FolderFiles, read_plan};

/// How often the parent looks up from the pipe.
pub(super) const LOOK_UP_EVERY: Duration = Duration::from_millis(50);
/// How long the child may take to end after a cancel.
const GRACE: Duration = Duration::from_secs(2);
/// How long the child may go on past its time limit. With what the parent has
/// to do before and after, a run ends within two seconds of its limit.
pub(super) const OVERTIME: Duration = Duration::from_millis(1_400);

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

/// Follows a run without telling anybody; it says whether the run is to end.
pub struct Unheard<F>(pub F);

impl<F: Fn() -> bool> Follower for Unheard<F> {
    fn is_cancelled(&self) -> bool {
        (self.0)()
    }

    fn progress(&mut self, _progress: Progress) {}

    fn better_plan(&mut self, _plan: &Plan) {}
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
    let mut worker = Worker::start(options)?;
    let request = SolveRequest::new(roster, zones, options);
    // A child that died already is told by its silence below.
    let _ = frame::write(&mut worker.input, &Request::Solve(Box::new(request)));
    let mut best: Option<Plan> = None;
    let mut stop_by = options
        .time_limit
        .map(|limit| worker.started + limit + OVERTIME);
    let mut was_cancelled = false;
    loop {
        if follower.is_cancelled() && !was_cancelled {
            was_cancelled = true;
            let _ = frame::write(&mut worker.input, &Request::Cancel);
            let grace = Instant::now() + GRACE;
            stop_by = Some(stop_by.map_or(grace, |by| by.min(grace)));
        }
        if stop_by.is_some_and(|by| Instant::now() >= by) {
            worker.stop();
            if best.is_none() {
                return Err(SolveFailure::NothingYet);
            }
            return with_best(best, "it did not end in time and was stopped");
        }
        match worker.replies.recv_timeout(LOOK_UP_EVERY) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return with_best(best, &worker.epitaph());
            }
            Ok(Reply::Progress(progress)) => {
                if let Some(progress) = progress.into_progress() {
                    follower.progress(progress);
                }
            }
            Ok(Reply::BetterPlan(bytes)) => {
                let plan = proved(roster, zones, &bytes)?;
                follower.better_plan(&plan);
                best = Some(plan);
            }
            Ok(Reply::Done { plan, stages }) => {
                let plan = proved(roster, zones, &plan)?;
                return Ok(Solved {
                    plan,
                    stages,
                    ended: Ended::ByItself,
                });
            }
            Ok(Reply::Clash(clashes)) => return Err(SolveFailure::Clash(read_clashes(clashes))),
            Ok(Reply::NoPlanInTime) => return Err(SolveFailure::NoPlanInTime),
            Ok(Reply::Explained(_) | Reply::Worths(_)) => return Err(out_of_turn()),
            Ok(Reply::Failed(text)) if best.is_some() => {
                return with_best(best, &format!("the matcher failed: {text}"));
            }
            Ok(Reply::Failed(text)) => return Err(SolveFailure::Matcher(text)),
        }
    }
}

/// Returns the best plan of a child that is gone.
fn with_best(best: Option<Plan>, what: &str) -> Result<Solved, SolveFailure> {
    let ended = Ended::Stopped(what.to_owned());
    match best {
        Some(plan) => Ok(Solved {
            plan,
            stages: Vec::new(),
            ended,
        }),
        None => Err(SolveFailure::Lost(what.to_owned())),
    }
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

/// A running child.
pub(super) struct Worker {
    child: Child,
    pub(super) input: ChildStdin,
    pub(super) replies: Receiver<Reply>,
    pub(super) started: Instant,
}

impl Worker {
    pub(super) fn start(options: &SolveOptions) -> io::Result<Self> {
        let program: OsString = match &options.program {
            Some(program) => program.into(),
            None => std::env::current_exe()?.into(),
        };
        let mut command = Command::new(program);
        command
            .arg(WORKER_COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // A Ctrl-C at the terminal is for the parent, who cancels the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let closed = || io::Error::other("the child has no pipes");
        let input = child.stdin.take().ok_or_else(closed)?;
        let mut output = io::BufReader::new(child.stdout.take().ok_or_else(closed)?);
        let (sender, replies) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(reply)) = frame::read(&mut output) {
                if sender.send(reply).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            input,
            replies,
            started: Instant::now(),
        })
    }

    pub(super) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Says how a child ended that said no last word.
    pub(super) fn epitaph(&mut self) -> String {
        match self.child.wait() {
            Ok(status) => format!("it ended with {status}"),
            Err(error) => format!("it is gone: {error}"),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}
