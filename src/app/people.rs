//! Sites, supervisors and trainees, each with its windows and days away.
//! Windows and days away are part of the record: who changes them updates it.

use super::{Actor, App, AppError};
use crate::domain::{
    Page, PageRequest, ProgramKey, Site, SiteKey, Supervisor, SupervisorKey, Trainee, TraineeKey,
    Versioned,
};

macro_rules! use_cases {
    ($kind:ident, $key:ty, $create:ident, $get:ident, $list:ident, $update:ident, $delete:ident) => {
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
                todo!()
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
                todo!()
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
                todo!()
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
                todo!()
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
                todo!()
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
    delete_site
);
use_cases!(
    Supervisor,
    SupervisorKey,
    create_supervisor,
    get_supervisor,
    list_supervisors,
    update_supervisor,
    delete_supervisor
);
use_cases!(
    Trainee,
    TraineeKey,
    create_trainee,
    get_trainee,
    list_trainees,
    update_trainee,
    delete_trainee
);
