//! Batches of sites, supervisors or trainees: created and replaced in one
//! transaction, with reads and writes of the whole set at once.

use std::collections::HashMap;

use serde_json::json;

use super::person_or_site::PersonOrSite;
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission};
use crate::domain::{ProgramKey, Site, Supervisor, Trainee, Versioned, Violations};
use crate::store::{KeyRange, StoreError, WriteTx};

/// Most records of a batch.
pub const BATCH_MOST: usize = 1000;

/// What a record is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upsert<T> {
    /// The record; its windows and days away do not count.
    pub value: T,
    /// The version that it must have now; any, or none, when `None`.
    pub etag: Option<i64>,
}

/// What became of a record of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpsertOutcome {
    /// It was not there.
    Created,
    /// It was there, but different.
    Updated,
    /// It was there, just so.
    Unchanged,
}

/// A record of a batch as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upserted<T> {
    /// What became of it.
    pub outcome: UpsertOutcome,
    /// The record.
    pub record: Versioned<T>,
}

/// Returns the places of keys that come again, each with the place where the
/// key came first.
pub fn repeated<'a>(keys: impl Iterator<Item = (usize, &'a str)>) -> Vec<(usize, usize)> {
    let mut first_places = HashMap::new();
    let mut again = Vec::new();
    for (place, key) in keys {
        let first = *first_places.entry(key).or_insert(place);
        if first != place {
            again.push((place, first));
        }
    }
    again
}

macro_rules! upsert {
    ($upsert:ident: $kind:ident) => {
        impl App {
            /// Creates or replaces up to [`BATCH_MOST`] records, all or none;
            /// their windows and days away stay. The answers are in the order
            /// of the batch.
            ///
            /// # Errors
            /// [`AppError::Invalid`] for an empty or too large batch, for a key
            /// that comes twice and for sites that are not there, with paths
            /// such as `supervisors[3].site_ids`; [`AppError::NotFound`] for
            /// the program, and for a record that has an etag and is not
            /// there; [`AppError::StaleEtag`].
            pub async fn $upsert(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                batch: Vec<Upsert<$kind>>,
            ) -> Result<Vec<Upserted<$kind>>, AppError> {
                check_batch(&batch)?;
                let write = self.write(actor, program, Permission::RosterWrite).await?;
                upsert(write, actor, stringify!($upsert), batch).await
            }
        }
    };
}

upsert!(upsert_sites: Site);
upsert!(upsert_supervisors: Supervisor);
upsert!(upsert_trainees: Trainee);

fn check_batch<T: PersonOrSite>(batch: &[Upsert<T>]) -> Result<(), AppError> {
    let mut violations = Violations::default();
    if batch.is_empty() || batch.len() > BATCH_MOST {
        let message = format!(
            "holds {} records; 1 to {BATCH_MOST} are allowed",
            batch.len()
        );
        violations.add(T::COLLECTION, "count", message);
    }
    let keys = batch.iter().map(|one| one.value.key());
    for (place, first) in repeated(keys.enumerate()) {
        let path = format!("{}[{place}].name", T::COLLECTION);
        let message = format!("comes twice, first in {}[{first}]", T::COLLECTION);
        violations.add(path, "key_once", message);
    }
    violations.into_result().map_err(AppError::Invalid)
}

async fn upsert<T: PersonOrSite>(
    mut write: WriteTx,
    actor: &Actor,
    kind: &str,
    mut batch: Vec<Upsert<T>>,
) -> Result<Vec<Upserted<T>>, AppError> {
    let keys = KeyRange::of(batch.iter().map(|one| one.value.key()));
    let mut before = by_key::<T>(&mut write, &keys).await?;
    for one in &mut batch {
        meet(one, &before)?;
    }
    let values: Vec<&T> = batch.iter().map(|one| &one.value).collect();
    check_sites(&mut write, &values).await?;
    let outcomes: Vec<UpsertOutcome> = values
        .iter()
        .map(|new| match before.get(new.key()) {
            None => UpsertOutcome::Created,
            Some(old) if old.value != **new => UpsertOutcome::Updated,
            Some(_) => UpsertOutcome::Unchanged,
        })
        .collect();
    let of = |outcome: UpsertOutcome| {
        let all = values.iter().zip(&outcomes);
        let those = all.filter(move |(_, own)| **own == outcome);
        those.map(|(value, _)| *value).collect::<Vec<&T>>()
    };
    let (created, updated) = (of(UpsertOutcome::Created), of(UpsertOutcome::Updated));
    let written: Vec<&T> = created.iter().chain(&updated).copied().collect();
    T::write(&mut write, &written).await?;
    let keys = KeyRange::of(written.iter().map(|one| one.key()));
    before.extend(by_key::<T>(&mut write, &keys).await?);
    let mut results = Vec::with_capacity(batch.len());
    for (value, outcome) in values.iter().zip(&outcomes) {
        let record = before.remove(value.key());
        let record = record.ok_or_else(|| StoreError::Corrupt {
            table: T::COLLECTION,
            key: value.key().to_owned(),
        })?;
        results.push(Upserted {
            outcome: *outcome,
            record,
        });
    }
    let keys = |those: &[&T]| {
        those
            .iter()
            .map(|one| one.key().to_owned())
            .collect::<Vec<_>>()
    };
    let payload = json!({ "created": keys(&created), "updated": keys(&updated) }).to_string();
    commit(write, actor, kind, T::COLLECTION, &payload, &results).await?;
    Ok(results)
}

/// Checks the version that is there, and takes over what stays of it.
fn meet<T: PersonOrSite>(
    new: &mut Upsert<T>,
    there: &HashMap<String, Versioned<T>>,
) -> Result<(), AppError> {
    let key = new.value.key();
    match there.get(key) {
        Some(record) => {
            check_etag(T::KIND, key, record, new.etag)?;
            new.value.keep_calendar(&record.value);
            Ok(())
        }
        None if new.etag.is_none() => Ok(()),
        None => Err(AppError::NotFound {
            kind: T::KIND,
            key: key.to_owned(),
        }),
    }
}

/// Returns the records of some keys.
async fn by_key<T: PersonOrSite>(
    write: &mut WriteTx,
    keys: &KeyRange,
) -> Result<HashMap<String, Versioned<T>>, StoreError> {
    let scope = write.scope();
    let found = T::list(write.tx(), scope, keys).await?;
    let with_key = |record: Versioned<T>| (record.value.key().to_owned(), record);
    Ok(found.into_iter().map(with_key).collect())
}

/// Checks that every site that the records name is there.
async fn check_sites<T: PersonOrSite>(write: &mut WriteTx, values: &[&T]) -> Result<(), AppError> {
    let mut violations = Violations::default();
    for (place, site) in T::missing_sites(write, values).await? {
        let path = format!("{}[{place}].site_ids", T::COLLECTION);
        violations.add(
            path,
            "site_known",
            format!("names {site}, which is no site here"),
        );
    }
    violations.into_result().map_err(AppError::Invalid)
}
