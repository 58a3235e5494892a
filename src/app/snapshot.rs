//! What a run freezes: the canonical roster in keys, without names, addresses
//! and free text, and what was known beside it. The matcher reads none of what
//! is left out, so the plan is the same.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::Roster;
use crate::roster::{FolderFiles, read_roster, roster_hash, rule_set_marks, write_roster};
use crate::store::Snapshot;

/// Version of the format that is written.
const FORMAT_VERSION: i64 = 1;
/// File of a snapshot that says what was known beside the roster.
const ABOUT: &str = "snapshot.json";

/// What was known beside the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    /// SHA-256 of the canonical roster, names included.
    pub(super) roster_sha256: String,
    /// Rule sets, in order.
    pub(super) rule_sets: Vec<String>,
    /// Version of the zone data.
    pub(super) tzdb_version: String,
}

/// Returns the roster without names, addresses and free text.
fn in_keys(roster: &Roster) -> Roster {
    let mut roster = roster.clone();
    for site in &mut roster.sites {
        site.name = site.key.to_string();
        site.opening
            .away
            .iter_mut()
            .for_each(|away| away.reason.clear());
    }
    for supervisor in &mut roster.supervisors {
        supervisor.name = supervisor.key.to_string();
        supervisor.email.clear();
        let away = &mut supervisor.availability.away;
        away.iter_mut().for_each(|away| away.reason.clear());
    }
    for trainee in &mut roster.trainees {
        trainee.name = trainee.key.to_string();
        trainee.email.clear();
        let away = &mut trainee.availability.away;
        away.iter_mut().for_each(|away| away.reason.clear());
    }
    for exclusion in &mut roster.exclusions {
        exclusion.reason.clear();
    }
    roster
}

/// Returns the files of the roster folder in which a frozen roster differs from
/// another one, by name. Names, addresses, free text and a baseline do not
/// count.
pub(super) fn differing_files(frozen: &Roster, other: &Roster) -> Vec<String> {
    let without_baseline = |roster: &Roster| Roster {
        baseline: None,
        ..in_keys(roster)
    };
    let frozen = write_roster(&without_baseline(frozen));
    let other = write_roster(&without_baseline(other));
    let names: BTreeSet<&str> = frozen
        .iter()
        .chain(other.iter())
        .map(|file| file.0)
        .collect();
    let differs = |name: &&str| frozen.get(name) != other.get(name);
    names
        .into_iter()
        .filter(differs)
        .map(str::to_owned)
        .collect()
}

/// Returns the snapshot of a roster.
pub(super) fn freeze(
    roster: &Roster,
    tzdb_version: &str,
) -> Result<Snapshot, Box<dyn std::error::Error + Send + Sync>> {
    let about = About {
        roster_sha256: roster_hash(roster),
        rule_sets: rule_set_marks(roster),
        tzdb_version: tzdb_version.to_owned(),
    };
    let mut files = write_roster(&in_keys(roster));
    files.insert(ABOUT, serde_json::to_vec(&about)?);
    Ok(Snapshot {
        format_version: FORMAT_VERSION,
        bytes: files.to_bytes(),
    })
}

/// Returns the roster of a snapshot and what was known beside it.
pub(super) fn thaw(
    snapshot: &Snapshot,
) -> Result<(Roster, About), Box<dyn std::error::Error + Send + Sync>> {
    if snapshot.format_version != FORMAT_VERSION {
        let version = snapshot.format_version;
        return Err(format!("the snapshot has format {version}, not {FORMAT_VERSION}").into());
    }
    let mut files = FolderFiles::from_bytes(&snapshot.bytes)?;
    let about = files
        .remove(ABOUT)
        .ok_or_else(|| format!("the snapshot has no {ABOUT}"))?;
    Ok((read_roster(&files)?, serde_json::from_slice(&about)?))
}
