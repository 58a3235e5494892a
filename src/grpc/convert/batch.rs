//! Batches: the records of a request, and what became of each.

use std::fmt::Display;

use super::super::pb;
use super::fields::Fields;
use super::records::{etag, timestamp};
use crate::app::{BATCH_MOST, UpsertOutcome, repeated};
use crate::domain::{ProgramKey, Versioned};

/// Reads the records of a batch by `read`, which gives the program and the key
/// of each, and what it is to be.
pub(in super::super) fn records<M, K, T>(
    collection: &str,
    program: Option<&ProgramKey>,
    messages: Vec<M>,
    fields: &mut Fields<'_>,
    read: impl Fn(M, &mut Fields<'_>) -> (Option<(ProgramKey, K)>, Option<T>),
) -> Option<Vec<T>>
where
    K: Display,
{
    if messages.is_empty() || messages.len() > BATCH_MOST {
        let message = format_args!(
            "holds {} records; 1 to {BATCH_MOST} are allowed",
            messages.len()
        );
        fields.refuse(collection, "count", message);
        return None;
    }
    let mut keys = Vec::with_capacity(messages.len());
    let mut records = Vec::with_capacity(messages.len());
    for (place, message) in messages.into_iter().enumerate() {
        let mut within = fields.item(collection, place);
        let (name, record) = read(message, &mut within);
        records.push(record);
        let Some((owner, key)) = name else {
            continue;
        };
        if program.is_some_and(|program| *program != owner) {
            within.refuse("name", "program", "must be of the parent");
        }
        keys.push((place, key.to_string()));
    }
    for (place, first) in repeated(keys.iter().map(|(place, key)| (*place, key.as_str()))) {
        let message = format_args!("comes twice, first in {collection}[{first}]");
        let mut within = fields.item(collection, place);
        within.refuse("name", "key_once", message);
    }
    records.into_iter().collect()
}

/// Returns what became of a record as a message.
pub(in super::super) fn result<T>(
    name: String,
    outcome: UpsertOutcome,
    record: &Versioned<T>,
) -> pb::UpsertResult {
    let outcome = match outcome {
        UpsertOutcome::Created => pb::UpsertOutcome::Created,
        UpsertOutcome::Updated => pb::UpsertOutcome::Updated,
        UpsertOutcome::Unchanged => pb::UpsertOutcome::Unchanged,
    };
    pb::UpsertResult {
        name,
        outcome: i32::from(outcome),
        update_time: Some(timestamp(record.updated_at)),
        etag: etag(record.version),
    }
}
