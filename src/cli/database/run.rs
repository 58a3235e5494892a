//! `practicum run`: runs of the matcher over what is stored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::{Absent, InProgram, InRound, Open, failure, write_folder};
use crate::cli::{Failure, output};
use crate::domain::{
    Key, PageRequest, ProgramKey, Run, RunEvent, RunEventKind, RunLimits, RunState,
};
use crate::roster::PLAN_FOLDER_FILES;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Match a round and store the plan; Ctrl-C ends it with the best so far.
    Start(Start),
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
    /// Wall time for the whole run, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=604_800))]
    time_limit: u32,
    /// Memory that the solver may use, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4096,
        value_parser = clap::value_parser!(u32).range(256..=1_048_576))]
    memory_max: u32,
    /// Write the plan folder too.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
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
    let limits = RunLimits {
        seconds: args.time_limit,
        memory_bytes: u64::from(args.memory_max) << 20,
    };
    let started = open.app.start_run(&open.actor, &program, &round, limits);
    let key = started.await.map_err(failure)?.value.key;
    output::line(&format!("run {key}"));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let work = open.app.work(async { drop(stopped.await) });
    let follow = async {
        let ended = follow(open, &program, &key).await;
        drop(stop);
        ended
    };
    let ((), ended) = tokio::join!(work, follow);
    let run = ended?;
    if run.has_plan
        && let Some(out) = &args.out
    {
        let plan = open.app.get_plan(&open.actor, &program, &key).await;
        let files = plan.map_err(failure)?.files();
        write_folder("plan", &files, out, &PLAN_FOLDER_FILES)?;
    }
    conclude(&run)
}

/// Follows a run to its end, and asks it to end on Ctrl-C.
async fn follow(open: &Open, program: &ProgramKey, key: &Key) -> Result<Run, Failure> {
    let mut seen = 0;
    let mut is_asked = false;
    loop {
        let wait = Duration::from_secs(1);
        let news = open
            .app
            .wait_for_run_events(&open.actor, program, key, seen, wait);
        let (run, events) = tokio::select! {
            news = news => news.map_err(failure)?,
            Ok(()) = tokio::signal::ctrl_c(), if !is_asked => {
                is_asked = true;
                // A run that has ended meanwhile needs no asking.
                let _ = open.app.cancel_run(&open.actor, program, key).await;
                continue;
            }
        };
        if let Some(last) = events.last() {
            seen = last.sequence;
        } else if run.value.state.is_end() {
            return Ok(run.value);
        }
        events.iter().for_each(print);
    }
}

fn print(event: &RunEvent) {
    let number = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
    output::error_line(&match event.kind {
        RunEventKind::State | RunEventKind::BetterPlan => event.text.clone(),
        RunEventKind::Progress => {
            let (best, bound) = (number(event.best), number(event.bound));
            format!("{}: best {best}, bound {bound}", event.stage)
        }
    });
}

fn conclude(run: &Run) -> Result<ExitCode, Failure> {
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
    let mut page = PageRequest::largest();
    loop {
        let found = open.app.list_runs(&open.actor, &program, None, &page).await;
        let found = found.map_err(failure)?;
        for record in found.items {
            let run = record.value;
            let plan = if run.has_plan { "plan" } else { "-" };
            let (state, why) = (run.state.as_str(), run.failure.unwrap_or_default());
            output::line(&format!(
                "{}  {}  {state}  {plan}  {why}",
                run.key, run.round
            ));
        }
        page.after = found.next_after;
        if page.after.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
