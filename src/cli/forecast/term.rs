//! The forecast of one trainee for people, week by week.

use std::fmt::Write as _;

use comfy_table::{Cell, Table};

use super::rows::{found, hours, times};
use crate::cli::table::{self, right};
use crate::domain::plan::session_id;
use crate::matching::forecast::{Forecast, MissedBecause, Outlook, Standing};

/// Characters of a whole bar.
const BAR: u64 = 24;

/// Returns the forecast of one trainee as text.
pub(super) fn as_text(forecast: &Forecast) -> String {
    let mut text = match &forecast.site {
        Some(site) => format!("{} at site {site}\n", forecast.trainee),
        None => format!("{} is unmatched in this plan\n", forecast.trainee),
    };
    if forecast.site.is_some() {
        let _ = writeln!(text, "{}", weeks(forecast));
    }
    for missed in &forecast.missed {
        let _ = writeln!(
            text,
            "{} is missed on {}: {}.",
            session_id(missed.session),
            missed.day,
            because(missed.because)
        );
    }
    for shortfall in &forecast.shortfalls {
        let _ = writeln!(
            text,
            "{} is not kept in {}, first from {} on: {}.",
            shortfall.rule,
            times(shortfall),
            shortfall.since,
            found(shortfall)
        );
    }
    for outlook in &forecast.outlooks {
        let _ = writeln!(text, "\n{}", sentence(outlook));
        if forecast.site.is_some() {
            let _ = writeln!(text, "{}", steps(outlook));
        }
    }
    text
}

const fn because(because: MissedBecause) -> &'static str {
    match because {
        MissedBecause::ClockChange => "a clock change leaves out the date",
        MissedBecause::TraineeAway => "the trainee is away",
        MissedBecause::SupervisorAway => "the supervisor is away",
        MissedBecause::SiteClosed => "the site is closed",
    }
}

fn weeks(forecast: &Forecast) -> Table {
    let mut table = table::new(&[
        "week from",
        "contact",
        "individual",
        "triadic",
        "group",
        "sessions missed",
    ]);
    for week in &forecast.weeks {
        let missed = match week.sessions_missed {
            0 => String::new(),
            missed => missed.to_string(),
        };
        table.add_row(vec![
            Cell::new(week.monday),
            right(hours(week.contact)),
            right(hours(week.individual)),
            right(hours(week.triadic)),
            right(hours(week.group)),
            right(missed),
        ]);
    }
    table
}

fn sentence(outlook: &Outlook) -> String {
    let requirement = &outlook.requirement;
    let sums = format!(
        "{}: {} required by {}, {} completed before, {} expected",
        requirement.category.as_str(),
        hours(requirement.required),
        requirement.due_day,
        hours(requirement.completed),
        hours(outlook.expected)
    );
    let short = hours(outlook.short_by());
    match outlook.standing {
        Standing::Reached => format!("{sums}; reached, {} more.", hours(outlook.surplus())),
        Standing::LeftForLater => format!("{sums}; {short} are left for after the term."),
        Standing::Short { since } => format!("{sums}; short by {short}, certain from {since} on."),
    }
}

fn steps(outlook: &Outlook) -> Table {
    let mut table = table::new(&["week from", "counts", "total", "of what is required"]);
    for step in &outlook.steps {
        let required = u64::from(outlook.requirement.required.get().max(1));
        let total = u64::from(step.total.get());
        table.add_row(vec![
            Cell::new(step.monday),
            right(hours(step.minutes)),
            right(hours(step.total)),
            Cell::new(bar(total, required)),
        ]);
    }
    table
}

/// Returns a bar that is whole when all that is required is there.
fn bar(total: u64, required: u64) -> String {
    let full = (total * BAR / required).min(BAR);
    let bar: String = (0..BAR)
        .map(|at| if at < full { '█' } else { '·' })
        .collect();
    format!("{bar} {:>3} %", (total * 100 / required).min(999))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_whole_only_when_everything_is_there() {
        assert_eq!(bar(0, 240).matches('█').count(), 0);
        assert_eq!(bar(239, 240).matches('·').count(), 1);
        assert_eq!(bar(240, 240).matches('·').count(), 0);
        assert!(bar(500, 240).ends_with(" 208 %"));
    }
}
