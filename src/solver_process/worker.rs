//! The child: reads a roster, solves it, and tells the parent all the while.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::explanation::{ExplainRequest, ExplanationMessage};
use super::message::{ProgressMessage, Reply, Request, SolveRequest, StageSeconds, clash_message};
use super::worths::{WorthsMessage, WorthsRequest};
use super::{frame, plan_context};
use crate::domain::{Plan, Roster};
use crate::matching::explain::explain;
use crate::matching::worths::estimates;
use crate::matching::{Budget, MatchError, Observer, Progress, Stage, solve};
use crate::roster::{
    FolderFiles, PlanContext, read_plan, read_roster, roster_hash, rule_set_marks, write_plan,
};

/// Least time between two words of progress on the same stage.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// Runs the child until its plan is sent or its input ends.
///
/// # Errors
/// When the pipes break or what comes is no request.
pub fn run_worker(
    mut input: impl Read + Send + 'static,
    output: impl Write + Send,
) -> io::Result<()> {
    let is_cancelled = Arc::new(AtomicBool::new(false));
    let mut output = output;
    let reply = match frame::read(&mut input)? {
        Some(Request::Solve(request)) => {
            limit_memory(request.memory_max);
            listen(input, Arc::clone(&is_cancelled));
            answer(*request, &mut output, &is_cancelled)
        }
        Some(Request::Explain(request)) => {
            limit_memory(request.problem.memory_max);
            listen(input, Arc::clone(&is_cancelled));
            explained(*request, &is_cancelled).unwrap_or_else(Reply::Failed)
        }
        Some(Request::Worths(request)) => {
            limit_memory(request.problem.memory_max);
            listen(input, Arc::clone(&is_cancelled));
            priced(*request, &is_cancelled).unwrap_or_else(Reply::Failed)
        }
        Some(Request::Cancel) | None => return Ok(()),
    };
    frame::write(&mut output, &reply)
}

/// Sets a limit on this process's own memory, where the system has one; an
/// allocation beyond it ends the child, not the parent.
fn limit_memory(bytes: u64) {
    let _ = rlimit::setrlimit(rlimit::Resource::AS, bytes, bytes);
}

/// Listens for a cancel, and ends the process with its input: a parent that is
/// gone wants no plan.
fn listen(mut input: impl Read + Send + 'static, is_cancelled: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        loop {
            match frame::read(&mut input) {
                Ok(Some(Request::Cancel)) => is_cancelled.store(true, Ordering::Relaxed),
                Ok(Some(Request::Solve(_) | Request::Explain(_) | Request::Worths(_))) => {}
                Ok(None) | Err(_) => std::process::exit(0),
            }
        }
    });
}

/// Explains a trainee.
fn explained(request: ExplainRequest, cancel: &AtomicBool) -> Result<Reply, String> {
    let started = Instant::now();
    let ExplainRequest {
        problem,
        plan,
        trainee,
    } = request;
    let roster = roster_of(&problem.roster)?;
    let plan = plan_of(&plan)?;
    let trainee = trainee.parse().map_err(|_| "no key of a trainee")?;
    let mut quiet = Quiet {
        deadline: deadline(started, problem.seconds),
        is_cancelled: cancel,
    };
    let zones = problem.zones.into_table();
    let pool = pool_of(problem.threads)?;
    let explanation = pool.install(|| explain(&roster, &zones, &plan, &trainee, &mut quiet));
    let explanation = explanation.map_err(|error| error.to_string())?;
    let message = explanation.as_ref().map(ExplanationMessage::from);
    Ok(Reply::Explained(message))
}

/// Estimates what one more of each capacity is worth.
fn priced(request: WorthsRequest, cancel: &AtomicBool) -> Result<Reply, String> {
    let started = Instant::now();
    let WorthsRequest { problem, plan } = request;
    let roster = roster_of(&problem.roster)?;
    let plan = plan_of(&plan)?;
    let mut quiet = Quiet {
        deadline: deadline(started, problem.seconds),
        is_cancelled: cancel,
    };
    let zones = problem.zones.into_table();
    let pool = pool_of(problem.threads)?;
    let worths = pool.install(|| estimates(&roster, &zones, &plan, &mut quiet));
    let worths = worths.map_err(|error| error.to_string())?;
    let is_complete = quiet.seconds_left() > 0.0 && !quiet.is_cancelled();
    Ok(Reply::Worths(WorthsMessage::new(&worths, is_complete)))
}

fn pool_of(threads: usize) -> Result<rayon::ThreadPool, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1));
    pool.build().map_err(|error| error.to_string())
}

