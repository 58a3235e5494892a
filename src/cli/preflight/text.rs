//! A preflight for people.

use std::fmt::{Display, Write as _};

use comfy_table::{Cell, Table};

use crate::cli::table::{self, right};
use crate::domain::{Roster, SiteOrSupervisor, weekday_word};
use crate::matching::preflight::{
    Balance, ClockChanges, CompeteFor, ExpiryOf, MovedOutOf, MovedStart, Preflight, Shortage,
};

/// Rows of a list that are printed; the rest is counted.
const ROWS_SHOWN: usize = 40;

/// Returns a preflight as text.
pub(super) fn as_text(roster: &Roster, found: &Preflight) -> String {
    let mut text = String::new();
    without_candidate(&mut text, roster, found);
    for (title, areas) in [
        ("time zone", &found.by_zone),
        ("jurisdiction", &found.by_jurisdiction),
    ] {
        section(&mut text, &format!("Demand and capacity by {title}"));
        balances(&mut text, title, areas);
    }
    shortages(&mut text, &found.shortages);
    expiries(&mut text, found);
    short_lists(&mut text, found);
    clock_changes(&mut text, &found.clock_changes);
    text
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{title}");
}

/// Writes a table, at most so many rows of it.
fn write_table<T>(text: &mut String, header: &[&str], rows: &[T], row: impl Fn(&T) -> Vec<Cell>) {
    let mut table: Table = table::new(header);
    for item in rows.iter().take(ROWS_SHOWN) {
        table.add_row(row(item));
    }
    let _ = writeln!(text, "{table}");
    if rows.len() > ROWS_SHOWN {
        let _ = writeln!(text, "and {} more; --json has all", rows.len() - ROWS_SHOWN);
    }
}

fn without_candidate(text: &mut String, roster: &Roster, found: &Preflight) {
    let _ = writeln!(
        text,
        "{} of {} trainees have no candidate: no plan can match them.",
        found.without_candidate.len(),
        roster.trainees.len()
    );
    if !found.without_candidate.is_empty() {
        let header = ["trainee", "reason", "detail", "what helps"];
        write_table(text, &header, &found.without_candidate, |unmatched| {
            vec![
                Cell::new(&unmatched.trainee),
                Cell::new(unmatched.reason),
                Cell::new(&unmatched.detail),
                Cell::new(&unmatched.action),
            ]
        });
    }
}

fn balances(text: &mut String, title: &str, areas: &[Balance]) {
    let header = [
        title,
        "trainees",
        "places",
        "contact wanted",
        "offered",
        "supervisors",
        "caseload left",
        "supervision if alone",
        "offered",
        "",
    ];
    write_table(text, &header, areas, |balance| {
        vec![
            Cell::new(&balance.area),
            right(balance.trainees),
            right(balance.places),
            right(balance.contact_wanted),
            right(balance.contact_offered),
            right(balance.supervisors),
            right(balance.caseload_left),
            right(balance.supervision_alone),
            right(balance.supervision_offered),
            Cell::new(if balance.is_short() { "short" } else { "" }),
        ]
    });
    text.push_str("Minutes a week. Trainees may be placed outside their own area.\n");
}

fn shortages(text: &mut String, shortages: &[Shortage]) {
    section(text, "Shortages");
    if shortages.is_empty() {
        text.push_str(
            "No set of trainees competes for too few places or too little supervision.\n",
        );
    }
    for shortage in shortages {
        let taken: u32 = shortage.supplies.iter().map(|supply| supply.takes).sum();
        let of = match &shortage.compete_for {
            CompeteFor::Places => format!("{taken} places"),
            CompeteFor::Line(line) => format!("supervision of line {line}, with room for {taken}"),
        };
        let _ = writeln!(
            text,
            "{} trainees compete for {of}: at least {} stay unmatched. They are {}.",
            shortage.trainees.len(),
            shortage.missing,
            joined(&shortage.trainees),
        );
        let header = ["only these can take them", "", "takes", "because"];
        write_table(text, &header, &shortage.supplies, |supply| {
            vec![
                Cell::new(supply.target.kind()),
                Cell::new(supply.target.key()),
                right(supply.takes),
                Cell::new(&supply.because),
            ]
        });
    }
}

fn joined(keys: &[impl Display]) -> String {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join(", ")
}

fn expiries(text: &mut String, found: &Preflight) {
    if found.expiries.is_empty() {
        return;
    }
    section(text, "Agreements and licences that do not hold all term");
    let header = ["what", "of", "not on", "trainees concerned"];
    write_table(text, &header, &found.expiries, |expiry| {
        let (what, of) = match &expiry.of {
            ExpiryOf::Agreement(site) => ("agreement".to_owned(), site.as_str()),
            ExpiryOf::Licence(supervisor, jurisdiction) => {
                (format!("licence in {jurisdiction}"), supervisor.as_str())
            }
        };
        vec![
            Cell::new(what),
            Cell::new(of),
            Cell::new(expiry.first_day_without),
            right(expiry.trainees),
        ]
    });
}

fn short_lists(text: &mut String, found: &Preflight) {
    if !found.short_trainees.is_empty() {
        section(text, "Trainees whom few sites could take");
        let header = ["trainee", "ranked", "possible"];
        write_table(text, &header, &found.short_trainees, |short| {
            vec![
                Cell::new(&short.trainee),
                right(short.ranked),
                right(short.possible),
            ]
        });
    }
    if !found.short_sites.is_empty() {
        section(text, "Sites with more places than trainees who could come");
        let header = ["site", "places", "could come", "ranked by the site"];
        write_table(text, &header, &found.short_sites, |short| {
            vec![
                Cell::new(&short.site),
                right(short.capacity),
                right(short.possible),
                right(
                    short
                        .ranked
                        .map_or(String::new(), |ranked| ranked.to_string()),
                ),
            ]
        });
    }
}

fn clock_changes(text: &mut String, changes: &ClockChanges) {
    if changes.losses.is_empty() {
        return;
    }
    section(
        text,
        "Weekly starts that a clock change moves out of somebody's windows",
    );
    let header = [
        "trainees in",
        "supervisors in",
        "could meet",
        "starts lost",
        "no start left",
    ];
    write_table(text, &header, &changes.losses, |loss| {
        vec![
            Cell::new(loss.trainee_zone),
            Cell::new(loss.supervisor_zone),
            right(loss.meetings),
            right(loss.starts_lost),
            right(loss.parted),
        ]
    });
    if !changes.parted.is_empty() {
        section(text, "Who cannot meet at all for it");
        let header = ["trainee", "line", "supervisor", "for instance"];
        write_table(text, &header, &changes.parted, |parted| {
            vec![
                Cell::new(&parted.trainee),
                Cell::new(&parted.line),
                Cell::new(&parted.supervisor),
                Cell::new(moved(&parted.example)),
            ]
        });
    }
}

fn moved(start: &MovedStart) -> String {
    let out_of = match &start.out_of {
        MovedOutOf::Trainee(key) => format!("trainee {key}"),
        MovedOutOf::SiteOrSupervisor(SiteOrSupervisor::Site(key)) => format!("site {key}"),
        MovedOutOf::SiteOrSupervisor(SiteOrSupervisor::Supervisor(key)) => {
            format!("supervisor {key}")
        }
    };
    format!(
        "{} {} {}: outside the windows of {out_of} on {}",
        weekday_word(start.weekday),
        start.start,
        start.time_zone,
        start.day
    )
}
