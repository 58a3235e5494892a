//! The capacities that can be lifted, and how much of each a plan uses.

use std::collections::BTreeSet;

use crate::domain::limits::MINUTES_OF_WEEK;
use crate::domain::{Minutes, Plan, QUARTER_HOUR, Roster, Rule, SiteOrSupervisor};
use crate::matching::candidates::Candidates;

/// A capacity of a site or a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capacity {
    /// Places at a site.
    Places,
    /// Weekly contact minutes at a site.
    ContactMinutes,
    /// Units of a supervisor's caseload.
    Caseload,
    /// Weekly minutes of a supervisor's sessions.
    SupervisorMinutes,
}

impl Capacity {
    /// Every capacity.
    pub const ALL: [Self; 4] = [
        Self::Places,
        Self::ContactMinutes,
        Self::Caseload,
        Self::SupervisorMinutes,
    ];

    /// Returns the rule that keeps the capacity.
    pub const fn rule(self) -> Rule {
        match self {
            Self::Places => Rule::SiteCapacity,
            Self::ContactMinutes => Rule::SiteContactMinutes,
            Self::Caseload => Rule::CaseloadLimit,
            Self::SupervisorMinutes => Rule::SupervisorWeeklyMinutes,
        }
    }

    /// Returns the words for so much of it.
    pub const fn unit(self, much: u32) -> &'static str {
        match (self, much) {
            (Self::Places, 1) => "place",
            (Self::Places, _) => "places",
            (Self::ContactMinutes, _) => "contact minutes a week",
            (Self::Caseload, 1) => "unit of caseload",
            (Self::Caseload, _) => "units of caseload",
            (Self::SupervisorMinutes, _) => "supervision minutes a week",
        }
    }
}

/// More of a capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxation {
    /// Of what there would be more.
    pub capacity: Capacity,
    /// At which site, or of which supervisor.
    pub target: SiteOrSupervisor,
    /// How much more the plan uses that verifies it.
    pub more: u32,
}

/// A capacity of one site or supervisor, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lift {
    pub(super) capacity: Capacity,
    pub(super) position: usize,
}

const OF_SITES: [Capacity; 2] = [Capacity::Places, Capacity::ContactMinutes];
const OF_SUPERVISORS: [Capacity; 2] = [Capacity::Caseload, Capacity::SupervisorMinutes];

fn both(of: [Capacity; 2], position: usize) -> [Lift; 2] {
    of.map(|capacity| Lift { capacity, position })
}

/// Returns every capacity of a roster.
pub(super) fn of_roster(roster: &Roster) -> BTreeSet<Lift> {
    let sites = (0..roster.sites.len()).flat_map(|site| both(OF_SITES, site));
    let people = 0..roster.supervisors.len();
    sites
        .chain(people.flat_map(|person| both(OF_SUPERVISORS, person)))
        .collect()
}

/// Returns the capacities that a trainee could use.
pub(super) fn of_trainee(candidates: &Candidates<'_>, trainee: usize) -> BTreeSet<Lift> {
    let pairs = candidates.pairs_of(trainee);
    let sites = pairs.flat_map(|pair| both(OF_SITES, candidates.pairs[pair].site));
    let fills = candidates.fills_of(trainee);
    sites
        .chain(fills.flat_map(|fill| both(OF_SUPERVISORS, fill.supervisor)))
        .collect()
}

impl Lift {
    /// Makes the capacity as large as it can matter.
    pub(super) fn lift(self, roster: &mut Roster) {
        let everybody = u32::try_from(roster.trainees.len()).unwrap_or(u32::MAX);
        let at = self.position;
        match self.capacity {
            Capacity::Places => {
                let capacity = &mut roster.sites[at].capacity;
                *capacity = (*capacity).max(everybody);
            }
            Capacity::ContactMinutes => {
                let most = Minutes::MAX / QUARTER_HOUR * QUARTER_HOUR;
                roster.sites[at].contact_per_week = Minutes::new(most).unwrap_or_default();
            }
            Capacity::Caseload => self.raise(roster, everybody),
            Capacity::SupervisorMinutes => {
                let person = &mut roster.supervisors[at];
                let week = Minutes::new(MINUTES_OF_WEEK).unwrap_or_default();
                person.minutes_per_week_max = person.minutes_per_week_max.max(week);
            }
        }
    }

