//! `practicum worths`: what one more place, hour or unit of caseload would be
//! worth, estimated for all and confirmed for the best.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::database::source::{PlanSource, Planned};
use super::r#match::{Limits, followed, is_interrupted};
use super::names::Names;
use super::progress::{text, title};
use super::{Failure, folders, output, table};
use crate::domain::plan::{Level, Sense};
use crate::domain::{Plan, PlanDifference, SiteOrSupervisor};
use crate::matching::worths::{Capacity, Estimate, Gain, Worth, estimates};
use crate::matching::{Observer, Progress};
use crate::solver_process::{ConfirmedWorth, confirm_each, confirm_in_child};

/// Rows that are shown even if fewer are confirmed.
const ROWS_LEAST: usize = 10;

/// Options of `worths`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
An estimate comes from the prices of the model without meeting times, and is
more often too high than too low. A confirmed worth is what the roster gains
when it is matched again with one more. Ctrl-C ends with what is known. Paste
an edit into
  practicum what-if --roster ROSTER --plan PLAN --scenario 'EDIT'
  practicum what-if --plan RUN --scenario 'EDIT'   for a plan in the database
to see what would change for whom. docs/explanations.md has the exact meaning.")]
pub(super) struct Args {
    #[command(flatten)]
    source: PlanSource,
    /// How many of the best estimates are confirmed; they share the time.
    #[arg(long, value_name = "NUMBER", default_value_t = 10,
        value_parser = clap::value_parser!(u16).range(0..=1000))]
    top: u16,
    #[command(flatten)]
    limits: Limits,
    /// Print the result as JSON, with every estimate.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let planned = args.source.read(tzdir)?;
    let Planned { roster, plan, .. } = &planned;
    let deadline = args.limits.deadline();
    let worths = estimates(roster, &planned.zones, plan, &mut Until(deadline));
    let worths = worths.map_err(folders::no_match)?;
    let top = usize::from(args.top).min(worths.len());
    let mut place = 0;
    let best = &worths[..top];
    let mut confirmed = confirm_each(best, Some(deadline), &is_interrupted, |worth, share| {
        place += 1;
        output::error_line(&format!("{place} of {top}: {}", worth.edit));
        let limits = args.limits.within(share.unwrap_or(Duration::MAX));
        confirm(&planned, worth, &limits)
    })?;
    confirmed.resize_with(worths.len(), || None);
    let known: Vec<_> = worths.iter().zip(&confirmed).collect();
    if args.json {
        let worths = known
            .iter()
            .map(|(worth, one)| as_json(worth, one.as_ref()));
        let answer = json!({ "worths": worths.collect::<Vec<Value>>() });
        output::line(&format!("{answer:#}"));
    } else {
        let shown = usize::from(args.top).max(ROWS_LEAST);
        output::text(&as_text(&planned.names, &known, shown));
    }
    Ok(ExitCode::SUCCESS)
}

