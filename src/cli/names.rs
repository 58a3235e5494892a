//! The names of people and sites, to be shown beside their keys.

use std::collections::BTreeMap;

use crate::domain::{Roster, SiteKey, SupervisorKey, TraineeKey};

/// Names by key.
pub(super) struct Names {
    pub(super) sites: BTreeMap<SiteKey, String>,
    pub(super) supervisors: BTreeMap<SupervisorKey, String>,
    pub(super) trainees: BTreeMap<TraineeKey, String>,
}

impl Names {
    /// Returns the names of a roster.
    pub(super) fn of_roster(roster: &Roster) -> Self {
        let sites = roster.sites.iter();
        let supervisors = roster.supervisors.iter();
        let trainees = roster.trainees.iter();
        Self {
            sites: sites.map(|s| (s.key.clone(), s.name.clone())).collect(),
            supervisors: supervisors
                .map(|s| (s.key.clone(), s.name.clone()))
                .collect(),
            trainees: trainees.map(|t| (t.key.clone(), t.name.clone())).collect(),
        }
    }

    pub(super) fn site(&self, key: &SiteKey) -> String {
        with_key(&self.sites, key)
    }

    pub(super) fn supervisor(&self, key: &SupervisorKey) -> String {
        with_key(&self.supervisors, key)
    }

    pub(super) fn trainee(&self, key: &TraineeKey) -> String {
        with_key(&self.trainees, key)
    }
}

/// Returns name and key; the key alone of somebody who is gone, or whose name
/// is the key.
fn with_key<K: Ord + ToString>(names: &BTreeMap<K, String>, key: &K) -> String {
    let shown = key.to_string();
    match names.get(key) {
        Some(name) if *name != shown => format!("{name} ({shown})"),
        Some(_) | None => shown,
    }
}
