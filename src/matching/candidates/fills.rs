//! Who may fill which line of a trainee, where and at which weekly starts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::fill::VenuePosition;
use super::starts::venue_starts;
use super::times::{MemberTimes, Times, VenueTimes};
use super::{Candidates, Fill, Keep, KindSet, StartSet, Venue};
use crate::domain::{Role, SupervisionLine, Tag, ZoneName};
use crate::matching::calendar::Calendars;
use crate::matching::eligibility::{Index, supervisor_unfit, wished_away};
use crate::matching::hurried::Stop;

/// Trainees who are looked at between two looks at the clock.
const TRAINEES_AT_ONCE: usize = 256;

/// What decides who suits a line, but for a trainee's own wishes.
type Alike<'a> = (&'a Tag, &'a Tag, &'a BTreeSet<Tag>);

/// What the fills of every trainee are made from.
struct Maker<'m, 'a> {
    candidates: &'m Candidates<'a>,
    calendars: &'m Calendars,
    /// Supervisors who work at each site.
    staff: Vec<BTreeSet<usize>>,
    /// Faculty who suit each line of trainees who are alike.
    faculty: BTreeMap<Alike<'a>, Vec<Vec<usize>>>,
    /// First venue of each supervisor.
    first_venue: Vec<usize>,
}

/// The fills of a trainee, and when the trainee can come to each venue.
type Made = (Vec<Fill>, Vec<(usize, MemberTimes)>);

impl<'a> Candidates<'a> {
    /// Finds the fills of every trainee; none once `stop` says so.
    pub(super) fn find_fills(
        &mut self,
        index: &Index<'_>,
        calendars: &Calendars,
        keep: Keep,
        stop: Stop<'_>,
    ) -> Vec<Vec<Fill>> {
        self.add_venues(index);
        let missed_max = self.roster.round.missed_sessions_max;
        let venues: Vec<VenueTimes> = self
            .venues
            .par_iter()
            .zip(&self.sessions)
            .map(|(venue, weekly)| {
                VenueTimes::new(&venue_starts(venue, calendars, weekly, missed_max))
            })
            .collect();
        let mut pairs_of: Vec<Vec<usize>> = vec![Vec::new(); self.roster.trainees.len()];
        for (position, pair) in self.pairs.iter().enumerate() {
            pairs_of[pair.trainee].push(position);
        }
        let maker = Maker::new(self, calendars, index);
        let mut fills: Vec<Vec<Fill>> = Vec::new();
        let mut members = Vec::new();
        for some in pairs_of.chunks(TRAINEES_AT_ONCE) {
            if stop() {
                return Vec::new();
            }
            let first = fills.len();
            let made: Vec<Made> = some
                .par_iter()
                .enumerate()
                .map(|(i, pairs)| {
                    let mut fills = maker.fills(first + i, pairs);
                    let times = maker.times(first + i, &fills);
                    if keep == Keep::WhatCanMeet {
                        fills.retain(|fill| {
                            !fill.meets() || maker.can_meet(fill, &times, &venues, missed_max)
                        });
                    }
                    (fills, times)
                })
                .collect();
            for (own, times) in made {
                fills.push(own);
                members.push(times);
            }
        }
        self.times = Arc::new(Times {
            missed_max,
            shared: vec![[StartSet::ALL; 2]; venues.len()],
            partnered: vec![Vec::new(); members.len()],
            venues,
            members,
        });
        fills
    }

    /// Lists where and for how long each supervisor could hold sessions.
    fn add_venues(&mut self, index: &Index<'_>) {
        let roster = self.roster;
        let mut venues: BTreeSet<Venue> = BTreeSet::new();
        for (supervisor, person) in roster.supervisors.iter().enumerate() {
            let lines = roster.supervision_lines.iter();
            for line in lines.filter(|line| line.role == person.role) {
                let minutes = line.minutes_per_week.get();
                let venue = |site: Option<usize>| Venue {
                    supervisor,
                    site,
                    minutes,
                    zone: site.map_or(person.time_zone, |site| roster.sites[site].time_zone),
                };
                if minutes > 0 && person.delivery.video() {
                    venues.insert(venue(None));
                }
                if minutes > 0 && person.delivery.in_person() {
                    let sites = person.sites.iter().filter_map(|site| index.site(site));
                    venues.extend(sites.map(|site| venue(Some(site))));
                }
            }
        }
        self.venues = venues.into_iter().collect();
        let mut first: BTreeMap<(ZoneName, u32), usize> = BTreeMap::new();
        for (position, venue) in self.venues.iter().enumerate() {
            self.sessions.push(Arc::clone(&self.weekly[&venue.zone]));
            self.like
                .push(*first.entry((venue.zone, venue.minutes)).or_insert(position));
        }
    }
}

