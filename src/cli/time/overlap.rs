//! `practicum time overlap`.

use std::path::Path;

use serde::Serialize;

use super::options::Options;
use super::{Zones, print_json, print_table, table, wall_text};
use crate::cli::Failure;
use crate::domain::ZoneName;
use crate::domain::time::{Interval, WallWindow, ZoneRules, window_overlaps};

/// Options of `time overlap`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// IANA name of the first zone.
    #[arg(long, value_name = "ZONE")]
    zone_a: String,
    /// Weekday of the first window: mon, tue, wed, thu, fri, sat or sun.
    #[arg(long, value_name = "WEEKDAY")]
    weekday_a: String,
    /// Wall-clock start of the first window, such as 09:00.
    #[arg(long, value_name = "HH:MM")]
    start_a: String,
    /// Length of the first window on the wall, 1 to 1440 minutes.
    #[arg(long, value_name = "MINUTES")]
    minutes_a: String,
    /// IANA name of the second zone.
    #[arg(long, value_name = "ZONE")]
    zone_b: String,
    /// Weekday of the second window.
    #[arg(long, value_name = "WEEKDAY")]
    weekday_b: String,
    /// Wall-clock start of the second window.
    #[arg(long, value_name = "HH:MM")]
    start_b: String,
    /// Length of the second window on the wall, 1 to 1440 minutes.
    #[arg(long, value_name = "MINUTES")]
    minutes_b: String,
    /// First day, local in the first zone.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: String,
    /// Last day, local in the first zone, which belongs to the range.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: String,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    local_date: String,
    minutes: u32,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<(), Failure> {
    let options = Options::default();
    let a = window(
        &options,
        "a",
        [
            &args.zone_a,
            &args.weekday_a,
            &args.start_a,
            &args.minutes_a,
        ],
    );
    let b = window(
        &options,
        "b",
        [
            &args.zone_b,
            &args.weekday_b,
            &args.start_b,
            &args.minutes_b,
        ],
    );
    let days = options.days(&args.from, &args.to);
    let (Some((zone_a, a)), Some((zone_b, b)), Some(days)) = (a, b, days) else {
        return Err(options.failure());
    };
    let zones = Zones::open(tzdir, &[zone_a, zone_b], days)?;
    let (rules_a, rules_b) = (zones.rules(zone_a)?, zones.rules(zone_b)?);
    let overlaps = window_overlaps((rules_a, a), (rules_b, b), days);

    if args.json {
        let answers: Vec<Answer> = overlaps
            .iter()
            .map(|overlap| Answer {
                local_date: overlap.local_date.to_string(),
                minutes: overlap.minutes.get(),
            })
            .collect();
        return print_json(&answers);
    }
    let mut rows = table(&["local date", zone_a.as_str(), zone_b.as_str(), "minutes"]);
    for overlap in &overlaps {
        rows.add_row([
            overlap.local_date.to_string(),
            span_text(rules_a, overlap.a),
            span_text(rules_b, overlap.b),
            overlap.minutes.to_string(),
        ]);
    }
    let title = format!("Minutes shared on each date, local in {zone_a}");
    print_table(&title, &rows, &zones);
    Ok(())
}

/// Reads zone, weekday, start and minutes of window `a` or `b`.
fn window(options: &Options, side: &str, texts: [&str; 4]) -> Option<(ZoneName, WallWindow)> {
    let zone = options.zone(&format!("--zone-{side}"), texts[0]);
    let weekday = options.weekday(&format!("--weekday-{side}"), texts[1]);
    let start = options.start(&format!("--start-{side}"), texts[2]);
    let minutes = options.minutes(&format!("--minutes-{side}"), texts[3]);
    Some((zone?, WallWindow::new(weekday?, start?, minutes?)?))
}

fn span_text(rules: &ZoneRules, span: Option<Interval>) -> String {
    span.map_or_else(
        || "none: the clock goes forward over it".to_owned(),
        |span| {
            format!(
                "{} to {}",
                wall_text(rules, span.start),
                wall_text(rules, span.end)
            )
        },
    )
}
