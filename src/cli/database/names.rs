//! Reads the names of a program's people and sites. A plan holds keys alone,
//! and is shown with the names as they are today.

use std::collections::BTreeMap;

use super::{Open, failure};
use crate::cli::Failure;
use crate::cli::names::Names;
use crate::domain::{ListRequest, ProgramKey};

/// Reads every record of a kind, page by page, and keeps key and name.
macro_rules! names {
    ($open:expr, $program:expr, $list:ident) => {{
        let mut names = BTreeMap::new();
        let mut list = ListRequest::largest();
        loop {
            let found = $open.app.$list(&$open.actor, $program, &list).await;
            let found = found.map_err(failure)?;
            names.extend(
                found
                    .items
                    .into_iter()
                    .map(|one| (one.value.key, one.value.name)),
            );
            list.page.after = found.next_after;
            if list.page.after.is_none() {
                break names;
            }
        }
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
