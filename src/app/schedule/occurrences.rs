//! Meetings one by one, between two local days of a zone.

use std::sync::Arc;

use chrono::Days;

use super::book::{Attendance, Book, People, attendance, named};
use super::{OCCURRENCE_DAYS_MAX, PublishedSession, Schedule, whose};
use crate::app::listing::{limit, page_of};
use crate::app::{Actor, App, AppError};
use crate::domain::meeting::Meeting;
use crate::domain::plan::Session;
use crate::domain::time::{LocalReading, ZoneRules, ZoneTable};
use crate::domain::{
    DayRange, Page, PageRequest, Participant, ProgramKey, Publication, ShownSpan, TraineeKey,
    Violations, ZoneName,
};

/// Days that the date of an instant may differ between two zones, at most.
const DAYS_BETWEEN_ZONES: u64 = 2;

/// Which meetings are wanted, and in which zone they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OccurrenceRange {
    /// The days, local in the zone; `None` for the 28 days from today on.
    pub days: Option<DayRange>,
    /// The zone; that of whose schedule it is when `None`.
    pub zone: Option<ZoneName>,
}

/// Something that is shown in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<T> {
    /// Whose schedule it is.
    pub of: Participant,
    /// The zone in which it is shown.
    pub zone: ZoneName,
    /// The days that are shown.
    pub days: DayRange,
    /// Version of the zone data.
    pub tzdb_version: String,
    /// What is shown.
    pub value: T,
}

/// Meetings, with the rules of their zones.
pub(in crate::app) struct Timetable {
    pub(in crate::app) shown: Shown<Vec<ScheduledOccurrence>>,
    pub(in crate::app) zones: ZoneTable,
}

/// One meeting of a published session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledOccurrence {
    /// The publication of the plan.
    pub publication: Arc<Publication>,
    /// The session.
    pub session: Arc<Session>,
    /// Name of the site of an in-person session as it is today; empty for video,
    /// and when the site is gone.
    pub site_name: Arc<str>,
    /// Its members, each once, by key, with their names; empty for who is gone.
    pub members: Arc<[(TraineeKey, String)]>,
    /// The meeting: its date in the anchor zone, and what a clock change does.
    pub meeting: Meeting,
    /// The start on the wall of the anchor zone.
    pub anchor_start: LocalReading,
    /// When it is, on the wall of the zone in which it is shown; for a skipped
    /// one, when it would have been.
    pub span: ShownSpan,
    /// How it comes out for whose schedule it is in.
    pub attendance: Attendance,
    /// Who is away.
    pub away: Vec<Participant>,
    /// Who should be there, but outside whose windows it lies as they are now.
    pub outside: Vec<Participant>,
}

impl ScheduledOccurrence {
    /// Returns the place in a list, which is in the order of these texts.
    fn place(&self) -> String {
        // Instants of the calendar are within a few trillion seconds.
        let start = self.span.at.start.0 + (1 << 42);
        let (round, number) = (&self.publication.round, self.session.number);
        format!("{start:016} {round} {number:010}")
    }
}

/// Makes the meetings of a session ready to be shown.
pub(super) struct Showing<'a> {
    pub(super) of: &'a Participant,
    pub(super) people: &'a People,
    pub(super) anchor: &'a ZoneRules,
    pub(super) shown: &'a ZoneRules,
}

impl Showing<'_> {
    /// Returns meetings of one session as they are shown.
    pub(super) fn occurrences<'b>(
        &'b self,
        one: &'b PublishedSession,
        meetings: impl IntoIterator<Item = Meeting> + 'b,
    ) -> impl Iterator<Item = ScheduledOccurrence> + 'b {
        let members: Arc<[(TraineeKey, String)]> = self.people.members_of(&one.session);
        let site_name: Arc<str> = self.people.site_name_of(&one.session).into();
        meetings
            .into_iter()
            .map(move |meeting| ScheduledOccurrence {
                publication: Arc::clone(&one.publication),
                session: Arc::clone(&one.session),
                site_name: Arc::clone(&site_name),
                members: Arc::clone(&members),
                anchor_start: self.anchor.local(meeting.span.start),
                span: ShownSpan::new(meeting.span, self.shown),
                attendance: attendance(&one.session, &meeting, self.of),
                away: named(&one.session, &meeting.away),
                outside: named(&one.session, &meeting.outside),
                meeting,
            })
    }
}

