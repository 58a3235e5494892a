//! Whether a requirement is reached by its due day, and if not, since when
//! that is certain.

use chrono::NaiveDate;

use super::minutes;
use super::trainee_term::{Counted, TraineeTerm};
use super::weeks::LocalWeek;
use crate::domain::{DayRange, Minutes, Requirement};

/// How one requirement will stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The requirement.
    pub requirement: Requirement,
    /// The weeks of the term up to the due day, the first first.
    pub steps: Vec<Step>,
    /// Minutes collected at the end of the term or of the due day, whichever is
    /// earlier: those completed before and those of every step.
    pub expected: Minutes,
    /// Whether that is enough.
    pub standing: Standing,
}

/// What one week adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The Monday of the week, on the trainee's calendar.
    pub monday: NaiveDate,
    /// Minutes of the week that count, not later than the due day.
    pub minutes: Minutes,
    /// Minutes collected by the end of the week.
    pub total: Minutes,
}

/// Whether a requirement is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The requirement is reached by its due day, or by the end of the term.
    Reached,
    /// The due day is after the term: what the plan leaves is for later.
    LeftForLater,
    /// The requirement is not reached by its due day.
    Short {
        /// The Monday of the first week at whose end it can no longer be
        /// reached, even when nothing more falls out; the first week of the
        /// term where the plan was never enough.
        since: NaiveDate,
    },
}

impl Outlook {
    /// Returns the minutes that are missing at the end; zero when reached.
    pub fn short_by(&self) -> Minutes {
        let missing = self.requirement.required.get();
        minutes(missing.saturating_sub(self.expected.get()))
    }

    /// Returns the minutes beyond what is required; zero when short.
    pub fn surplus(&self) -> Minutes {
        let required = self.requirement.required.get();
        minutes(self.expected.get().saturating_sub(required))
    }
}

/// Returns how a requirement will stand after the weeks listed.
pub(super) fn of(
    trainee_term: &TraineeTerm<'_>,
    listed: &[LocalWeek],
    term: DayRange,
    requirement: &Requirement,
) -> Outlook {
    let due = requirement.due_day;
    let in_time = listed.iter().filter(|week| week.days.first() <= due);
    let weeks: Vec<(NaiveDate, Counted)> = in_time
        .map(|week| {
            let counted = trainee_term.counted(requirement.category, week, due);
            (week.days.first(), counted)
        })
        .collect();
    let mut expected = requirement.completed;
    let mut steps = Vec::with_capacity(weeks.len());
    for (monday, counted) in &weeks {
        let counted = minutes(counted.held);
        expected += counted;
        steps.push(Step {
            monday: *monday,
            minutes: counted,
            total: expected,
        });
    }
    let standing = if expected >= requirement.required {
        Standing::Reached
    } else if due > term.last() {
        Standing::LeftForLater
    } else {
        let first = listed.first().map_or(due, |week| week.days.first());
        Standing::Short {
            since: first_hopeless(&weeks, requirement).unwrap_or(first),
        }
    };
    Outlook {
        requirement: requirement.clone(),
        steps,
        expected,
        standing,
    }
}

/// Returns the first week at whose end what is collected, and what every later
/// week would give with nobody away and nothing missed, is not enough.
fn first_hopeless(weeks: &[(NaiveDate, Counted)], requirement: &Requirement) -> Option<NaiveDate> {
    let planned = weeks.iter().map(|(_, counted)| u64::from(counted.planned));
    let mut reachable = u64::from(requirement.completed.get()) + planned.sum::<u64>();
    let required = u64::from(requirement.required.get());
    weeks.iter().find_map(|(monday, counted)| {
        reachable -= u64::from(counted.planned - counted.held);
        (reachable < required).then_some(*monday)
    })
}
