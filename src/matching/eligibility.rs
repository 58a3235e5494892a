//! Who may be where and with whom at all, before any time or capacity.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::{
    LicenceRule, Roster, Rule, Site, SiteKey, SiteOrSupervisor, SupervisionLine, Supervisor,
    SupervisorKey, Tag, Trainee, TraineeKey, UnrankedSites,
};

/// Positions of keys in the lists of the roster.
pub(super) struct Index<'a> {
    sites: HashMap<&'a SiteKey, usize>,
    supervisors: HashMap<&'a SupervisorKey, usize>,
    trainees: HashMap<&'a TraineeKey, usize>,
}

impl<'a> Index<'a> {
    /// Returns the index of a roster.
    pub(super) fn new(roster: &'a Roster) -> Self {
        Self {
            sites: roster
                .sites
                .iter()
                .enumerate()
                .map(|(i, s)| (&s.key, i))
                .collect(),
            supervisors: roster
                .supervisors
                .iter()
                .enumerate()
                .map(|(i, s)| (&s.key, i))
                .collect(),
            trainees: roster
                .trainees
                .iter()
                .enumerate()
                .map(|(i, t)| (&t.key, i))
                .collect(),
        }
    }

    pub(super) fn site(&self, key: &SiteKey) -> Option<usize> {
        self.sites.get(key).copied()
    }

    pub(super) fn supervisor(&self, key: &SupervisorKey) -> Option<usize> {
        self.supervisors.get(key).copied()
    }

    pub(super) fn trainee(&self, key: &TraineeKey) -> Option<usize> {
        self.trainees.get(key).copied()
    }
}

/// Sites and supervisors, by position.
#[derive(Clone, Default)]
pub(super) struct Targets {
    pub(super) sites: BTreeSet<usize>,
    pub(super) supervisors: BTreeSet<usize>,
}

impl Targets {
    fn insert(&mut self, index: &Index<'_>, target: &SiteOrSupervisor) {
        match target {
            SiteOrSupervisor::Site(key) => self.sites.extend(index.site(key)),
            SiteOrSupervisor::Supervisor(key) => self.supervisors.extend(index.supervisor(key)),
        }
    }
}

/// What one trainee wishes, must avoid and must have.
#[derive(Clone, Default)]
pub(super) struct Wishes {
    /// Rank of each ranked site.
    pub(super) site_ranks: BTreeMap<usize, u32>,
    /// Rank of the sites that are not ranked, where they are admitted.
    pub(super) unranked: Option<u32>,
    /// Rank of each ranked supervisor.
    supervisor_ranks: BTreeMap<usize, u32>,
    pub(super) excluded: Targets,
    pub(super) forbidden: Targets,
    pub(super) pinned: Targets,
}

impl Wishes {
    /// Returns the wishes of every trainee, by position.
    pub(super) fn of_roster(roster: &Roster, index: &Index<'_>) -> Vec<Self> {
        let mut wishes = vec![Self::default(); roster.trainees.len()];
        for preference in &roster.preferences {
            if let Some(trainee) = index.trainee(&preference.trainee) {
                wishes[trainee].rank_target(index, &preference.target, preference.rank);
            }
        }
        for exclusion in &roster.exclusions {
            if let Some(trainee) = index.trainee(&exclusion.trainee) {
                wishes[trainee].excluded.insert(index, &exclusion.target);
            }
        }
        for forbid in &roster.forbids {
            if let Some(trainee) = index.trainee(&forbid.trainee) {
                wishes[trainee].forbidden.insert(index, &forbid.target);
            }
        }
        for pin in &roster.pins {
            if let Some(trainee) = index.trainee(&pin.trainee) {
                wishes[trainee].pinned.insert(index, &pin.target);
            }
        }
        for wish in &mut wishes {
            wish.close_sites_of_excluded_supervisors(roster, index);
            if roster.round.unranked_sites == UnrankedSites::Last {
                let worst = wish.site_ranks.values().max().copied().unwrap_or(0);
                wish.unranked = Some(worst.saturating_add(1));
            }
        }
        wishes
    }

    fn close_sites_of_excluded_supervisors(&mut self, roster: &Roster, index: &Index<'_>) {
        if roster.round.excluded_supervisor_closes_sites {
            for supervisor in &self.excluded.supervisors {
                let sites = &roster.supervisors[*supervisor].sites;
                self.excluded
                    .sites
                    .extend(sites.iter().filter_map(|site| index.site(site)));
            }
        }
    }

