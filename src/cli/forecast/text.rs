//! The forecast of all trainees for people: what falls short first.

use std::fmt::Write as _;

use chrono::NaiveDate;
use comfy_table::Cell;

use super::rows::{found, hours, times};
use crate::cli::table::{self, right};
use crate::domain::Roster;
use crate::matching::forecast::{Forecast, Outlook, Standing};

/// Returns the forecast of all trainees as text.
pub(super) fn as_text(roster: &Roster, all: &[Forecast]) -> String {
    let mut text = String::new();
    if roster.requirements.is_empty() {
        text.push_str("The roster asks for no hours: it has no requirements.csv.\n");
    } else {
        requirements(&mut text, all);
    }
    rules(&mut text, all);
    let unmatched: Vec<&str> = all
        .iter()
        .filter(|forecast| forecast.site.is_none())
        .map(|forecast| forecast.trainee.as_str())
        .collect();
    if !unmatched.is_empty() {
        let _ = writeln!(text, "\nUnmatched in this plan: {}.", unmatched.join(", "));
    }
    text
}

/// Where a requirement is listed: what falls short for good first, by week.
fn order(row: &(&Forecast, &Outlook)) -> (u8, Option<NaiveDate>) {
    let (forecast, outlook) = row;
    match outlook.standing {
        Standing::Short { since } if forecast.site.is_some() => (0, Some(since)),
        Standing::Short { .. } => (1, None),
        Standing::LeftForLater => (2, None),
        Standing::Reached => (3, None),
    }
}

fn requirements(text: &mut String, all: &[Forecast]) {
    let mut rows: Vec<(&Forecast, &Outlook)> = all
        .iter()
        .flat_map(|forecast| forecast.outlooks.iter().map(move |one| (forecast, one)))
        .collect();
    rows.sort_by_key(order);
    let is_short = |row: &&(&Forecast, &Outlook)| order(row).0 <= 1;
    let short = rows.iter().filter(is_short).count();
    let _ = match short {
        0 => writeln!(text, "No requirement falls short by its due day."),
        short => writeln!(
            text,
            "{short} of {} requirements fall short by their due days.",
            rows.len()
        ),
    };
    let mut listed = table::new(&[
        "trainee",
        "category",
        "required",
        "expected",
        "due day",
        "short by",
        "first week of deficit",
    ]);
    for row in &rows {
        listed.add_row(cells(row));
    }
    let _ = writeln!(text, "{listed}");
}

fn cells((forecast, outlook): &(&Forecast, &Outlook)) -> Vec<Cell> {
    let requirement = &outlook.requirement;
    let short_by = match outlook.standing {
        Standing::Reached => String::new(),
        Standing::LeftForLater | Standing::Short { .. } => hours(outlook.short_by()),
    };
    let since = match outlook.standing {
        Standing::Reached => format!("reached, {} more", hours(outlook.surplus())),
        Standing::LeftForLater => "due after the term".to_owned(),
        Standing::Short { .. } if forecast.site.is_none() => "unmatched".to_owned(),
        Standing::Short { since } => since.to_string(),
    };
    vec![
        Cell::new(&forecast.trainee),
        Cell::new(requirement.category.as_str()),
        right(hours(requirement.required)),
        right(hours(outlook.expected)),
        Cell::new(requirement.due_day),
        right(short_by),
        Cell::new(since),
    ]
}

fn rules(text: &mut String, all: &[Forecast]) {
    let shortfalls = all
        .iter()
        .flat_map(|forecast| forecast.shortfalls.iter().map(move |one| (forecast, one)));
    let mut listed = table::new(&[
        "trainee",
        "rule set",
        "rule",
        "first week of deficit",
        "in all",
        "at first",
    ]);
    for (forecast, shortfall) in shortfalls {
        listed.add_row(vec![
            Cell::new(&forecast.trainee),
            Cell::new(shortfall.rule_set.as_ref().map_or("", |key| key.as_str())),
            Cell::new(shortfall.rule),
            Cell::new(shortfall.since),
            right(times(shortfall)),
            Cell::new(found(shortfall)),
        ]);
    }
    if !listed.is_empty() {
        let _ = writeln!(
            text,
            "\nRules that are not kept as things will really happen, days away and missed \
             sessions counted:\n{listed}"
        );
    }
}
