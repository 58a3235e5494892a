//! Sites, supervisors and trainees, each with its windows and days away.
//! Windows and days away are part of the record: who changes them updates it.

use super::gathered::{Gathered, read_alone};
use super::listing::{list_page, seek};
use super::person_or_site::PersonOrSite;
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission, Reason};
use crate::domain::{
    EntityKind, ListRequest, Listed, Page, ProgramKey, Site, SiteFilter, SiteKey, Supervisor,
    SupervisorFilter, SupervisorKey, Trainee, TraineeFilter, TraineeKey, Versioned,
};
use crate::store::{KeyRange, ProgramScope};

/// Reads of single records without their windows and days away.
#[derive(Debug, Default)]
pub(super) struct PeopleRead {
    sites: Gathered<Versioned<Listed<Site>>>,
    supervisors: Gathered<Versioned<Listed<Supervisor>>>,
    trainees: Gathered<Versioned<Listed<Trainee>>>,
}

/// Returns records with the key of each.
fn by_key<T>(found: Vec<Versioned<T>>, key: impl Fn(&T) -> &str) -> Vec<(String, Versioned<T>)> {
    let keyed = found.into_iter();
    keyed
        .map(|record| (key(&record.value).to_owned(), record))
        .collect()
}

/// Returns the only record of a list.
fn one<T>(found: impl IntoIterator<Item = T>, kind: EntityKind, key: &str) -> Result<T, AppError> {
    found.into_iter().next().ok_or_else(|| AppError::NotFound {
        kind,
        key: key.to_owned(),
    })
}

