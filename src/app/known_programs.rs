//! The programs that were found before, so that a read by one statement does
//! not look its program up again. A program keeps its identifier as long as it
//! is there, and nothing removes one.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::ProgramKey;
use crate::store::ProgramScope;

/// Most programs that are remembered; beyond it all are forgotten.
const MOST: usize = 4096;

/// Where the rows of programs are found, by key.
#[derive(Debug, Default)]
pub(super) struct KnownPrograms(RwLock<HashMap<ProgramKey, ProgramScope>>);

impl KnownPrograms {
    /// Returns the scope of a program that was found before.
    pub(super) fn find(&self, program: &ProgramKey) -> Option<ProgramScope> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(program).copied()
    }

    /// Remembers the scope of a program.
    pub(super) fn remember(&self, program: &ProgramKey, scope: ProgramScope) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(program.clone(), scope);
    }
}
