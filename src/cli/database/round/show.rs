//! `practicum round show`.

use std::path::Path;
use std::process::ExitCode;

use comfy_table::Table;

use super::overview::RoundOverview;
use crate::cli::database::{Absent, InRound, Open, every_record, failure};
use crate::cli::{Failure, output, table};
use crate::domain::{Key, ProgramKey, Run, RunFilter, Versioned};
use crate::roster::{advise, read_roster, write_roster};

/// Runs that are printed for people, the newest.
const RUNS_SHOWN: usize = 10;

/// Options of `round show`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The page ends with what a run would refuse, and with what is allowed and yet
likely a slip, such as a trainee who ranked no site.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    round: InRound,
    /// Print one JSON object, with every run.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let overview = args
        .round
        .program
        .database
        .with(tzdir, Absent::Refuse, async |open| {
            let (program, round) = open.round(&args.round).await?;
            Box::pin(overview(open, &program, &round)).await
        })?;
    if args.json {
        let json = serde_json::to_string_pretty(&overview).map_err(anyhow::Error::from)?;
        output::line(&json);
    } else {
        output::text(&page(&overview));
    }
    Ok(ExitCode::SUCCESS)
}

async fn overview(
    open: &Open,
    program: &ProgramKey,
    round: &Key,
) -> Result<RoundOverview, Failure> {
    let (app, actor) = (&open.app, &open.actor);
    let record = app.get_round(actor, program, round).await;
    let record = record.map_err(failure)?;
    let roster = app.get_roster(actor, program, round).await;
    let roster = roster.map_err(failure)?;
    let runs = runs(open, program, round).await?;
    let mistakes = match read_roster(&write_roster(&roster)) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.as_slice().iter().map(ToString::to_string).collect(),
    };
    let warnings = advise(&roster);
    Ok(RoundOverview::new(
        round.as_str(),
        &record,
        &roster,
        &runs,
        warnings,
        mistakes,
    ))
}

/// Returns all runs of a round, oldest first.
async fn runs(
    open: &Open,
    program: &ProgramKey,
    round: &Key,
) -> Result<Vec<Versioned<Run>>, Failure> {
    let filter = RunFilter {
        round: Some(round.clone()),
        ..RunFilter::default()
    };
    let runs = every_record(filter, async |list| {
        open.app.list_runs(&open.actor, program, list).await
    });
    runs.await
}

fn page(round: &RoundOverview) -> String {
    let name = if round.display_name == round.round {
        round.round.clone()
    } else {
        format!("{} ({})", round.display_name, round.round)
    };
    let weeks = match round.weeks {
        1 => "1 week".to_owned(),
        weeks => format!("{weeks} weeks"),
    };
    let mut text = format!(
        "{name}, program {}\n{} to {}, {weeks}; version {}\n",
        round.program, round.first_day, round.last_day, round.version,
    );
    text.push_str(&standing(round));
    text.push_str(&format!("\n{}\n", policy(round)));
    text.push_str(&format!("\n{}\n", participants(round)));
    if round.supervision_lines.is_empty() {
        text.push_str("\nNo supervision lines: placements alone are matched.\n");
    } else {
        text.push_str(&format!("\n{}\n", lines(round)));
    }
    text.push_str(&format!("\n{}\n", wishes(round)));
    text.push_str(&runs_text(round));
    for warning in &round.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    for mistake in &round.mistakes {
        text.push_str(&format!("a run would refuse: {mistake}\n"));
    }
    text
}

/// Says where a round stands.
fn standing(round: &RoundOverview) -> String {
    let Some(published) = &round.published else {
        return format!("{}; no plan is published\n", round.state);
    };
    let replaces = published.replaces.as_ref();
    let replaces = replaces.map(|before| format!(", a repair of {before}"));
    format!(
        "{}; the plan {} has held since {}, by {}{}\n",
        round.state,
        published.plan,
        published.published_at,
        published.published_by,
        replaces.unwrap_or_default(),
    )
}

fn policy(round: &RoundOverview) -> Table {
    let mut table = table::new(&["policy", ""]);
    table.add_row([
        "sessions start",
        &format!(
            "every {} minutes after local midnight",
            round.session_start_step_minutes
        ),
    ]);
    let missed = match round.missed_sessions_max {
        0 => "none may be missed".to_owned(),
        most => format!("at most {most} of each weekly session in the term"),
    };
    table.add_row(["missed sessions", &missed]);
    table.add_row(["sites not ranked", round.unranked_sites]);
    table.add_row(["blocking pairs", round.blocking_pairs]);
    let closes = if round.excluded_supervisor_closes_sites {
        "closes the sites where that supervisor works"
    } else {
        "closes no site"
    };
    table.add_row(["an excluded supervisor", closes]);
    let ratio = match (&round.contact_per_supervision_max, &round.group_credit) {
        (Some(most), Some(credit)) => format!(
            "at most {most} minutes for a minute of supervision; in a group it counts {credit}"
        ),
        _ => "not limited by supervision".to_owned(),
    };
    table.add_row(["contact", &ratio]);
    let ids = round.rule_sets.iter();
    let ids: Vec<&str> = ids.filter_map(|mark| mark.split('@').next()).collect();
    let ids = if ids.is_empty() {
        "none".to_owned()
    } else {
        ids.join(", ")
    };
    table.add_row(["rule sets", &ids]);
    table
}

fn participants(round: &RoundOverview) -> Table {
    let mut table = table::new(&["takes part", "number", ""]);
    for kind in &round.participants {
        let number = table::right(kind.count);
        table.add_row(vec![(&kind.who).into(), number, (&kind.room).into()]);
    }
    table
}

fn lines(round: &RoundOverview) -> Table {
    let header = [
        "level",
        "line",
        "kinds",
        "role",
        "minutes a week",
        "licence",
    ];
    let mut table = table::new(&header);
    for line in &round.supervision_lines {
        table.add_row(vec![
            (&line.level).into(),
            (&line.line).into(),
            line.kinds.join(", ").into(),
            line.role.into(),
            table::right(line.minutes_per_week),
            line.licence.into(),
        ]);
    }
    table
}

fn wishes(round: &RoundOverview) -> Table {
    let mut table = table::new(&["wishes and decisions", "number"]);
    for (what, number) in [
        ("preferences", round.preferences),
        ("trainees who gave any", round.trainees_with_preferences),
        ("sites that ranked trainees", round.sites_with_ranking),
        ("exclusions", round.exclusions),
        ("pins", round.pins),
        ("forbids", round.forbids),
    ] {
        table.add_row(vec![what.into(), table::right(number)]);
    }
    table
}

fn runs_text(round: &RoundOverview) -> String {
    let count = round.runs.len();
    if count == 0 {
        let start = format!("practicum run start --round {}", round.round);
        return format!("\nNo runs so far; `{start}` starts one.\n");
    }
    let mut table = table::new(&["run", "started", "state", "plan", ""]);
    for run in round.runs.iter().skip(count.saturating_sub(RUNS_SHOWN)) {
        table.add_row([
            run.run.as_str(),
            run.started_at.as_deref().unwrap_or("-"),
            run.state,
            if run.has_plan { "yes" } else { "-" },
            run.failure.as_deref().unwrap_or_default(),
        ]);
    }
    let earlier = match count.saturating_sub(RUNS_SHOWN) {
        0 => String::new(),
        earlier => format!("and {earlier} earlier ones; `practicum run list` has them all\n"),
    };
    format!("\n{table}\n{earlier}")
}