macro_rules! use_cases {
    ($kind:ident, $key:ty, $filter:ty, $create:ident, $get:ident, $whole:ident, $list:ident,
     $update:ident, $delete:ident, $many:ident, $store_list:ident, $store_listed:ident,
     $store_page:ident, $store_write:ident,
     $store_update:ident, $store_delete:ident, $word:literal) => {
        impl App {
            /// Creates a record in a program. It takes part in no round yet.
            ///
            /// # Errors
            /// [`AppError::NotFound`] for the program or a site that is named,
            /// [`AppError::AlreadyExists`] when the key is taken.
            pub async fn $create(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                new: $kind,
            ) -> Result<Versioned<$kind>, AppError> {
                let mut write = self.write(actor, program, Permission::RosterWrite).await?;
                let scope = write.scope();
                let range = KeyRange::one(new.key.as_str());
                if !write.tx().$store_list(scope, &range).await?.is_empty() {
                    return Err(AppError::AlreadyExists {
                        kind: EntityKind::$kind,
                        key: new.key.to_string(),
                    });
                }
                new.check_sites(&mut write).await?;
                write.$store_write(&[&new]).await?;
                let after = write.tx().$store_list(scope, &range).await?;
                let subject = format!(concat!($word, "s/{}"), new.key);
                let after = one(after, EntityKind::$kind, new.key.as_str())?;
                commit(write, actor, stringify!($create), &subject, "{}", &after).await?;
                Ok(after)
            }

            /// Returns a record without its windows and days away.
            ///
            /// # Errors
            /// [`AppError::NotFound`].
            pub async fn $get(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                key: &$key,
            ) -> Result<Versioned<Listed<$kind>>, AppError> {
                actor.check(program, Permission::RosterRead)?;
                let scope = self.scope_as_allowed(program).await?;
                let app = self.clone();
                let read = move |scope: ProgramScope, keys: KeyRange| {
                    let app = app.clone();
                    async move {
                        let mut tx = app.inner.db.glance_in(scope).await?;
                        let found = tx.$store_listed(scope, &keys).await?;
                        Ok(by_key(found, |one| one.key.as_str()))
                    }
                };
                let key_text = key.as_str();
                let found = if self.inner.db.reads_many_as_fast_as_one() {
                    self.inner.people.$many.find(scope, key_text, read).await?
                } else {
                    read_alone(scope, key_text, read).await?
                };
                one(found, EntityKind::$kind, key.as_str())
            }

            /// Returns a record with its windows and days away.
            ///
            /// # Errors
            /// [`AppError::NotFound`].
            pub async fn $whole(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                key: &$key,
            ) -> Result<Versioned<$kind>, AppError> {
                let (mut tx, scope) = self.glance(actor, program, Permission::RosterRead).await?;
                let found = tx.$store_list(scope, &KeyRange::one(key.as_str())).await?;
                one(found, EntityKind::$kind, key.as_str())
            }

            /// Returns records of a program, in an order and through a filter,
            /// without windows and days away.
            ///
            /// # Errors
            /// [`AppError::NotFound`] for the program; [`AppError::Invalid`]
            /// for a page of no or too many records, or none of this list.
            pub async fn $list(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                list: &ListRequest<$filter>,
            ) -> Result<Page<Versioned<Listed<$kind>>>, AppError> {
                let seek = seek(list)?;
                let (mut tx, scope) = self.glance(actor, program, Permission::RosterRead).await?;
                let found = tx.$store_page(scope, &seek, &list.filter).await?;
                Ok(list_page(found, list, |one| {
                    (one.key.as_str(), one.name.as_str())
                }))
            }

            /// Replaces a record. With `etag`, only when that is still its
            /// version.
            ///
            /// # Errors
            /// [`AppError::NotFound`], [`AppError::StaleEtag`].
            pub async fn $update(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                new: $kind,
                etag: Option<i64>,
            ) -> Result<Versioned<$kind>, AppError> {
                let mut write = self.write(actor, program, Permission::RosterWrite).await?;
                let scope = write.scope();
                let range = KeyRange::one(new.key.as_str());
                let before = write.tx().$store_list(scope, &range).await?;
                let before = one(before, EntityKind::$kind, new.key.as_str())?;
                check_etag(EntityKind::$kind, new.key.as_str(), &before, etag)?;
                new.check_sites(&mut write).await?;
                let subject = format!(concat!($word, "s/{}"), new.key);
                let after = write.$store_update(&before, new).await?;
                commit(write, actor, stringify!($update), &subject, "{}", &after).await?;
                Ok(after)
            }

            /// Deletes a record that takes part in no round.
            ///
            /// # Errors
            /// [`AppError::NotFound`], [`AppError::StaleEtag`];
            /// [`AppError::FailedPrecondition`] when a round needs it.
            pub async fn $delete(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                key: &$key,
                etag: Option<i64>,
            ) -> Result<(), AppError> {
                let mut write = self.write(actor, program, Permission::RosterWrite).await?;
                let scope = write.scope();
                let range = KeyRange::one(key.as_str());
                let before = write.tx().$store_list(scope, &range).await?;
                let before = one(before, EntityKind::$kind, key.as_str())?;
                check_etag(EntityKind::$kind, key.as_str(), &before, etag)?;
                let round = write
                    .tx()
                    .participant_round(scope, $word, key.as_str())
                    .await?;
                if let Some(round) = round {
                    return Err(AppError::FailedPrecondition(Reason::TakesPart {
                        kind: EntityKind::$kind,
                        key: key.to_string(),
                        round,
                    }));
                }
                write.$store_delete(key).await?;
                let subject = format!(concat!($word, "s/{}"), key);
                commit(write, actor, stringify!($delete), &subject, "{}", &()).await
            }
        }
    };
}

use_cases!(
    Site,
    SiteKey,
    SiteFilter,
    create_site,
    get_site,
    whole_site,
    list_sites,
    update_site,
    delete_site,
    sites,
    site_list,
    site_listed,
    site_page,
    site_write,
    site_update,
    site_delete,
    "site"
);
use_cases!(
    Supervisor,
    SupervisorKey,
    SupervisorFilter,
    create_supervisor,
    get_supervisor,
    whole_supervisor,
    list_supervisors,
    update_supervisor,
    delete_supervisor,
    supervisors,
    supervisor_list,
    supervisor_listed,
    supervisor_page,
    supervisor_write,
    supervisor_update,
    supervisor_delete,
    "supervisor"
);
use_cases!(
    Trainee,
    TraineeKey,
    TraineeFilter,
    create_trainee,
    get_trainee,
    whole_trainee,
    list_trainees,
    update_trainee,
    delete_trainee,
    trainees,
    trainee_list,
    trainee_listed,
    trainee_page,
    trainee_write,
    trainee_update,
    trainee_delete,
    "trainee"
);
