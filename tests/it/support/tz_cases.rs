//! The time-zone cases of `tests/data/tz_cases.csv`, as values.

use chrono::Weekday;
use practicum::domain::{DayRange, MinuteOfDay, Minutes, ZoneName, calendar_day, parse_weekday};

/// One row of the file.
pub(crate) struct Case {
    pub(crate) name: String,
    /// `resolve`, `session`, `overlap_minutes` or `session_span`.
    pub(crate) kind: String,
    pub(crate) zone_a: ZoneName,
    pub(crate) weekday: Weekday,
    pub(crate) start: MinuteOfDay,
    pub(crate) minutes: Minutes,
    pub(crate) days: DayRange,
    /// The second window of an overlap.
    pub(crate) b: Option<Window>,
    pub(crate) expected: String,
    /// The version of the tz database that the answer was computed with.
    pub(crate) tzdb: String,
}

/// The second window of an overlap.
pub(crate) struct Window {
    pub(crate) zone: ZoneName,
    pub(crate) weekday: Weekday,
    pub(crate) start: MinuteOfDay,
    pub(crate) minutes: Minutes,
}

/// Returns every row of the file.
pub(crate) fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tz_cases.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let column = |name: &str| {
                let index = header.iter().position(|column| column == name);
                record.get(index.unwrap()).unwrap().to_owned()
            };
            case(&column)
        })
        .collect()
}

fn case(column: &dyn Fn(&str) -> String) -> Case {
    let day = |name| calendar_day(&column(name)).unwrap();
    Case {
        name: column("case"),
        kind: column("kind"),
        zone_a: column("zone_a").parse().unwrap(),
        weekday: weekday(&column("weekday")),
        start: MinuteOfDay::parse(&column("local_start")).unwrap(),
        minutes: minutes(&column("duration_min")),
        days: DayRange::new(day("term_start"), day("term_end")).unwrap(),
        b: (!column("zone_b").is_empty()).then(|| Window {
            zone: column("zone_b").parse().unwrap(),
            weekday: weekday(&column("weekday_b")),
            start: MinuteOfDay::parse(&column("local_start_b")).unwrap(),
            minutes: minutes(&column("duration_b_min")),
        }),
        expected: column("expected"),
        tzdb: column("tzdb"),
    }
}

/// The file writes `Sun` where Practicum's own files write `sun`.
fn weekday(text: &str) -> Weekday {
    parse_weekday(&text.to_lowercase()).unwrap()
}

fn minutes(text: &str) -> Minutes {
    Minutes::new(text.parse().unwrap()).unwrap()
}