impl App {
    /// Returns the meetings of a supervisor, a trainee or a site between two
    /// local days of a zone, both included, the earliest first: of every plan
    /// that holds. `named` is whose; the supervisor that the caller is when
    /// `None`. A meeting belongs to the local day on which it starts; one that
    /// a clock change skips to its own date in its anchor zone.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is nobody of that key, or nobody whom
    /// the caller may see; [`AppError::Invalid`] for too many days or a zone
    /// without rules.
    pub async fn list_occurrences(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        named: Option<&Participant>,
        range: OccurrenceRange,
        page: &PageRequest,
    ) -> Result<Shown<Page<ScheduledOccurrence>>, AppError> {
        limit(page)?;
        let all = self.occurrences(actor, program, named, range).await?;
        let wanted = usize::try_from(page.size).unwrap_or(usize::MAX);
        let after = page.after.as_deref();
        let rest = all.value.into_iter();
        let rest: Vec<ScheduledOccurrence> = rest
            .filter(|one| after.is_none_or(|after| one.place().as_str() > after))
            .take(wanted.saturating_add(1))
            .collect();
        Ok(Shown {
            value: page_of(rest, page, ScheduledOccurrence::place),
            of: all.of,
            zone: all.zone,
            days: all.days,
            tzdb_version: all.tzdb_version,
        })
    }

    /// Returns all meetings, as [`App::list_occurrences`] gives them in pages.
    ///
    /// # Errors
    /// As [`App::list_occurrences`].
    pub async fn occurrences(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        named: Option<&Participant>,
        range: OccurrenceRange,
    ) -> Result<Shown<Vec<ScheduledOccurrence>>, AppError> {
        let of = whose(actor, program, named, "owner")?;
        range.days.map_or(Ok(()), check_length)?;
        let timetable = self.timetable(program, of, range.zone, range.days);
        Ok(timetable.await?.shown)
    }

    /// Returns all meetings of somebody whose schedule the caller may see.
    pub(in crate::app) async fn timetable(
        &self,
        program: &ProgramKey,
        of: Participant,
        zone: Option<ZoneName>,
        days: Option<DayRange>,
    ) -> Result<Timetable, AppError> {
        let Schedule {
            sessions,
            people,
            own_zone,
        } = self.schedule_of(program, &of).await?;
        let zone = zone.unwrap_or(own_zone);
        let days = match days {
            Some(days) => days,
            None => self.coming_days(zone)?,
        };
        let around = widened(days);
        self.check_has_rules(zone, around)?;
        let mut needed = people.zones(&sessions);
        needed.insert(zone);
        let zones = self.zone_table(needed, around)?;
        let mut book = Book::new(&people, &zones);
        let shown = book.rules(zone)?;
        let mut found = Vec::new();
        for one in &sessions {
            let meetings = book.meetings(one, around)?;
            let showing = Showing {
                of: &of,
                people: &people,
                anchor: book.rules(one.session.time_zone)?,
                shown,
            };
            let meetings = meetings
                .into_iter()
                .filter(|meeting| days.contains(day_of(meeting, shown)));
            found.extend(showing.occurrences(one, meetings));
        }
        found.sort_by_cached_key(ScheduledOccurrence::place);
        let shown = Shown {
            of,
            zone,
            days,
            tzdb_version: zones.version().to_owned(),
            value: found,
        };
        Ok(Timetable { shown, zones })
    }

    /// Returns the four weeks from today on, in a zone.
    fn coming_days(&self, zone: ZoneName) -> Result<DayRange, AppError> {
        const DAYS_AFTER: u64 = 27;
        let now = self.now();
        let around = self.today();
        let days = DayRange::between(around, around);
        self.check_has_rules(zone, days)?;
        let table = self.zone_table([zone], days)?;
        let today = table
            .rules(zone)
            .map_or(around, |rules| rules.wall_clock(now).day());
        let last = today.checked_add_days(Days::new(DAYS_AFTER));
        Ok(DayRange::between(today, last.unwrap_or(today)))
    }
}

/// Returns the local day to which a meeting belongs.
fn day_of(meeting: &Meeting, shown: &ZoneRules) -> chrono::NaiveDate {
    if meeting.is_skipped() {
        return meeting.occurrence.local_date;
    }
    shown.wall_clock(meeting.span.start).day()
}

/// Returns the days of any zone that may be one of some local days.
fn widened(days: DayRange) -> DayRange {
    let apart = Days::new(DAYS_BETWEEN_ZONES);
    DayRange::between(
        days.first().checked_sub_days(apart).unwrap_or(days.first()),
        days.last().checked_add_days(apart).unwrap_or(days.last()),
    )
}

fn check_length(days: DayRange) -> Result<(), AppError> {
    if days.days() <= OCCURRENCE_DAYS_MAX {
        return Ok(());
    }
    let (count, most) = (days.days(), OCCURRENCE_DAYS_MAX);
    let message = format!("gives {count} days; at most {most} are listed at once");
    Err(AppError::Invalid(Violations::one(
        "days.last_day",
        "range",
        message,
    )))
}
