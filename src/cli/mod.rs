//! The command line: one enum of commands, each in a file of its own.

mod access;
mod audit;
mod check;
mod completions;
mod database;
mod demo;
mod difference;
mod doctor;
mod explain;
mod failure;
mod folders;
mod forecast;
mod r#match;
mod model;
mod names;
mod output;
mod plan_text;
mod preflight;
mod progress;
mod repair;
mod roster;
mod rules;
mod serve;
mod serve_tokens;
mod serve_transport;
mod settings;
mod solver_worker;
mod table;
mod time;
mod what_if;
mod worths;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use failure::Failure;

use self::settings::Named;
use crate::config::ServeConfig;

/// Places therapy and counselling trainees: a roster folder goes in, a proved
/// plan comes out.
#[derive(Debug, Parser)]
#[command(name = "practicum", version, after_long_help = EXIT_CODES, propagate_version = true)]
struct Cli {
    /// Take zone rules from a folder of TZif files instead of the embedded data.
    #[arg(long, global = true, env = "PRACTICUM_TZDIR", value_name = "FOLDER")]
    tzdir: Option<PathBuf>,

    /// Take settings from this file instead of `practicum.toml`; see
    /// docs/practicum.toml.
    #[arg(long, global = true, env = "PRACTICUM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; for `match`, a legal plan was written
  1  a fault of Practicum itself
  2  the command line or the configuration was not understood
  3  the input is wrong: the roster, the plan, or rules that clash
  4  something is not available: a folder that cannot be written, zone data,
     time or memory enough for any plan, the database

Settings: a flag counts more than the environment, the environment more than
the file of --config, and the file more than what is built in.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Match a roster folder and write the plan folder.
    Match(r#match::Args),
    /// Make a new plan after something changed, with the fewest changes.
    Repair(repair::Args),
    /// Compare what would come of changes, side by side.
    WhatIf(what_if::Args),
    /// Prove a plan again, independently of the matcher.
    Check(check::Args),
    /// Name trainees and sites that would both rather have each other.
    Audit(audit::Args),
    /// Say what would have to give for each unmatched trainee of a plan.
    Explain(explain::Args),
    /// Say which requirements a plan reaches by their due days, week by week.
    Forecast(forecast::Args),
    /// Say what one more place, hour or unit of caseload would be worth.
    Worths(worths::Args),
    /// Say before any solve who cannot be placed, and where capacity falls short.
    Preflight(preflight::Args),
    /// Write the exact model of a roster for other solvers.
    #[command(subcommand)]
    Model(model::Command),
    /// Check a roster folder, or generate a lifelike one.
    #[command(subcommand)]
    Roster(roster::Command),
    /// List, show and add rule sets, and check a plan or a roster against them.
    #[command(subcommand)]
    Rules(rules::Command),
    /// Serve the gRPC contract `practicum.v1` over a database.
    Serve(serve::Args),
    /// Ask what a wall clock means in a zone.
    #[command(subcommand)]
    Time(time::Command),
    /// Check this installation and its database.
    Doctor(doctor::Args),
    /// Match the built-in example roster in a database of its own.
    Demo(demo::Args),
    /// Import a roster folder into a database.
    Import(database::import::Args),
    /// Write the roster folder of a stored round.
    Export(database::export::Args),
    /// Create, show, publish or close the rounds of a stored program.
    #[command(subcommand)]
    Round(database::round::Command),
    /// Match a stored round; list, watch or end runs.
    #[command(subcommand)]
    Run(database::run::Command),
    /// List, show, compare or export stored plans.
    #[command(subcommand)]
    Plan(database::plan::Command),
    /// List the coming sessions of a supervisor, in any zone.
    Schedule(database::schedule::Args),
    /// Write the sessions of a supervisor for a calendar program.
    #[command(subcommand)]
    Calendar(database::calendar::Command),
    /// Bring the schema of a database up to date.
    Migrate(database::migrate::Args),
    /// Copy a database file while it is in use.
    Backup(database::backup::Args),
    /// Create, list or shut out the users of the service.
    #[command(subcommand)]
    User(access::UserCommand),
    /// Make, list or revoke the keys by which users sign in.
    #[command(subcommand)]
    ApiKey(access::ApiKeyCommand),
    /// Solve what comes on standard input; started by the other commands.
    #[command(hide = true)]
    SolverWorker,
    /// Print a completion script for a shell.
    Completions(completions::Args),
}

impl Cli {
    /// Says which configuration file is read.
    fn config(&self) -> Named {
        match (&self.command, &self.config) {
            // The parent has read it.
            (Command::SolverWorker, _) | (Command::Completions(_), _) => Named::NotRead,
            (_, Some(path)) => Named::File(path.clone()),
            (_, None) => Named::Usual,
        }
    }
}

/// Runs the command line and returns its exit code.
pub fn main() -> ExitCode {
    let (cli, config) = match settings::parse(Cli::config) {
        Ok(parsed) => parsed,
        Err(failure) => return failure.report(),
    };
    if let Command::Serve(args) = &cli.command {
        log_to_standard_error(args.log_format, LevelFilter::INFO);
    } else {
        log_to_standard_error(LogFormat::Pretty, LevelFilter::WARN);
    }
    match run(&cli, &config.serve) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(cli: &Cli, serve_config: &ServeConfig) -> Result<ExitCode, Failure> {
    let tzdir = cli.tzdir.as_deref();
    match &cli.command {
        Command::Match(args) => r#match::run(args, tzdir),
        Command::Repair(args) => repair::run(args, tzdir),
        Command::WhatIf(args) => what_if::run(args, tzdir),
        Command::Check(args) => check::run(args, tzdir),
        Command::Audit(args) => audit::run(args, tzdir),
        Command::Explain(args) => explain::run(args, tzdir),
        Command::Forecast(args) => forecast::run(args, tzdir),
        Command::Worths(args) => worths::run(args, tzdir),
        Command::Preflight(args) => preflight::run(args, tzdir),
        Command::Model(command) => model::run(command, tzdir),
        Command::Roster(command) => roster::run(command),
        Command::Serve(args) => serve::run(args, serve_config, tzdir),
        Command::Time(command) => time::run(command, tzdir),
        Command::Doctor(args) => doctor::run(args, tzdir),
        Command::Demo(args) => demo::run(args, tzdir),
        Command::Rules(command) => rules::run(command, tzdir),
        Command::Import(args) => database::import::run(args, tzdir),
        Command::Export(args) => database::export::run(args, tzdir),
        Command::Round(command) => database::round::run(command, tzdir),
        Command::Run(command) => database::run::run(command, tzdir),
        Command::Plan(command) => database::plan::run(command, tzdir),
        Command::Schedule(args) => database::schedule::run(args, tzdir),
        Command::Calendar(command) => database::calendar::run(command, tzdir),
        Command::Migrate(args) => database::migrate::run(args),
        Command::User(command) => access::run_user(command, tzdir),
        Command::ApiKey(command) => access::run_api_key(command, tzdir),
        Command::Backup(args) => database::backup::run(args),
        Command::SolverWorker => solver_worker::run(),
        Command::Completions(args) => completions::run::<Cli>(args),
    }
}

/// How lines of the log are written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Writes log lines to standard error, as `PRACTICUM_LOG` asks: `info`,
/// `practicum=debug` and the like; `level` and above when it is not set or
/// cannot be read.
fn log_to_standard_error(format: LogFormat, level: LevelFilter) {
    let asked = std::env::var("PRACTICUM_LOG").unwrap_or_default();
    let (filter, wrong) = match filter(&asked, level) {
        Ok(filter) => (filter, None),
        Err(wrong) => (standard_filter(level), Some(wrong)),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let log = tracing_subscriber::registry().with(lines).with(filter);
    // Set once; a second call would be a test's, whose own log stands.
    let _ = log.try_init();
    if let Some(wrong) = wrong {
        tracing::warn!(
            %wrong,
            "PRACTICUM_LOG cannot be read; it takes a level, or targets with levels such as \
             practicum=debug,warn"
        );
    }
}

/// Returns what is logged: HiGHS warns whenever a time limit ends it, which
/// the plan says better, so its warnings are left out unless asked for.
///
/// # Errors
/// When what is asked for cannot be read.
fn filter(asked: &str, level: LevelFilter) -> Result<Targets, ParseError> {
    match asked.trim() {
        "" => Ok(standard_filter(level)),
        asked => format!("highs=error,{asked}").parse(),
    }
}

fn standard_filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_target("highs", LevelFilter::ERROR)
        .with_default(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solver_warns_only_when_asked() {
        let warns = |asked: &str| {
            let filter = filter(asked, LevelFilter::INFO).unwrap();
            filter.would_enable("highs", &tracing::Level::WARN)
        };
        assert!(!warns(""));
        assert!(!warns("debug"));
        assert!(warns("info,highs=warn"));
    }

    #[test]
    fn the_log_shows_the_levels_that_are_asked_for() {
        let shows = |asked: &str, target: &str, level: tracing::Level| {
            let filter = filter(asked, LevelFilter::INFO).unwrap();
            filter.would_enable(target, &level)
        };
        assert!(shows("", "practicum::app", tracing::Level::INFO));
        assert!(!shows("", "practicum::app", tracing::Level::DEBUG));
        assert!(shows(
            "practicum=debug,warn",
            "practicum::app",
            tracing::Level::DEBUG
        ));
        assert!(!shows("practicum=debug,warn", "h2", tracing::Level::INFO));
        assert!(!shows("off", "practicum::app", tracing::Level::ERROR));
        assert!(filter("practicum=loud", LevelFilter::INFO).is_err());
    }
}
