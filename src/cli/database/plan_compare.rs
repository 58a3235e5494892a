//! `practicum plan compare`: what one plan has over another.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use comfy_table::Table;

use super::names::Names;
use super::{Absent, InProgram, failure};
use crate::cli::progress::title;
use crate::cli::{Failure, output, table};
use crate::domain::plan::{LevelResult, LevelStatus, Placement, Sense};
use crate::domain::{Key, LevelDifference, PlacementDifference, Plan, PlanDifference, TraineeKey};

/// Options of `plan compare`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The earlier plan, named as its run.
    #[arg(value_name = "BEFORE")]
    before: Key,
    /// The later plan.
    #[arg(value_name = "AFTER")]
    after: Key,
    #[command(flatten)]
    program: InProgram,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(&args.program).await?;
        let before = open.app.get_plan(&open.actor, &program, &args.before).await;
        let before = before.map_err(failure)?;
        let after = open.app.get_plan(&open.actor, &program, &args.after).await;
        let after = after.map_err(failure)?;
        let names = Names::read(open, &program).await?;
        let mut text = String::new();
        if before.round != after.round {
            let _ = writeln!(
                text,
                "The plans are of two rounds, {} and {}.\n",
                before.round, after.round
            );
        }
        if before.context.roster_sha256 != after.context.roster_sha256 {
            text.push_str("The roster changed between the two plans.\n\n");
        }
        text.push_str(&as_text(&before.plan, &after.plan, &names));
        output::text(&text);
        Ok(ExitCode::SUCCESS)
    })
}

fn as_text(before: &Plan, after: &Plan, names: &Names) -> String {
    let difference = PlanDifference::between(before, after);
    let mut text = format!("{}\n\n", levels(&difference.levels));
    let (mut gained, mut lost, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for PlacementDifference {
        trainee,
        before: old,
        after: new,
    } in &difference.placements
    {
        let who = names.trainee(trainee);
        match (old, new) {
            (None, Some(new)) => {
                let why = reason(before, trainee, "before");
                gained.push(format!("{who}: {}{why}", place(new, names)));
            }
            (Some(old), None) => {
                let why = reason(after, trainee, "now");
                lost.push(format!("{who}: was at {}{why}", place(old, names)));
            }
            (Some(old), Some(new)) => {
                moved.push(format!(
                    "{who}: {} -> {}",
                    place(old, names),
                    place(new, names)
                ));
            }
            (None, None) => {}
        }
    }
    let others: Vec<String> = difference
        .sessions
        .iter()
        .map(|key| names.trainee(key))
        .collect();
    for (heading, lines) in [
        ("Gained a place", gained),
        ("Lost their place", lost),
        ("Moved, or have other contact", moved),
        ("Same place, other sessions", others),
    ] {
        if !lines.is_empty() {
            let _ = writeln!(text, "{heading} ({})", lines.len());
        }
        for line in &lines {
            let _ = writeln!(text, "  {line}");
        }
    }
    let _ = writeln!(
        text,
        "Placed alike, with the same sessions: {}",
        difference.unchanged
    );
    text
}

/// Says why a plan has no place for a trainee; one who took no part in the
/// round is not in the plan at all.
fn reason(plan: &Plan, trainee: &TraineeKey, when: &str) -> String {
    let unmatched = plan.unmatched.iter().find(|one| one.trainee == *trainee);
    match unmatched {
        Some(one) => format!("\n    {when} not placed, {}: {}", one.reason, one.detail),
        None => format!("\n    {when} not in the round"),
    }
}

fn place(placement: &Placement, names: &Names) -> String {
    let Placement {
        site,
        contact,
        preference_rank,
        ..
    } = placement;
    let site = names.site(site);
    format!(
        "{site}, choice {preference_rank}, {} min a week",
        contact.get()
    )
}

fn levels(levels: &[LevelDifference]) -> Table {
    let mut rows = table::new(&["objective", "before", "after", "change"]);
    for level in levels {
        let value = |result: Option<LevelResult>| match result {
            None => "-".to_owned(),
            Some(result) if result.status == LevelStatus::Proved => {
                format!("{} proved", result.value)
            }
            Some(result) => result.value.to_string(),
        };
        rows.add_row(vec![
            title(level.level).into(),
            table::right(value(level.before)),
            table::right(value(level.after)),
            change(level).into(),
        ]);
    }
    rows
}

/// Says by how much a level is better or worse.
fn change(level: &LevelDifference) -> String {
    let (Some(before), Some(after)) = (level.before, level.after) else {
        return String::new();
    };
    let distance = after.value - before.value;
    let is_better = match level.level.sense() {
        Sense::Most => distance > 0,
        Sense::Least => distance < 0,
    };
    match (distance, is_better) {
        (0, _) => "the same".to_owned(),
        (_, true) => format!("{distance:+}, better"),
        (_, false) => format!("{distance:+}, worse"),
    }
}
