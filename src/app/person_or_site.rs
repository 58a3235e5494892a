//! What sites, supervisors and trainees have in common for the use cases.

use std::any::Any;
use std::collections::BTreeSet;

use super::AppError;
use crate::domain::{EntityKind, Site, SiteKey, Supervisor, Trainee, Versioned};
use crate::store::{KeyRange, ProgramScope, StoreError, Tx, WriteTx};

/// A record of a program with a key, and with windows and days away.
pub(super) trait PersonOrSite: Any + Clone + PartialEq + Send + Sync {
    /// What kind of record it is.
    const KIND: EntityKind;
    /// The collection of its name.
    const COLLECTION: &'static str;

    /// Returns its key.
    fn key(&self) -> &str;

    /// Takes windows and days away over from another.
    fn keep_calendar(&mut self, from: &Self);

    /// Returns the sites that it names.
    fn sites(&self) -> Option<&BTreeSet<SiteKey>>;

    /// Returns the records of some keys, by key.
    async fn list(
        tx: &mut Tx,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Self>>, StoreError>;

    /// Creates or replaces records.
    async fn write(write: &mut WriteTx, all: &[&Self]) -> Result<(), StoreError>;

    /// Returns the sites that records name and that are not there, with the
    /// place of the record.
    async fn missing_sites(
        write: &mut WriteTx,
        all: &[&Self],
    ) -> Result<Vec<(usize, SiteKey)>, StoreError> {
        let places = all.iter().enumerate();
        let named: Vec<(usize, &SiteKey)> = places
            .flat_map(|(place, one)| {
                one.sites()
                    .into_iter()
                    .flatten()
                    .map(move |key| (place, key))
            })
            .collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let keys: BTreeSet<&str> = named.iter().map(|(_, key)| key.as_str()).collect();
        let scope = write.scope();
        let found = write.tx().site_list(scope, &KeyRange::of(keys)).await?;
        let there: BTreeSet<SiteKey> = found.into_iter().map(|site| site.value.key).collect();
        let missing = named.into_iter().filter(|(_, key)| !there.contains(*key));
        Ok(missing.map(|(place, key)| (place, key.clone())).collect())
    }

    /// Checks that every site that the record names is there.
    async fn check_sites(&self, write: &mut WriteTx) -> Result<(), AppError> {
        match Self::missing_sites(write, &[self]).await?.pop() {
            None => Ok(()),
            Some((_, site)) => Err(AppError::NotFound {
                kind: EntityKind::Site,
                key: site.to_string(),
            }),
        }
    }
}

macro_rules! person_or_site {
    ($kind:ident, $collection:literal, $calendar:ident, $list:ident, $write:ident,
     |$one:ident| $sites:expr) => {
        impl PersonOrSite for $kind {
            const KIND: EntityKind = EntityKind::$kind;
            const COLLECTION: &'static str = $collection;

            fn key(&self) -> &str {
                self.key.as_str()
            }

            fn keep_calendar(&mut self, from: &Self) {
                self.$calendar.clone_from(&from.$calendar);
            }

            fn sites(&self) -> Option<&BTreeSet<SiteKey>> {
                let $one = self;
                $sites
            }

            async fn list(
                tx: &mut Tx,
                scope: ProgramScope,
                keys: &KeyRange,
            ) -> Result<Vec<Versioned<Self>>, StoreError> {
                tx.$list(scope, keys).await
            }

            async fn write(write: &mut WriteTx, all: &[&Self]) -> Result<(), StoreError> {
                write.$write(all).await
            }
        }
    };
}

person_or_site!(Site, "sites", opening, site_list, site_write, |_site| None);
person_or_site!(
    Supervisor,
    "supervisors",
    availability,
    supervisor_list,
    supervisor_write,
    |supervisor| Some(&supervisor.sites)
);
person_or_site!(
    Trainee,
    "trainees",
    availability,
    trainee_list,
    trainee_write,
    |_trainee| None
);
