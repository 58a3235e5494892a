//! Trainees and supervisors whose common hours a clock change pulls apart.
//!
//! Two zones seldom change their clocks on the same day, and some never do. A
//! weekly start that suits both on one side of a change may lie outside the
//! windows of one of them on the other. Such a start cannot be used in the
//! term; where no other is left, the two cannot meet at all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, Weekday};
use rayon::prelude::*;

use crate::domain::time::matching_days;
use crate::domain::{MinuteOfDay, SiteOrSupervisor, SupervisorKey, Tag, TraineeKey, ZoneName};
use crate::matching::MatchError;
use crate::matching::calendar::{Calendar, Calendars, StartFit};
use crate::matching::candidates::Candidates;
use crate::matching::timeline::{Timeline, WeekSet, WeeklySlot};

/// Whose windows a session is moved out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MovedOutOf {
    /// The trainee's.
    Trainee(TraineeKey),
    /// The supervisor's, or the opening hours of the site.
    SiteOrSupervisor(SiteOrSupervisor),
}

/// A weekly start that a clock change moves out of somebody's windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedStart {
    /// Weekday in the anchor zone.
    pub weekday: Weekday,
    /// Wall-clock start in the anchor zone.
    pub start: MinuteOfDay,
    /// The anchor zone.
    pub time_zone: ZoneName,
    /// First date, local in the anchor zone, on which it lies outside.
    pub day: NaiveDate,
    /// Whose windows it lies outside on that date.
    pub out_of: MovedOutOf,
}

/// A trainee and a supervisor who have no weekly start in common all term, but
/// would have one were it not for a clock change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    /// The trainee.
    pub trainee: TraineeKey,
    /// The line that the supervisor could fill.
    pub line: Tag,
    /// The supervisor.
    pub supervisor: SupervisorKey,
    /// One of the starts that they lose.
    pub example: MovedStart,
}

/// What clock changes cost those of one zone who could meet those of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockLoss {
    /// Zone of the trainees.
    pub trainee_zone: ZoneName,
    /// Zone of the supervisors.
    pub supervisor_zone: ZoneName,
    /// Trainees and supervisors who could meet for a line and lose some start.
    pub meetings: usize,
    /// Starts that they lose, summed up.
    pub starts_lost: usize,
    /// How many of those meetings have no start left.
    pub parted: usize,
}

/// What clock changes within the term cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClockChanges {
    /// By the zones of trainee and supervisor.
    pub losses: Vec<ClockLoss>,
    /// Those who cannot meet at all for it, by trainee, line and supervisor.
    pub parted: Vec<Parted>,
}

/// How somebody could meet, seen start by start.
struct Meeting {
    line: usize,
    supervisor: usize,
    starts_left: usize,
    starts_lost: usize,
    example: Option<MovedStart>,
}

/// Returns what clock changes cost, from candidates that are not pruned.
pub(super) fn clock_changes(
    candidates: &Candidates<'_>,
    calendars: &Calendars,
    timeline: &Timeline<'_>,
) -> Result<ClockChanges, MatchError> {
    let roster = candidates.roster;
    let mut changes: BTreeMap<ZoneName, Vec<u32>> = BTreeMap::new();
    for zone in roster.zones() {
        changes.insert(zone, timeline.change_slots(zone)?);
    }
    if changes.values().all(Vec::is_empty) {
        return Ok(ClockChanges::default());
    }
    let finder = Finder::new(candidates, calendars, changes);
    let meetings: Vec<Vec<Meeting>> = (0..roster.trainees.len())
        .into_par_iter()
        .map(|trainee| finder.meetings(trainee))
        .collect();
    let mut losses: BTreeMap<(ZoneName, ZoneName), ClockLoss> = BTreeMap::new();
    let mut parted = Vec::new();
    for (person, (trainee, meetings)) in
        roster.trainees.iter().zip(meetings.into_iter().enumerate())
    {
        for meeting in meetings {
            let Some(example) = meeting.example else {
                continue;
            };
            let supervisor = &roster.supervisors[meeting.supervisor];
            let zones = (person.time_zone, supervisor.time_zone);
            let loss = losses.entry(zones).or_insert(ClockLoss {
                trainee_zone: zones.0,
                supervisor_zone: zones.1,
                meetings: 0,
                starts_lost: 0,
                parted: 0,
            });
            loss.meetings += 1;
            loss.starts_lost += meeting.starts_lost;
            if meeting.starts_left == 0 {
                loss.parted += 1;
                parted.push(Parted {
                    trainee: person.key.clone(),
                    line: candidates.lines[trainee][meeting.line].line.clone(),
                    supervisor: supervisor.key.clone(),
                    example,
                });
            }
        }
    }
    Ok(ClockChanges {
        losses: losses.into_values().collect(),
        parted,
    })
}

