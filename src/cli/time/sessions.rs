//! `practicum time sessions`.

use std::path::Path;

use serde::Serialize;

use super::options::Options;
use super::{Zones, print_json, print_table, table, wall_text};
use crate::cli::Failure;
use crate::domain::Minutes;
use crate::domain::time::{Occurrence, OccurrenceFlag, ZoneRules};

/// Options of `time sessions`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// IANA name of the zone that the session is anchored in.
    #[arg(long, value_name = "ZONE")]
    zone: String,
    /// Weekday: mon, tue, wed, thu, fri, sat or sun.
    #[arg(long, value_name = "WEEKDAY")]
    weekday: String,
    /// Wall-clock start, such as 09:00.
    #[arg(long, value_name = "HH:MM")]
    start: String,
    /// Length in elapsed minutes, 1 to 1440.
    #[arg(long)]
    minutes: String,
    /// First local day, such as 2027-01-11.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: String,
    /// Last local day, which belongs to the range.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: String,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    local_date: String,
    /// Absent for a skipped meeting: there is no instant at which it starts.
    start: Option<String>,
    flag: &'static str,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<(), Failure> {
    let options = Options::default();
    let zone = options.zone("--zone", &args.zone);
    let weekday = options.weekday("--weekday", &args.weekday);
    let start = options.start("--start", &args.start);
    let minutes = options.minutes("--minutes", &args.minutes);
    let days = options.days(&args.from, &args.to);
    let (Some(zone), Some(weekday), Some(start), Some(minutes), Some(days)) =
        (zone, weekday, start, minutes, days)
    else {
        return Err(options.failure());
    };
    let zones = Zones::open(tzdir, &[zone], days)?;
    let rules = zones.rules(zone)?;
    let occurrences = rules.occurrences(days, weekday, start);

    if args.json {
        let answers: Vec<Answer> = occurrences.iter().map(Answer::of).collect();
        return print_json(&answers);
    }
    let mut rows = table(&["local date", "starts", "ends", "starts (UTC)", "note"]);
    for occurrence in &occurrences {
        rows.add_row(row(rules, occurrence, minutes));
    }
    let count = occurrences.len();
    let plural = if count == 1 { "" } else { "s" };
    let title = format!("{count} meeting{plural} at {start} in {zone}, {minutes} minutes each");
    print_table(&title, &rows, &zones);
    Ok(())
}

impl Answer {
    fn of(occurrence: &Occurrence) -> Self {
        let held = occurrence.flag != OccurrenceFlag::Skipped;
        Self {
            local_date: occurrence.local_date.to_string(),
            start: held.then(|| occurrence.start.to_string()),
            flag: occurrence.flag.as_str(),
        }
    }
}

fn row(rules: &ZoneRules, occurrence: &Occurrence, minutes: Minutes) -> [String; 5] {
    let date = occurrence.local_date.to_string();
    let note = match occurrence.flag {
        OccurrenceFlag::None => "",
        OccurrenceFlag::Gap => "moved: the clock goes forward over the start",
        OccurrenceFlag::Fold => "the start exists twice: the first is used",
        OccurrenceFlag::Skipped => {
            let none = || "-".to_owned();
            let note = "skipped: the clock change would move it to another date";
            return [date, none(), none(), none(), note.to_owned()];
        }
    };
    [
        date,
        wall_text(rules, occurrence.start),
        wall_text(rules, occurrence.start.plus(minutes)),
        occurrence.start.to_string(),
        note.to_owned(),
    ]
}
