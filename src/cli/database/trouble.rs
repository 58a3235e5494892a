//! What is wrong with a database, in words: what happened, where, and what to
//! do about it. A URL is shown without its password.

use std::path::Path;

use crate::app::with_causes;
use crate::cli::Failure;
use crate::store::{Address, StoreError};

/// Returns the failure of a command whose database failed.
pub(in crate::cli) fn explain(url: &str, error: &StoreError) -> Failure {
    match Address::parse(url) {
        Ok(address) => Failure::Unavailable(sentence(&address, error)),
        // Exactly what the store would say of such a URL.
        Err(wrong) => Failure::Usage(format!("--database: {wrong}")),
    }
}

/// Says what is wrong with a database, where, and what to do.
pub(in crate::cli) fn sentence(address: &Address, error: &StoreError) -> String {
    match error {
        StoreError::Unavailable(cause) => match address {
            Address::File(path) => out_of_reach(path, cause),
            Address::Server(_) => no_answer(address, cause),
        },
        StoreError::Refused(cause) => refused(address, cause),
        StoreError::ReadOnly(_) => match address {
            Address::File(path) => format!(
                "{} can be read and not be written; make it and its folder {} writable for this user",
                path.display(),
                folder_of(path).display()
            ),
            Address::Server(_) => format!(
                "{address} can be read and not be written, as a standby; give the URL of the primary"
            ),
        },
        StoreError::Full(_) => {
            format!(
                "the disk of {address} is full, and nothing was changed; make room and try again"
            )
        }
        StoreError::Damaged(cause) => format!(
            "{address} is no database, or a damaged one ({}); give another, or put back a copy that \
             `practicum backup` made",
            said(cause)
        ),
        StoreError::SchemaNewer { found, known } => format!(
            "{address} is of a newer Practicum: it has migration {found}, and {} knows up to {known}; \
             use the newer one, or another database",
            concat!("practicum ", env!("CARGO_PKG_VERSION"))
        ),
        StoreError::SchemaBehind { found, known } => {
            let role = role(address);
            format!(
                "{address} is at migration {found}, this Practicum needs {known}, and the role {role} \
                 may not change the schema; run `practicum migrate --grant-to {role}` with the owner's URL"
            )
        }
        StoreError::Schema(cause) => format!(
            "the schema of {address} was not made by the migrations of this Practicum ({cause}); \
             give another database, or put back a copy"
        ),
        StoreError::NotFound { .. }
        | StoreError::AlreadyExists(_)
        | StoreError::Referenced(_)
        | StoreError::Contended(_)
        | StoreError::Fenced { .. }
        | StoreError::Corrupt { .. }
        | StoreError::Url(_)
        | StoreError::Role(_)
        | StoreError::Unexpected(_) => format!("{address}: {}", with_causes(error)),
    }
}

/// Says why a file cannot be opened, as far as its folder tells.
fn out_of_reach(path: &Path, cause: &sqlx::Error) -> String {
    let (shown, folder) = (path.display(), folder_of(path));
    if path.is_dir() {
        let inside = path.join("practicum.db");
        return format!(
            "{shown} is a folder, and a database is a file, such as {}",
            inside.display()
        );
    }
    if !folder.is_dir() {
        return format!(
            "{shown} cannot be made: the folder {} is not there; make it first",
            folder.display()
        );
    }
    format!(
        "{shown} cannot be opened, read or written ({}); this user needs the right to read and write \
         the file and its folder {}, and the disk must be well",
        said(cause),
        folder.display()
    )
}

fn folder_of(path: &Path) -> &Path {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

fn no_answer(address: &Address, cause: &sqlx::Error) -> String {
    let what = if matches!(cause, sqlx::Error::PoolTimedOut) {
        "no answer within 10 s".to_owned()
    } else {
        said(cause)
    };
    format!(
        "{address} cannot be reached ({what}); check host and port, and whether the server runs and \
         takes connections"
    )
}

/// Says why a server does not let a role in, or do something.
fn refused(address: &Address, cause: &sqlx::Error) -> String {
    let (role, said) = (role(address), said(cause));
    let code = cause.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        Some("28P01") => format!(
            "{address} refuses the password of the role {role}; it comes from the URL, PGPASSWORD or \
             ~/.pgpass"
        ),
        Some("3D000") => format!(
            "{address}: the server has no such database ({said}); make it with createdb, or give \
             another name after the last / of the URL"
        ),
        Some("42501") => format!(
            "{address}: the role {role} lacks a right ({said}); run `practicum migrate --grant-to \
             {role}` with the owner's URL"
        ),
        _ => format!("{address} does not let the role {role} in ({said}); give another in the URL"),
    }
}

fn role(address: &Address) -> &str {
    match address {
        Address::File(_) => "",
        Address::Server(options) => options.get_username(),
    }
}

/// Returns the words of the database itself, without those of the driver.
fn said(cause: &sqlx::Error) -> String {
    match (cause.as_database_error(), cause) {
        (Some(error), _) => error.message().to_owned(),
        (None, sqlx::Error::Io(error)) => error.to_string(),
        (None, other) => other.to_string(),
    }
}
