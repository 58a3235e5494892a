//! Supervisors, their licences and what they offer.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Availability, DayRange, Minutes, SiteKey, SupervisorKey, Tag, ZoneName};

/// On whose behalf a supervisor acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Works at placement sites and supervises trainees placed there.
    Site,
    /// Belongs to the program and supervises trainees of any site.
    Faculty,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Site, Self::Faculty];

    /// Returns the word used in files and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Faculty => "faculty",
        }
    }
}

/// How many trainees meet in a weekly session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionKind {
    /// One trainee.
    Individual,
    /// Two trainees.
    Triadic,
    /// Three trainees or more, up to the supervisor's group size.
    Group,
}

impl SessionKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Individual, Self::Triadic, Self::Group];

    /// Returns the word used in files and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Triadic => "triadic",
            Self::Group => "group",
        }
    }
}

/// How a supervisor can meet trainees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryOffer {
    /// At the members' site.
    InPerson,
    /// By video.
    Video,
    /// Either way.
    Both,
}

impl DeliveryOffer {
    /// Every offer.
    pub const ALL: [Self; 3] = [Self::InPerson, Self::Video, Self::Both];

    /// Returns the word used in files and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InPerson => "in_person",
            Self::Video => "video",
            Self::Both => "both",
        }
    }

    /// Says whether the supervisor can meet at a site.
    pub const fn in_person(self) -> bool {
        matches!(self, Self::InPerson | Self::Both)
    }

    /// Says whether the supervisor can meet by video.
    pub const fn video(self) -> bool {
        matches!(self, Self::Video | Self::Both)
    }
}

/// A licence to practise in one jurisdiction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Licence {
    /// Where it holds.
    pub jurisdiction: Tag,
    /// Name of the credential, such as `LCSW`.
    pub credential: String,
    /// Days on which it holds, both included.
    pub valid: DayRange,
}

/// Somebody who supervises trainees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor {
    /// Key of the supervisor.
    pub key: SupervisorKey,
    /// Name shown to people.
    pub name: String,
    /// E-mail address; may be empty.
    pub email: String,
    /// Zone of the supervisor's windows, away days and video sessions.
    pub time_zone: ZoneName,
    /// On whose behalf the supervisor acts.
    pub role: Role,
    /// Sites where the supervisor works.
    pub sites: BTreeSet<SiteKey>,
    /// How the supervisor can meet trainees.
    pub delivery: DeliveryOffer,
    /// Least trainees the supervisor must have in all; zero when none.
    pub caseload_min: u32,
    /// Most trainees the supervisor may have in all.
    pub caseload_max: u32,
    /// Trainees whom the supervisor has already, outside this round.
    pub caseload_current: u32,
    /// Most weekly minutes of sessions; a session counts once.
    pub minutes_per_week_max: Minutes,
    /// Kinds of session offered.
    pub kinds: BTreeSet<SessionKind>,
    /// Most members of a group session; zero when no groups are offered.
    pub group_size_max: u32,
    /// Languages spoken; an empty set does not restrict.
    pub languages: BTreeSet<Tag>,
    /// Licences, ordered by jurisdiction and day.
    pub licences: Vec<Licence>,
    /// Weekly windows and away days.
    pub availability: Availability,
}

impl Supervisor {
    /// Returns how many more trainees the supervisor may have; none when she
    /// is over her limit already.
    pub fn caseload_left(&self) -> u32 {
        self.caseload_max.saturating_sub(self.caseload_current)
    }

    /// Says whether the licences of the jurisdiction cover every day of the
    /// term; licences are joined when the next starts by the day after the
    /// last ends.
    pub fn is_licensed(&self, jurisdiction: &Tag, term: DayRange) -> bool {
        self.first_day_unlicensed(jurisdiction, term).is_none()
    }

    /// Returns the first day of the term on which no licence of the
    /// jurisdiction holds; `None` when they cover it.
    pub fn first_day_unlicensed(&self, jurisdiction: &Tag, term: DayRange) -> Option<NaiveDate> {
        let mut valid: Vec<DayRange> = self
            .licences
            .iter()
            .filter(|licence| licence.jurisdiction == *jurisdiction)
            .map(|licence| licence.valid)
            .collect();
        valid.sort();
        let mut uncovered_from = term.first();
        for days in valid {
            if days.first() <= uncovered_from && uncovered_from <= days.last() {
                match days.last().succ_opt() {
                    Some(next) if next <= term.last() => uncovered_from = next,
                    _ => return None,
                }
            }
        }
        Some(uncovered_from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar_day;

    fn days(first: &str, last: &str) -> DayRange {
        DayRange::new(calendar_day(first).unwrap(), calendar_day(last).unwrap()).unwrap()
    }

    fn licensed(licences: &[(&str, DayRange)], term: DayRange) -> bool {
        let supervisor = Supervisor {
            key: "s1".parse().unwrap(),
            name: String::new(),
            email: String::new(),
            time_zone: ZoneName::UTC,
            role: Role::Site,
            sites: BTreeSet::new(),
            delivery: DeliveryOffer::Both,
            caseload_min: 0,
            caseload_max: 1,
            caseload_current: 0,
            minutes_per_week_max: Minutes::default(),
            kinds: BTreeSet::new(),
            group_size_max: 0,
            languages: BTreeSet::new(),
            licences: licences
                .iter()
                .map(|(jurisdiction, valid)| Licence {
                    jurisdiction: jurisdiction.parse().unwrap(),
                    credential: "LPC".to_owned(),
                    valid: *valid,
                })
                .collect(),
            availability: Availability::default(),
        };
        supervisor.is_licensed(&"US-NY".parse().unwrap(), term)
    }

    #[test]
    fn licences_join_when_the_next_starts_by_the_day_after() {
        let term = days("2027-01-11", "2027-05-28");
        let first = ("US-NY", days("2020-01-01", "2027-03-31"));
        assert!(licensed(
            &[("US-NY", days("2027-04-01", "2030-12-31")), first],
            term
        ));
        assert!(!licensed(
            &[("US-NY", days("2027-04-02", "2030-12-31")), first],
            term
        ));
        assert!(!licensed(&[first], term));
        assert!(!licensed(
            &[("US-IL", days("2020-01-01", "2030-12-31"))],
            term
        ));
    }

    #[test]
    fn a_licence_may_end_on_the_last_day_of_the_term() {
        let term = days("2027-01-11", "2027-05-28");
        assert!(licensed(&[("US-NY", term)], term));
        assert!(!licensed(
            &[("US-NY", days("2027-01-11", "2027-05-27"))],
            term
        ));
    }
}
