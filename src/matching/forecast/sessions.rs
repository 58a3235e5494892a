//! Which occurrences of a session a trainee attends.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::meeting::{Meeting, Parties, WeeklyMeeting};
use crate::domain::plan::{Delivery, Session};
use crate::domain::rule_set::Attendance;
use crate::domain::time::ZoneRules;
use crate::domain::{Roster, Supervisor, TraineeKey};

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

    /// Returns why a meeting is not held with its first member.
    fn of(meeting: &Meeting) -> Option<Self> {
        let away = &meeting.away;
        [
            (meeting.is_skipped(), Self::ClockChange),
            (away.members.contains(&0), Self::TraineeAway),
            (away.supervisor, Self::SupervisorAway),
            (away.site, Self::SiteClosed),
        ]
        .into_iter()
        .find_map(|(holds, because)| holds.then_some(because))
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

/// Returns every occurrence of a session, with its date under the trainee's
/// rules; the trainee is the only member of `parties`. It is missed when a
/// clock change skips it, or when it touches the days away of somebody whose
/// absence counts.
pub(super) fn occasions(
    (session, weekly): (u32, WeeklyMeeting),
    attendance: Attendance,
    anchor: &ZoneRules,
    trainee: &ZoneRules,
    parties: &Parties<'_>,
) -> impl Iterator<Item = Occasion> {
    let meetings = weekly.meetings(anchor, parties).into_iter();
    meetings.map(move |meeting| Occasion {
        session,
        day: trainee.wall_clock(meeting.occurrence.start).day(),
        attendance,
        missed: MissedBecause::of(&meeting),
    })
}
