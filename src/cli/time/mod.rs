//! `practicum time`: what a wall clock means, for whoever doubts an hour.

mod options;
mod overlap;
mod resolve;
mod sessions;

use std::path::Path;
use std::process::ExitCode;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde::Serialize;

use super::{Failure, output};
use crate::domain::time::{UtcSecond, ZoneRules, ZoneTable};
use crate::domain::{DayRange, ZoneName};
use crate::zone_data::{self, ZoneData};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Say what a wall-clock reading means in a zone.
    Resolve(resolve::Args),
    /// List the meetings of a weekly session.
    Sessions(sessions::Args),
    /// List how long two weekly windows in two zones overlap.
    Overlap(Box<overlap::Args>),
}

pub(super) fn run(command: &Command, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    match command {
        Command::Resolve(args) => resolve::run(args, tzdir),
        Command::Sessions(args) => sessions::run(args, tzdir),
        Command::Overlap(args) => overlap::run(args, tzdir),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Zone rules for one question, and where they came from.
struct Zones {
    data: ZoneData,
    table: ZoneTable,
}

impl Zones {
    fn open(tzdir: Option<&Path>, zones: &[ZoneName], days: DayRange) -> Result<Self, Failure> {
        let unavailable = |error: zone_data::ZoneDataError| Failure::Unavailable(error.to_string());
        let data = zone_data::open(tzdir).map_err(unavailable)?;
        let table = data
            .table(zones.iter().copied(), days)
            .map_err(unavailable)?;
        Ok(Self { data, table })
    }

    fn rules(&self, zone: ZoneName) -> Result<&ZoneRules, Failure> {
        self.table
            .rules(zone)
            .ok_or_else(|| Failure::Internal(anyhow::anyhow!("no rules were loaded for {zone}")))
    }

    /// Returns the last line of every table.
    fn footer(&self) -> String {
        format!("Zone data: {}", self.data.describe())
    }
}

/// Prints a JSON value.
fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
    output::line(&text);
    Ok(())
}

/// Returns an empty table with column headings.
fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(headings);
    table
}

/// Prints a title, a table and the footer.
fn print_table(title: &str, table: &Table, zones: &Zones) {
    output::line(title);
    output::line("");
    for line in table.lines() {
        output::line(line.trim_end());
    }
    output::line("");
    output::line(&zones.footer());
}

/// Returns `Sun 2027-03-14 03:30 -04:00`.
fn wall_text(rules: &ZoneRules, at: UtcSecond) -> String {
    let reading = rules.local(at);
    let text = reading.to_string();
    let (wall, offset) = text.split_at(text.len().min("2027-03-14T03:30".len()));
    format!(
        "{} {} {offset}",
        reading.wall.day().format("%a"),
        wall.replace('T', " ")
    )
}
