//! Commands over a database: import and export rosters, run the matcher over
//! what is stored, and look after the database itself. Each is a thin cover
//! over a use case of [`crate::app`].

pub(super) mod backup;
pub(super) mod calendar;
mod every_page;
pub(super) mod export;
mod follow;
pub(super) mod import;
pub(super) mod migrate;
mod names;
pub(super) mod plan;
mod plan_compare;
mod plan_respond;
mod plan_show;
pub(super) mod round;
pub(super) mod rule_sets;
pub(super) mod run;
pub(super) mod schedule;
pub(super) mod source;
pub(super) mod trouble;

pub(super) use self::every_page::{every_page, every_record};

use std::path::Path;
use std::sync::Arc;

use super::folders::ERRORS_SHOWN;
use super::{Failure, output};
use crate::app::{Actor, App, AppError, Settings, SystemClock};
use crate::domain::{Key, ListRequest, PageRequest, ProgramKey};
use crate::roster::FolderFiles;
use crate::store::{Address, Db, StoreError};
use crate::zone_data;

/// The database where nobody names one.
const USUAL: &str = "practicum.db";

/// Which database.
#[derive(Debug, clap::Args)]
pub(super) struct Database {
    /// A SQLite file, or `postgres://USER@HOST/NAME` for a PostgreSQL server.
    #[arg(
        id = "database",
        long = "database",
        env = "PRACTICUM_DATABASE",
        value_name = "URL",
        default_value = USUAL,
        hide_env_values = true
    )]
    pub(super) url: String,
}

/// One program of a database.
#[derive(Debug, clap::Args)]
struct InProgram {
    #[command(flatten)]
    database: Database,
    /// The program; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    program: Option<ProgramKey>,
}

/// One round of a program of a database.
#[derive(Debug, clap::Args)]
struct InRound {
    #[command(flatten)]
    program: InProgram,
    /// The round; may be left out where there is one.
    #[arg(long, value_name = "KEY")]
    round: Option<Key>,
}

/// What a command does when the database file is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Create,
    Refuse,
}

/// An open database and the use cases over it.
pub(super) struct Open {
    pub(super) app: App,
    pub(super) actor: Actor,
}

impl Database {
    /// Returns the database of a file.
    pub(super) fn of_file(path: &Path) -> Self {
        Self {
            url: path.display().to_string(),
        }
    }

    /// Runs a command with the database open.
    pub(super) fn with<T>(
        &self,
        tzdir: Option<&Path>,
        absent: Absent,
        command: impl AsyncFnOnce(&Open) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        in_runtime(async {
            let db = self.open(absent).await?;
            let zone_data =
                zone_data::open(tzdir).map_err(|error| Failure::Unavailable(error.to_string()))?;
            let settings = Settings {
                // One run at a time, with all cores.
                solves_max: Some(1),
                ..Settings::default()
            };
            let app = App::new(db.clone(), Arc::new(SystemClock), zone_data, settings);
            let actor = Actor::operator();
            let done = command(&Open { app, actor }).await;
            db.close().await;
            done.map_err(|failure| self.place(failure))
        })
    }

    /// Returns the failure of a command with where its database is, when that
    /// is what failed.
    pub(super) fn place(&self, failure: Failure) -> Failure {
        if let Failure::Database(error) = &failure {
            return self.explain(error);
        }
        failure
    }

    /// Opens the database.
    pub(super) async fn open(&self, absent: Absent) -> Result<Db, Failure> {
        self.address(absent)?;
        Db::open(&self.url)
            .await
            .map_err(|error| self.explain(&error))
    }

    /// Returns where the database is.
    pub(super) fn address(&self, absent: Absent) -> Result<Address, Failure> {
        let address = Address::parse(&self.url).map_err(|error| self.explain(&error))?;
        match address.file() {
            Some(path) if absent == Absent::Refuse && !path.exists() => {
                let path = path.display();
                Err(Failure::Unavailable(format!(
                    "there is no database at {path}; `practicum import` makes one"
                )))
            }
            Some(_) | None => Ok(address),
        }
    }

    /// Says whether somebody named the database, rather than took the usual one.
    pub(super) fn is_named(&self) -> bool {
        self.url != USUAL
    }

    /// Returns the option that names this database on a command line that is
    /// printed. The URL of a server may hold a password, so it is left to the
    /// environment.
    pub(super) fn option(&self) -> String {
        match Address::parse(&self.url) {
            Ok(Address::File(path)) => format!(" --database {}", output::word(&path.display())),
            Ok(Address::Server(_)) | Err(_) => " --database \"$PRACTICUM_DATABASE\"".to_owned(),
        }
    }

