//! The forecast of a plan: what each trainee will have collected, week by
//! week, and whether every requirement is reached by its due day.
//!
//! A week runs from Monday to Sunday on the trainee's own calendar. What is
//! counted is what happens: an occurrence of a session that the trainee misses,
//! or that a clock change skips, gives nothing, and a week with days away gives
//! its share of the weekly contact. Like the checker, whose calendar it reads,
//! it sees the roster and a legal plan alone, and nothing of the model.

mod contact;
mod outlook;
mod rules;
mod sessions;
mod trainee_term;
mod weeks;

use std::collections::HashMap;

use chrono::NaiveDate;

use super::MatchError;
use super::check::calendar::Calendar;
use crate::domain::plan::{Placement, Session};
use crate::domain::time::{ZoneRules, ZoneTable};
use crate::domain::{
    Minutes, Plan, RequirementCategory, Roster, Site, SiteKey, Supervisor, SupervisorKey, Trainee,
    TraineeKey, ZoneName,
};

pub use outlook::{Outlook, Standing, Step};
pub use rules::RuleShortfall;

use contact::{Contact, Owner};
use rules::Law;
use trainee_term::TraineeTerm;

/// What a plan gives one trainee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The trainee.
    pub trainee: TraineeKey,
    /// Where the trainee is placed; `None` when the plan has no place.
    pub site: Option<SiteKey>,
    /// Every week of the term, the first first.
    pub weeks: Vec<Week>,
    /// One for each requirement of the trainee, in the order of the roster.
    pub outlooks: Vec<Outlook>,
    /// Rules that some week does not keep as it will really happen.
    pub shortfalls: Vec<RuleShortfall>,
}

/// What a trainee collects in one week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// The Monday of the week, on the trainee's calendar.
    pub monday: NaiveDate,
    /// Minutes with clients.
    pub contact: Minutes,
    /// Minutes of individual supervision.
    pub individual: Minutes,
    /// Minutes of triadic supervision.
    pub triadic: Minutes,
    /// Minutes of group supervision.
    pub group: Minutes,
    /// Occurrences of sessions that the trainee misses or a clock change
    /// skips.
    pub sessions_missed: u32,
}

impl Week {
    /// Returns the minutes of a category; none of [`RequirementCategory::Other`],
    /// of which a plan holds nothing.
    pub const fn minutes(&self, category: RequirementCategory) -> Minutes {
        match category {
            RequirementCategory::Contact => self.contact,
            RequirementCategory::Individual => self.individual,
            RequirementCategory::Triadic => self.triadic,
            RequirementCategory::Group => self.group,
            RequirementCategory::Other => Minutes::ZERO,
        }
    }
}

/// Returns what a plan that is legal for the roster gives each trainee, by
/// trainee.
///
/// The zones must have rules a few days beyond the term at both ends.
///
/// # Errors
/// When the zone table lacks a zone of the roster or of the plan.
pub fn forecast(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
) -> Result<Vec<Forecast>, MatchError> {
    let calendar = Calendar::new(roster, zones);
    let forecaster = Forecaster::new(roster, zones, plan, &calendar);
    roster
        .trainees
        .iter()
        .map(|trainee| forecaster.of(trainee))
        .collect()
}

/// Returns how many matched trainees have a requirement that is due within the
/// term and reach each of those by its due day. Whoever has a zone without
/// rules counts for nothing.
pub(super) fn finishing(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    calendar: &Calendar<'_>,
) -> usize {
    let forecaster = Forecaster::new(roster, zones, plan, calendar);
    let trainees = roster.trainees.iter();
    let finishing = trainees.filter(|trainee| forecaster.finishes(trainee).unwrap_or(false));
    finishing.count()
}

/// A roster and a plan, ready to be asked about one trainee after the other.
struct Forecaster<'a> {
    roster: &'a Roster,
    zones: &'a ZoneTable,
    calendar: &'a Calendar<'a>,
    law: Law<'a>,
    supervisors: HashMap<&'a SupervisorKey, &'a Supervisor>,
    sites: HashMap<&'a SiteKey, &'a Site>,
    placements: HashMap<&'a TraineeKey, &'a Placement>,
    sessions: HashMap<&'a TraineeKey, Vec<&'a Session>>,
}

impl<'a> Forecaster<'a> {
    fn new(
        roster: &'a Roster,
        zones: &'a ZoneTable,
        plan: &'a Plan,
        calendar: &'a Calendar<'a>,
    ) -> Self {
        let mut sessions: HashMap<&TraineeKey, Vec<&Session>> = HashMap::new();
        for session in &plan.sessions {
            for member in &session.members {
                sessions.entry(&member.trainee).or_default().push(session);
            }
        }
        let placements = plan.placements.iter();
        Self {
            roster,
            zones,
            calendar,
            law: Law::new(roster),
            supervisors: roster.supervisors.iter().map(|s| (&s.key, s)).collect(),
            sites: roster.sites.iter().map(|s| (&s.key, s)).collect(),
            placements: placements.map(|p| (&p.trainee, p)).collect(),
            sessions,
        }
    }

