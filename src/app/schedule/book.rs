//! Everybody whom some sessions concern, when they are there, and what becomes
//! of each meeting.

use std::collections::{BTreeMap, BTreeSet};

use super::PublishedSession;
use crate::app::AppError;
use crate::domain::meeting::{Meeting, Parties, SomeParties, WeeklyMeeting};
use crate::domain::plan::Session;
use crate::domain::time::{ZoneRules, ZoneTable};
use crate::domain::{
    Availability, DayRange, Hours, Participant, SiteKey, SupervisorKey, TraineeKey, Versioned,
    ZoneName,
};
use crate::store::{KeyRange, ProgramScope, Tx};

/// How a meeting comes out for the one whose schedule it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attendance {
    /// It is held.
    Held,
    /// It is missed: somebody without whom it cannot be is away.
    Missed,
    /// A clock change would move it to another date: there is none.
    Skipped,
}

impl Attendance {
    /// Returns the word used in answers: `held`, `missed` or `skipped`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Missed => "missed",
            Self::Skipped => "skipped",
        }
    }
}

/// A person or a site, as it is today.
#[derive(Debug)]
struct Known {
    name: String,
    zone: ZoneName,
    availability: Availability,
}

/// The people and sites of some sessions, as they are today. Who was deleted
/// is not there.
#[derive(Debug, Default)]
pub(super) struct People(BTreeMap<Participant, Known>);

impl People {
    /// Reads somebody, everybody whom the sessions of his or her schedule
    /// concern, and some more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for somebody who has no session and is not there.
    pub(super) async fn load(
        tx: &mut Tx,
        scope: ProgramScope,
        of: &Participant,
        sessions: &[PublishedSession],
        more: impl IntoIterator<Item = Participant>,
    ) -> Result<Self, AppError> {
        let mut all: BTreeSet<Participant> = more.into_iter().chain([of.clone()]).collect();
        for one in sessions {
            all.extend(participants(&one.session));
        }
        let of_kind = |is_kind: fn(&Participant) -> bool| {
            KeyRange::of(all.iter().filter(|one| is_kind(one)).map(Participant::key))
        };
        let mut people = Self::default();
        let sites = of_kind(|one| matches!(one, Participant::Site(_)));
        for Versioned { value: one, .. } in tx.site_list(scope, &sites).await? {
            let site = Participant::Site(one.key);
            people.add(site, one.name, one.time_zone, one.opening);
        }
        let supervisors = of_kind(|one| matches!(one, Participant::Supervisor(_)));
        for Versioned { value: one, .. } in tx.supervisor_list(scope, &supervisors).await? {
            let supervisor = Participant::Supervisor(one.key);
            people.add(supervisor, one.name, one.time_zone, one.availability);
        }
        let trainees = of_kind(|one| matches!(one, Participant::Trainee(_)));
        for Versioned { value: one, .. } in tx.trainee_list(scope, &trainees).await? {
            let trainee = Participant::Trainee(one.key);
            people.add(trainee, one.name, one.time_zone, one.availability);
        }
        if sessions.is_empty() && !people.0.contains_key(of) {
            return Err(AppError::NotFound {
                kind: of.kind(),
                key: of.key().to_owned(),
            });
        }
        Ok(people)
    }

    fn add(&mut self, who: Participant, name: String, zone: ZoneName, availability: Availability) {
        let known = Known {
            name,
            zone,
            availability,
        };
        self.0.insert(who, known);
    }

    /// Returns the name of somebody; `None` for whom is gone.
    pub(super) fn name(&self, one: &Participant) -> Option<&str> {
        self.0.get(one).map(|known| known.name.as_str())
    }

    /// Returns the name of a site, empty when it is gone.
    pub(super) fn site_name(&self, key: &SiteKey) -> String {
        let name = self.name(&Participant::Site(key.clone()));
        name.unwrap_or_default().to_owned()
    }

    /// Returns the name of a trainee, empty when he or she is gone.
    pub(super) fn trainee_name(&self, key: &TraineeKey) -> String {
        let name = self.name(&Participant::Trainee(key.clone()));
        name.unwrap_or_default().to_owned()
    }

    /// Returns the name of the site of an in-person session; empty for video,
    /// and when the site is gone.
    pub(super) fn site_name_of(&self, session: &Session) -> String {
        let site = session.delivery.site();
        site.map_or_else(String::new, |site| self.site_name(site))
    }

    /// Returns the members of a session with their names, each once, by key.
    pub(super) fn members_of<T: FromIterator<(TraineeKey, String)>>(&self, session: &Session) -> T {
        let named = |key: TraineeKey| (key.clone(), self.trainee_name(&key));
        members(session).into_iter().map(named).collect()
    }

    /// Returns the zone of somebody; `None` for whom is gone.
    pub(super) fn zone(&self, one: &Participant) -> Option<ZoneName> {
        self.0.get(one).map(|known| known.zone)
    }

