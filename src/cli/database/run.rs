//! `practicum run`: runs of the matcher over what is stored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::follow::{Follower, Lines};
use super::{Absent, InProgram, InRound, Open, every_record, failure, write_folder};
use crate::app::RunStart;
use crate::cli::{Failure, output};
use crate::domain::{Edit, Key, ProgramKey, Run, RunFilter, RunLimits, RunState};
use crate::roster::PLAN_FOLDER_FILES;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Match a round and store the plan; Ctrl-C ends it with the best so far.
    Start(Start),
    /// Match the snapshot of a run again with edits: what would have come of it.
    Fork(Fork),
    /// Follow a run, whoever solves it, until it has ended.
    Watch(Watch),
    /// List the runs of a program.
    List(List),
    /// Ask a run to end.
    Cancel(Cancel),
}

/// Options of `run start`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Start {
    #[command(flatten)]
    round: InRound,
    #[command(flatten)]
    how: How,
}

/// Options of `run fork`.
#[derive(Debug, clap::Args)]
#[command(after_help = "The edits are those of `practicum repair`, whose --help lists them.")]
pub(in crate::cli) struct Fork {
    /// The run whose snapshot is edited.
    #[arg(value_name = "RUN")]
    run: Key,
    #[command(flatten)]
    program: InProgram,
    #[command(flatten)]
    how: How,
}

/// How a run is started and what is done with its plan.
#[derive(Debug, clap::Args)]
struct How {
    /// What is changed before the solve, such as `close SITE`; the records
    /// stay as they are. May be given again.
    #[arg(long = "edit", value_name = "EDIT")]
    edits: Vec<Edit>,
    /// A run whose plan is kept where it can be, with the fewest changes.
    #[arg(long, value_name = "RUN")]
    baseline: Option<Key>,
    #[command(flatten)]
    limits: Limits,
    /// Write the plan folder too.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Queue the run for a server, and do not wait for it.
    #[arg(long, conflicts_with = "out")]
    detach: bool,
}

impl How {
    fn start(&self) -> RunStart {
        RunStart {
            limits: self.limits.of_run(),
            edits: self.edits.clone(),
            baseline: self.baseline.clone(),
        }
    }
}

/// What a run may use.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Limits {
    /// Wall time for the whole run, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=604_800))]
    time_limit: u32,
    /// Memory that the solver may use, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4096,
        value_parser = clap::value_parser!(u32).range(256..=1_048_576))]
    memory_max: u32,
}

impl Limits {
    /// Returns the limits as those of a run.
    pub(in crate::cli) fn of_run(&self) -> RunLimits {
        RunLimits {
            seconds: self.time_limit,
            memory_bytes: u64::from(self.memory_max) << 20,
        }
    }
}

/// Options of `run watch`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line begins with its number; --after goes on behind one. Ctrl-C ends the
watch and leaves the run as it is; `practicum run cancel` ends the run.")]
pub(in crate::cli) struct Watch {
    /// The run; the latest one when left out.
    #[arg(value_name = "RUN")]
    run: Option<Key>,
    /// Leave out what was seen already: every line up to this number.
    #[arg(long, value_name = "NUMBER", default_value_t = 0,
        value_parser = clap::value_parser!(i64).range(0..))]
    after: i64,
    #[command(flatten)]
    program: InProgram,
}

/// Options of `run list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    program: InProgram,
}

/// Options of `run cancel`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Cancel {
    /// The run.
    #[arg(value_name = "RUN")]
    run: Key,
    #[command(flatten)]
    program: InProgram,
}

pub(in crate::cli) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::Start(args) => {
            args.round
                .program
                .database
                .with(tzdir, Absent::Refuse, async |open| {
                    Box::pin(start(open, args)).await
                })
        }
        Command::Fork(args) => args
            .program
            .database
            .with(tzdir, Absent::Refuse, async |open| {
                let program = open.program(&args.program).await?;
                let start = args.how.start();
                let forked = open.app.fork_run(&open.actor, &program, &args.run, start);
                let key = Box::pin(forked).await.map_err(failure)?.value.key;
                let option = args.program.database.option();
                Box::pin(see_to_its_end(open, &program, &key, &args.how, &option)).await
            }),
        Command::Watch(args) => args
            .program
            .database
            .with(tzdir, Absent::Refuse, async |open| watch(open, args).await),
        Command::List(args) => args
            .program
            .database
            .with(tzdir, Absent::Refuse, async |open| list(open, args).await),
        Command::Cancel(args) => args
            .program
            .database
            .with(tzdir, Absent::Refuse, async |open| {
                let program = open.program(&args.program).await?;
                let cancelled = open.app.cancel_run(&open.actor, &program, &args.run).await;
                let state = cancelled.map_err(failure)?.value.state.as_str();
                output::line(&format!("asked the run to end; it is {state}"));
                Ok(ExitCode::SUCCESS)
            }),
    }
}

