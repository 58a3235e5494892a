//! Names of resources, such as `programs/{program}/supervisors/{supervisor}`.

use std::fmt::Display;
use std::str::FromStr;

use super::fields::Fields;
use crate::app::RulesOf;
use crate::domain::{Key, ProgramKey};

/// Returns the name of a program.
pub(in super::super) fn program_name(program: &ProgramKey) -> String {
    format!("programs/{program}")
}

/// Returns the name of a resource of a program.
pub(in super::super) fn name(program: &ProgramKey, collection: &str, key: impl Display) -> String {
    format!("programs/{program}/{collection}/{key}")
}

/// Returns the name of a round.
pub(in super::super) fn round_name(program: &ProgramKey, round: &Key) -> String {
    name(program, "rounds", round)
}

impl Fields<'_> {
    /// Reads the name of a program.
    pub(in super::super) fn program_name(&mut self, field: &str, name: &str) -> Option<ProgramKey> {
        let key = name
            .strip_prefix("programs/")
            .and_then(|key| key.parse().ok());
        if key.is_none() {
            self.refuse_name(field, name, "programs/{program}");
        }
        key
    }

    /// Reads the name of a resource of a program.
    pub(in super::super) fn resource_name<K: FromStr>(
        &mut self,
        field: &str,
        name: &str,
        collection: &str,
    ) -> Option<(ProgramKey, K)> {
        let keys = split(name, collection);
        if keys.is_none() {
            let pattern = format!("programs/{{program}}/{collection}/{{key}}");
            self.refuse_name(field, name, &pattern);
        }
        keys
    }

    /// Reads the name of a rule set: of a program, or as a round or a plan keeps
    /// it.
    pub(in super::super) fn rule_set_name(
        &mut self,
        field: &str,
        name: &str,
    ) -> Option<(ProgramKey, Option<RulesOf>, Key)> {
        let read = || {
            let (owner, key) = name.split_once(RULE_SETS)?;
            let key = key.parse().ok()?;
            if let Some((program, of)) = rules_of(owner) {
                return Some((program, Some(of), key));
            }
            let program = owner.strip_prefix("programs/")?.parse().ok()?;
            Some((program, None, key))
        };
        let read = read();
        if read.is_none() {
            let pattern = "programs/{program}/ruleSets/{rule_set}, with rounds/{round} or \
                           plans/{plan} in between where those keep it";
            self.refuse_name(field, name, pattern);
        }
        read
    }

    /// Reads the name of a round or a plan.
    pub(in super::super) fn rules_of(
        &mut self,
        field: &str,
        name: &str,
    ) -> Option<(ProgramKey, RulesOf)> {
        let read = rules_of(name);
        if read.is_none() {
            let pattern = "programs/{program}/plans/{plan} or programs/{program}/rounds/{round}";
            self.refuse_name(field, name, pattern);
        }
        read
    }

    fn refuse_name(&mut self, field: &str, name: &str, pattern: &str) {
        if name.is_empty() {
            self.refuse(field, "required", format_args!("is required: {pattern}"));
        } else {
            self.refuse(field, "name", format_args!("must be {pattern}"));
        }
    }
}

/// Stands in the name of a rule set before its id.
const RULE_SETS: &str = "/ruleSets/";

/// Returns the round or the plan of a name.
fn rules_of(name: &str) -> Option<(ProgramKey, RulesOf)> {
    let round = split(name, "rounds").map(|(program, key)| (program, RulesOf::Round(key)));
    round.or_else(|| split(name, "plans").map(|(program, key)| (program, RulesOf::Plan(key))))
}

/// Returns the keys of a name under a collection.
pub(in super::super) fn split<K: FromStr>(name: &str, collection: &str) -> Option<(ProgramKey, K)> {
    let mut parts = name.split('/');
    let starts_well = parts.next() == Some("programs");
    let program = parts.next()?.parse().ok()?;
    let is_here = parts.next() == Some(collection);
    let key = parts.next()?.parse().ok()?;
    (starts_well && is_here && parts.next().is_none()).then_some((program, key))
}
