//! One trainee's term as the plan has it, and what each week of it gives.

use chrono::NaiveDate;

use super::contact::Contact;
use super::sessions::Occasion;
use super::weeks::LocalWeek;
use super::{MissedSession, Week, minutes};
use crate::domain::{DayRange, RequirementCategory, SessionKind};

/// One trainee's term.
pub(super) struct TraineeTerm<'a> {
    /// The weeks of the term, and those that may touch it from another zone.
    pub(super) weeks: Vec<LocalWeek>,
    /// The contact of the placement; `None` without one.
    pub(super) contact: Option<Contact<'a>>,
    /// Every occurrence of every session of the trainee.
    pub(super) occasions: Vec<Occasion>,
}

/// Minutes of a week.
#[derive(Clone, Copy, Default)]
pub(super) struct Counted {
    /// With nobody away and nothing missed.
    pub(super) planned: u32,
    /// As it will happen; at most what is planned.
    pub(super) held: u32,
}

impl TraineeTerm<'_> {
    /// Returns the weeks of the term, and any other to which something of it
    /// falls from another zone.
    pub(super) fn listed(&self, term: DayRange) -> Vec<LocalWeek> {
        let has_anything = |week: &LocalWeek| {
            self.contact_in(week, None).planned > 0 || self.occasions_in(week).next().is_some()
        };
        let weeks = self.weeks.iter().copied();
        weeks
            .filter(|week| week.meets(term) || has_anything(week))
            .collect()
    }

    /// Returns what the trainee collects in a week.
    pub(super) fn week(&self, week: &LocalWeek) -> Week {
        let of_kind = |kind| {
            let held = self.occasions_in(week).filter(|one| one.is_held());
            let of_kind = held.filter(|one| one.attendance.kind == kind);
            of_kind.map(|one| one.attendance.minutes).sum()
        };
        let missed = self.occasions_in(week).filter(|one| !one.is_held()).count();
        Week {
            monday: week.days.first(),
            contact: minutes(self.contact_in(week, None).held),
            individual: of_kind(SessionKind::Individual),
            triadic: of_kind(SessionKind::Triadic),
            group: of_kind(SessionKind::Group),
            sessions_missed: u32::try_from(missed).unwrap_or(u32::MAX),
        }
    }

    /// Returns the occurrences that do not take place with the trainee, by day.
    pub(super) fn missed(&self) -> Vec<MissedSession> {
        let missed = self.occasions.iter().filter_map(|one| {
            Some(MissedSession {
                day: one.day,
                session: one.session,
                because: one.missed?,
            })
        });
        let mut missed: Vec<MissedSession> = missed.collect();
        missed.sort();
        missed
    }

    /// Returns the occurrences of a week.
    pub(super) fn occasions_in(&self, week: &LocalWeek) -> impl Iterator<Item = &Occasion> {
        let days = week.days;
        let occasions = self.occasions.iter();
        occasions.filter(move |occasion| days.contains(occasion.day))
    }

    /// Returns the contact of a week up to the last day that counts.
    pub(super) fn contact_in(&self, week: &LocalWeek, until: Option<NaiveDate>) -> Counted {
        let contact = self.contact.as_ref();
        contact.map_or_else(Counted::default, |contact| contact.of(week, until))
    }

    /// Returns the minutes of a category in a week, up to the last day that
    /// counts; a plan holds nothing of [`RequirementCategory::Other`].
    pub(super) fn counted(
        &self,
        category: RequirementCategory,
        week: &LocalWeek,
        until: NaiveDate,
    ) -> Counted {
        let kind = match category {
            RequirementCategory::Contact => return self.contact_in(week, Some(until)),
            RequirementCategory::Individual => SessionKind::Individual,
            RequirementCategory::Triadic => SessionKind::Triadic,
            RequirementCategory::Group => SessionKind::Group,
            RequirementCategory::Other => return Counted::default(),
        };
        let in_time = self.occasions_in(week).filter(|one| one.day <= until);
        in_time
            .filter(|one| one.attendance.kind == kind)
            .fold(Counted::default(), |sum, one| {
                let minutes = one.attendance.minutes.get();
                Counted {
                    planned: sum.planned + minutes,
                    held: sum.held + if one.is_held() { minutes } else { 0 },
                }
            })
    }
}