    fn rank_target(&mut self, index: &Index<'_>, target: &SiteOrSupervisor, rank: u32) {
        let (ranks, position) = match target {
            SiteOrSupervisor::Site(key) => (&mut self.site_ranks, index.site(key)),
            SiteOrSupervisor::Supervisor(key) => {
                (&mut self.supervisor_ranks, index.supervisor(key))
            }
        };
        ranks.extend(position.map(|position| (position, rank)));
    }

    /// Returns the dense rank of a site: the trainee's distinct ranks counted
    /// up to that of the site.
    pub(super) fn dense_rank(&self, site: usize) -> u32 {
        let ranks: BTreeSet<u32> = self.site_ranks.values().copied().collect();
        let better = |rank: &&u32| self.rank(site).is_none_or(|own| **rank < own);
        u32::try_from(ranks.iter().filter(better).count() + 1).unwrap_or(u32::MAX)
    }

    /// Returns what a supervisor counts: the trainee's rank of her, one more
    /// than the last for one who is not ranked, and nothing when nobody is.
    pub(super) fn supervisor_rank(&self, supervisor: usize) -> u32 {
        let last = self.supervisor_ranks.values().max();
        let unranked = last.map_or(0, |last| last.saturating_add(1));
        let rank = self.supervisor_ranks.get(&supervisor);
        rank.copied().unwrap_or(unranked)
    }

    /// Says whether the trainee has ranked any supervisor.
    pub(super) fn has_ranked_supervisors(&self) -> bool {
        !self.supervisor_ranks.is_empty()
    }

    /// Returns the trainee's rank of a site, or `None` where it is closed to
    /// the trainee for want of a rank.
    pub(super) fn rank(&self, site: usize) -> Option<u32> {
        self.site_ranks.get(&site).copied().or(self.unranked)
    }
}

fn shares_language(one: &BTreeSet<Tag>, other: &BTreeSet<Tag>) -> bool {
    one.is_empty() || other.is_empty() || !one.is_disjoint(other)
}

/// Returns the first rule that closes a site to a trainee, if one does.
pub(super) fn site_obstacle(
    roster: &Roster,
    trainee: &Trainee,
    wishes: &Wishes,
    position: usize,
    site: &Site,
) -> Option<Rule> {
    if wishes.rank(position).is_none() {
        Some(Rule::SiteRanked)
    } else if wishes.excluded.sites.contains(&position) {
        Some(Rule::ConflictOfInterest)
    } else if wishes.forbidden.sites.contains(&position) {
        Some(Rule::Forbidden)
    } else if !site.agreement.covers(roster.round.term) {
        Some(Rule::AgreementCoversTerm)
    } else if !trainee.modalities_required.is_subset(&site.modalities) {
        Some(Rule::ModalityOffered)
    } else if !shares_language(&trainee.languages, &site.languages) {
        Some(Rule::LanguageShared)
    } else {
        None
    }
}

/// Returns the first rule that keeps a supervisor from filling a line of a
/// trainee, if one does. The role and the place are the caller's matter.
pub(super) fn supervisor_obstacle(
    roster: &Roster,
    trainee: &Trainee,
    wishes: &Wishes,
    line: &SupervisionLine,
    position: usize,
    supervisor: &Supervisor,
) -> Option<Rule> {
    wished_away(wishes, position).or_else(|| supervisor_unfit(roster, trainee, line, supervisor))
}

/// Returns the rule by which a trainee must not have a supervisor, if there is
/// one.
pub(super) fn wished_away(wishes: &Wishes, supervisor: usize) -> Option<Rule> {
    if wishes.excluded.supervisors.contains(&supervisor) {
        Some(Rule::ConflictOfInterest)
    } else if wishes.forbidden.supervisors.contains(&supervisor) {
        Some(Rule::Forbidden)
    } else {
        None
    }
}

/// Returns the first rule by which a supervisor does not suit a line of
/// trainees who speak the same languages in the same jurisdiction, if one does.
pub(super) fn supervisor_unfit(
    roster: &Roster,
    trainee: &Trainee,
    line: &SupervisionLine,
    supervisor: &Supervisor,
) -> Option<Rule> {
    if !shares_language(&trainee.languages, &supervisor.languages) {
        Some(Rule::LanguageShared)
    } else if line.licence == LicenceRule::Jurisdiction
        && !supervisor.is_licensed(&trainee.jurisdiction, roster.round.term)
    {
        Some(Rule::LicenceCoversTerm)
    } else if line.kinds.is_disjoint(&supervisor.kinds) {
        Some(Rule::SessionSize)
    } else {
        None
    }
}
