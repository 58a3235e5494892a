//! The names of a program's people and sites, to be shown beside their keys. A
//! plan holds keys alone, and is shown with the names as they are today.

use std::collections::BTreeMap;

use super::{Open, failure};
use crate::cli::Failure;
use crate::domain::{ListRequest, ProgramKey, SiteKey, SupervisorKey, TraineeKey};

/// Names by key.
pub(super) struct Names {
    pub(super) sites: BTreeMap<SiteKey, String>,
    pub(super) supervisors: BTreeMap<SupervisorKey, String>,
    pub(super) trainees: BTreeMap<TraineeKey, String>,
}

/// Reads every record of a kind, page by page, and keeps key and name.
macro_rules! names {
    ($open:expr, $program:expr, $list:ident) => {{
        let mut names = BTreeMap::new();
        let mut list = ListRequest::largest();
        loop {
            let found = $open.app.$list(&$open.actor, $program, &list).await;
            let found = found.map_err(failure)?;
            names.extend(
                found
                    .items
                    .into_iter()
                    .map(|one| (one.value.key, one.value.name)),
            );
            list.page.after = found.next_after;
            if list.page.after.is_none() {
                break names;
            }
        }
    }};
}

impl Names {
    /// Reads the names of a program.
    pub(super) async fn read(open: &Open, program: &ProgramKey) -> Result<Self, Failure> {
        Ok(Self {
            sites: names!(open, program, list_sites),
            supervisors: names!(open, program, list_supervisors),
            trainees: names!(open, program, list_trainees),
        })
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