fn plan_of(bytes: &[u8]) -> Result<Plan, String> {
    let files = FolderFiles::from_bytes(bytes).map_err(|error| error.to_string())?;
    let read = read_plan(&files).map_err(|errors| errors.to_string());
    read.map(|(plan, _)| plan)
}

fn roster_of(bytes: &[u8]) -> Result<Roster, String> {
    let files = FolderFiles::from_bytes(bytes).map_err(|error| error.to_string())?;
    read_roster(&files).map_err(|errors| errors.to_string())
}

fn deadline(started: Instant, seconds: Option<f64>) -> Option<Instant> {
    let after = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 4);
    seconds.map(|seconds| started + after(seconds))
}

/// Returns the seconds until a deadline, negative after it.
fn seconds_until(deadline: Option<Instant>) -> f64 {
    deadline.map_or(f64::INFINITY, |deadline| {
        let now = Instant::now();
        let left = deadline.saturating_duration_since(now).as_secs_f64();
        if left > 0.0 {
            left
        } else {
            -now.duration_since(deadline).as_secs_f64()
        }
    })
}

/// Watches the time and a cancel, and tells nobody anything.
struct Quiet<'q> {
    deadline: Option<Instant>,
    is_cancelled: &'q AtomicBool,
}

impl Observer for Quiet<'_> {
    fn seconds_left(&self) -> f64 {
        seconds_until(self.deadline)
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    fn progress(&mut self, _progress: Progress) {}

    fn better_plan(&mut self, _plan: &Plan) {}
}

fn answer(request: SolveRequest, output: &mut (impl Write + Send), cancel: &AtomicBool) -> Reply {
    let started = Instant::now();
    let roster = match roster_of(&request.roster) {
        Ok(roster) => roster,
        Err(error) => return Reply::Failed(error),
    };
    let zones = request.zones.into_table();
    let mut teller = Teller {
        output,
        context: plan_context(roster_hash(&roster), rule_set_marks(&roster), &zones),
        deadline: deadline(started, request.seconds),
        is_cancelled: cancel,
        told_at: None,
        told: None,
        stages: Vec::new(),
        stage: None,
    };
    let result = solve(
        &roster,
        &zones,
        &Budget {
            threads: request.threads,
        },
        &mut teller,
    );
    teller.end_stage();
    match result {
        Ok(plan) => Reply::Done {
            plan: write_plan(&plan, &teller.context).to_bytes(),
            stages: teller.stages,
        },
        Err(MatchError::Clash(clashes)) => Reply::Clash(clash_message(&clashes)),
        Err(MatchError::NoPlanInTime) => Reply::NoPlanInTime,
        Err(error) => Reply::Failed(error.to_string()),
    }
}

/// Tells the parent how the run goes, and keeps its time.
struct Teller<'t, W> {
    output: &'t mut W,
    context: PlanContext,
    deadline: Option<Instant>,
    is_cancelled: &'t AtomicBool,
    told_at: Option<Instant>,
    told: Option<Progress>,
    stages: Vec<StageSeconds>,
    stage: Option<(Stage, Instant)>,
}

impl<W: Write> Teller<'_, W> {
    fn end_stage(&mut self) {
        if let Some((stage, since)) = self.stage.take() {
            let (name, seconds) = (stage.name(), since.elapsed().as_secs_f64());
            match self.stages.iter_mut().find(|spent| spent.stage == name) {
                Some(spent) => spent.seconds += seconds,
                None => self.stages.push(StageSeconds {
                    stage: name,
                    seconds,
                }),
            }
        }
    }

    /// A parent that no longer listens is noticed by the end of the input.
    fn tell(&mut self, reply: &Reply) {
        let _ = frame::write(self.output, reply);
    }
}

impl<W: Write> Observer for Teller<'_, W> {
    fn seconds_left(&self) -> f64 {
        seconds_until(self.deadline)
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    fn progress(&mut self, progress: Progress) {
        if self.stage.is_none_or(|(stage, _)| stage != progress.stage) {
            self.end_stage();
            self.stage = Some((progress.stage, Instant::now()));
            self.told_at = None;
        }
        let is_due = self.told_at.is_none_or(|at| at.elapsed() >= PROGRESS_EVERY);
        if is_due && self.told != Some(progress) {
            self.told_at = Some(Instant::now());
            self.told = Some(progress);
            self.tell(&Reply::Progress(ProgressMessage::from(progress)));
        }
    }

    fn better_plan(&mut self, plan: &Plan) {
        let files = write_plan(plan, &self.context);
        self.tell(&Reply::BetterPlan(files.to_bytes()));
    }
}
