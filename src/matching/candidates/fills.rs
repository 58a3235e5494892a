//! Who may fill which line of a trainee, where and at which weekly starts.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::starts::{VenueStart, common_starts, venue_starts};
use super::{Candidates, Fill, Venue};
use crate::domain::{Role, ZoneName};
use crate::matching::calendar::{Calendars, StartFit};
use crate::matching::eligibility::{Index, supervisor_obstacle};

impl Candidates<'_> {
    pub(super) fn add_fills(&mut self, index: &Index<'_>, calendars: &Calendars) {
        let roster = self.roster;
        let mut pairs_of: Vec<Vec<usize>> = vec![Vec::new(); roster.trainees.len()];
        for (position, pair) in self.pairs.iter().enumerate() {
            pairs_of[pair.trainee].push(position);
        }
        let mut staff: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); roster.sites.len()];
        for (position, supervisor) in roster.supervisors.iter().enumerate() {
            for site in supervisor.sites.iter().filter_map(|site| index.site(site)) {
                staff[site].insert(position);
            }
        }
        let mut wanted: Vec<(Fill, Vec<Venue>)> = Vec::new();
        for trainee in (0..roster.trainees.len()).filter(|trainee| !pairs_of[*trainee].is_empty()) {
            for line in 0..self.lines[trainee].len() {
                self.want_fills(trainee, line, &pairs_of[trainee], &staff, &mut wanted);
            }
        }
        self.add_starts(wanted, calendars);
    }

    /// Lists who may fill a line of a trainee, and where, before any time.
    fn want_fills(
        &self,
        trainee: usize,
        line_position: usize,
        pairs: &[usize],
        staff: &[BTreeSet<usize>],
        wanted: &mut Vec<(Fill, Vec<Venue>)>,
    ) {
        let roster = self.roster;
        let (person, wishes) = (&roster.trainees[trainee], &self.wishes[trainee]);
        let line = self.lines[trainee][line_position];
        let minutes = line.minutes_per_week.get();
        let possible: BTreeSet<usize> = match line.role {
            Role::Faculty => (0..roster.supervisors.len()).collect(),
            Role::Site => {
                let sites = pairs.iter().map(|pair| self.pairs[*pair].site);
                sites.flat_map(|site| staff[site].iter().copied()).collect()
            }
        };
        for position in possible {
            let supervisor = &roster.supervisors[position];
            let fits = supervisor.role == line.role
                && supervisor_obstacle(roster, person, wishes, line, position, supervisor)
                    .is_none();
            if !fits {
                continue;
            }
            let fill = |pair| Fill {
                trainee,
                line: line_position,
                supervisor: position,
                pair,
                kinds: line
                    .kinds
                    .intersection(&supervisor.kinds)
                    .copied()
                    .collect(),
                minutes,
                starts: Vec::new(),
            };
            let venue = |site: Option<usize>| Venue {
                supervisor: position,
                site,
                minutes,
                zone: site.map_or(supervisor.time_zone, |site| roster.sites[site].time_zone),
            };
            let video = (supervisor.delivery.video() && minutes > 0).then(|| venue(None));
            let anywhere = line.role == Role::Faculty;
            if anywhere && (video.is_some() || minutes == 0) {
                wanted.push((fill(None), video.into_iter().collect()));
            }
            for pair in pairs.iter().copied() {
                let site = self.pairs[pair].site;
                if !staff[site].contains(&position) {
                    continue;
                }
                let mut venues = Vec::new();
                if supervisor.delivery.in_person() && minutes > 0 {
                    venues.push(venue(Some(site)));
                }
                if !anywhere {
                    venues.extend(video);
                }
                if !venues.is_empty() || (minutes == 0 && !anywhere) {
                    wanted.push((fill(Some(pair)), venues));
                }
            }
        }
    }

    /// Finds the weekly starts of each wanted fill.
    fn add_starts(&mut self, wanted: Vec<(Fill, Vec<Venue>)>, calendars: &Calendars) {
        let venues: BTreeSet<Venue> = wanted.iter().flat_map(|(_, v)| v.iter().copied()).collect();
        self.venues = venues.into_iter().collect();
        let missed_max = self.roster.round.missed_sessions_max;
        let starts: Vec<Vec<VenueStart>> = self
            .venues
            .par_iter()
            .map(|venue| venue_starts(venue, calendars, &self.weekly[&venue.zone], missed_max))
            .collect();

        let anchors: BTreeSet<(ZoneName, u32)> = self
            .venues
            .iter()
            .map(|venue| (venue.zone, venue.slots()))
            .collect();
        let anchors: Vec<(ZoneName, u32)> = anchors.into_iter().collect();
        // A trainee's fits are found once for each zone and length, when first
        // asked for.
        let fits: Vec<Vec<OnceLock<Vec<StartFit>>>> = (0..self.roster.trainees.len())
            .map(|_| anchors.iter().map(|_| OnceLock::new()).collect())
            .collect();
        let (venues, weekly) = (&self.venues, &self.weekly);
        self.fills = wanted
            .into_par_iter()
            .map(|(mut fill, wanted_venues)| {
                for venue in wanted_venues {
                    let (Ok(position), Ok(anchor)) = (
                        venues.binary_search(&venue),
                        anchors.binary_search(&(venue.zone, venue.slots())),
                    ) else {
                        continue;
                    };
                    let weekly = &weekly[&venue.zone];
                    let calendar = &calendars.trainees[fill.trainee];
                    let fits = fits[fill.trainee][anchor]
                        .get_or_init(|| calendar.fits(weekly, venue.slots(), missed_max));
                    let common = common_starts(&starts[position], fits, weekly, missed_max);
                    if !common.is_empty() {
                        fill.starts.push((position, common));
                    }
                }
                fill
            })
            .collect();
    }
}
