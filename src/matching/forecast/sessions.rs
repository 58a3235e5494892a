//! Which occurrences of a session a trainee attends.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::plan::{Delivery, Session, WeeklyStart};
use crate::domain::rule_set::Attendance;
use crate::domain::time::{Interval, OccurrenceFlag, ZoneRules};
use crate::domain::{DayRange, Roster, Supervisor, TraineeKey};
use crate::matching::check::spans;

/// Why an occurrence of a session does not take place with a trainee. Where
/// several hold, the first in this order is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissedBecause {
    /// A clock change leaves out its date in its own zone.
    ClockChange,
    /// It touches a day away of the trainee.
    TraineeAway,
    /// It touches a day away of the supervisor.
    SupervisorAway,
    /// It is held at a site, and touches a day on which that is closed.
    SiteClosed,
}

impl MissedBecause {
    /// Returns the word used in files and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClockChange => "clock_change",
            Self::TraineeAway => "trainee_away",
            Self::SupervisorAway => "supervisor_away",
            Self::SiteClosed => "site_closed",
        }
    }
}

/// One occurrence of a session of a trainee.
#[derive(Clone, Copy)]
pub(super) struct Occasion {
    /// Number of the session in the plan.
    pub(super) session: u32,
    /// The date of its start, on the trainee's calendar.
    pub(super) day: NaiveDate,
    /// The session, and for which rule sets it counts.
    pub(super) attendance: Attendance,
    /// Why it does not take place with the trainee; `None` when it does.
    pub(super) missed: Option<MissedBecause>,
}

impl Occasion {
    /// Says whether it takes place with the trainee.
    pub(super) fn is_held(&self) -> bool {
        self.missed.is_none()
    }
}

/// Days away of those without whom a session is not held.
#[derive(Clone, Copy)]
pub(super) struct DaysAway<'a> {
    pub(super) trainee: &'a [Interval],
    pub(super) supervisor: &'a [Interval],
    /// Those of the site of a session in person.
    pub(super) site: &'a [Interval],
}

impl DaysAway<'_> {
    fn because(&self, span: Interval) -> Option<MissedBecause> {
        let owners = [
            (self.trainee, MissedBecause::TraineeAway),
            (self.supervisor, MissedBecause::SupervisorAway),
            (self.site, MissedBecause::SiteClosed),
        ];
        let mut touched = owners.into_iter();
        touched
            .find(|(away, _)| spans::touches(away, span))
            .map(|(_, because)| because)
    }
}

/// Returns a session as rule sets see it. Of the sets, by position in the
/// roster, those count for which its supervisor has the credentials.
pub(super) fn attendance(
    session: &Session,
    supervisor: Option<&Supervisor>,
    roster: &Roster,
) -> Attendance {
    let term = roster.round.term;
    let sets = roster.rule_sets.iter().zip(0..u32::BITS);
    let counts = sets.filter(|(set, _)| supervisor.is_some_and(|one| set.counts(one, term)));
    let members: BTreeSet<&TraineeKey> = session.members.iter().map(|m| &m.trainee).collect();
    Attendance {
        kind: session.kind,
        members: u32::try_from(members.len()).unwrap_or(u32::MAX),
        minutes: session.minutes,
        by_video: session.delivery == Delivery::Video,
        missed: 0,
        counts_for: counts.fold(0, |set, (_, position)| set | 1 << position),
    }
}

/// Returns every occurrence of a session in a term, with its date under the
/// trainee's rules. It is missed when a clock change skips it, or when it
/// touches the days away of somebody whose absence counts.
pub(super) fn occasions<'a>(
    (session, weekly): (u32, WeeklyStart),
    attendance: Attendance,
    term: DayRange,
    anchor: &ZoneRules,
    trainee: &'a ZoneRules,
    away: DaysAway<'a>,
) -> impl Iterator<Item = Occasion> + use<'a> {
    let occurrences = anchor.occurrences(term, weekly.weekday, weekly.start);
    occurrences.into_iter().map(move |occurrence| {
        let span = spans::lasting(occurrence.start, attendance.minutes.get());
        let missed = if occurrence.flag == OccurrenceFlag::Skipped {
            Some(MissedBecause::ClockChange)
        } else {
            away.because(span)
        };
        Occasion {
            session,
            day: trainee.wall_clock(occurrence.start).day(),
            attendance,
            missed,
        }
    })
}
