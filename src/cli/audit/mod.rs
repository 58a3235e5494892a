//! `practicum audit`: which trainees and sites would both rather have each
//! other than what a plan gives them, and what it costs to forbid that.

mod price;

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::database::source::PlanSource;
use super::r#match::Limits;
use super::{Failure, output, table};
use crate::domain::Roster;
use crate::matching::stability::{BlockingPair, blocking_pairs};

/// Exit code 0 whether or not there are such pairs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    source: PlanSource,
    /// Say as well by how much each objective is better or worse when such
    /// pairs are forbidden, or allowed where the round forbids them: matches
    /// the roster again.
    #[arg(long)]
    price: bool,
    #[command(flatten)]
    limits: Limits,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let planned = args.source.read(tzdir)?;
    let (roster, plan) = (&planned.roster, &planned.plan);
    let pairs = blocking_pairs(roster, plan);
    let price = if args.price {
        Some(price::price(roster, &planned.zones, plan, &args.limits)?)
    } else {
        None
    };
    if args.json {
        let pairs: Vec<Value> = pairs.iter().map(as_json).collect();
        let mut answer = json!({ "blocking_pairs": pairs });
        if let Some(price) = &price {
            answer["price"] = price.as_json();
        }
        output::line(&format!("{answer:#}"));
    } else {
        output::text(&as_text(roster, &pairs));
        if let Some(price) = &price {
            output::text(&price.as_text());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(pair: &BlockingPair) -> Value {
    json!({
        "trainee_id": pair.trainee.as_str(),
        "site_id": pair.site.as_str(),
        "trainee_rank": pair.trainee_rank,
        "trainee_rank_now": pair.trainee_rank_now,
        "site_rank": pair.site_rank,
        "instead_of": pair.instead_of.as_ref().map(|key| key.as_str()),
    })
}

fn as_text(roster: &Roster, pairs: &[BlockingPair]) -> String {
    if roster.site_rankings.is_empty() {
        return "No site ranks trainees, so there is nothing to audit.\n".to_owned();
    }
    if pairs.is_empty() {
        return "The plan is stable: no trainee and site would both rather have each other.\n"
            .to_owned();
    }
    let mut rows = table::new(&[
        "trainee",
        "site",
        "trainee's rank",
        "now",
        "site's rank",
        "instead of",
    ]);
    for pair in pairs {
        let now = pair.trainee_rank_now.map(|rank| rank.to_string());
        let instead = pair.instead_of.as_ref().map(ToString::to_string);
        rows.add_row([
            pair.trainee.to_string(),
            pair.site.to_string(),
            pair.trainee_rank.to_string(),
            now.unwrap_or_else(|| "no place".to_owned()),
            pair.site_rank.to_string(),
            instead.unwrap_or_else(|| "a free place".to_owned()),
        ]);
    }
    format!(
        "{} trainees and sites would both rather have each other:\n{rows}\n",
        pairs.len()
    )
}
