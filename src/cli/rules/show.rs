//! `practicum rules show`: one rule set as a page to read.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{OwnRules, find, list};
use crate::cli::{Failure, output};
use crate::domain::RuleSet;
use crate::domain::rule_set::words;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  practicum rules show texas-lpc-associate
  practicum rules show coamfte --toml > my-roster/rules/ours.toml
  practicum rules show ours --database practicum.db --round spring   as it is held")]
pub(in crate::cli) struct Args {
    /// Name of the rule set.
    #[arg(value_name = "RULE_SET")]
    name: String,
    #[command(flatten)]
    own: OwnRules,
    /// Print the file itself, to be changed and put into the folder rules.
    #[arg(long, conflicts_with = "json")]
    toml: bool,
    /// Print the rule set as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let sets = args.own.known(tzdir)?;
    let set = find(&sets, &args.name)?;
    if args.toml {
        output::text(&set.text);
    } else if args.json {
        output::line(&format!("{:#}", list::as_json(set)));
    } else {
        output::text(&as_text(set));
    }
    Ok(ExitCode::SUCCESS)
}

fn as_text(set: &RuleSet) -> String {
    let mut text = format!(
        "{}\n{}\n\n",
        set.title,
        "=".repeat(set.title.chars().count())
    );
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    fact("Rule set", set.key.as_str());
    fact("Body", &set.body);
    if let Some(jurisdiction) = &set.jurisdiction {
        fact("Where", jurisdiction.as_str());
    }
    fact("In force", &words::in_force(set));
    fact("Applies to", &words::applies_to(set));
    fact("Source", &set.source);
    let trust = format!("{} ({})", set.trust.letter(), set.trust.meaning());
    fact("Trust", &trust);
    fact("Verified", &words::verified(set));
    text.push_str("\nRules\n");
    for clause in &set.clauses {
        let _ = writeln!(text, "  {}\n    {}", clause.rule(), words::clause(clause));
    }
    let credit = words::credit(&set.credit);
    if !credit.is_empty() {
        text.push_str("\nCredit\n");
        for line in credit {
            let _ = writeln!(text, "  {line}");
        }
    }
    if !set.note.is_empty() {
        let _ = write!(text, "\nNote\n  {}\n", set.note.replace('\n', "\n  "));
    }
    text.push_str(
        "\nThis is not legal advice: compare it with the source before you rely on it.\n",
    );
    text
}