/// The fits of every start, whatever is missed, in the order of the starts.
type Fits = Vec<StartFit>;

struct Finder<'c> {
    candidates: &'c Candidates<'c>,
    calendars: &'c Calendars,
    /// First slots after each clock change of a zone.
    changes: BTreeMap<ZoneName, Vec<u32>>,
    /// Fits of supervisor and site, by venue.
    supervisors: Vec<Fits>,
    sites: Vec<Option<Fits>>,
}

impl<'c> Finder<'c> {
    fn new(
        candidates: &'c Candidates<'c>,
        calendars: &'c Calendars,
        changes: BTreeMap<ZoneName, Vec<u32>>,
    ) -> Self {
        let fits = |calendar: &Calendar, venue: usize| {
            let venue = &candidates.venues[venue];
            calendar.fits(&candidates.weekly[&venue.zone], venue.slots(), u32::MAX)
        };
        let venues = 0..candidates.venues.len();
        let of_supervisor = |venue: usize| {
            let supervisor = candidates.venues[venue].supervisor;
            fits(&calendars.supervisors[supervisor], venue)
        };
        let of_site = |venue: usize| {
            let site = candidates.venues[venue].site;
            site.map(|site| fits(&calendars.sites[site], venue))
        };
        Self {
            candidates,
            calendars,
            changes,
            supervisors: venues.clone().into_par_iter().map(of_supervisor).collect(),
            sites: venues.into_par_iter().map(of_site).collect(),
        }
    }

    /// Looks at every way in which a trainee could meet a supervisor.
    fn meetings(&self, trainee: usize) -> Vec<Meeting> {
        let mut venues: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
        for fill in self
            .candidates
            .fills_of(trainee)
            .filter(|fill| fill.meets())
        {
            let site = fill.pair.map(|pair| self.candidates.pairs[pair].site);
            let all = &self.candidates.venues;
            let first = all.partition_point(|venue| venue.supervisor < fill.supervisor);
            let own = all.iter().enumerate().skip(first);
            let own = own.take_while(|(_, venue)| venue.supervisor == fill.supervisor);
            let suits = own.filter(|(_, venue)| {
                venue.minutes == fill.minutes && (venue.site.is_none() || venue.site == site)
            });
            let known = venues.entry((fill.line, fill.supervisor)).or_default();
            known.extend(suits.map(|(venue, _)| venue));
        }
        let mut fits: BTreeMap<(ZoneName, u32), Fits> = BTreeMap::new();
        let mut meetings = Vec::new();
        for ((line, supervisor), venues) in venues {
            let mut meeting = Meeting {
                line,
                supervisor,
                starts_left: 0,
                starts_lost: 0,
                example: None,
            };
            for venue in venues {
                let anchor = (
                    self.candidates.venues[venue].zone,
                    self.candidates.venues[venue].slots(),
                );
                let own = fits.entry(anchor).or_insert_with(|| {
                    let weekly = &self.candidates.weekly[&anchor.0];
                    self.calendars.trainees[trainee].fits(weekly, anchor.1, u32::MAX)
                });
                self.look(trainee, venue, own, &mut meeting);
            }
            meetings.push(meeting);
        }
        meetings
    }

