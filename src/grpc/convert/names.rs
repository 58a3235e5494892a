//! Names of resources, such as `programs/{program}/supervisors/{supervisor}`.

use std::fmt::Display;
use std::str::FromStr;

use super::fields::Fields;
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

    fn refuse_name(&mut self, field: &str, name: &str, pattern: &str) {
        if name.is_empty() {
            self.refuse(field, "required", format_args!("is required: {pattern}"));
        } else {
            self.refuse(field, "name", format_args!("must be {pattern}"));
        }
    }
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
