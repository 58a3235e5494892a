//! What a roster admits for one trainee alone: which sites, which supervisors,
//! which weekly times, how much contact.

use std::collections::BTreeSet;
use std::ops::Range;

use practicum::domain::plan::WeeklyStart;
use practicum::domain::time::ZoneTable;
use practicum::domain::{
    LicenceRule, MinuteOfDay, Minutes, Role, Roster, SessionKind, SiteOrSupervisor,
    SupervisionLine, Tag, ZoneName,
};

use super::grid::{Grid, Presence, Row};
use super::place::Places;
use crate::support::plans::rank;

/// A weekly time at which a supervisor can hold a session.
pub(super) struct Slot {
    pub(super) supervisor: usize,
    /// The site of an in-person session.
    pub(super) site: Option<usize>,
    pub(super) weekly: WeeklyStart,
    pub(super) zone: ZoneName,
    pub(super) minutes: u32,
    /// The quarters of each occurrence that a clock change does not skip.
    pub(super) held: Vec<Range<usize>>,
    /// The occurrences that the supervisor attends.
    attended: Vec<Range<usize>>,
    /// The occurrences that everybody misses.
    missed: usize,
    /// Which trainees can attend.
    pub(super) suits: Vec<bool>,
}

/// A roster, worked out for each trainee alone.
pub(super) struct Facts<'a> {
    pub(super) roster: &'a Roster,
    pub(super) zones: &'a ZoneTable,
    grid: Grid,
    sites: Vec<Presence>,
    supervisors: Vec<Presence>,
    trainees: Vec<Presence>,
    pub(super) slots: Vec<Slot>,
}

/// How the contact of a site is shared.
pub(super) struct Contact {
    pub(super) short: i64,
    /// Minutes by trainee; zero for the unmatched.
    pub(super) minutes: Vec<u32>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(roster: &'a Roster, zones: &'a ZoneTable) -> Self {
        let grid = Grid::new(roster.round.term);
        let rules = |zone| zones.rules(zone).unwrap();
        let mut facts = Self {
            sites: roster
                .sites
                .iter()
                .map(|s| grid.presence(&s.opening, rules(s.time_zone)))
                .collect(),
            supervisors: roster
                .supervisors
                .iter()
                .map(|s| grid.presence(&s.availability, rules(s.time_zone)))
                .collect(),
            trainees: roster
                .trainees
                .iter()
                .map(|t| grid.presence(&t.availability, rules(t.time_zone)))
                .collect(),
            slots: Vec::new(),
            roster,
            zones,
            grid,
        };
        facts.slots = facts.all_slots();
        facts
    }

    fn all_slots(&self) -> Vec<Slot> {
        let lines = &self.roster.supervision_lines;
        let durations: BTreeSet<u32> = lines.iter().map(|l| l.minutes_per_week.get()).collect();
        let mut slots = Vec::new();
        for (index, supervisor) in self.roster.supervisors.iter().enumerate() {
            let mut ways = Vec::new();
            if supervisor.delivery.video() {
                ways.push((None, supervisor.time_zone));
            }
            for (site_index, site) in self.roster.sites.iter().enumerate() {
                if supervisor.delivery.in_person() && supervisor.sites.contains(&site.key) {
                    ways.push((Some(site_index), site.time_zone));
                }
            }
            for minutes in durations.iter().copied().filter(|minutes| *minutes > 0) {
                for (site, zone) in &ways {
                    for weekly in self.starts() {
                        slots.extend(self.slot(index, *site, *zone, weekly, minutes));
                    }
                }
            }
        }
        slots
    }

    fn starts(&self) -> impl Iterator<Item = WeeklyStart> + use<> {
        let step = usize::try_from(self.roster.round.session_start_step.get()).unwrap();
        (0..7_u8).flat_map(move |day| {
            (0..1440_u16).step_by(step).map(move |minute| WeeklyStart {
                weekday: chrono::Weekday::try_from(day).unwrap(),
                start: MinuteOfDay::new(minute).unwrap(),
            })
        })
    }

    fn slot(
        &self,
        supervisor: usize,
        site: Option<usize>,
        zone: ZoneName,
        weekly: WeeklyStart,
        minutes: u32,
    ) -> Option<Slot> {
        let rules = self.zones.rules(zone).unwrap();
        let all = self.grid.occurrences(rules, weekly, minutes);
        let held: Vec<Range<usize>> = all.iter().flatten().cloned().collect();
        let own = &self.supervisors[supervisor];
        let mut attended = held.clone();
        attended.retain(|q| !any(&own.away, q));
        if let Some(site) = site {
            attended.retain(|q| !any(&self.sites[site].away, q));
        }
        let missed = all.len() - attended.len();
        let is_open = |row: &Row| {
            !self.roster.has_availability
                || attended.iter().all(|q| row[q.clone()].iter().all(|f| *f))
        };
        let most = usize::try_from(self.roster.round.missed_sessions_max).unwrap();
        let possible = missed <= most
            && is_open(&own.free)
            && site.is_none_or(|s| is_open(&self.sites[s].free));
        possible.then(|| {
            let mut slot = Slot {
                supervisor,
                site,
                weekly,
                zone,
                minutes,
                held,
                attended,
                missed,
                suits: Vec::new(),
            };
            slot.suits = self.trainees.iter().map(|t| self.suits(&slot, t)).collect();
            slot
        })
    }

