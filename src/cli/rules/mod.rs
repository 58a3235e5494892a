//! `practicum rules`: the rule sets that are known, and how a plan stands
//! under them.

mod check;
mod list;
mod show;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Failure;
use crate::domain::RuleSet;
use crate::roster::known_rule_sets;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the rule sets with their dates and how far they can be trusted.
    List(list::Args),
    /// Show one rule set: what it asks for, of whom, and where that is said.
    Show(show::Args),
    /// Show how every trainee of a plan stands under the rule sets.
    Check(check::Args),
}

/// Where rule sets beside the shipped ones come from.
#[derive(Debug, clap::Args)]
struct OwnRules {
    /// Folder of a roster whose own rule sets, in its folder rules, are known
    /// as well.
    #[arg(long, value_name = "FOLDER")]
    roster: Option<PathBuf>,
}

impl OwnRules {
    /// Returns the shipped rule sets and those of the roster folder, by name.
    fn known(&self) -> Result<Vec<RuleSet>, Failure> {
        known(self.roster.as_deref())
    }
}

pub(super) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::List(args) => list::run(args),
        Command::Show(args) => show::run(args),
        Command::Check(args) => check::run(args, tzdir),
    }
}

/// Returns the shipped rule sets and those in a roster folder, by name.
fn known(folder: Option<&Path>) -> Result<Vec<RuleSet>, Failure> {
    known_rule_sets(folder).map_err(|errors| Failure::Invalid(errors.to_string()))
}

/// Returns the rule set of a name.
fn find<'a>(sets: &'a [RuleSet], name: &str) -> Result<&'a RuleSet, Failure> {
    let found = sets.iter().find(|set| set.key.as_str() == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = sets.iter().map(|set| set.key.as_str()).collect();
        Failure::Usage(format!(
            "there is no rule set {name}; there are {}",
            names.join(", ")
        ))
    })
}
