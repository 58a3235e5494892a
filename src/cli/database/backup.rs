//! `practicum backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{Absent, Database, in_runtime};
use crate::cli::{Failure, output};
use crate::store::Db;

/// Options of `backup`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// File for the copy; it must not be there yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: Database,
}

pub(in crate::cli) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if args.file.exists() {
        let file = args.file.display();
        return Err(Failure::Usage(format!("{file} is there already")));
    }
    in_runtime(async {
        let db = args.database.open(Absent::Refuse).await?;
        if matches!(db, Db::Postgres(_)) {
            let how = "a PostgreSQL database is backed up by pg_dump".to_owned();
            return Err(Failure::Usage(how));
        }
        let file = args.file.display().to_string();
        let copied = db.backup(&file).await;
        copied.map_err(|error| args.database.explain(&error))?;
        db.close().await;
        output::line(&format!("wrote a copy of the database to {file}"));
        Ok(ExitCode::SUCCESS)
    })
}