    fn suits(&self, slot: &Slot, trainee: &Presence) -> bool {
        let (away, there): (Vec<_>, Vec<_>) =
            slot.attended.iter().partition(|q| any(&trainee.away, q));
        let most = usize::try_from(self.roster.round.missed_sessions_max).unwrap();
        slot.missed + away.len() <= most
            && (!self.roster.has_availability
                || there
                    .iter()
                    .all(|q| trainee.free[(*q).clone()].iter().all(|f| *f)))
    }

    /// Returns which occurrences of a slot a trainee misses, a bit for each.
    pub(super) fn missed_by(&self, slot: &Slot, trainee: usize) -> u128 {
        let rules = self.zones.rules(slot.zone).unwrap();
        let all = self.grid.occurrences(rules, slot.weekly, slot.minutes);
        let mut away = vec![
            &self.supervisors[slot.supervisor].away,
            &self.trainees[trainee].away,
        ];
        away.extend(slot.site.map(|site| &self.sites[site].away));
        all.iter().enumerate().fold(0, |missed, (week, held)| {
            let is_missed = held
                .as_ref()
                .is_none_or(|q| away.iter().any(|away| any(away, q)));
            missed | u128::from(is_missed) << week
        })
    }

    pub(super) fn site_rank(&self, trainee: usize, site: usize) -> Option<u32> {
        let roster = self.roster;
        rank(
            roster,
            &roster.trainees[trainee].key,
            &roster.sites[site].key,
        )
    }

    /// Says whether a trainee may be at a site, whoever else is there, and is
    /// pinned to no other.
    pub(super) fn may_be_at(&self, trainee: usize, site: usize) -> bool {
        let who = &self.roster.trainees[trainee];
        let at_site = SiteOrSupervisor::Site(self.roster.sites[site].key.clone());
        let mut pins = self.roster.pins.iter().filter(|pin| pin.trainee == who.key);
        self.is_admitted(trainee, site)
            && pins.all(|pin| {
                matches!(pin.target, SiteOrSupervisor::Supervisor(_)) || pin.target == at_site
            })
    }

    /// Says whether the rules about the two alone admit a trainee to a site.
    pub(super) fn is_admitted(&self, trainee: usize, site: usize) -> bool {
        let who = &self.roster.trainees[trainee];
        let place = &self.roster.sites[site];
        let at_site = SiteOrSupervisor::Site(place.key.clone());
        let excluded = |target: &SiteOrSupervisor| {
            let mut exclusions = self.roster.exclusions.iter();
            exclusions.any(|e| e.trainee == who.key && e.target == *target)
        };
        let closed = self.roster.round.excluded_supervisor_closes_sites
            && self.roster.supervisors.iter().any(|s| {
                s.sites.contains(&place.key)
                    && excluded(&SiteOrSupervisor::Supervisor(s.key.clone()))
            });
        let mut forbids = self.roster.forbids.iter();
        self.site_rank(trainee, site).is_some()
            && place.agreement.covers(self.roster.round.term)
            && who.modalities_required.is_subset(&place.modalities)
            && speak(&who.languages, &place.languages)
            && !excluded(&at_site)
            && !closed
            && !forbids.any(|f| f.trainee == who.key && f.target == at_site)
    }

    /// Says whether a supervisor may fill a line of a trainee at a site.
    pub(super) fn may_supervise(
        &self,
        supervisor: usize,
        trainee: usize,
        line: &SupervisionLine,
        site: usize,
    ) -> bool {
        let who = &self.roster.trainees[trainee];
        let by = &self.roster.supervisors[supervisor];
        let target = SiteOrSupervisor::Supervisor(by.key.clone());
        let mut exclusions = self.roster.exclusions.iter();
        let mut forbids = self.roster.forbids.iter();
        by.role == line.role
            && (line.role == Role::Faculty || by.sites.contains(&self.roster.sites[site].key))
            && speak(&who.languages, &by.languages)
            && (line.licence == LicenceRule::Any
                || by.is_licensed(&who.jurisdiction, self.roster.round.term))
            && !exclusions.any(|e| e.trainee == who.key && e.target == target)
            && !forbids.any(|f| f.trainee == who.key && f.target == target)
    }

    /// Returns the least contact of a trainee at a site.
    fn contact_least(&self, trainee: usize, site: usize) -> u32 {
        let (who, place) = (&self.roster.trainees[trainee], &self.roster.sites[site]);
        who.contact
            .min()
            .max(place.contact.min())
            .get()
            .next_multiple_of(15)
    }