    /// Adds so much to the capacity.
    pub(super) fn raise(self, roster: &mut Roster, more: u32) {
        let plus = |minutes: Minutes| Minutes::new(minutes.get() + more).unwrap_or(minutes);
        let at = self.position;
        match self.capacity {
            Capacity::Places => roster.sites[at].capacity += more,
            Capacity::ContactMinutes => {
                let offered = &mut roster.sites[at].contact_per_week;
                *offered = plus(*offered);
            }
            Capacity::Caseload => {
                // Who is over the limit already has none left.
                let person = &mut roster.supervisors[at];
                person.caseload_max = person.caseload_max.max(person.caseload_current) + more;
            }
            Capacity::SupervisorMinutes => {
                let offered = &mut roster.supervisors[at].minutes_per_week_max;
                *offered = plus(*offered);
            }
        }
    }

    /// Returns the least of the capacity that could help a trainee.
    pub(super) fn least(self, candidates: &Candidates<'_>, trainee: usize) -> u32 {
        match self.capacity {
            Capacity::Places | Capacity::Caseload => 1,
            Capacity::ContactMinutes => {
                let here = candidates.pairs.iter().filter(|p| p.site == self.position);
                let own = here.clone().find(|pair| pair.trainee == trainee);
                let least = own.map(|pair| pair.contact_min);
                least
                    .or_else(|| here.map(|pair| pair.contact_min).max())
                    .unwrap_or(0)
            }
            Capacity::SupervisorMinutes => {
                let lines = candidates.lines[trainee].iter();
                lines
                    .map(|line| line.minutes_per_week.get())
                    .max()
                    .unwrap_or(0)
            }
        }
    }

    /// Returns how much more of the capacity a plan uses than there is; `None`
    /// when there is enough.
    fn relaxation(self, roster: &Roster, plan: &Plan) -> Option<Relaxation> {
        let (target, used, limit) = match self.capacity {
            Capacity::Places | Capacity::ContactMinutes => {
                let site = &roster.sites[self.position];
                let here = plan.placements.iter().filter(|p| p.site == site.key);
                let target = SiteOrSupervisor::Site(site.key.clone());
                if self.capacity == Capacity::Places {
                    (target, here.map(|_| 1).sum(), site.capacity)
                } else {
                    let used: u32 = here.map(|p| p.contact.get()).sum();
                    (target, used, site.contact_per_week.get())
                }
            }
            Capacity::Caseload | Capacity::SupervisorMinutes => {
                let person = &roster.supervisors[self.position];
                let own = plan.sessions.iter().filter(|s| s.supervisor == person.key);
                let target = SiteOrSupervisor::Supervisor(person.key.clone());
                if self.capacity == Capacity::Caseload {
                    let members = own.flat_map(|session| &session.members);
                    let members: BTreeSet<_> = members.map(|member| &member.trainee).collect();
                    let used = u32::try_from(members.len()).unwrap_or(u32::MAX);
                    (target, used, person.caseload_left())
                } else {
                    let used: u32 = own.map(|session| session.minutes.get()).sum();
                    (target, used, person.minutes_per_week_max.get())
                }
            }
        };
        (used > limit).then(|| Relaxation {
            capacity: self.capacity,
            target,
            more: used - limit,
        })
    }
}

/// Returns how much more of each capacity of a set a plan uses than there is.
pub(super) fn relaxations(roster: &Roster, set: &BTreeSet<Lift>, plan: &Plan) -> Vec<Relaxation> {
    let lifts = set.iter();
    lifts
        .filter_map(|lift| lift.relaxation(roster, plan))
        .collect()
}
