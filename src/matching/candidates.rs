//! What may exist at all: placements, and who may fill which line when.
//!
//! Everything that a single trainee's own rules exclude is excluded here, so
//! that the model holds only what could be part of some plan. A candidate that
//! is dropped leaves the rule that dropped it, for the reasons of the
//! unmatched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::MatchError;
use super::calendar::{Calendar, StartFit};
use super::eligibility::{Index, Wishes, site_obstacle, supervisor_obstacle};
use super::room::Room;
use super::timeline::{Timeline, WeekSet, WeeklySlot, WeeklyStarts};
use crate::domain::time::ZoneTable;
use crate::domain::{
    Availability, QUARTER_HOUR, Ratio, Role, Roster, Rule, SessionKind, SupervisionLine, ZoneName,
    contact_allowed,
};

/// Where and for how long a supervisor holds sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Venue {
    pub(super) supervisor: usize,
    /// The site of in-person sessions; `None` for video.
    pub(super) site: Option<usize>,
    pub(super) minutes: u32,
    /// The anchor zone.
    pub(super) zone: ZoneName,
}

impl Venue {
    /// Returns the length of a session in slots.
    pub(super) fn slots(&self) -> u32 {
        self.minutes / QUARTER_HOUR
    }
}

/// A weekly start at which the supervisor of a venue can meet.
#[derive(Clone, Copy)]
struct VenueStart {
    start: u16,
    /// Weeks that the supervisor misses, and everybody with her.
    missed: WeekSet,
}

/// A possible placement.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) trainee: usize,
    pub(super) site: usize,
    pub(super) rank: u32,
    /// Least weekly contact minutes.
    pub(super) contact_min: u32,
    /// Most weekly contact minutes that any choice of sessions leaves room for.
    pub(super) contact_max: u32,
    /// Contact wanted.
    pub(super) target: u32,
    /// Whether the choice of sessions can lower `contact_max` further.
    pub(super) is_tight: bool,
}

impl Pair {
    /// Returns the minutes short of target that no plan can avoid here.
    pub(super) fn short(&self) -> u32 {
        self.target.saturating_sub(self.contact_max)
    }
}

/// Somebody who may fill a line of a trainee.
#[derive(Clone, Debug)]
pub(super) struct Fill {
    pub(super) trainee: usize,
    /// Position among the lines of the trainee's level.
    pub(super) line: usize,
    pub(super) supervisor: usize,
    /// The placement that it holds for, by position; `None` for any.
    pub(super) pair: Option<usize>,
    /// Kinds of session that line and supervisor both allow.
    pub(super) kinds: BTreeSet<SessionKind>,
    pub(super) minutes: u32,
    /// Weekly starts at each venue, ascending; empty for a line of no minutes.
    pub(super) starts: Vec<(usize, Vec<u16>)>,
}

impl Fill {
    /// Says whether the line asks for a weekly session at all.
    pub(super) fn meets(&self) -> bool {
        self.minutes > 0
    }

    /// Returns how many trainees the largest session of this fill can have.
    pub(super) fn largest_session(&self, group_size_max: u32) -> u32 {
        match self.kinds.iter().next_back() {
            Some(SessionKind::Group) => group_size_max.max(1),
            Some(SessionKind::Triadic) => 2,
            Some(SessionKind::Individual) | None => 1,
        }
    }
}

/// Everything that may be part of a plan.
pub(super) struct Candidates<'a> {
    pub(super) roster: &'a Roster,
    pub(super) wishes: Vec<Wishes>,
    /// Lines of each trainee's level.
    pub(super) lines: Vec<Vec<&'a SupervisionLine>>,
    pub(super) weekly: BTreeMap<ZoneName, WeeklyStarts>,
    pub(super) venues: Vec<Venue>,
    pub(super) pairs: Vec<Pair>,
    pub(super) fills: Vec<Fill>,
    /// For each (trainee, site) that cannot be, the rule that stops it.
    pub(super) obstacles: BTreeMap<(usize, usize), Rule>,
    rooms: BTreeMap<(usize, usize), Room>,
}

/// Calendars of everybody, by position.
struct Calendars {
    sites: Vec<Calendar>,
    supervisors: Vec<Calendar>,
    trainees: Vec<Calendar>,
}

