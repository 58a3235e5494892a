//! `practicum round rules`.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::database::{Absent, InRound, Open, failure};
use crate::cli::{Failure, output};
use crate::domain::Key;

/// Options of `round rules`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without rule sets it shows those that hold, in order. With some, these hold from
here on and no others; each must be in force on some day of the term. A round
keeps the text that a set has when it is named: after `practicum rules add
--replace`, name the set again and the next run keeps the new text. Plans stay
as they are.

Examples:
  practicum round rules --round spring-2027
  practicum round rules cacrep-internship own --round spring-2027
  practicum round rules --none --round spring-2027")]
pub(in crate::cli) struct Args {
    /// Ids of the rule sets that are to hold.
    #[arg(value_name = "RULE_SET")]
    rule_sets: Vec<Key>,
    /// Let none hold.
    #[arg(long, conflicts_with = "rule_sets")]
    none: bool,
    #[command(flatten)]
    round: InRound,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.round.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        Box::pin(rules(open, args)).await
    })
}

async fn rules(open: &Open, args: &Args) -> Result<ExitCode, Failure> {
    let (app, actor) = (&open.app, &open.actor);
    let (program, key) = open.round(&args.round).await?;
    let found = app.get_round(actor, &program, &key).await;
    let mut record = found.map_err(failure)?;
    if args.none || !args.rule_sets.is_empty() {
        let (round, version) = (record.value.round, Some(record.version));
        let named = Some(args.rule_sets.as_slice());
        let updated = app.update_round(actor, &program, round, named, version);
        record = updated.await.map_err(failure)?;
    }
    let held = &record.value.rule_sets;
    if held.is_empty() {
        output::line(&format!("no rule set holds in the round {key}"));
    }
    for set in held {
        output::line(set.as_str());
    }
    Ok(ExitCode::SUCCESS)
}
