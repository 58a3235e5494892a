//! `practicum time resolve`.

use std::path::Path;

use serde::Serialize;

use super::options::Options;
use super::{Zones, print_json, print_table, table, wall_text};
use crate::cli::Failure;
use crate::domain::DayRange;
use crate::domain::time::LocalKind;

/// Options of `time resolve`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// IANA name of the zone, such as Europe/London.
    #[arg(long, value_name = "ZONE")]
    zone: String,
    /// The reading, such as 2027-03-14T02:30.
    #[arg(long, value_name = "YYYY-MM-DDTHH:MM")]
    local: String,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    kind: &'static str,
    earlier: String,
    later: String,
    chosen: String,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<(), Failure> {
    let options = Options::default();
    let zone = options.zone("--zone", &args.zone);
    let local = options.reading("--local", &args.local);
    let (Some(zone), Some(local)) = (zone, local) else {
        return Err(options.failure());
    };
    let Some(days) = DayRange::new(local.day(), local.day()) else {
        return Err(options.failure());
    };
    let zones = Zones::open(tzdir, &[zone], days)?;
    let rules = zones.rules(zone)?;
    let resolved = rules.resolve(local);

    if args.json {
        return print_json(&Answer {
            kind: resolved.kind.as_str(),
            earlier: resolved.earlier.to_string(),
            later: resolved.later.to_string(),
            chosen: resolved.chosen().to_string(),
        });
    }
    let title = match resolved.kind {
        LocalKind::Unique => format!("{local} exists once in {zone}."),
        LocalKind::Gap => format!(
            "{local} does not exist in {zone}: the clock goes forward over it. The offset \
             before the change is used."
        ),
        LocalKind::Overlap => format!(
            "{local} exists twice in {zone}: the clock goes back over it. The first of the two \
             is used."
        ),
    };
    let mut answers = table(&["", "UTC", zone.as_str()]);
    for (name, at) in [
        ("earlier", resolved.earlier),
        ("later", resolved.later),
        ("chosen", resolved.chosen()),
    ] {
        answers.add_row([name.to_owned(), at.to_string(), wall_text(rules, at)]);
    }
    print_table(&title, &answers, &zones);
    Ok(())
}