    /// Returns every zone that meetings of sessions need.
    pub(super) fn zones(&self, sessions: &[PublishedSession]) -> BTreeSet<ZoneName> {
        let own = self.0.values().map(|known| known.zone);
        let anchors = sessions.iter().map(|one| one.session.time_zone);
        own.chain(anchors).collect()
    }
}

/// Returns everybody whom a session concerns: its site, the supervisor and the
/// members.
pub(super) fn participants(session: &Session) -> impl Iterator<Item = Participant> {
    let site = session.delivery.site().cloned().map(Participant::Site);
    let supervisor: SupervisorKey = session.supervisor.clone();
    let members = members(session).into_iter().map(Participant::Trainee);
    site.into_iter()
        .chain([Participant::Supervisor(supervisor)])
        .chain(members)
}

/// Returns the members of a session, each once, by key.
pub(super) fn members(session: &Session) -> Vec<TraineeKey> {
    let members: BTreeSet<&TraineeKey> = session.members.iter().map(|one| &one.trainee).collect();
    members.into_iter().cloned().collect()
}

/// Returns who is meant by some parties of a session, whose members are by
/// key: the site first, then the supervisor, then members.
pub(super) fn named(session: &Session, some: &SomeParties) -> Vec<Participant> {
    let site = session.delivery.site().filter(|_| some.site).cloned();
    let supervisor = some.supervisor.then(|| session.supervisor.clone());
    let all = members(session);
    let members = some.members.iter().filter_map(|place| all.get(*place));
    let mut named: Vec<Participant> = Vec::new();
    named.extend(site.map(Participant::Site));
    named.extend(supervisor.map(Participant::Supervisor));
    named.extend(members.cloned().map(Participant::Trainee));
    named
}

/// Returns how a meeting comes out for somebody of its session.
pub(super) fn attendance(session: &Session, meeting: &Meeting, of: &Participant) -> Attendance {
    let is_held = match of {
        Participant::Trainee(trainee) => {
            let place = members(session).iter().position(|one| one == trainee);
            place.is_some_and(|place| meeting.is_held_with(place))
        }
        Participant::Supervisor(_) | Participant::Site(_) => meeting.is_held(),
    };
    match (meeting.is_skipped(), is_held) {
        (true, _) => Attendance::Skipped,
        (false, true) => Attendance::Held,
        (false, false) => Attendance::Missed,
    }
}

/// When everybody is there, over some days.
pub(super) struct Book<'a> {
    people: &'a People,
    zones: &'a ZoneTable,
    hours: BTreeMap<(DayRange, &'a Participant), Hours>,
}

impl<'a> Book<'a> {
    pub(super) fn new(people: &'a People, zones: &'a ZoneTable) -> Self {
        Self {
            people,
            zones,
            hours: BTreeMap::new(),
        }
    }

    /// Returns the rules of a zone.
    pub(super) fn rules(&self, zone: ZoneName) -> Result<&'a ZoneRules, AppError> {
        let rules = self.zones.rules(zone);
        rules.ok_or_else(|| AppError::Internal(format!("no rules for {zone} were loaded").into()))
    }

    /// Returns the meetings of a session on those days of its term that lie in
    /// a range, on its own calendar; none of a session without a start.
    pub(super) fn meetings(
        &mut self,
        one: &PublishedSession,
        days: DayRange,
    ) -> Result<Vec<Meeting>, AppError> {
        let session = one.session.as_ref();
        let term = one.frame.term.common(days);
        let (Some(start), Some(term)) = (session.weekly_start, term) else {
            return Ok(Vec::new());
        };
        for participant in participants(session) {
            self.read_hours(&participant, term)?;
        }
        let hours = |of: Participant| {
            let (of, _) = self.people.0.get_key_value(&of)?;
            self.hours.get(&(term, of))
        };
        let site = session.delivery.site().cloned();
        let parties = Parties {
            site: site.and_then(|site| hours(Participant::Site(site))),
            supervisor: hours(Participant::Supervisor(session.supervisor.clone())),
            members: members(session)
                .into_iter()
                .map(|trainee| hours(Participant::Trainee(trainee)))
                .collect(),
        };
        let weekly = WeeklyMeeting {
            start,
            minutes: session.minutes,
            term,
        };
        let mut meetings = weekly.meetings(self.rules(session.time_zone)?, &parties);
        if !one.frame.has_availability {
            // Nobody said when they are available.
            for meeting in &mut meetings {
                meeting.outside = SomeParties::default();
            }
        }
        Ok(meetings)
    }

    /// Reads the hours of somebody around some days, once.
    fn read_hours(&mut self, of: &Participant, days: DayRange) -> Result<(), AppError> {
        let Some((of, known)) = self.people.0.get_key_value(of) else {
            return Ok(());
        };
        if self.hours.contains_key(&(days, of)) {
            return Ok(());
        }
        let rules = self.rules(known.zone)?;
        let around = Hours::days_around(days);
        let hours = Hours::new(&known.availability, rules, around);
        self.hours.insert((days, of), hours);
        Ok(())
    }
}
