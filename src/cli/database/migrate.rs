//! `practicum migrate`.

use std::process::ExitCode;

use super::{Absent, Database, in_runtime};
use crate::cli::{Failure, output};

/// Options of `migrate`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    database: Database,
}

pub(in crate::cli) fn run(args: &Args) -> Result<ExitCode, Failure> {
    in_runtime(async {
        let db = args.database.open(Absent::Create).await?;
        for (number, name) in db.migrations() {
            output::line(&format!("{number:04} {name}"));
        }
        db.close().await;
        output::line("the schema is up to date");
        Ok(ExitCode::SUCCESS)
    })
}
