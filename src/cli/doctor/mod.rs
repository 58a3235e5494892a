//! `practicum doctor`: what this installation and its database have, and what
//! to mend.

mod database;
mod machine;
mod zones;

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use self::database::Findings;
use super::database::Database;
use super::{Failure, output};
use crate::matching;

/// Options of `doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON instead of lines.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

/// What is checked. Warnings are worth a look; problems stop some command from
/// working.
#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    zone_data: zones::Report,
    solver: Solver,
    cores: Option<usize>,
    memory_available_bytes: Option<u64>,
    child_process_starts: bool,
    database: Option<database::Report>,
    warnings: Vec<String>,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Solver {
    name: &'static str,
    version: String,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let report = examine(args, tzdir);
    if args.json {
        let text = serde_json::to_string_pretty(&report).map_err(anyhow::Error::from)?;
        output::line(&text);
    } else {
        for line in lines(&report) {
            output::line(&line);
        }
    }
    Ok(ExitCode::from(if report.problems.is_empty() {
        0
    } else {
        4
    }))
}

fn examine(args: &Args, tzdir: Option<&Path>) -> Report {
    let mut warnings = Vec::new();
    let mut problems = Vec::new();
    let zone_data = zones::examine(tzdir, today(), &mut warnings, &mut problems);
    let child = machine::start_child();
    if let Err(reason) = &child {
        problems.push(format!(
            "a child process of practicum does not start: {reason}"
        ));
    }
    let mut findings = Findings {
        warnings: &mut warnings,
        problems: &mut problems,
    };
    let database = database::examine(&args.database, &mut findings);
    Report {
        version: env!("CARGO_PKG_VERSION"),
        zone_data,
        solver: Solver {
            name: matching::SOLVER_NAME,
            version: matching::solver_version(),
        },
        cores: machine::cores(),
        memory_available_bytes: machine::memory_available(),
        child_process_starts: child.is_ok(),
        database,
        warnings,
        problems,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is the edge that reads the clock, here to tell how old data is"
)]
fn today() -> chrono::NaiveDate {
    chrono::Utc::now().date_naive()
}

fn lines(report: &Report) -> Vec<String> {
    let unknown = || "unknown".to_owned();
    let cores = report.cores.map_or_else(unknown, |n| n.to_string());
    let memory = report
        .memory_available_bytes
        .map_or_else(unknown, |bytes| format!("{} MiB available", bytes >> 20));
    let child = if report.child_process_starts {
        "starts"
    } else {
        "does not start"
    };
    let solver = format!("{} {}", report.solver.name, report.solver.version);
    let none = || {
        vec![(
            "database",
            "none here; `practicum import` makes one".to_owned(),
        )]
    };
    let database = report
        .database
        .as_ref()
        .map_or_else(none, database::Report::lines);
    let mut lines: Vec<String> = [
        ("practicum", report.version.to_owned()),
        ("zone data", report.zone_data.line()),
        ("solver", solver),
        ("cores", cores),
        ("memory", memory),
        ("child process", child.to_owned()),
    ]
    .into_iter()
    .chain(database)
    .map(|(name, value)| format!("{name:<15}{value}"))
    .collect();

    lines.push(String::new());
    lines.extend(
        report
            .warnings
            .iter()
            .map(|text| format!("warning: {text}")),
    );
    lines.extend(
        report
            .problems
            .iter()
            .map(|text| format!("problem: {text}")),
    );
    if report.warnings.is_empty() && report.problems.is_empty() {
        lines.push("All is well.".to_owned());
    }
    lines
}