impl<'a> Candidates<'a> {
    /// Returns the candidates of a roster.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub(super) fn new(roster: &'a Roster, zones: &ZoneTable) -> Result<Self, MatchError> {
        let timeline = Timeline::new(roster, zones)?;
        let index = Index::new(roster);
        let calendars = Calendars::new(roster, &timeline)?;
        let mut candidates = Self {
            roster,
            wishes: Wishes::of_roster(roster, &index),
            lines: roster
                .trainees
                .iter()
                .map(|t| roster.lines_of(&t.level).collect())
                .collect(),
            weekly: timeline.weekly_starts(roster.zones())?,
            venues: Vec::new(),
            pairs: Vec::new(),
            fills: Vec::new(),
            obstacles: BTreeMap::new(),
            rooms: BTreeMap::new(),
        };
        candidates.add_pairs(&timeline, &calendars)?;
        candidates.add_fills(&index, &calendars);
        super::pruning::prune(&mut candidates);
        Ok(candidates)
    }

    /// Returns the weekly start of a venue.
    pub(super) fn start(&self, venue: usize, start: u16) -> &WeeklySlot {
        &self.weekly[&self.venues[venue].zone].starts[usize::from(start)]
    }

    /// Returns the room for contact of a pair whose contact the sessions can
    /// lower.
    pub(super) fn room(&self, pair: &Pair) -> Option<&Room> {
        if pair.is_tight {
            self.rooms.get(&(pair.trainee, pair.site))
        } else {
            None
        }
    }

    /// Returns the most contact that the supervision of a trainee carries when
    /// each line is filled by the kind of session that counts most, and by the
    /// kind that counts least; no limit without lines or ratio.
    pub(super) fn contact_carried(&self, trainee: usize) -> (u32, u32) {
        let Some(ratio) = self.ratio() else {
            return (u32::MAX, u32::MAX);
        };
        let (per_minute, credit) = (ratio.contact_per_supervision_max, ratio.group_credit);
        let by_kind = |choose: fn(&SupervisionLine) -> Option<&SessionKind>| {
            let kinds = self.lines[trainee]
                .iter()
                .filter_map(|line| choose(line).map(|kind| (*kind, line.minutes_per_week)));
            contact_allowed(per_minute, credit, kinds).get()
        };
        let (first, last) = (
            by_kind(|line| line.kinds.first()),
            by_kind(|line| line.kinds.last()),
        );
        (first.max(last), first.min(last))
    }

    /// Returns the ratio of contact and supervision, where one holds.
    pub(super) fn ratio(&self) -> Option<Ratio> {
        self.roster
            .round
            .ratio
            .filter(|_| !self.roster.supervision_lines.is_empty())
    }

    fn add_pairs(
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
            for (site, weeks) in weeks.iter().enumerate() {
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
        weeks: &[std::ops::Range<usize>],
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
        let mut pair = Pair {
            trainee,
            site,
            rank: self.wishes[trainee].rank(site).unwrap_or(u32::MAX),
            contact_min: least,
            contact_max: most,
            target,
            is_tight: carried_at_least < most,
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
                self.rooms.insert((trainee, site), room);
            }
        }
        self.pairs.push(pair);
    }

    fn add_fills(&mut self, index: &Index<'_>, calendars: &Calendars) {
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

impl Calendars {
    fn new(roster: &Roster, timeline: &Timeline<'_>) -> Result<Self, MatchError> {
        let calendar = |zone: ZoneName, availability: &Availability| {
            let mut available = timeline.available(zone, availability)?;
            if !roster.has_availability {
                available.insert_range(..);
            }
            Ok(Calendar {
                available,
                away: timeline.away(zone, availability)?,
            })
        };
        Ok(Self {
            sites: roster
                .sites
                .par_iter()
                .map(|site| calendar(site.time_zone, &site.opening))
                .collect::<Result<_, _>>()?,
            supervisors: roster
                .supervisors
                .par_iter()
                .map(|person| calendar(person.time_zone, &person.availability))
                .collect::<Result<_, _>>()?,
            trainees: roster
                .trainees
                .par_iter()
                .map(|person| calendar(person.time_zone, &person.availability))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Returns the starts at which the supervisor of a venue can meet: inside her
/// windows and, in person, the opening hours, but for what she misses.
fn venue_starts(
    venue: &Venue,
    calendars: &Calendars,
    weekly: &WeeklyStarts,
    missed_max: u32,
) -> Vec<VenueStart> {
    let supervisor =
        calendars.supervisors[venue.supervisor].fits(weekly, venue.slots(), missed_max);
    let site = venue
        .site
        .map(|site| calendars.sites[site].fits(weekly, venue.slots(), missed_max));
    let everywhere = |start: u16| StartFit {
        start,
        inside: WeekSet::MAX,
        away: 0,
    };
    supervisor
        .iter()
        .filter_map(|fit| {
            let site = match &site {
                Some(fits) => fits[fits.binary_search_by_key(&fit.start, |f| f.start).ok()?],
                None => everywhere(fit.start),
            };
            let slot = &weekly.starts[usize::from(fit.start)];
            let missed = slot.skipped | fit.away | site.away;
            let held = slot.held & !missed;
            let meets = held & !fit.inside == 0 && held & !site.inside == 0;
            (meets && missed.count_ones() <= missed_max).then_some(VenueStart {
                start: fit.start,
                missed,
            })
        })
        .collect()
}

/// Returns the starts of a venue that a member can attend.
fn common_starts(
    venue: &[VenueStart],
    member: &[StartFit],
    weekly: &WeeklyStarts,
    missed_max: u32,
) -> Vec<u16> {
    let mut common = Vec::new();
    let mut member = member.iter().peekable();
    for at in venue {
        while member.next_if(|fit| fit.start < at.start).is_some() {}
        let Some(fit) = member.next_if(|fit| fit.start == at.start) else {
            continue;
        };
        let missed = at.missed | fit.away;
        let held = weekly.starts[usize::from(at.start)].held & !missed;
        if held & !fit.inside == 0 && missed.count_ones() <= missed_max {
            common.push(at.start);
        }
    }
    common
}