    /// Returns the most contact of each trainee, sessions aside.
    pub(super) fn contact_most_alone(&self, places: &Places) -> Vec<u32> {
        let mut most = vec![0; self.roster.trainees.len()];
        for (trainee, site) in places.matched() {
            most[trainee] = self.contact_most(trainee, site, None);
        }
        most
    }

    /// Returns the most contact of a trainee at a site beside the sessions:
    /// each its kind, its minutes and, once it is known, its weekly time.
    /// Without sessions the ratio does not restrict.
    pub(super) fn contact_most(
        &self,
        trainee: usize,
        site: usize,
        sessions: Option<&[(SessionKind, Minutes, Option<&Slot>)]>,
    ) -> u32 {
        let (who, place) = (&self.roster.trainees[trainee], &self.roster.sites[site]);
        let target = self.roster.contact_target(who);
        let mut most = who.contact.max().min(place.contact.max());
        most = most.min(target.max(place.contact.min()));
        if let (Some(ratio), Some(sessions), false) = (
            self.roster.round.ratio,
            sessions,
            self.roster.supervision_lines.is_empty(),
        ) {
            most = most.min(
                ratio.contact_allowed(sessions.iter().map(|(kind, minutes, _)| (*kind, *minutes))),
            );
        }
        let slots = sessions
            .unwrap_or(&[])
            .iter()
            .filter_map(|(_, _, slot)| *slot);
        let room = self.room(trainee, site, slots);
        let most = room.map_or(most.get(), |room| most.get().min(room));
        most / 15 * 15
    }

    /// Returns the minutes that the fullest week leaves for contact; `None`
    /// when no week restricts it.
    fn room<'s>(
        &self,
        trainee: usize,
        site: usize,
        slots: impl Iterator<Item = &'s Slot>,
    ) -> Option<u32> {
        if !self.roster.has_availability {
            return None;
        }
        let (who, place) = (&self.trainees[trainee], &self.sites[site]);
        let rules = self.zones.rules(self.roster.sites[site].time_zone).unwrap();
        let mut busy = vec![false; who.free.len()];
        for quarters in slots.flat_map(|slot| &slot.held) {
            busy[quarters.clone()].fill(true);
        }
        self.grid
            .full_weeks(rules)
            .into_iter()
            .filter(|week| !any(&who.away, week) && !any(&place.away, week))
            .map(|week| {
                let together = week.filter(|q| who.free[*q] && place.free[*q] && !busy[*q]);
                u32::try_from(together.count()).unwrap() * 15
            })
            .min()
    }

    /// Says whether every site has contact for the least of everybody and for
    /// what some need beyond it.
    pub(super) fn has_contact(&self, places: &Places, needed: &[u32]) -> bool {
        let mut left: Vec<i64> = Vec::new();
        for site in &self.roster.sites {
            left.push(i64::from(site.contact_per_week.get()));
        }
        for (trainee, site) in places.matched() {
            let least = self.contact_least(trainee, site).max(needed[trainee]);
            left[site] -= i64::from(least);
        }
        left.iter().all(|left| *left >= 0)
    }

    /// Returns how contact is shared when each trainee can have at most so
    /// much; `None` when somebody cannot have enough.
    pub(super) fn share_contact(&self, places: &Places, most: &[u32]) -> Option<Contact> {
        self.share_contact_with(places, most, &vec![0; most.len()])
    }

    /// The same where some need more than the least.
    pub(super) fn share_contact_with(
        &self,
        places: &Places,
        most: &[u32],
        needed: &[u32],
    ) -> Option<Contact> {
        let mut minutes = vec![0; most.len()];
        let mut left: Vec<u32> = self
            .roster
            .sites
            .iter()
            .map(|s| s.contact_per_week.get())
            .collect();
        for (trainee, site) in places.matched() {
            minutes[trainee] = self.contact_least(trainee, site).max(needed[trainee]);
            if minutes[trainee] > most[trainee] {
                return None;
            }
            left[site] = left[site].checked_sub(minutes[trainee])?;
        }
        let mut short = 0;
        for (trainee, site) in places.matched() {
            let more = (most[trainee] - minutes[trainee]).min(left[site] / 15 * 15);
            minutes[trainee] += more;
            left[site] -= more;
            let target = self
                .roster
                .contact_target(&self.roster.trainees[trainee])
                .get();
            short += i64::from(target.saturating_sub(minutes[trainee]));
        }
        Some(Contact { short, minutes })
    }
}

fn any(row: &Row, quarters: &Range<usize>) -> bool {
    row[quarters.clone()].iter().any(|marked| *marked)
}

fn speak(a: &BTreeSet<Tag>, b: &BTreeSet<Tag>) -> bool {
    a.is_empty() || b.is_empty() || !a.is_disjoint(b)
}
