//! Which occurrences of a session a trainee attends.

use chrono::NaiveDate;

use crate::domain::plan::Session;
use crate::domain::time::{Interval, OccurrenceFlag, ZoneRules};
use crate::domain::{DayRange, Minutes, SessionKind};
use crate::matching::check::spans;

/// One occurrence of a session of a trainee.
#[derive(Clone, Copy)]
pub(super) struct Occasion {
    /// The date of its start, on the trainee's calendar.
    pub(super) day: NaiveDate,
    pub(super) kind: SessionKind,
    pub(super) minutes: Minutes,
    /// Whether it takes place with the trainee.
    pub(super) is_held: bool,
}

/// Returns every occurrence of a session in a term, with its date under the
/// trainee's rules. It is missed when a clock change skips it, or when it
/// touches the days away of somebody whose absence counts.
pub(super) fn occasions<'a>(
    session: &'a Session,
    term: DayRange,
    anchor: &ZoneRules,
    trainee: &'a ZoneRules,
    away: [&'a [Interval]; 3],
) -> impl Iterator<Item = Occasion> + use<'a> {
    let occurrences = session
        .weekly_start
        .map(|weekly| anchor.occurrences(term, weekly.weekday, weekly.start));
    occurrences.into_iter().flatten().map(move |occurrence| {
        let span = spans::lasting(occurrence.start, session.minutes.get());
        let is_missed = occurrence.flag == OccurrenceFlag::Skipped
            || away.iter().any(|away| spans::touches(away, span));
        Occasion {
            day: trainee.wall_clock(occurrence.start).day(),
            kind: session.kind,
            minutes: session.minutes,
            is_held: !is_missed,
        }
    })
}