async fn start(open: &Open, args: &Start) -> Result<ExitCode, Failure> {
    let (program, round) = open.round(&args.round).await?;
    let start = args.how.start();
    let started = open.app.start_run(&open.actor, &program, &round, start);
    let key = started.await.map_err(failure)?.value.key;
    let option = args.round.program.database.option();
    Box::pin(see_to_its_end(open, &program, &key, &args.how, &option)).await
}

/// Solves a run that is queued and says what came of it, or leaves it to
/// others.
async fn see_to_its_end(
    open: &Open,
    program: &ProgramKey,
    key: &Key,
    how: &How,
    option: &str,
) -> Result<ExitCode, Failure> {
    output::line(&format!("run {key}"));
    if how.detach {
        let this = output::program();
        output::line("queued; a server or another `practicum run start` solves it");
        output::line(&format!("watch it with `{this} run watch {key}{option}`"));
        return Ok(ExitCode::SUCCESS);
    }
    let run = Box::pin(work_and_follow(open, program, key)).await?;
    if run.has_plan
        && let Some(out) = &how.out
    {
        let plan = open.app.get_plan(&open.actor, program, key).await;
        let files = plan.map_err(failure)?.files();
        write_folder("plan", &files, out, &PLAN_FOLDER_FILES)?;
    }
    conclude(&run)
}

/// Works until a run has ended, and shows its progress on standard error;
/// Ctrl-C asks it to end with the best plan so far.
pub(in crate::cli) async fn work_and_follow(
    open: &Open,
    program: &ProgramKey,
    run: &Key,
) -> Result<Run, Failure> {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let work = open.app.work(async { drop(stopped.await) });
    let follow = async {
        let ended = follow_or_cancel(open, program, run).await;
        drop(stop);
        ended
    };
    let ((), ended) = tokio::join!(work, follow);
    ended
}

async fn follow_or_cancel(open: &Open, program: &ProgramKey, run: &Key) -> Result<Run, Failure> {
    let mut follower = Follower::new(open, program, run, 0, Lines::StandardError);
    let mut is_asked = false;
    loop {
        tokio::select! {
            seen = follower.look() => {
                if let Some(run) = seen? {
                    return Ok(run);
                }
            }
            Ok(()) = tokio::signal::ctrl_c(), if !is_asked => {
                is_asked = true;
                follower.say("ending with the best plan so far");
                // A run that has ended meanwhile needs no asking.
                let _ = open.app.cancel_run(&open.actor, program, run).await;
            }
        }
    }
}

async fn watch(open: &Open, args: &Watch) -> Result<ExitCode, Failure> {
    let program = open.program(&args.program).await?;
    let run = match &args.run {
        Some(run) => run.clone(),
        None => open.latest_run(&program, false).await?,
    };
    let mut follower = Follower::new(open, &program, &run, args.after, Lines::StandardOutput);
    follower.say(&format!("run {run}"));
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    let ended = loop {
        tokio::select! {
            seen = follower.look() => {
                if let Some(run) = seen? {
                    break Some(run);
                }
            }
            Ok(()) = &mut interrupted => break None,
        }
    };
    let seen = follower.end();
    match ended {
        Some(run) => conclude(&run),
        None => {
            let (this, option) = (output::program(), args.program.database.option());
            output::line("the run goes on; nobody asked it to end");
            output::line(&format!(
                "watch it again with `{this} run watch {run} --after {seen}{option}`"
            ));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Says how a run ended; one that failed is a failure.
pub(in crate::cli) fn conclude(run: &Run) -> Result<ExitCode, Failure> {
    let why = run.failure.as_deref().unwrap_or_default();
    match run.state {
        RunState::Failed => Err(Failure::Invalid(format!("the run failed: {why}"))),
        RunState::Queued | RunState::Running | RunState::Succeeded | RunState::Cancelled => {
            let with = if run.has_plan {
                "with a plan"
            } else {
                "without a plan"
            };
            output::line(&format!("{} {with}", run.state.as_str()));
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn list(open: &Open, args: &List) -> Result<ExitCode, Failure> {
    let program = open.program(&args.program).await?;
    let found = every_record(RunFilter::default(), async |list| {
        open.app.list_runs(&open.actor, &program, list).await
    });
    for record in found.await? {
        let run = record.value;
        let plan = if run.has_plan { "plan" } else { "-" };
        let (state, why) = (run.state.as_str(), run.failure.unwrap_or_default());
        output::line(&format!(
            "{}  {}  {state}  {plan}  {why}",
            run.key, run.round
        ));
    }
    Ok(ExitCode::SUCCESS)
}
