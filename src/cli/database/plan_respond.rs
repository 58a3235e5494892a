//! `practicum plan respond` and `plan responses`: what supervisors say to a
//! published plan.

use std::path::Path;
use std::process::ExitCode;

use super::{Absent, InRound, failure};
use crate::app::{NewResponse, ResponseFilter};
use crate::cli::{Failure, output, table};
use crate::domain::{Key, PageRequest, ResponseAnswer, SupervisorKey, TraineeKey};

/// Options of `plan respond`.
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("answer").required(true),
    after_help = "\
The last word counts; all stay on record. A repaired plan is answered anew.

Examples:
  practicum plan respond amara t-1 --accept
  practicum plan respond amara t-1 --decline --reason 'no room before March'"
)]
pub(in crate::cli) struct Respond {
    /// The supervisor who answers, or for whom you do.
    #[arg(value_name = "SUPERVISOR")]
    supervisor: SupervisorKey,
    /// The trainee whom the published plan gives the supervisor.
    #[arg(value_name = "TRAINEE")]
    trainee: TraineeKey,
    /// The supervisor takes the trainee.
    #[arg(long, group = "answer")]
    accept: bool,
    /// The supervisor does not.
    #[arg(long, group = "answer")]
    decline: bool,
    /// Why; on one line, at most 500 characters.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,
    #[command(flatten)]
    round: InRound,
}

/// Options of `plan responses`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Responses {
    /// A plan that was published, named as its run; the one that holds when
    /// left out.
    #[arg(value_name = "PLAN")]
    plan: Option<Key>,
    /// Those of one supervisor.
    #[arg(long, value_name = "KEY")]
    supervisor: Option<SupervisorKey>,
    /// What was said before, too.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    round: InRound,
}

pub(super) fn respond(args: &Respond, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.round.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let (program, round) = open.round(&args.round).await?;
        let new = NewResponse {
            plan: None,
            supervisor: args.supervisor.clone(),
            trainee: args.trainee.clone(),
            answer: if args.accept {
                ResponseAnswer::Accepted
            } else {
                ResponseAnswer::Declined
            },
            reason: args.reason.clone(),
        };
        let said = open.app.respond(&open.actor, &program, &round, &new).await;
        let said = said.map_err(failure)?;
        output::line(&format!(
            "{} {} {}",
            said.supervisor,
            said.answer.as_str(),
            said.trainee
        ));
        Ok(ExitCode::SUCCESS)
    })
}

pub(super) fn responses(args: &Responses, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.round.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let (program, round) = open.round(&args.round).await?;
        let filter = ResponseFilter {
            plan: args.plan.clone(),
            supervisor: args.supervisor.clone(),
            with_earlier: args.all,
        };
        let mut page = PageRequest::largest();
        let mut rows = table::new(&["supervisor", "trainee", "answer", "reason", "at", "by"]);
        loop {
            let (app, actor) = (&open.app, &open.actor);
            let found = app.list_responses(actor, &program, &round, &filter, &page);
            let (publication, found) = found.await.map_err(failure)?;
            for one in found.items {
                rows.add_row([
                    one.supervisor.as_str(),
                    one.trainee.as_str(),
                    one.answer.as_str(),
                    &one.reason,
                    &one.at.to_string(),
                    &one.by,
                ]);
            }
            page.after = found.next_after;
            if page.after.is_none() {
                output::text(&format!("To the plan {}\n{rows}\n", publication.run));
                return Ok(ExitCode::SUCCESS);
            }
        }
    })
}
