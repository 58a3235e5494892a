//! `practicum round publish`.

use std::path::Path;
use std::process::ExitCode;

use crate::app::PublishOptions;
use crate::cli::database::{Absent, InRound, Open, failure};
use crate::cli::{Failure, output};
use crate::domain::{Key, ListOrder, ListRequest, OrderBy, PageRequest, ProgramKey, RunFilter};

/// Options of `round publish`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The plan is proved once more before anybody sees it. The first one of a round can
be any of its plans; a later one is a repair: that of a run which was started with
the published plan as its --baseline. Records that have changed since the plan was
made do not stand in the way, and are named.

Examples:
  practicum round publish --check
  practicum round publish
  practicum run start --baseline PLAN
  practicum round publish")]
pub(in crate::cli) struct Args {
    /// The plan, named as its run; the latest of the round when left out.
    #[arg(long, value_name = "PLAN")]
    plan: Option<Key>,
    /// Only prove the plan, and say what has changed since it was made.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    round: InRound,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.round.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        Box::pin(publish(open, args)).await
    })
}

async fn publish(open: &Open, args: &Args) -> Result<ExitCode, Failure> {
    let (program, round) = open.round(&args.round).await?;
    let plan = match &args.plan {
        Some(plan) => plan.clone(),
        None => latest_plan(open, &program, &round).await?,
    };
    let options = PublishOptions {
        etag: None,
        validate_only: args.check,
    };
    let published = open
        .app
        .publish(&open.actor, &program, &round, &plan, options);
    let published = published.await.map_err(failure)?;
    let said = match &published.publication {
        None => format!("the plan {plan} holds and could be published"),
        Some(one) => match &one.replaces {
            None => format!("published the plan {plan} of the round {round}"),
            Some(before) => format!("published the plan {plan}, a repair of {before}"),
        },
    };
    output::line(&said);
    if !published.changed_files.is_empty() {
        let files = published.changed_files.join(", ");
        output::line(&format!(
            "the records are not those it was made from; they differ in {files}"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the latest plan of a round.
async fn latest_plan(open: &Open, program: &ProgramKey, round: &Key) -> Result<Key, Failure> {
    let list = ListRequest {
        page: PageRequest {
            size: 1,
            after: None,
        },
        order: ListOrder {
            by: OrderBy::Key,
            is_descending: true,
        },
        filter: RunFilter {
            round: Some(round.clone()),
            has_plan: Some(true),
            state: None,
        },
    };
    let found = open.app.list_runs(&open.actor, program, &list).await;
    let latest = found.map_err(failure)?.items.into_iter().next();
    latest.map(|run| run.value.key).ok_or_else(|| {
        let how = format!("`practicum run start --round {round}` makes one");
        Failure::Invalid(format!("the round {round} has no plan yet; {how}"))
    })
}
