//! `practicum migrate`.

use std::process::ExitCode;

use super::{Absent, Database, in_runtime};
use crate::cli::{Failure, output};
use crate::store::Db;

/// Options of `migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
On PostgreSQL two roles are best: the owner of the tables migrates, and another
role, which cannot change the schema, serves. After each migration by the owner,
--grant-to gives that role its rights again, for new tables too.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    database: Database,
    /// Give a role of the PostgreSQL server what `serve` and the other
    /// commands need, and nothing more.
    #[arg(long, value_name = "ROLE")]
    grant_to: Option<String>,
}

pub(in crate::cli) fn run(args: &Args) -> Result<ExitCode, Failure> {
    in_runtime(async {
        let address = args.database.address(Absent::Create)?;
        if args.grant_to.is_some() && address.file().is_some() {
            let how =
                format!("--grant-to is for PostgreSQL; {address} is a file, and has no roles");
            return Err(Failure::Usage(how));
        }
        let work = async {
            let db = Db::connect(&address).await?;
            db.migrate().await?;
            for (number, name) in db.migrations() {
                output::line(&format!("{number:04} {name}"));
            }
            if let Some(role) = &args.grant_to {
                db.grant_to(role).await?;
            }
            db.close().await;
            Ok(())
        };
        work.await.map_err(|error| args.database.explain(&error))?;
        output::line("the schema is up to date");
        if let Some(role) = &args.grant_to {
            output::line(&format!(
                "the role {role} may read and write rows, and nothing else"
            ));
        }
        Ok(ExitCode::SUCCESS)
    })
}
