//! Weekly sessions: when they are in the usual week, and which weeks are odd.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::book::Book;
use super::occurrences::Showing;
use super::{Schedule, ScheduledOccurrence, Shown, which_supervisor};
use crate::app::listing::{limit, page_of};
use crate::app::{Actor, App, AppError};
use crate::domain::meeting::{is_odd, usual_start};
use crate::domain::plan::{Session, WeeklyStart};
use crate::domain::{
    DayRange, Key, Page, PageRequest, Participant, ProgramKey, Publication, SupervisorKey,
    TraineeKey, ZoneName,
};

/// A weekly session of a published plan, as its supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledSession {
    /// The publication of the plan.
    pub publication: Arc<Publication>,
    /// The first and the last day, local in the anchor zone of the session.
    pub term: DayRange,
    /// The session, with its weekday and start in its anchor zone.
    pub session: Arc<Session>,
    /// Name of the site of an in-person session; empty when it is gone.
    pub site_name: String,
    /// Its members, each once, by key, with their names; empty for who is gone.
    pub members: Vec<(TraineeKey, String)>,
    /// Weekday and start on the wall of the zone in which it is shown, as they
    /// are in most weeks; `None` for a line without meetings.
    pub usual: Option<WeeklyStart>,
    /// The meetings that are not as usual, the earliest first.
    pub odd: Vec<ScheduledOccurrence>,
}

fn place(round: &Key, number: u32) -> String {
    // No key has a character below the hyphen, so that this is in the order of
    // the pairs.
    format!("{round} {number:010}")
}

impl ScheduledSession {
    fn place(&self) -> String {
        place(&self.publication.round, self.session.number)
    }
}

impl App {
    /// Returns the weekly sessions of a supervisor in every plan that holds, by
    /// round and number, shown in a zone, or in hers. `named` is the
    /// supervisor; the one that the caller is when `None`.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such supervisor, or none whom
    /// the caller may see; [`AppError::Invalid`] for a zone without rules.
    pub async fn list_scheduled_sessions(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        named: Option<&SupervisorKey>,
        zone: Option<ZoneName>,
        page: &PageRequest,
    ) -> Result<Shown<Page<ScheduledSession>>, AppError> {
        let limit = usize::try_from(limit(page)?).unwrap_or(usize::MAX);
        let supervisor = which_supervisor(actor, program, named)?;
        let of = Participant::Supervisor(supervisor);
        let Schedule {
            sessions,
            people,
            own_zone,
        } = self.schedule_of(program, &of).await?;
        let zone = zone.unwrap_or(own_zone);
        let terms: BTreeSet<DayRange> = sessions.iter().map(|one| one.frame.term).collect();
        let today = self.today();
        let all_days = terms.into_iter().reduce(DayRange::hull);
        let days = all_days.unwrap_or(DayRange::between(today, today));
        self.check_has_rules(zone, days)?;
        let mut zones = people.zones(&sessions);
        zones.insert(zone);
        let zones = self.zone_table(zones, days)?;
        let mut book = Book::new(&people, &zones);
        let shown = book.rules(zone)?;
        let after = page.after.as_deref();
        let wanted = sessions.iter().filter(|one| {
            let place = place(&one.publication.round, one.session.number);
            after.is_none_or(|after| place.as_str() > after)
        });
        let mut found = Vec::new();
        for one in wanted.take(limit) {
            let meetings = book.meetings(one, one.frame.term)?;
            let usual = usual_start(&meetings, shown);
            let showing = Showing {
                of: &of,
                people: &people,
                anchor: book.rules(one.session.time_zone)?,
                shown,
            };
            let odd = meetings
                .into_iter()
                .filter(|meeting| is_odd(meeting, usual, shown));
            found.push(ScheduledSession {
                publication: Arc::clone(&one.publication),
                term: one.frame.term,
                session: Arc::clone(&one.session),
                site_name: people.site_name_of(&one.session),
                members: people.members_of(&one.session),
                usual,
                odd: showing.occurrences(one, odd).collect(),
            });
        }
        Ok(Shown {
            of,
            zone,
            days,
            tzdb_version: zones.version().to_owned(),
            value: page_of(found, page, ScheduledSession::place),
        })
    }
}