    /// Counts the starts of a venue that are left and those that are lost.
    fn look(&self, trainee: usize, venue: usize, own: &Fits, meeting: &mut Meeting) {
        let roster = self.candidates.roster;
        let zone = self.candidates.venues[venue].zone;
        let supervisor_zone = roster.supervisors[meeting.supervisor].time_zone;
        let zones = BTreeSet::from([zone, supervisor_zone, roster.trainees[trainee].time_zone]);
        let mut changes: Vec<u32> = zones
            .iter()
            .flat_map(|zone| self.changes[zone].iter().copied())
            .collect();
        changes.sort_unstable();
        for (position, trainee_fit) in own.iter().enumerate() {
            let supervisor_fit = self.supervisors[venue][position];
            let site_fit = self.sites[venue].as_ref().map(|fits| fits[position]);
            let slot = &self.candidates.weekly[&zone].starts[usize::from(trainee_fit.start)];
            let outside = Outside::new(slot, *trainee_fit, supervisor_fit, site_fit);
            if outside.missed.count_ones() > roster.round.missed_sessions_max {
                continue;
            }
            if outside.of_anybody() == 0 {
                meeting.starts_left += 1;
            } else if outside.is_by_clock_change(slot, &changes) {
                meeting.starts_lost += 1;
                if meeting.example.is_none() {
                    meeting.example = self.example(trainee, venue, slot, &outside);
                }
            }
        }
    }

    fn example(
        &self,
        trainee: usize,
        venue: usize,
        slot: &WeeklySlot,
        outside: &Outside,
    ) -> Option<MovedStart> {
        let roster = self.candidates.roster;
        let venue = &self.candidates.venues[venue];
        let first = outside.of_anybody() & outside.of_anybody().wrapping_neg();
        let week = usize::try_from(first.trailing_zeros()).ok()?;
        let site = venue.site.map(|site| &roster.sites[site]);
        let out_of = if outside.trainee & first != 0 {
            MovedOutOf::Trainee(roster.trainees[trainee].key.clone())
        } else if outside.supervisor & first != 0 {
            let key = roster.supervisors[venue.supervisor].key.clone();
            MovedOutOf::SiteOrSupervisor(SiteOrSupervisor::Supervisor(key))
        } else {
            MovedOutOf::SiteOrSupervisor(SiteOrSupervisor::Site(site?.key.clone()))
        };
        Some(MovedStart {
            weekday: slot.weekday,
            start: slot.start,
            time_zone: venue.zone,
            day: matching_days(roster.round.term, slot.weekday).nth(week)?,
            out_of,
        })
    }
}

/// The weeks in which a session would lie outside somebody's windows.
struct Outside {
    trainee: WeekSet,
    supervisor: WeekSet,
    site: WeekSet,
    /// Weeks that are missed and do not count.
    missed: WeekSet,
}

impl Outside {
    fn new(
        slot: &WeeklySlot,
        trainee: StartFit,
        supervisor: StartFit,
        site: Option<StartFit>,
    ) -> Self {
        let closed = site.map_or(0, |site| site.away);
        let not_held = slot.skipped | supervisor.away | closed;
        let held = slot.held & !not_held;
        Self {
            trainee: held & !trainee.away & !trainee.inside,
            supervisor: held & !supervisor.inside,
            site: site.map_or(0, |site| held & !site.inside),
            missed: not_held | trainee.away,
        }
    }

    fn of_anybody(&self) -> WeekSet {
        self.trainee | self.supervisor | self.site
    }

    /// Says whether the start suits everybody in all weeks between some two
    /// clock changes, so that only a change makes it unfit.
    fn is_by_clock_change(&self, slot: &WeeklySlot, changes: &[u32]) -> bool {
        if slot.held & !self.missed & !self.of_anybody() == 0 {
            // Outside in every week, as most are: no need to look closer.
            return false;
        }
        let mut stretches = vec![0; changes.len() + 1];
        let mut weeks = slot.held;
        for first in &slot.occurrences {
            let week = weeks & weeks.wrapping_neg();
            weeks ^= week;
            stretches[changes.partition_point(|change| change <= first)] |= week;
        }
        let suits = |weeks: &WeekSet| weeks & !self.missed != 0 && weeks & self.of_anybody() == 0;
        stretches.iter().any(suits)
    }
}
