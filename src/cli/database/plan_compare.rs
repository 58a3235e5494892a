//! `practicum plan compare`: what one plan has over another.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::names::names;
use super::{Absent, InProgram, failure};
use crate::cli::difference::difference_text;
use crate::cli::{Failure, output};
use crate::domain::Key;

/// Options of `plan compare`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The earlier plan, named as its run.
    #[arg(value_name = "BEFORE")]
    before: Key,
    /// The later plan.
    #[arg(value_name = "AFTER")]
    after: Key,
    #[command(flatten)]
    program: InProgram,
}

pub(super) fn run(args: &Args, tzdir: Option<&Path>) -> Result<ExitCode, Failure> {
    let database = &args.program.database;
    database.with(tzdir, Absent::Refuse, async |open| {
        let program = open.program(&args.program).await?;
        let before = open.app.get_plan(&open.actor, &program, &args.before).await;
        let before = before.map_err(failure)?;
        let after = open.app.get_plan(&open.actor, &program, &args.after).await;
        let after = after.map_err(failure)?;
        let names = names(open, &program).await?;
        let mut text = String::new();
        if before.round != after.round {
            let _ = writeln!(
                text,
                "The plans are of two rounds, {} and {}.\n",
                before.round, after.round
            );
        }
        if before.context.roster_sha256 != after.context.roster_sha256 {
            text.push_str("The roster changed between the two plans.\n\n");
        }
        text.push_str(&difference_text(&before.plan, &after.plan, &names, &|_| {
            None
        }));
        output::text(&text);
        Ok(ExitCode::SUCCESS)
    })
}
