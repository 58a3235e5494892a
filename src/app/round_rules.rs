//! The rule sets of rounds: chosen by id, and kept as the texts that they had
//! then, so that a round stays what it was when a set is corrected.

use std::collections::{BTreeMap, BTreeSet};

use super::AppError;
use super::rosters::rule_sets_of;
use super::rule_sets::own_rule_sets;
use crate::domain::rule_set::RULE_SETS_MAX;
use crate::domain::{DayRange, Key, RuleSet, RuleSetFilter, Violations};
use crate::roster::{no_rule_set, out_of_force, shipped_rule_set};
use crate::store::{KeyRange, ProgramScope, Tx};

/// Most own rule sets among which one is looked for that may have been meant.
const NAMES_MOST: i64 = 1000;
/// The field of a round that names its rule sets.
pub(super) const OF_ROUND: &str = "round.rule_sets";

/// Rule sets that are asked for by id.
pub(super) struct Asked<'a> {
    /// Path of the field that asks.
    pub(super) field: &'static str,
    /// The ids, in order.
    pub(super) keys: &'a [Key],
    /// Rule sets that are at hand already; they come after the program's own
    /// and before the shipped ones.
    pub(super) held: Vec<RuleSet>,
    /// The term in which all must be in force on some day; `None` where that
    /// does not matter.
    pub(super) term: Option<DayRange>,
}

/// Returns the rule sets that are asked for, in that order.
pub(super) async fn choose(
    tx: &mut Tx,
    scope: ProgramScope,
    asked: Asked<'_>,
) -> Result<Vec<RuleSet>, AppError> {
    let (field, keys) = (asked.field, asked.keys);
    if keys.len() > RULE_SETS_MAX {
        let message = format!("may name at most {RULE_SETS_MAX} rule sets");
        return Err(AppError::Invalid(Violations::one(field, "count", message)));
    }
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut known: BTreeMap<Key, RuleSet> = asked
        .held
        .into_iter()
        .map(|set| (set.key.clone(), set))
        .collect();
    let range = KeyRange::of(keys.iter().map(Key::as_str));
    let own = own_rule_sets(tx, scope, &range, &RuleSetFilter::default()).await?;
    known.extend(own.into_iter().map(|own| (own.set.key.clone(), own.set)));
    let find = |key: &Key| known.get(key).or_else(|| shipped_rule_set(key));
    let mut own_names = Vec::new();
    if keys.iter().any(|key| find(key).is_none()) {
        own_names = tx.rule_set_keys(scope, NAMES_MOST).await?;
    }
    let names = || {
        let own = own_names.iter().map(String::as_str);
        own.chain(known.keys().map(Key::as_str))
    };
    let (mut chosen, mut seen) = (Vec::new(), BTreeSet::new());
    let mut violations = Violations::default();
    for (index, key) in keys.iter().enumerate() {
        let path = format!("{field}[{index}]");
        if !seen.insert(key) {
            violations.add(path, "once", format!("{key} is given already"));
            continue;
        }
        match find(key) {
            Some(set) if asked.term.is_some_and(|term| !set.is_in_force(term)) => {
                violations.add(path, "in_force", format!("{key} {}", out_of_force(set)));
            }
            Some(set) => chosen.push(set.clone()),
            None => {
                let message = format!("{key} {}", no_rule_set(key.as_str(), names()));
                violations.add(path, "reference", message);
            }
        }
    }
    violations.into_result().map_err(AppError::Invalid)?;
    Ok(chosen)
}

/// Refuses a term in which a rule set that the round holds is in force on no
/// day.
pub(super) fn check_term(texts: &[String], term: DayRange) -> Result<(), AppError> {
    let mut violations = Violations::default();
    for (index, set) in rule_sets_of(texts)?.iter().enumerate() {
        if !set.is_in_force(term) {
            let message = format!("{} {}", set.key, out_of_force(set));
            violations.add(format!("{OF_ROUND}[{index}]"), "in_force", message);
        }
    }
    violations.into_result().map_err(AppError::Invalid)
}

/// Returns the texts of rule sets, as a round keeps them.
pub(super) fn texts(sets: Vec<RuleSet>) -> Vec<String> {
    sets.into_iter().map(|set| set.text).collect()
}