/// Matches the roster again with one more of a capacity. Returns nothing, with
/// a word on standard error, where no plan came of it.
fn confirm(
    planned: &Planned,
    worth: &Worth,
    limits: &Limits,
) -> Result<Option<ConfirmedWorth>, Failure> {
    let Planned {
        roster,
        zones,
        plan,
        ..
    } = planned;
    let confirmed = followed(roster, limits, Instant::now(), |options, follower| {
        confirm_in_child(roster, zones, plan, worth, options, follower)
    });
    match confirmed {
        Ok(confirmed) => Ok(Some(confirmed)),
        Err(failure @ (Failure::Unavailable(_) | Failure::Invalid(_))) => {
            output::error_line(&format!("warning: not confirmed: {failure}"));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Watches the time and Ctrl-C while prices are computed.
struct Until(Instant);

impl Observer for Until {
    fn seconds_left(&self) -> f64 {
        let left = self.0.saturating_duration_since(Instant::now());
        left.as_secs_f64()
    }

    fn is_cancelled(&self) -> bool {
        is_interrupted()
    }

    fn progress(&mut self, progress: Progress) {
        output::error_line(&format!("prices: {}", text(progress)));
    }

    fn better_plan(&mut self, _plan: &Plan) {}
}

/// Returns so much of a level, as better values of it are written: more of
/// what is to be most, less of what is to be least.
fn better(level: Level, amount: impl std::fmt::Display) -> String {
    let sign = match level.sense() {
        Sense::Most => '+',
        Sense::Least => '-',
    };
    format!("{sign}{amount} {}", title(level))
}

fn estimate_text(estimate: Estimate) -> String {
    let (whole, rest) = (estimate.thousandths / 1000, estimate.thousandths % 1000);
    let amount = format!("{whole}.{rest:03}");
    let amount = amount.trim_end_matches('0').trim_end_matches('.');
    better(estimate.level, amount)
}

fn gain_text(gain: Gain) -> String {
    let proved = if gain.is_proved { "proved" } else { "unproved" };
    match gain.first {
        None => format!("nothing, {proved}"),
        Some((level, more)) if more > 0 => format!("{}, {proved}", better(level, more)),
        Some((level, less)) => format!("worse by {} {}, {proved}", -less, title(level)),
    }
}

/// Returns who gains a place, who loses one, and how many have another.
fn changes(difference: &PlanDifference) -> String {
    let placements = || difference.placements.iter();
    let keys = |gone: bool| -> Vec<&str> {
        let alone = placements().filter(|one| match gone {
            true => one.after.is_none(),
            false => one.before.is_none(),
        });
        alone.map(|one| one.trainee.as_str()).collect()
    };
    let (gained, lost) = (keys(false), keys(true));
    let moved = difference.placements.len() - gained.len() - lost.len();
    let mut parts = Vec::new();
    if !gained.is_empty() {
        parts.push(format!("gains a place: {}", gained.join(", ")));
    }
    if !lost.is_empty() {
        parts.push(format!("loses it: {}", lost.join(", ")));
    }
    if moved > 0 {
        parts.push(format!("{moved} moved, or with other contact"));
    }
    parts.join("; ")
}

/// Returns what there is one more of.
const fn what(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Places => "place",
        Capacity::ContactMinutes => "hour of contact a week",
        Capacity::Caseload => "unit of caseload",
        Capacity::SupervisorMinutes => "hour of sessions a week",
    }
}

fn as_text(names: &Names, worths: &[(&Worth, &Option<ConfirmedWorth>)], shown: usize) -> String {
    if worths.is_empty() {
        return "No single place, hour or unit of caseload more has a price; what is missing, if anything, is more than one of them.\n".to_owned();
    }
    let mut rows = table::new(&[
        "site or supervisor",
        "one more",
        "estimate",
        "confirmed",
        "what changes",
        "edit",
    ]);
    for (worth, confirmed) in worths.iter().take(shown) {
        let target = match &worth.target {
            SiteOrSupervisor::Site(key) => names.site(key),
            SiteOrSupervisor::Supervisor(key) => names.supervisor(key),
        };
        let (gain, changed) = confirmed.as_ref().map_or_else(
            || ("not tried".to_owned(), String::new()),
            |one| (gain_text(one.gain), changes(&one.difference)),
        );
        rows.add_row([
            target,
            what(worth.capacity).to_owned(),
            estimate_text(worth.estimate),
            gain,
            changed,
            worth.edit.to_string(),
        ]);
    }
    let mut text = format!("{rows}\n");
    let rest = worths.len().saturating_sub(shown);
    if rest > 0 {
        text.push_str(&format!(
            "{rest} more have an estimate; --top confirms more of them, and --json lists all.\n"
        ));
    }
    text
}

fn as_json(worth: &Worth, confirmed: Option<&ConfirmedWorth>) -> Value {
    let confirmed = confirmed.map(|one| {
        let (level, better) = one.gain.first.unzip();
        let keys = |of: &dyn Fn(&crate::domain::PlacementDifference) -> bool| -> Vec<&str> {
            let own = one.difference.placements.iter().filter(|d| of(d));
            own.map(|difference| difference.trainee.as_str()).collect()
        };
        json!({
            "level": level.map(Level::name),
            "better": better.unwrap_or(0),
            "is_proved": one.gain.is_proved,
            "gains_a_place": keys(&|d| d.before.is_none()),
            "loses_a_place": keys(&|d| d.after.is_none()),
            "moved": keys(&|d| d.before.is_some() && d.after.is_some()),
        })
    });
    json!({
        "rule": worth.capacity.rule().name(),
        "target": worth.target.kind(),
        "target_id": worth.target.key(),
        "edit": worth.edit.to_string(),
        "estimate": {
            "level": worth.estimate.level.name(),
            "thousandths": worth.estimate.thousandths,
        },
        "confirmed": confirmed,
    })
}
