//! The weekly meetings of a session one by one: when each is held, what a
//! clock change does to it, who misses it, and for whom it lies outside the
//! hours that are known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Weekday};

use super::plan::WeeklyStart;
use super::time::{Interval, Occurrence, OccurrenceFlag, ZoneRules, spans};
use super::{DayRange, Hours, MinuteOfDay, Minutes};

/// When a session meets: on every matching local day of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyMeeting {
    /// Weekday and wall-clock start in the anchor zone.
    pub start: WeeklyStart,
    /// How long each meeting lasts, in elapsed minutes.
    pub minutes: Minutes,
    /// The first and the last local day, in the anchor zone.
    pub term: DayRange,
}

/// The hours of everybody whom a session needs; `None` for somebody of whom
/// nothing is known, who is never away.
#[derive(Clone, Debug, Default)]
pub struct Parties<'a> {
    /// The site of an in-person session.
    pub site: Option<&'a Hours>,
    /// The supervisor.
    pub supervisor: Option<&'a Hours>,
    /// The members, in an order of the caller's.
    pub members: Vec<Option<&'a Hours>>,
}

/// Some of the parties of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SomeParties {
    /// Whether the site is among them.
    pub site: bool,
    /// Whether the supervisor is.
    pub supervisor: bool,
    /// Which members are, by their place in [`Parties::members`].
    pub members: BTreeSet<usize>,
}

impl SomeParties {
    /// Says whether there is nobody.
    pub fn is_empty(&self) -> bool {
        !self.site && !self.supervisor && self.members.is_empty()
    }
}

/// One meeting of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Its date in the anchor zone, its start, and what a clock change does.
    pub occurrence: Occurrence,
    /// How long it lasts; for a skipped one, how long it would have.
    pub span: Interval,
    /// Who is away: it touches a day away of theirs.
    pub away: SomeParties,
    /// Who should be there, but outside whose weekly windows it lies.
    pub outside: SomeParties,
    /// Whether any member is there.
    has_member: bool,
}

impl Meeting {
    /// Says whether a clock change leaves the meeting out.
    pub fn is_skipped(&self) -> bool {
        self.occurrence.flag == OccurrenceFlag::Skipped
    }

    /// Says whether it is held: no clock change skips it, the supervisor and
    /// the site are there, and at least one member is.
    pub fn is_held(&self) -> bool {
        self.is_open() && self.has_member
    }

    /// Says whether it is held with a member.
    pub fn is_held_with(&self, member: usize) -> bool {
        self.is_open() && !self.away.members.contains(&member)
    }

    /// Says whether members can come: supervisor and site are there.
    fn is_open(&self) -> bool {
        !self.is_skipped() && !self.away.site && !self.away.supervisor
    }
}

impl WeeklyMeeting {
    /// Returns every meeting of the term, the first one first. A meeting that
    /// touches a day away is missed by whoever is away; the absence of the
    /// supervisor or of the site is missed by all. Whoever misses none has to
    /// be available for it.
    pub fn meetings(&self, anchor: &ZoneRules, parties: &Parties<'_>) -> Vec<Meeting> {
        let WeeklyStart { weekday, start } = self.start;
        anchor
            .occurrences(self.term, weekday, start)
            .into_iter()
            .map(|occurrence| self.meeting(occurrence, parties))
            .collect()
    }

    fn meeting(&self, occurrence: Occurrence, parties: &Parties<'_>) -> Meeting {
        let span = occurrence.span(self.minutes);
        let away = parties.those(|hours| spans::touches(&hours.away, span));
        let mut meeting = Meeting {
            occurrence,
            span,
            has_member: away.members.len() < parties.members.len(),
            away,
            outside: SomeParties::default(),
        };
        if meeting.is_open() {
            meeting.outside = parties.those(|hours| !spans::covers(&hours.open, span));
            let away = &meeting.away.members;
            meeting.outside.members.retain(|one| !away.contains(one));
        }
        meeting
    }
}

impl Parties<'_> {
    /// Returns the parties whose hours are such.
    fn those(&self, are_such: impl Fn(&Hours) -> bool) -> SomeParties {
        let are_such = |hours: &Option<&Hours>| hours.is_some_and(&are_such);
        let members = self.members.iter().enumerate();
        SomeParties {
            site: are_such(&self.site),
            supervisor: are_such(&self.supervisor),
            members: members
                .filter(|(_, hours)| are_such(hours))
                .map(|(place, _)| place)
                .collect(),
        }
    }
}

/// Returns the weekday and the time at which meetings start on the wall of a
/// zone in most weeks, of those that no clock change skips; of several, the
/// one that comes first. `None` without meetings.
pub fn usual_start(meetings: &[Meeting], shown: &ZoneRules) -> Option<WeeklyStart> {
    let mut counts: BTreeMap<(u32, MinuteOfDay), (usize, usize)> = BTreeMap::new();
    for (place, meeting) in meetings.iter().enumerate() {
        if !meeting.is_skipped() {
            let start = start_on_wall(meeting, shown);
            let key = (start.weekday.num_days_from_monday(), start.start);
            counts.entry(key).or_insert((0, usize::MAX - place)).0 += 1;
        }
    }
    let ((weekday, start), _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    Some(WeeklyStart {
        weekday: Weekday::try_from(u8::try_from(weekday).ok()?).ok()?,
        start,
    })
}

/// Returns the weekday and the time at which a meeting starts on the wall of a
/// zone.
pub fn start_on_wall(meeting: &Meeting, shown: &ZoneRules) -> WeeklyStart {
    let wall = shown.wall_clock(meeting.occurrence.start);
    WeeklyStart {
        weekday: wall.day().weekday(),
        start: wall.time(),
    }
}

/// Says whether a meeting is not as in the usual week: it is not held, somebody
/// is away or not available, a clock change moves it, or it starts at another
/// time on the wall of the zone.
pub fn is_odd(meeting: &Meeting, usual: Option<WeeklyStart>, shown: &ZoneRules) -> bool {
    meeting.occurrence.flag != OccurrenceFlag::None
        || !meeting.away.is_empty()
        || !meeting.outside.is_empty()
        || usual != Some(start_on_wall(meeting, shown))
}
