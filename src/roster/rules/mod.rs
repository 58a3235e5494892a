//! Rule sets in TOML: those that are shipped, and a program's own in the
//! folder `rules` of a roster.

mod clauses;
mod read;
mod shipped;

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::{RosterError, RosterErrors};
use super::folder::gather_rules;
use super::names::nearest;
use super::{FolderFiles, RULES_FOLDER, text};
use crate::domain::{DayRange, Key, Roster, RuleSet};

pub use read::read_rule_set;
pub use shipped::shipped_rule_sets;

/// Reads the program's own rule sets, whether the round asks for them or not.
pub(super) fn read_own(files: &FolderFiles, errors: &mut RosterErrors) -> BTreeMap<Key, RuleSet> {
    let mut own: BTreeMap<Key, (String, RuleSet)> = BTreeMap::new();
    for (name, bytes) in files.iter() {
        if !name.starts_with(RULES_FOLDER) {
            continue;
        }
        let Some(set) =
            text::text(name, bytes, errors).and_then(|text| read::read_text(name, text, errors))
        else {
            errors.mark_incomplete(RULES_FOLDER);
            continue;
        };
        if let Some((first, _)) = own.get(&set.key) {
            errors.push_file(name, format!("id {} is given already in {first}", set.key));
        } else {
            own.insert(set.key.clone(), (name.to_owned(), set));
        }
    }
    own.into_iter().map(|(key, (_, set))| (key, set)).collect()
}

/// Returns the rule sets that a round asks for, in its order: the program's
/// own, else the shipped one of that name.
pub(super) fn choose(
    asked: &[(u64, Key)],
    mut own: BTreeMap<Key, RuleSet>,
    term: DayRange,
    errors: &mut RosterErrors,
) -> Option<Vec<RuleSet>> {
    let mut chosen = Vec::new();
    // What could not be read may be the one that is meant.
    let all_are_known = !errors.is_incomplete(RULES_FOLDER);
    for (row, key) in asked {
        let mut refuse = |message: String| {
            errors.push(RosterError {
                file: "program.toml".to_owned(),
                row: Some(*row),
                column: Some("round.rule_sets".to_owned()),
                found: Some(key.to_string()),
                message,
            });
        };
        let shipped = || shipped_rule_sets().iter().find(|set| set.key == *key);
        match own.remove(key).or_else(|| shipped().cloned()) {
            Some(set) if set.is_in_force(term) => chosen.push(set),
            Some(set) => refuse(format!(
                "is not in force on any day of the term; it holds {}",
                in_force(&set)
            )),
            None if !all_are_known => {}
            None => {
                let names: Vec<&str> = own
                    .keys()
                    .chain(shipped_rule_sets().iter().map(|set| &set.key))
                    .map(Key::as_str)
                    .collect();
                refuse(match nearest(key.as_str(), &names) {
                    Some(meant) => format!("is no rule set; did you mean {meant}?"),
                    None => format!("is no rule set; there are {}", names.join(", ")),
                });
            }
        }
    }
    (chosen.len() == asked.len()).then_some(chosen)
}

/// Returns every rule set that is known: those in a roster folder, and the
/// shipped ones that none of them stands in place of, by name.
///
/// # Errors
/// Every mistake in the files of the folder.
pub fn known_rule_sets(folder: Option<&Path>) -> Result<Vec<RuleSet>, RosterErrors> {
    let mut errors = RosterErrors::default();
    let mut files = FolderFiles::default();
    if let Some(folder) = folder {
        gather_rules(folder, &mut files, &mut errors);
    }
    let mut known = read_own(&files, &mut errors);
    for set in shipped_rule_sets() {
        known.entry(set.key.clone()).or_insert_with(|| set.clone());
    }
    super::finish(Some(known.into_values().collect()), errors)
}

/// Returns what a plan says of the rule sets that it keeps: the id of each and
/// the SHA-256 of its text, as `id@hexadecimal`.
pub fn rule_set_marks(roster: &Roster) -> Vec<String> {
    let marks = roster.rule_sets.iter().map(|set| {
        let digest = Sha256::digest(set.text.as_bytes());
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}@{digits}", set.key)
    });
    marks.collect()
}

fn in_force(set: &RuleSet) -> String {
    match (set.effective_from, set.effective_until) {
        (Some(from), Some(until)) => format!("from {from} to {until}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("until {until}"),
        (None, None) => "always".to_owned(),
    }
}
