//! The placements that a trainee's own rules admit, and the contact that each
//! can hold.

use std::ops::Range;
use std::sync::Arc;

use super::{Candidates, Pair};
use crate::domain::{QUARTER_HOUR, Rule};
use crate::matching::MatchError;
use crate::matching::calendar::Calendars;
use crate::matching::eligibility::site_obstacle;
use crate::matching::room::Room;
use crate::matching::timeline::Timeline;

impl Candidates<'_> {
    pub(super) fn add_pairs(
        &mut self,
        timeline: &Timeline<'_>,
        calendars: &Calendars,
    ) -> Result<(), MatchError> {
        let weeks: Vec<_> = self
            .roster
            .sites
            .iter()
            .map(|site| timeline.whole_weeks(site.time_zone))
            .collect::<Result<_, _>>()?;
        for trainee in 0..self.roster.trainees.len() {
            // Sites without a rank are closed, and so not worth a look.
            let ranked: Vec<usize> = match self.wishes[trainee].unranked {
                Some(_) => (0..weeks.len()).collect(),
                None => self.wishes[trainee].site_ranks.keys().copied().collect(),
            };
            for site in ranked {
                let weeks = &weeks[site];
                let obstacle = site_obstacle(
                    self.roster,
                    &self.roster.trainees[trainee],
                    &self.wishes[trainee],
                    site,
                    &self.roster.sites[site],
                );
                match obstacle {
                    None => self.add_pair(trainee, site, weeks, calendars),
                    Some(Rule::SiteRanked) => {}
                    Some(rule) => {
                        self.obstacles.insert((trainee, site), rule);
                    }
                }
            }
        }
        Ok(())
    }

    fn add_pair(
        &mut self,
        trainee: usize,
        site: usize,
        weeks: &[Range<usize>],
        calendars: &Calendars,
    ) {
        let person = &self.roster.trainees[trainee];
        let place = &self.roster.sites[site];
        let target = self.roster.contact_target(person).get();
        let least = person.contact.min().max(place.contact.min()).get();
        let (carried, carried_at_least) = self.contact_carried(trainee);
        let most = person
            .contact
            .max()
            .min(place.contact.max())
            .get()
            .min(target.max(place.contact.min().get()))
            .min(carried / QUARTER_HOUR * QUARTER_HOUR);
        if least > most {
            let by_ratio = carried < least;
            let rule = if by_ratio {
                Rule::SupervisionRatio
            } else {
                Rule::ContactRange
            };
            self.obstacles.insert((trainee, site), rule);
            return;
        }
        let law = self.law.as_ref();
        let (rule_sets, counted_weeks) = law.map_or((0, 0), |law| law.of_placement(person, place));
        let mut pair = Pair {
            trainee,
            site,
            rank: self.wishes[trainee].rank(site).unwrap_or(u32::MAX),
            dense_rank: self.wishes[trainee].dense_rank(site),
            contact_min: least,
            contact_max: most,
            target,
            is_tight: carried_at_least < most,
            rule_sets,
            counted_weeks,
            is_bound: false,
        };
        if self.roster.has_availability {
            let mut both = calendars.trainees[trainee].available.clone();
            both.intersect_with(&calendars.sites[site].available);
            let (away, closed) = (
                &calendars.trainees[trainee].away,
                &calendars.sites[site].away,
            );
            let room = Room::new(both, weeks, away, closed);
            let free = room.minutes().into_iter().min().unwrap_or(u32::MAX);
            if free < least {
                self.obstacles
                    .insert((trainee, site), Rule::ContactFitsWeek);
                return;
            }
            pair.contact_max = most.min(free);
            // Two occurrences of a session may fall into one week of the site
            // when a clock change moves one of them over midnight.
            let taken_at_most: u32 = self.lines[trainee]
                .iter()
                .map(|line| 2 * line.minutes_per_week.get())
                .sum();
            if free < pair.contact_max.saturating_add(taken_at_most) {
                pair.is_tight = true;
                Arc::make_mut(&mut self.rooms).insert((trainee, site), room);
            }
        }
        self.pairs.push(pair);
    }
}
