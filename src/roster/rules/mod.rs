//! Rule sets in TOML: those that are shipped, and a program's own in the
//! folder `rules` of a roster.

mod clauses;
mod read;
mod shipped;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::{RosterError, RosterErrors};
use super::folder::{gather_rules, read_file};
use super::names::nearest;
use super::{FolderFiles, RULES_FOLDER, text};
use crate::domain::{DayRange, Key, Roster, RuleSet};

pub use read::read_rule_set;
pub use shipped::{shipped_rule_set, shipped_rule_sets};

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
        match own.remove(key).or_else(|| shipped_rule_set(key).cloned()) {
            Some(set) if set.is_in_force(term) => chosen.push(set),
            Some(set) => refuse(out_of_force(&set)),
            None if !all_are_known => {}
            None => refuse(no_rule_set(key.as_str(), own.keys().map(Key::as_str))),
        }
    }
    (chosen.len() == asked.len()).then_some(chosen)
}

/// Returns what is said of a rule set that is in force on no day of a term;
/// goes on after its name.
pub fn out_of_force(set: &RuleSet) -> String {
    format!(
        "is not in force on any day of the term; it holds {}",
        in_force(set)
    )
}

/// Returns what is said of a name that no rule set has, of the shipped ones or
/// of `own`; goes on after the name.
pub fn no_rule_set<'a>(name: &str, own: impl IntoIterator<Item = &'a str>) -> String {
    let shipped = shipped_rule_sets().iter().map(|set| set.key.as_str());
    let names: BTreeSet<&str> = own.into_iter().chain(shipped).collect();
    let names: Vec<&str> = names.into_iter().collect();
    match nearest(name, &names) {
        Some(meant) => format!("is no rule set; did you mean {meant}?"),
        None => format!("is no rule set; there are {}", names.join(", ")),
    }
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

/// Reads a rule set from a file of any name.
///
/// # Errors
/// Every mistake in it, with line, key and what is allowed.
pub fn read_rule_file(path: &Path) -> Result<RuleSet, RosterErrors> {
    let name = path.display().to_string();
    let mut errors = RosterErrors::default();
    let set = match read_file(path) {
        Ok(bytes) => text::text(&name, &bytes, &mut errors)
            .and_then(|text| read::read_text(&name, text, &mut errors)),
        Err(message) => {
            errors.push_file(&name, message);
            None
        }
    };
    super::finish(set, errors)
}

/// Returns what a plan says of the rule sets that it keeps: the id of each and
/// the SHA-256 of its text, as `id@hexadecimal`.
pub fn rule_set_marks(roster: &Roster) -> Vec<String> {
    roster.rule_sets.iter().map(rule_set_mark).collect()
}

/// Returns what names one text of a rule set: its id and the SHA-256 of the
/// text, as `id@hexadecimal`.
pub fn rule_set_mark(set: &RuleSet) -> String {
    let digest = Sha256::digest(set.text.as_bytes());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}@{digits}", set.key)
}

fn in_force(set: &RuleSet) -> String {
    match (set.effective_from, set.effective_until) {
        (Some(from), Some(until)) => format!("from {from} to {until}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("until {until}"),
        (None, None) => "always".to_owned(),
    }
}