impl<'m, 'a> Maker<'m, 'a> {
    fn new(candidates: &'m Candidates<'a>, calendars: &'m Calendars, index: &Index<'_>) -> Self {
        let roster = candidates.roster;
        let mut staff: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); roster.sites.len()];
        for (position, supervisor) in roster.supervisors.iter().enumerate() {
            for site in supervisor.sites.iter().filter_map(|site| index.site(site)) {
                staff[site].insert(position);
            }
        }
        let mut faculty: BTreeMap<Alike<'a>, Vec<Vec<usize>>> = BTreeMap::new();
        for (person, lines) in roster.trainees.iter().zip(candidates.lines.iter()) {
            let alike = (&person.level, &person.jurisdiction, &person.languages);
            faculty.entry(alike).or_insert_with(|| {
                let suit = |line: &&SupervisionLine| {
                    let people = roster.supervisors.iter().enumerate();
                    people
                        .filter(|(_, other)| {
                            line.role == Role::Faculty
                                && other.role == Role::Faculty
                                && supervisor_unfit(roster, person, line, other).is_none()
                        })
                        .map(|(position, _)| position)
                        .collect()
                };
                lines.iter().map(suit).collect()
            });
        }
        let first_venue = (0..roster.supervisors.len())
            .map(|person| candidates.venues.partition_point(|v| v.supervisor < person))
            .collect();
        Self {
            candidates,
            calendars,
            staff,
            faculty,
            first_venue,
        }
    }

    /// Returns who may fill the lines of a trainee with these placements.
    fn fills(&self, trainee: usize, pairs: &[usize]) -> Vec<Fill> {
        let mut fills = Vec::new();
        if pairs.is_empty() {
            return fills;
        }
        let Candidates { roster, wishes, .. } = self.candidates;
        let (person, wishes) = (&roster.trainees[trainee], &wishes[trainee]);
        let alike = (&person.level, &person.jurisdiction, &person.languages);
        let lines = self.candidates.lines[trainee].iter();
        for (line, suits) in lines.enumerate().zip(&self.faculty[&alike]) {
            let (position, line) = line;
            match line.role {
                Role::Faculty => {
                    for supervisor in suits.iter().copied() {
                        if wished_away(wishes, supervisor).is_none() {
                            self.add(trainee, position, supervisor, pairs, &mut fills);
                        }
                    }
                }
                Role::Site => {
                    let sites = pairs.iter().map(|pair| self.candidates.pairs[*pair].site);
                    let near: BTreeSet<usize> =
                        sites.flat_map(|site| &self.staff[site]).copied().collect();
                    for supervisor in near {
                        let other = &roster.supervisors[supervisor];
                        if other.role == Role::Site
                            && wished_away(wishes, supervisor).is_none()
                            && supervisor_unfit(roster, person, line, other).is_none()
                        {
                            self.add(trainee, position, supervisor, pairs, &mut fills);
                        }
                    }
                }
            }
        }
        fills
    }

    /// Adds the fills of a line by a supervisor: one for any placement, or one
    /// for each at a site of hers.
    fn add(
        &self,
        trainee: usize,
        line: usize,
        supervisor: usize,
        pairs: &[usize],
        fills: &mut Vec<Fill>,
    ) {
        let needed = self.candidates.lines[trainee][line];
        let person = &self.candidates.roster.supervisors[supervisor];
        let minutes = needed.minutes_per_week.get();
        let fill = |pair, venues| Fill {
            trainee,
            line,
            supervisor,
            pair,
            kinds: KindSet::of_both(&needed.kinds, &person.kinds),
            minutes,
            venues,
            only: None,
        };
        let video = self.venue(supervisor, minutes, None);
        let anywhere = needed.role == Role::Faculty;
        if anywhere && (video.is_some() || minutes == 0) {
            fills.push(fill(None, [video, None]));
        }
        if person.sites.is_empty() {
            return;
        }
        for pair in pairs.iter().copied() {
            let site = self.candidates.pairs[pair].site;
            if !self.staff[site].contains(&supervisor) {
                continue;
            }
            let here = self.venue(supervisor, minutes, Some(site));
            let venues = [here, video.filter(|_| !anywhere)];
            if venues.iter().any(Option::is_some) || (minutes == 0 && !anywhere) {
                fills.push(fill(Some(pair), venues));
            }
        }
    }

    fn venue(&self, supervisor: usize, minutes: u32, site: Option<usize>) -> Option<VenuePosition> {
        let first = self.first_venue[supervisor];
        let own = self.candidates.venues[first..].iter();
        own.take_while(|venue| venue.supervisor == supervisor)
            .position(|venue| venue.minutes == minutes && venue.site == site)
            .and_then(|position| VenuePosition::new(first + position))
    }

    fn can_meet(
        &self,
        fill: &Fill,
        times: &[(usize, MemberTimes)],
        venues: &[VenueTimes],
        missed_max: u32,
    ) -> bool {
        fill.venues().any(|venue| {
            let like = self.candidates.like[venue];
            times.iter().any(|(own, times)| {
                *own == like
                    && !times
                        .common(&venues[venue], &self.candidates.sessions[venue], missed_max)
                        .is_empty()
            })
        })
    }

    /// Returns when a trainee can meet at the venues of these fills, by the
    /// first venue with the same zone and length.
    fn times(&self, trainee: usize, fills: &[Fill]) -> Vec<(usize, MemberTimes)> {
        let venues = fills.iter().flat_map(Fill::venues);
        let mut likes: Vec<usize> = venues.map(|venue| self.candidates.like[venue]).collect();
        likes.sort_unstable();
        likes.dedup();
        let missed_max = self.candidates.roster.round.missed_sessions_max;
        let calendar = &self.calendars.trainees[trainee];
        let times = |like: usize| {
            let weekly = &self.candidates.sessions[like];
            let fits = calendar.fits(weekly, self.candidates.venues[like].slots(), missed_max);
            MemberTimes::new(&fits, weekly, missed_max)
        };
        likes.into_iter().map(|like| (like, times(like))).collect()
    }
}
