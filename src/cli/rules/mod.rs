//! `practicum rules`: the rule sets that are known, and how plans and rosters
//! stand under them.

mod add;
mod check;
mod list;
mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Failure;
use super::database::rule_sets::{self, Stored};
use crate::domain::RuleSet;
use crate::roster::known_rule_sets;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the rule sets with their dates and how far they can be trusted.
    List(list::Args),
    /// Show one rule set: what it asks for, of whom, and where that is said.
    Show(show::Args),
    /// Show how every trainee of a plan stands under the rule sets; without a
    /// plan, how every trainee can at best.
    Check(check::Args),
    /// Add a rule set to a stored program, or correct one of its own.
    Add(rule_sets::Add),
    /// Remove a rule set of its own from a stored program.
    Remove(rule_sets::Remove),
}

/// Where rule sets beside the shipped ones come from.
#[derive(Debug, clap::Args)]
struct OwnRules {
    /// Folder of a roster whose own rule sets, in its folder rules, are known
    /// as well.
    #[arg(long, value_name = "FOLDER")]
    roster: Option<PathBuf>,
    #[command(flatten)]
    stored: Stored,
}

impl OwnRules {
    /// Returns the shipped rule sets and those of the roster folder or of the
    /// stored program, by name.
    fn known(&self, tzdir: Option<&Path>) -> Result<Vec<RuleSet>, Failure> {
        self.stored.check_roster(self.roster.as_ref())?;
        if self.stored.is_asked() {
            return rule_sets::list(&self.stored, tzdir);
        }
        known(self.roster.as_deref())
    }
}

pub(super) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::List(args) => list::run(args, tzdir),
        Command::Show(args) => show::run(args, tzdir),
        Command::Check(args) => check::run(args, tzdir),
        Command::Add(args) => add::add(args, tzdir),
        Command::Remove(args) => add::remove(args, tzdir),
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
