//! Reads the names of a program's people and sites. A plan holds keys alone,
//! and is shown with the names as they are today.

use super::{Open, every_record};
use crate::cli::Failure;
use crate::cli::names::Names;
use crate::domain::ProgramKey;

/// Reads every record of a kind and keeps key and name.
macro_rules! names {
    ($open:expr, $program:expr, $list:ident) => {{
        let found = every_record(Default::default(), async |list| {
            $open.app.$list(&$open.actor, $program, list).await
        });
        let found = found.await?;
        let named = found
            .iter()
            .map(|one| (one.value.key.clone(), one.value.name.clone()));
        named.collect()
    }};
}

/// Reads the names of a program.
pub(super) async fn names(open: &Open, program: &ProgramKey) -> Result<Names, Failure> {
    Ok(Names {
        sites: names!(open, program, list_sites),
        supervisors: names!(open, program, list_supervisors),
        trainees: names!(open, program, list_trainees),
    })
}
