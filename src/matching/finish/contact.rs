//! The least weekly contact with which a placement gives what is due.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::due_in_term;
use crate::domain::time::ZoneTable;
use crate::domain::{Availability, QUARTER_HOUR, RequirementCategory, Roster, Site, Trainee};
use crate::matching::MatchError;
use crate::matching::calendar::Calendars;
use crate::matching::candidates::Pair;
use crate::matching::timeline::Timeline;

/// Days before and after the term that its weeks may reach into on anybody's
/// calendar.
const MARGIN_DAYS: u64 = 10;
/// Days by which the date of an instant may differ between two zones.
const DAYS_BETWEEN_ZONES: u64 = 2;
/// Working days of a week without hours.
const WORKING_DAYS: u32 = 5;

/// The term with every week that it touches on anybody's calendar.
pub(super) struct Term<'a> {
    roster: &'a Roster,
    calendars: Calendars,
    timeline: Timeline<'a>,
}

/// Which part of the weekly contact a week gives.
struct Share {
    whole: u32,
    held: u32,
}

impl<'a> Term<'a> {
    /// Returns the term of a roster.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn new(roster: &'a Roster, zones: &'a ZoneTable) -> Result<Self, MatchError> {
        let timeline = Timeline::with_margin(roster, zones, MARGIN_DAYS)?;
        Ok(Self {
            roster,
            calendars: Calendars::new(roster, &timeline)?,
            timeline,
        })
    }

    /// Returns the least contact with which a placement gives what is due;
    /// `None` where the most that it can have does not.
    pub(super) fn least_contact(&self, pair: &Pair) -> Result<Option<u32>, MatchError> {
        let trainee = &self.roster.trainees[pair.trainee];
        let mut least = 0;
        for requirement in due_in_term(self.roster, trainee) {
            if requirement.category != RequirementCategory::Contact {
                continue;
            }
            let needed = u64::from(requirement.left());
            let shares = self.shares(pair, requirement.due_day)?;
            let is_enough = |contact: u32| {
                let weeks = shares.iter().map(|share| {
                    u64::from(contact) * u64::from(share.held) / u64::from(share.whole)
                });
                weeks.sum::<u64>() >= needed
            };
            if !is_enough(pair.contact_max) {
                return Ok(None);
            }
            // More contact never gives less in any week.
            let (mut too_few, mut enough) = (0, pair.contact_max.div_ceil(QUARTER_HOUR));
            while too_few < enough {
                let middle = too_few.midpoint(enough);
                if is_enough(middle * QUARTER_HOUR) {
                    enough = middle;
                } else {
                    too_few = middle + 1;
                }
            }
            least = least.max(enough * QUARTER_HOUR);
        }
        Ok(Some(least))
    }

    /// Returns the share of every week of the trainee up to a due day.
    fn shares(&self, pair: &Pair, due: NaiveDate) -> Result<Vec<Share>, MatchError> {
        let trainee = &self.roster.trainees[pair.trainee];
        let site = &self.roster.sites[pair.site];
        let slot = |zone, day| self.timeline.first_slot_of(zone, day);
        let term = self.roster.round.term;
        let first = slot(site.time_zone, term.first())?;
        let last = slot(site.time_zone, term.last() + Days::new(1))?;
        let last = last.min(slot(trainee.time_zone, due + Days::new(1))?);
        let calendar = &self.calendars.trainees[pair.trainee];
        let place = &self.calendars.sites[pair.site];
        let mut both = calendar.available.clone();
        both.intersect_with(&place.available);
        let mut there = both.clone();
        there.difference_with(&calendar.away);
        there.difference_with(&place.away);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut shares = Vec::new();
        let mut monday = (term.first() - Days::new(DAYS_BETWEEN_ZONES))
            .week(Weekday::Mon)
            .first_day();
        while monday <= term.last() + Days::new(DAYS_BETWEEN_ZONES) {
            let next = monday + Days::new(7);
            let week = slot(trainee.time_zone, monday)?..slot(trainee.time_zone, next)?;
            // Without availability everybody is there all the time, which says
            // nothing.
            let whole = if self.roster.has_availability {
                count(both.count_ones(week.clone()))
            } else {
                0
            };
            if whole > 0 {
                let (start, end) = (week.start.max(first), week.end.min(last));
                let held = count(there.count_ones(start..end.max(start)));
                shares.push(Share { whole, held });
            } else {
                let held = self.working_days(trainee, site, monday, due);
                shares.push(Share {
                    whole: WORKING_DAYS,
                    held,
                });
            }
            monday = next;
        }
        Ok(shares)
    }

    /// Returns how many working days of a week count, in the term and with
    /// neither trainee nor site away.
    fn working_days(
        &self,
        trainee: &Trainee,
        site: &Site,
        monday: NaiveDate,
        due: NaiveDate,
    ) -> u32 {
        let is_away = |availability: &Availability, day: NaiveDate| {
            let mut away = availability.away.iter();
            away.any(|away| away.days.contains(day))
        };
        let days = monday.iter_days().take(7);
        let working = days.filter(|day| day.weekday().num_days_from_monday() < WORKING_DAYS);
        let counted = working.filter(|day| {
            *day <= due
                && self.roster.round.term.contains(*day)
                && !is_away(&trainee.availability, *day)
                && !is_away(&site.opening, *day)
        });
        u32::try_from(counted.count()).unwrap_or(0)
    }
}
