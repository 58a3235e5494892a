//! Commands over a database: import and export rosters, run the matcher over
//! what is stored, and look after the database itself. Each is a thin cover
//! over a use case of [`crate::app`].

pub(super) mod backup;
pub(super) mod export;
pub(super) mod import;
pub(super) mod migrate;
pub(super) mod plan;
pub(super) mod round;
pub(super) mod run;

use std::path::Path;
use std::sync::Arc;

use super::{Failure, output};
use crate::app::{Actor, App, AppError, Settings, SystemClock};
use crate::domain::{Key, PageRequest, ProgramKey};
use crate::roster::FolderFiles;
use crate::store::{Db, StoreError};
use crate::zone_data;

/// Mistakes of a roster that are printed; the rest is counted.
const ERRORS_SHOWN: usize = 200;

/// Which database.
#[derive(Debug, clap::Args)]
pub(super) struct Database {
    /// A SQLite file, or `postgres://USER@HOST/NAME` for a PostgreSQL server.
    #[arg(
        long = "database",
        env = "PRACTICUM_DATABASE",
        value_name = "URL",
        default_value = "practicum.db",
        hide_env_values = true
    )]
    url: String,
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
enum Absent {
    Create,
    Refuse,
}

/// An open database and the use cases over it.
struct Open {
    app: App,
    actor: Actor,
}

impl Database {
    /// Runs a command with the database open.
    fn with<T>(
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
            done
        })
    }

    async fn open(&self, absent: Absent) -> Result<Db, Failure> {
        let path = self.url.strip_prefix("sqlite:").unwrap_or(&self.url);
        let is_file = !self.url.contains("://");
        if absent == Absent::Refuse && is_file && !Path::new(path).exists() {
            return Err(Failure::Unavailable(format!(
                "there is no database at {path}; `practicum import` makes one"
            )));
        }
        Db::open(&self.url)
            .await
            .map_err(|error| store_failure(&error))
    }
}

fn in_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
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
        let page = PageRequest::largest();
        let found = self.app.list_rounds(&self.actor, &program, &page).await;
        let found = found.map_err(failure)?.items.into_iter();
        let round = only(found.filter_map(|one| one.value.key), "round", "--round")?;
        Ok((program, round))
    }
}

/// Writes the files of a roster or a plan into a folder, in place of those
/// that may be there, and says so.
fn write_folder(
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

fn store_failure(error: &StoreError) -> Failure {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    Failure::Unavailable(text)
}

/// Returns the failure of a use case, with its exit code.
fn failure(error: AppError) -> Failure {
    match error {
        AppError::InvalidRoster(errors) => Failure::Invalid(errors.summary(ERRORS_SHOWN)),
        AppError::Invalid(_)
        | AppError::NotFound { .. }
        | AppError::AlreadyExists { .. }
        | AppError::FailedPrecondition(_)
        | AppError::Forbidden
        | AppError::Hidden { .. }
        | AppError::Unauthenticated
        | AppError::StaleEtag { .. }
        | AppError::TooLarge { .. } => Failure::Invalid(error.to_string()),
        AppError::Contended
        | AppError::RateLimited { .. }
        | AppError::Overloaded { .. }
        | AppError::DeadlineExceeded
        | AppError::Cancelled => Failure::Unavailable(error.to_string()),
        AppError::Unavailable(source) => {
            Failure::Unavailable(format!("the database is not available: {source}"))
        }
        AppError::Internal(_) => Failure::Internal(anyhow::Error::from(error)),
    }
}