    /// Returns the site of a trainee's placement.
    fn site_of(&self, trainee: &Trainee) -> Option<&'a Site> {
        let placement = self.placements.get(&trainee.key)?;
        self.sites.get(&placement.site).copied()
    }

    fn term_of(&self, trainee: &'a Trainee) -> Result<TraineeTerm<'a>, MatchError> {
        let placement = self.placements.get(&trainee.key).copied();
        let contact = match placement.zip(self.site_of(trainee)) {
            Some((placement, site)) => Some(self.contact(trainee, site, placement.contact)?),
            None => None,
        };
        let rules = self.rules(trainee.time_zone)?;
        Ok(TraineeTerm {
            weeks: weeks::around(self.roster.round.term, rules),
            contact,
            occasions: self.occasions(trainee, rules)?,
        })
    }

    /// Says whether a trainee is matched, has something due within the term and
    /// reaches all of it.
    fn finishes(&self, trainee: &'a Trainee) -> Result<bool, MatchError> {
        let term = self.roster.round.term;
        let requirements = self.roster.requirements_of(&trainee.key).iter();
        let mut due = requirements.filter(|r| r.due_day <= term.last()).peekable();
        if due.peek().is_none() || self.site_of(trainee).is_none() {
            return Ok(false);
        }
        let trainee_term = self.term_of(trainee)?;
        let listed = trainee_term.listed(term);
        Ok(due.all(|requirement| {
            outlook::of(&trainee_term, &listed, term, requirement).standing == Standing::Reached
        }))
    }

    fn of(&self, trainee: &'a Trainee) -> Result<Forecast, MatchError> {
        let site = self.site_of(trainee);
        let trainee_term = self.term_of(trainee)?;
        let term = self.roster.round.term;
        let listed = trainee_term.listed(term);
        let requirements = self.roster.requirements_of(&trainee.key).iter();
        let outlooks = requirements
            .map(|requirement| outlook::of(&trainee_term, &listed, term, requirement))
            .collect();
        Ok(Forecast {
            trainee: trainee.key.clone(),
            site: site.map(|site| site.key.clone()),
            weeks: listed.iter().map(|week| trainee_term.week(week)).collect(),
            outlooks,
            shortfalls: site.map_or_else(Vec::new, |site| {
                let law = &self.law;
                law.shortfalls(&trainee_term, trainee, site, &listed)
            }),
        })
    }

    fn contact(
        &self,
        trainee: &'a Trainee,
        site: &'a Site,
        weekly: Minutes,
    ) -> Result<Contact<'a>, MatchError> {
        // Whoever is not on the calendar has a zone without rules.
        let missing = |zone| MatchError::ZoneMissing { zone };
        let trainee_hours = self.calendar.trainees.get(&trainee.key);
        let site_hours = self.calendar.sites.get(&site.key);
        let trainee = Owner {
            availability: &trainee.availability,
            hours: trainee_hours.ok_or(missing(trainee.time_zone))?,
            rules: self.rules(trainee.time_zone)?,
        };
        let site = Owner {
            availability: &site.opening,
            hours: site_hours.ok_or(missing(site.time_zone))?,
            rules: self.rules(site.time_zone)?,
        };
        Ok(Contact::new(weekly, trainee, site, self.roster.round.term))
    }

    fn occasions(
        &self,
        trainee: &Trainee,
        rules: &ZoneRules,
    ) -> Result<Vec<sessions::Occasion>, MatchError> {
        let mut occasions = Vec::new();
        for session in self.sessions.get(&trainee.key).into_iter().flatten() {
            let Some(weekly) = session.weekly_start else {
                continue;
            };
            let supervisor = self.supervisors.get(&session.supervisor).copied();
            let site = session.delivery.site();
            let calendars = [
                site.and_then(|site| self.calendar.sites.get(site)),
                self.calendar.supervisors.get(&session.supervisor),
                self.calendar.trainees.get(&trainee.key),
            ];
            let away = calendars.map(|hours| hours.map_or(&[][..], |hours| hours.away.as_slice()));
            occasions.extend(sessions::occasions(
                weekly,
                sessions::attendance(session, supervisor, self.roster),
                self.roster.round.term,
                self.rules(session.time_zone)?,
                rules,
                away,
            ));
        }
        Ok(occasions)
    }

    fn rules(&self, zone: ZoneName) -> Result<&'a ZoneRules, MatchError> {
        let rules = self.zones.rules(zone);
        rules.ok_or(MatchError::ZoneMissing { zone })
    }
}

fn minutes(minutes: u32) -> Minutes {
    Minutes::new(minutes.min(Minutes::MAX)).unwrap_or_default()
}
