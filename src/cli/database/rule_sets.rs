//! Rule sets of a stored program, for `practicum rules`.

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches};

use super::{Absent, InProgram, InRound, Open, every_page, failure};
use crate::app::{AppError, KnownRuleSet, RuleCheck, RulesOf};
use crate::cli::Failure;
use crate::domain::{EntityKind, Key, ProgramKey, RuleSet, RuleSetFilter};
use crate::roster::read_rule_file;

/// What is stored, where the command line asks for it. A database that only the
/// environment or the configuration file names asks for nothing.
#[derive(Debug)]
pub(in crate::cli) struct Stored {
    named: InRound,
    is_database_named: bool,
}

impl clap::Args for Stored {
    fn augment_args(command: Command) -> Command {
        InRound::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        InRound::augment_args_for_update(command)
    }
}

impl FromArgMatches for Stored {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let source = matches.value_source("database");
        Ok(Self {
            is_database_named: source == Some(ValueSource::CommandLine),
            named: InRound::from_arg_matches(matches)?,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Stored {
    /// Says whether something stored is asked for.
    pub(in crate::cli) fn is_asked(&self) -> bool {
        let InRound { program, round } = &self.named;
        self.is_database_named || program.program.is_some() || round.is_some()
    }

    /// Says whether a stored round is named.
    pub(in crate::cli) fn names_round(&self) -> bool {
        self.named.round.is_some()
    }

    /// Refuses a database beside a roster folder.
    pub(in crate::cli) fn check_roster(&self, roster: Option<&PathBuf>) -> Result<(), Failure> {
        match roster {
            Some(_) if self.is_asked() => {
                let what = "--roster reads a folder and --database what is stored; give one";
                Err(Failure::Usage(what.to_owned()))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Returns the rule sets that a stored program knows, by id; where a round is
/// named, those that it holds, as it holds them.
pub(in crate::cli) fn list(stored: &Stored, tzdir: Option<&Path>) -> Result<Vec<RuleSet>, Failure> {
    let named = &stored.named;
    let database = &named.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(&named.program).await?;
        match &named.round {
            Some(round) => Box::pin(of_round(open, &program, round)).await,
            None => of_program(open, &program).await,
        }
    })
}

async fn of_program(open: &Open, program: &ProgramKey) -> Result<Vec<RuleSet>, Failure> {
    let all = RuleSetFilter::default();
    let found = every_page(async |page| {
        let (app, actor) = (&open.app, &open.actor);
        app.list_rule_sets(actor, program, &page, &all).await
    });
    Ok(found.await?.into_iter().map(|known| known.set).collect())
}

async fn of_round(open: &Open, program: &ProgramKey, round: &Key) -> Result<Vec<RuleSet>, Failure> {
    let (app, actor) = (&open.app, &open.actor);
    let record = app.get_round(actor, program, round).await;
    let mut sets = Vec::new();
    for key in record.map_err(failure)?.value.rule_sets {
        let of = RulesOf::Round(round.clone());
        let kept = app.get_kept_rule_set(actor, program, of, &key).await;
        sets.push(kept.map_err(failure)?.set);
    }
    Ok(sets)
}

/// Says how a stored plan stands under rule sets; of a round without a plan,
/// how it can at best. Without either, of the latest plan.
pub(in crate::cli) fn check(
    stored: &Stored,
    plan: Option<&Key>,
    rules: &[Key],
    tzdir: Option<&Path>,
) -> Result<RuleCheck, Failure> {
    let named = &stored.named;
    let database = &named.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let (app, actor) = (&open.app, &open.actor);
        let program = open.program(&named.program).await?;
        let of = match (plan, &named.round) {
            (Some(run), _) => RulesOf::Plan(run.clone()),
            (None, Some(round)) => RulesOf::Round(round.clone()),
            (None, None) => RulesOf::Plan(open.latest_run(&program, true).await?),
        };
        let found = app.check_rule_sets(actor, &program, &of, rules);
        Box::pin(found).await.map_err(failure)
    })
}

/// Options of `rules add`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file is that of docs/rule-sets.md; its `id` is the name of the set, whatever
the file is called. `practicum rules show ID --toml` prints one to begin with.

A set with the id of a shipped one stands in its place in this program. To correct
a set, add it again with --replace: rounds keep the text that they have until
`practicum round rules` names the set again, and plans keep theirs for ever. For
numbers that change on a day, add a set of another id with its own dates instead.

Examples:
  practicum rules show coamfte --toml > ours.toml
  practicum rules add ours.toml --database practicum.db
  practicum rules add ours.toml --replace
  practicum round create autumn --first-day 2027-09-06 --last-day 2027-12-17 \\
      --like spring --rule-set ours")]
pub(in crate::cli) struct Add {
    /// The TOML file of the rule set.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Correct the set of that id, which the program has.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    program: InProgram,
}

/// Adds a rule set to a stored program, or corrects one.
pub(in crate::cli) fn add(args: &Add, tzdir: Option<&Path>) -> Result<KnownRuleSet, Failure> {
    let read = read_rule_file(&args.file);
    let set = read.map_err(|errors| Failure::Invalid(errors.to_string()))?;
    let database = &args.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let (app, actor) = (&open.app, &open.actor);
        let program = open.program(&args.program).await?;
        let written = if args.replace {
            app.update_rule_set(actor, &program, &set.key, set.text, None)
                .await
        } else {
            app.create_rule_set(actor, &program, set.text).await
        };
        written.map_err(|error| not_added(error, args.replace))
    })
}

/// Returns the failure of a rule set that was not added, with what helps.
fn not_added(error: AppError, is_replaced: bool) -> Failure {
    let advice = if matches!(error, AppError::AlreadyExists { .. }) {
        "give --replace to correct it, or another id"
    } else if is_replaced && is_about_rule_set(&error) {
        "the program has none of its own; leave out --replace to add it"
    } else {
        return failure(error);
    };
    Failure::Invalid(format!("{error}; {advice}"))
}

fn is_about_rule_set(error: &AppError) -> bool {
    let kind = EntityKind::RuleSet;
    matches!(error, AppError::NotFound { kind: of, .. } if *of == kind)
}

/// Options of `rules remove`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Remove {
    /// Id of the rule set, which is the program's own.
    #[arg(value_name = "RULE_SET")]
    rule_set: Key,
    #[command(flatten)]
    program: InProgram,
}

/// Removes a rule set from a stored program.
pub(in crate::cli) fn remove(args: &Remove, tzdir: Option<&Path>) -> Result<Key, Failure> {
    let database = &args.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let (app, actor) = (&open.app, &open.actor);
        let program = open.program(&args.program).await?;
        let removed = app.delete_rule_set(actor, &program, &args.rule_set, None);
        removed.await.map_err(failure)?;
        Ok(args.rule_set.clone())
    })
}
