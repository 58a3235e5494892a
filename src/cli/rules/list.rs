//! `practicum rules list`: every rule set that is known.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::OwnRules;
use crate::cli::{Failure, output, table};
use crate::domain::RuleSet;
use crate::domain::rule_set::{Trust, words};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Shipped sets are always known. A set of a roster folder or of a stored program
stands in the place of a shipped one of the same id.

Examples:
  practicum rules list
  practicum rules list --roster my-roster
  practicum rules list --database practicum.db
  practicum rules list --database practicum.db --round spring   those that it holds")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    own: OwnRules,
    /// Print the list as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let sets = args.own.known(tzdir)?;
    if args.json {
        let sets: Vec<Value> = sets.iter().map(as_json).collect();
        output::line(&format!("{:#}", json!({ "rule_sets": sets })));
    } else {
        output::text(&as_text(&sets));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn as_json(set: &RuleSet) -> Value {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    let tags = |tags: &std::collections::BTreeSet<crate::domain::Tag>| {
        tags.iter()
            .map(|tag| tag.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    let rules: Vec<Value> = set
        .clauses
        .iter()
        .map(|clause| json!({ "rule": clause.rule().name(), "asks": words::clause(clause) }))
        .collect();
    json!({
        "id": set.key.as_str(),
        "title": set.title,
        "body": set.body,
        "jurisdiction": set.jurisdiction.as_ref().map(|tag| tag.as_str()),
        "effective_from": day(set.effective_from),
        "effective_until": day(set.effective_until),
        "source": set.source,
        "trust": set.trust.letter(),
        "verified_on": day(set.verified_on),
        "note": set.note,
        "levels": tags(&set.applies_to.levels),
        "jurisdictions": tags(&set.applies_to.jurisdictions),
        "settings": tags(&set.applies_to.settings),
        "credit": words::credit(&set.credit),
        "rules": rules,
    })
}

fn as_text(sets: &[RuleSet]) -> String {
    let mut rows = table::new(&[
        "rule set", "title", "where", "in force", "trust", "verified",
    ]);
    for set in sets {
        let place = set.jurisdiction.as_ref().map_or("", |tag| tag.as_str());
        rows.add_row([
            set.key.as_str(),
            &set.title,
            place,
            &words::in_force(set),
            set.trust.letter(),
            &words::verified(set),
        ]);
    }
    let marks: Vec<String> = Trust::ALL
        .iter()
        .map(|trust| format!("  {}  {}", trust.letter(), trust.meaning()))
        .collect();
    format!(
        "{rows}\nTrust:\n{}\nNone of this is legal advice: compare the numbers with the source \
         before you rely on them.\n",
        marks.join("\n")
    )
}
