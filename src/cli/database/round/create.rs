//! `practicum round create`.

use std::path::Path;
use std::process::ExitCode;

use super::policy::Policy;
use crate::app::RoundStart;
use crate::cli::database::{Absent, InProgram, Open, failure};
use crate::cli::{Failure, output};
use crate::domain::Key;

/// Options of `round create`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A round is one matching campaign for a term, over people and sites that the
program has. Whom it matches, and under which rules, comes from one of these:

  --like ROUND              policy, rule sets, supervision lines and participants
                            of an earlier round; options given here go first
  --everybody               every site, supervisor and trainee of the program
  --like ROUND --everybody  both: the lines of the earlier round, and everybody

Preferences, site rankings, pins and forbids belong to one term and are never
taken over. Without --like a round has no supervision lines: then placements
alone are matched. `practicum import` and the gRPC contract change all of it;
`practicum round rules` changes the rule sets. `practicum rules list --program
PROGRAM` tells which there are, and `practicum rules add` makes one.

Examples:
  practicum round create autumn-2027 --first-day 2027-09-06 --last-day 2027-12-17 \\
      --like spring-2027 --everybody --rule-set cacrep-internship
  practicum round show --round autumn-2027
  practicum run start --round autumn-2027")]
pub(in crate::cli) struct Args {
    /// Key of the new round: letters, digits, `.`, `_` and `-`, at most 63.
    #[arg(value_name = "KEY")]
    round: Key,
    // Policy gives its options a heading, which stays for those after it.
    #[command(flatten)]
    program: InProgram,
    #[command(flatten)]
    policy: Policy,
    /// A rule set that holds in the round, by id; may be given several times
    /// [default: those of --like].
    #[arg(
        id = "rule_sets",
        long = "rule-set",
        value_name = "ID",
        help_heading = "Dates and policy"
    )]
    rule_sets: Vec<Key>,
    /// Let no rule set hold, whatever --like has.
    #[arg(long, conflicts_with = "rule_sets", help_heading = "Dates and policy")]
    no_rule_sets: bool,
    /// Take over policy, supervision lines and participants of this round.
    #[arg(long, value_name = "ROUND", help_heading = "Who takes part")]
    like: Option<Key>,
    /// Let every site, supervisor and trainee of the program take part.
    #[arg(long, help_heading = "Who takes part")]
    everybody: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    args.program
        .database
        .with(tzdir, Absent::Refuse, async |open| {
            Box::pin(create(open, args)).await
        })
}

async fn create(open: &Open, args: &Args) -> Result<ExitCode, Failure> {
    let (app, actor) = (&open.app, &open.actor);
    let program = open.program(&args.program).await?;
    let like = match &args.like {
        Some(like) => {
            let like = app.get_round(actor, &program, like).await;
            Some(like.map_err(failure)?.value.round)
        }
        None => None,
    };
    let round = args.policy.round(&args.round, like.as_ref())?;
    let start = RoundStart {
        like: args.like.clone(),
        everybody: args.everybody,
        rule_sets: match (args.rule_sets.as_slice(), args.no_rule_sets) {
            ([], false) => None,
            (named, _) => Some(named.to_vec()),
        },
    };
    let created = app.create_round_with(actor, &program, round, &start);
    created.await.map_err(failure)?;
    let key = &args.round;
    let counts = app.count_participants(actor, &program, key).await;
    let counts = counts.map_err(failure)?.value;
    let lines = app.list_supervision_lines(actor, &program, key).await;
    let lines = lines.map_err(failure)?.value.len();
    output::line(&format!(
        "created the round {key}: {} sites, {} supervisors, {} trainees, {lines} supervision lines",
        counts.sites, counts.supervisors, counts.trainees
    ));
    output::line(&format!("next: practicum round show --round {key}"));
    Ok(ExitCode::SUCCESS)
}