    /// Returns the failure of a command whose database failed.
    pub(super) fn explain(&self, error: &StoreError) -> Failure {
        trouble::explain(&self.url, error)
    }
}

pub(super) fn in_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)?
        .block_on(work)
}

impl Open {
    /// Returns the program that is named, or the only one that there is.
    async fn program(&self, named: &InProgram) -> Result<ProgramKey, Failure> {
        if let Some(key) = &named.program {
            return Ok(key.clone());
        }
        let page = PageRequest::largest();
        let found = self.app.list_programs(&self.actor, &page).await;
        let found = found.map_err(failure)?.items.into_iter();
        only(found.map(|one| one.value.key), "program", "--program")
    }

    /// Returns the round that is named, or the only one of the program, with
    /// its program.
    async fn round(&self, named: &InRound) -> Result<(ProgramKey, Key), Failure> {
        let program = self.program(&named.program).await?;
        if let Some(key) = &named.round {
            return Ok((program, key.clone()));
        }
        let list = ListRequest::largest();
        let found = self.app.list_rounds(&self.actor, &program, &list).await;
        let found = found.map_err(failure)?.items.into_iter();
        let round = only(
            found.filter_map(|one| one.value.round.key),
            "round",
            "--round",
        )?;
        Ok((program, round))
    }

    /// Returns the latest run of a program, of those with a plan or of all.
    async fn latest_run(&self, program: &ProgramKey, with_plan: bool) -> Result<Key, Failure> {
        let latest = self.app.latest_run(&self.actor, program, with_plan).await;
        latest.map_err(failure)?.ok_or_else(|| {
            let what = if with_plan { "plan" } else { "run" };
            let how = "`practicum run start` makes one";
            Failure::Invalid(format!("the program {program} has no {what} yet; {how}"))
        })
    }
}

/// Writes the files of a roster or a plan into a folder, in place of those
/// that may be there, and says so.
pub(super) fn write_folder(
    what: &str,
    files: &FolderFiles,
    folder: &Path,
    names: &[&str],
) -> Result<(), Failure> {
    files
        .replace_dir(folder, names)
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    output::line(&format!("wrote the {what} to {}", folder.display()));
    Ok(())
}

/// Returns the only one of some keys, or says which there are.
fn only<K: std::fmt::Display>(
    keys: impl Iterator<Item = K>,
    kind: &str,
    option: &str,
) -> Result<K, Failure> {
    let mut keys: Vec<K> = keys.collect();
    match (keys.pop(), keys.is_empty()) {
        (None, _) => Err(Failure::Invalid(format!("the database has no {kind} yet"))),
        (Some(key), true) => Ok(key),
        (Some(last), false) => {
            let mut names: Vec<String> = keys.iter().map(K::to_string).collect();
            names.push(last.to_string());
            let names = names.join(", ");
            Err(Failure::Usage(format!("give {option}: there are {names}")))
        }
    }
}

/// Returns the failure of a use case, with its exit code.
pub(super) fn failure(error: AppError) -> Failure {
    match error {
        AppError::InvalidRoster(errors) => Failure::Invalid(errors.summary(ERRORS_SHOWN)),
        AppError::Invalid(_)
        | AppError::NotFound { .. }
        | AppError::AlreadyExists { .. }
        | AppError::FailedPrecondition(_)
        | AppError::Forbidden { .. }
        | AppError::Hidden { .. }
        | AppError::Unauthenticated
        | AppError::StaleEtag { .. }
        | AppError::TooLarge { .. } => Failure::Invalid(error.to_string()),
        AppError::Contended
        | AppError::RateLimited { .. }
        | AppError::TooManyStreams { .. }
        | AppError::Overloaded { .. }
        | AppError::DeadlineExceeded
        | AppError::Cancelled => Failure::Unavailable(error.to_string()),
        AppError::Unavailable(source) => {
            of_source(source).unwrap_or_else(|other| Failure::Unavailable(other.to_string()))
        }
        AppError::Internal(source) => of_source(source).unwrap_or_else(Failure::Internal),
    }
}

/// Returns the failure of the database that lies behind that of a use case;
/// what lies behind it is given back where the database is not to blame.
fn of_source(source: Box<dyn std::error::Error + Send + Sync>) -> Result<Failure, anyhow::Error> {
    let error = source
        .downcast::<StoreError>()
        .map_err(|other| anyhow::anyhow!(other))?;
    if matches!(
        *error,
        StoreError::Referenced(_) | StoreError::Unexpected(_)
    ) {
        return Err(error.into());
    }
    Ok(Failure::Database(error))
}
