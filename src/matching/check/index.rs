//! Finds what a plan names: rosters and plans by key. Whatever is not found
//! here is reported by `references` and passed over by every other rule.

use std::collections::{BTreeSet, HashMap};

use crate::domain::plan::{Placement, Session, SessionMember};
use crate::domain::{
    Minutes, Plan, Roster, Site, SiteKey, SiteOrSupervisor, SupervisionLine, Supervisor,
    SupervisorKey, Tag, Trainee, TraineeKey, UnrankedSites,
};

/// A line of a trainee as the plan fills it.
#[derive(Clone, Copy)]
pub(super) struct Filled<'a> {
    pub(super) session: &'a Session,
    pub(super) line: &'a Tag,
}

/// A roster and a plan, by key.
pub(super) struct Index<'a> {
    pub(super) roster: &'a Roster,
    pub(super) plan: &'a Plan,
    sites: HashMap<&'a SiteKey, &'a Site>,
    supervisors: HashMap<&'a SupervisorKey, &'a Supervisor>,
    trainees: HashMap<&'a TraineeKey, &'a Trainee>,
    placements: HashMap<&'a TraineeKey, &'a Placement>,
    filled: HashMap<&'a TraineeKey, Vec<Filled<'a>>>,
    site_ranks: HashMap<&'a TraineeKey, HashMap<&'a SiteKey, u32>>,
    supervisor_ranks: HashMap<&'a TraineeKey, Vec<(&'a SupervisorKey, u32)>>,
    targets: HashMap<&'a TraineeKey, Minutes>,
}

impl<'a> Index<'a> {
    pub(super) fn new(roster: &'a Roster, plan: &'a Plan) -> Self {
        let mut index = Self {
            roster,
            plan,
            sites: roster.sites.iter().map(|s| (&s.key, s)).collect(),
            supervisors: roster.supervisors.iter().map(|s| (&s.key, s)).collect(),
            trainees: roster.trainees.iter().map(|t| (&t.key, t)).collect(),
            placements: HashMap::new(),
            filled: HashMap::new(),
            site_ranks: HashMap::new(),
            supervisor_ranks: HashMap::new(),
            targets: HashMap::new(),
        };
        for placement in &plan.placements {
            index
                .placements
                .entry(&placement.trainee)
                .or_insert(placement);
        }
        for session in &plan.sessions {
            for SessionMember { trainee, line } in &session.members {
                let filled = index.filled.entry(trainee).or_default();
                filled.push(Filled { session, line });
            }
        }
        for preference in &roster.preferences {
            let (trainee, rank) = (&preference.trainee, preference.rank);
            match &preference.target {
                SiteOrSupervisor::Site(site) => {
                    let ranks = index.site_ranks.entry(trainee).or_default();
                    ranks.insert(site, rank);
                }
                SiteOrSupervisor::Supervisor(supervisor) => {
                    let ranks = index.supervisor_ranks.entry(trainee).or_default();
                    ranks.push((supervisor, rank));
                }
            }
        }
        for placement in &plan.placements {
            if let Some(trainee) = index.trainee(&placement.trainee) {
                let target = roster.contact_target(trainee);
                index.targets.insert(&trainee.key, target);
            }
        }
        index
    }

    pub(super) fn site(&self, key: &SiteKey) -> Option<&'a Site> {
        self.sites.get(key).copied()
    }

    pub(super) fn supervisor(&self, key: &SupervisorKey) -> Option<&'a Supervisor> {
        self.supervisors.get(key).copied()
    }

    pub(super) fn trainee(&self, key: &TraineeKey) -> Option<&'a Trainee> {
        self.trainees.get(key).copied()
    }

    /// Returns where the plan places a trainee.
    pub(super) fn placement(&self, trainee: &TraineeKey) -> Option<&'a Placement> {
        self.placements.get(trainee).copied()
    }

    /// Returns every placement whose trainee and site the roster has.
    pub(super) fn placed(&self) -> impl Iterator<Item = (&'a Placement, &'a Trainee, &'a Site)> {
        self.plan.placements.iter().filter_map(|placement| {
            let trainee = self.trainee(&placement.trainee)?;
            let site = self.site(&placement.site)?;
            Some((placement, trainee, site))
        })
    }

    /// Returns the lines that the plan fills for a trainee.
    pub(super) fn filled(&self, trainee: &TraineeKey) -> &[Filled<'a>] {
        self.filled.get(trainee).map_or(&[], Vec::as_slice)
    }

    /// Returns the members of a session whom the roster has.
    pub(super) fn members(
        &self,
        session: &'a Session,
    ) -> impl Iterator<Item = (&'a SessionMember, &'a Trainee)> {
        session
            .members
            .iter()
            .filter_map(|member| Some((member, self.trainee(&member.trainee)?)))
    }

    /// Returns who meets in a session, each once.
    pub(super) fn distinct_members(&self, session: &'a Session) -> BTreeSet<&'a TraineeKey> {
        session.members.iter().map(|m| &m.trainee).collect()
    }

    /// Returns the line of that name of the trainee's level.
    pub(super) fn line(&self, trainee: &'a Trainee, line: &Tag) -> Option<&'a SupervisionLine> {
        self.roster
            .lines_of(&trainee.level)
            .find(|l| l.line == *line)
    }

    /// Returns the weekly contact that a placed trainee wants.
    pub(super) fn target(&self, trainee: &Trainee) -> Minutes {
        self.targets.get(&trainee.key).copied().unwrap_or_default()
    }

    /// Returns the ranks that a trainee gave to sites.
    pub(super) fn site_ranks(&self, trainee: &TraineeKey) -> impl Iterator<Item = u32> {
        let ranks = self.site_ranks.get(trainee).into_iter();
        ranks.flat_map(|ranks| ranks.values().copied())
    }

    /// Returns the supervisors whom a trainee ranked, with their ranks.
    pub(super) fn supervisor_ranks(
        &self,
        trainee: &TraineeKey,
    ) -> impl Iterator<Item = (&'a SupervisorKey, u32)> {
        let ranks = self.supervisor_ranks.get(trainee);
        ranks.into_iter().flatten().copied()
    }

    /// Returns the trainee's rank of a site; `None` where the trainee cannot
    /// be placed for want of a rank.
    pub(super) fn site_rank(&self, trainee: &TraineeKey, site: &SiteKey) -> Option<u32> {
        let ranks = self.site_ranks.get(trainee);
        if let Some(rank) = ranks.and_then(|ranks| ranks.get(site)) {
            return Some(*rank);
        }
        match self.roster.round.unranked_sites {
            UnrankedSites::Forbidden => None,
            UnrankedSites::Last => {
                let largest = ranks.and_then(|ranks| ranks.values().max());
                Some(largest.copied().unwrap_or(0).saturating_add(1))
            }
        }
    }
}
