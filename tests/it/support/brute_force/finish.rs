//! Who can still finish in time, while a plan is being built.

use std::cell::RefCell;
use std::collections::HashMap;

use chrono::NaiveDate;
use practicum::domain::plan::{Delivery, WeeklyStart};
use practicum::domain::{Requirement, RequirementCategory, SessionKind, SiteKey};

use super::fit::Facts;
use super::hope::Lines;
use super::place::Places;
use crate::support::collected::{Held, due, kind_of, least_contact, left};

/// A trainee in a session: trainee, supervisor, site, minutes and start.
type Attending = (usize, usize, Option<usize>, u32, WeeklyStart);

/// Who could finish in time, and with what.
pub(super) struct Finishers<'a> {
    facts: &'a Facts<'a>,
    /// By trainee and site, the least contact; none where nothing is enough.
    least: Vec<Vec<Option<u32>>>,
    /// Days of sessions, as far as they were asked for.
    days: RefCell<HashMap<Attending, Vec<NaiveDate>>>,
}

impl<'a> Finishers<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        let roster = facts.roster;
        let least = roster.trainees.iter().map(|trainee| {
            let due = due(roster, trainee);
            let is_hopeless = due
                .iter()
                .any(|r| r.category == RequirementCategory::Other && left(r) > 0);
            let sites = roster.sites.iter();
            sites
                .map(|site| {
                    let can = !due.is_empty() && !is_hopeless;
                    let least = || least_contact(roster, facts.zones, trainee, site);
                    can.then(least).flatten()
                })
                .collect()
        });
        Self {
            facts,
            least: least.collect(),
            days: RefCell::default(),
        }
    }

    /// Returns how many trainees can finish, and the contact that each trainee
    /// must have for that: the largest choice that the sites have contact for.
    pub(super) fn most(
        &self,
        places: &Places,
        most: &[u32],
        lines: Option<&Lines<'_>>,
    ) -> (i64, Vec<u32>) {
        let able: Vec<(usize, u32)> = places
            .matched()
            .filter_map(|(trainee, site)| Some((trainee, self.least[trainee][site]?)))
            .filter(|(trainee, least)| {
                *least <= most[*trainee]
                    && lines.is_none_or(|lines| self.sessions_can_do(*trainee, lines))
            })
            .collect();
        let mut best = (0, vec![0; most.len()]);
        for chosen in 0..1_u32 << able.len() {
            let mut needed = vec![0; most.len()];
            for (position, (trainee, least)) in able.iter().enumerate() {
                if chosen >> position & 1 == 1 {
                    needed[*trainee] = *least;
                }
            }
            let count = i64::from(chosen.count_ones());
            if count > best.0 && self.facts.has_contact(places, &needed) {
                best = (count, needed);
            }
        }
        best
    }

    /// Says whether the sessions of a trainee can give what is due, those
    /// without a time at their best.
    fn sessions_can_do(&self, trainee: usize, lines: &Lines<'_>) -> bool {
        let roster = self.facts.roster;
        let due = due(roster, &roster.trainees[trainee]);
        due.into_iter().all(|requirement| {
            let Some(kind) = kind_of(requirement.category) else {
                return true;
            };
            let given = (0..lines.needs.len())
                .filter(|position| lines.needs[*position].trainee == trainee)
                .map(|position| self.given(position, lines, kind, requirement));
            given.sum::<u32>() >= left(requirement)
        })
    }

    fn given(
        &self,
        position: usize,
        lines: &Lines<'_>,
        kind: SessionKind,
        requirement: &Requirement,
    ) -> u32 {
        let need = &lines.needs[position];
        let (by, chosen) = lines.chosen[position];
        let minutes = need.line.minutes_per_week.get();
        if chosen != kind || minutes == 0 {
            return 0;
        }
        let due = requirement.due_day;
        let count = match lines.held.get(position) {
            Some((Some(weekly), delivery)) => {
                let days = self.days((need.trainee, by, minutes), *weekly, delivery);
                days.into_iter().filter(|day| *day <= due).count()
            }
            Some((None, _)) => 0,
            None => usize::try_from((self.facts.roster.round.term.days() + 6) / 7).unwrap(),
        };
        minutes * u32::try_from(count).unwrap()
    }

    fn days(
        &self,
        (trainee, by, minutes): (usize, usize, u32),
        weekly: WeeklyStart,
        delivery: &Delivery,
    ) -> Vec<NaiveDate> {
        let roster = self.facts.roster;
        let at = |key: &SiteKey| roster.sites.iter().position(|site| site.key == *key);
        let site = delivery.site().and_then(at);
        let mut known = self.days.borrow_mut();
        let attending = (trainee, by, site, minutes, weekly);
        let days = known.entry(attending).or_insert_with(|| {
            let supervisor = &roster.supervisors[by];
            let site = site.map(|site| &roster.sites[site]);
            let held = Held {
                supervisor,
                site,
                zone: site.map_or(supervisor.time_zone, |site| site.time_zone),
                weekly,
                minutes,
            };
            held.days(roster, self.facts.zones, &roster.trainees[trainee])
        });
        days.clone()
    }
}
