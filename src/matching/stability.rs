//! The stability audit: who and which site would both rather have each other.
//!
//! A trainee and a site *block* a plan when all of this holds: every rule about
//! the two alone admits the placement; the site ranks the trainee; the trainee
//! has no place, or ranks the site strictly better than the place in hand; and
//! the site has a free place with contact enough for the trainee, or has
//! somebody, not pinned there, whom it ranks strictly worse or not at all.
//! Whether supervisors would be found is not asked: the audit is about wishes.

use std::collections::BTreeMap;

use super::eligibility::{Index, Wishes, site_obstacle};
use crate::domain::plan::Placement;
use crate::domain::{Plan, Roster, SiteKey, TraineeKey};

/// A trainee and a site that would both rather have each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockingPair {
    /// The trainee.
    pub trainee: TraineeKey,
    /// The site.
    pub site: SiteKey,
    /// The trainee's rank of the site.
    pub trainee_rank: u32,
    /// The trainee's rank of the place in hand; `None` without one.
    pub trainee_rank_now: Option<u32>,
    /// The site's rank of the trainee.
    pub site_rank: u32,
    /// Whom the site would give up, the worst it has; `None` where it has a
    /// free place.
    pub instead_of: Option<TraineeKey>,
}

/// Returns every blocking pair of a plan that is legal for the roster, by
/// trainee and site; none where no site ranks trainees.
pub fn blocking_pairs(roster: &Roster, plan: &Plan) -> Vec<BlockingPair> {
    let audit = Audit::new(roster, plan);
    let index = Index::new(roster);
    let wishes = Wishes::of_roster(roster, &index);
    let mut pairs = Vec::new();
    for (trainee, wishes) in roster.trainees.iter().zip(&wishes) {
        let now = plan.placements.iter().find(|p| p.trainee == trainee.key);
        for (position, site) in roster.sites.iter().enumerate() {
            let admitted = site_obstacle(roster, trainee, wishes, position, site).is_none();
            let rank = wishes.rank(position).filter(|_| admitted);
            let site_rank = audit.site_rank(&site.key, &trainee.key);
            let (Some(trainee_rank), Some(site_rank)) = (rank, site_rank) else {
                continue;
            };
            let rank_now = now.map(|placement| placement.preference_rank);
            let is_there = now.is_some_and(|placement| placement.site == site.key);
            if is_there || rank_now.is_some_and(|now| now <= trainee_rank) {
                continue;
            }
            let least = trainee.contact.min().max(site.contact.min()).get();
            let pair = |instead_of| BlockingPair {
                trainee: trainee.key.clone(),
                site: site.key.clone(),
                trainee_rank,
                trainee_rank_now: rank_now,
                site_rank,
                instead_of,
            };
            let room = site.contact_per_week.get();
            if audit.placed(&site.key) < site.capacity
                && audit.least_contact(&site.key) + least <= room
            {
                pairs.push(pair(None));
            } else if let Some(worst) = audit.worst(&site.key, site_rank) {
                pairs.push(pair(Some(worst.clone())));
            }
        }
    }
    pairs
}

struct Audit<'a> {
    roster: &'a Roster,
    site_ranks: BTreeMap<(&'a SiteKey, &'a TraineeKey), u32>,
    at_site: BTreeMap<&'a SiteKey, Vec<&'a Placement>>,
}

impl<'a> Audit<'a> {
    fn new(roster: &'a Roster, plan: &'a Plan) -> Self {
        let rankings = roster.site_rankings.iter();
        let mut at_site: BTreeMap<&SiteKey, Vec<&Placement>> = BTreeMap::new();
        for placement in &plan.placements {
            at_site.entry(&placement.site).or_default().push(placement);
        }
        Self {
            roster,
            site_ranks: rankings.map(|r| ((&r.site, &r.trainee), r.rank)).collect(),
            at_site,
        }
    }

    fn site_rank(&self, site: &SiteKey, trainee: &TraineeKey) -> Option<u32> {
        self.site_ranks.get(&(site, trainee)).copied()
    }

    fn here(&self, site: &SiteKey) -> &[&'a Placement] {
        self.at_site.get(site).map_or(&[], Vec::as_slice)
    }

    fn placed(&self, site: &SiteKey) -> u32 {
        u32::try_from(self.here(site).len()).unwrap_or(u32::MAX)
    }

    /// Returns the least contact of those who are at a site.
    fn least_contact(&self, site: &SiteKey) -> u32 {
        let sites = &self.roster.sites;
        let found = sites.binary_search_by(|other| other.key.cmp(site));
        let least_of_site = found.map_or(0, |at| sites[at].contact.min().get());
        let least = |placement: &&Placement| {
            let people = &self.roster.trainees;
            let found = people.binary_search_by(|person| person.key.cmp(&placement.trainee));
            let own = found.map_or(0, |at| people[at].contact.min().get());
            own.max(least_of_site)
        };
        self.here(site).iter().map(least).sum()
    }

    /// Returns whom a site ranks worst among those it has, if worse than so
    /// much. Nobody who is pinned there is given up.
    fn worst(&self, site: &SiteKey, than: u32) -> Option<&'a TraineeKey> {
        let rank = |placement: &&&Placement| {
            let rank = self.site_rank(site, &placement.trainee);
            rank.map_or(u64::MAX, u64::from)
        };
        let is_pinned = |placement: &Placement| {
            let pins = &self.roster.pins;
            pins.iter().any(|pin| {
                pin.trainee == placement.trainee
                    && pin.target.kind() == "site"
                    && pin.target.key() == site.as_str()
            })
        };
        let free = self.here(site).iter().filter(|p| !is_pinned(p));
        let worse = free.filter(|placement| rank(placement) > u64::from(than));
        worse.max_by_key(rank).map(|placement| &placement.trainee)
    }
}
