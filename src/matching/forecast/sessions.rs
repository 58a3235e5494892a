//! Which occurrences of a session a trainee attends.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::meeting::{Parties, WeeklyMeeting};
use crate::domain::plan::{Delivery, Session};
use crate::domain::rule_set::Attendance;
use crate::domain::time::ZoneRules;
use crate::domain::{Roster, Supervisor, TraineeKey};

/// One occurrence of a session of a trainee.
#[derive(Clone, Copy)]
pub(super) struct Occasion {
    /// The date of its start, on the trainee's calendar.
    pub(super) day: NaiveDate,
    /// The session, and for which rule sets it counts.
    pub(super) attendance: Attendance,
    /// Whether it takes place with the trainee.
    pub(super) is_held: bool,
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
    weekly: WeeklyMeeting,
    attendance: Attendance,
    anchor: &ZoneRules,
    trainee: &ZoneRules,
    parties: &Parties<'_>,
) -> impl Iterator<Item = Occasion> {
    let meetings = weekly.meetings(anchor, parties).into_iter();
    meetings.map(move |meeting| Occasion {
        day: trainee.wall_clock(meeting.occurrence.start).day(),
        attendance,
        is_held: meeting.is_held_with(0),
    })
}
