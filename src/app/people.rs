//! Sites, supervisors and trainees, each with its windows and days away.
//! Windows and days away are part of the record: who changes them updates it.

use super::transact::{check_etag, commit, page_of, page_range};
use super::{Actor, App, AppError, Reason};
use crate::domain::{
    EntityKind, Page, PageRequest, ProgramKey, Site, SiteKey, Supervisor, SupervisorKey, Trainee,
    TraineeKey, Versioned,
};
use crate::store::{KeyRange, WriteTx};

/// Returns the only record of a list.
fn one<T>(found: Vec<T>, kind: EntityKind, key: &str) -> Result<T, AppError> {
    found.into_iter().next().ok_or_else(|| AppError::NotFound {
        kind,
        key: key.to_owned(),
    })
}

/// A record that may refer to others.
trait Refers {
    /// Checks that everything that the record names is there.
    async fn check_references(&self, write: &mut WriteTx) -> Result<(), AppError>;
}

impl Refers for Site {
    async fn check_references(&self, _write: &mut WriteTx) -> Result<(), AppError> {
        Ok(())
    }
}

impl Refers for Trainee {
    async fn check_references(&self, _write: &mut WriteTx) -> Result<(), AppError> {
        Ok(())
    }
}

impl Refers for Supervisor {
    async fn check_references(&self, write: &mut WriteTx) -> Result<(), AppError> {
        let scope = write.scope();
        for site in &self.sites {
            let range = KeyRange::one(site.as_str());
            let found = write.tx().site_list(scope, &range).await?;
            one(found, EntityKind::Site, site.as_str())?;
        }
        Ok(())
    }
}

macro_rules! use_cases {
    ($kind:ident, $key:ty, $create:ident, $get:ident, $list:ident, $update:ident, $delete:ident,
     $store_list:ident, $store_write:ident, $store_update:ident, $store_delete:ident, $word:literal) => {
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
                let mut write = self.write(actor, program).await?;
                let scope = write.scope();
                let range = KeyRange::one(new.key.as_str());
                if !write.tx().$store_list(scope, &range).await?.is_empty() {
                    return Err(AppError::AlreadyExists {
                        kind: EntityKind::$kind,
                        key: new.key.to_string(),
                    });
                }
                new.check_references(&mut write).await?;
                write.$store_write(&[&new]).await?;
                let after = write.tx().$store_list(scope, &range).await?;
                let subject = format!(concat!($word, "s/{}"), new.key);
                commit(write, actor, stringify!($create), &subject, "{}").await?;
                one(after, EntityKind::$kind, new.key.as_str())
            }

            /// Returns a record.
            ///
            /// # Errors
            /// [`AppError::NotFound`].
            pub async fn $get(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                key: &$key,
            ) -> Result<Versioned<$kind>, AppError> {
                let (mut tx, scope) = self.glance(actor, program).await?;
                let found = tx.$store_list(scope, &KeyRange::one(key.as_str())).await?;
                one(found, EntityKind::$kind, key.as_str())
            }

            /// Returns the records of a program, by key.
            ///
            /// # Errors
            /// [`AppError::NotFound`] for the program.
            pub async fn $list(
                &self,
                actor: &Actor,
                program: &ProgramKey,
                page: &PageRequest,
            ) -> Result<Page<Versioned<$kind>>, AppError> {
                let (mut tx, scope) = self.glance(actor, program).await?;
                let found = tx.$store_list(scope, &page_range(page)?).await?;
                Ok(page_of(found, page, |record| record.value.key.as_str()))
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
                let mut write = self.write(actor, program).await?;
                let scope = write.scope();
                let range = KeyRange::one(new.key.as_str());
                let before = write.tx().$store_list(scope, &range).await?;
                let before = one(before, EntityKind::$kind, new.key.as_str())?;
                check_etag(EntityKind::$kind, new.key.as_str(), &before, etag)?;
                new.check_references(&mut write).await?;
                let subject = format!(concat!($word, "s/{}"), new.key);
                let after = write.$store_update(&before, new).await?;
                commit(write, actor, stringify!($update), &subject, "{}").await?;
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
                let mut write = self.write(actor, program).await?;
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
                commit(write, actor, stringify!($delete), &subject, "{}").await
            }
        }
    };
}

use_cases!(
    Site,
    SiteKey,
    create_site,
    get_site,
    list_sites,
    update_site,
    delete_site,
    site_list,
    site_write,
    site_update,
    site_delete,
    "site"
);
use_cases!(
    Supervisor,
    SupervisorKey,
    create_supervisor,
    get_supervisor,
    list_supervisors,
    update_supervisor,
    delete_supervisor,
    supervisor_list,
    supervisor_write,
    supervisor_update,
    supervisor_delete,
    "supervisor"
);
use_cases!(
    Trainee,
    TraineeKey,
    create_trainee,
    get_trainee,
    list_trainees,
    update_trainee,
    delete_trainee,
    trainee_list,
    trainee_write,
    trainee_update,
    trainee_delete,
    "trainee"
);
