//! What partners are told of, in the order in which it happened, so that they
//! need not ask again and again.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::pulse::wait_for_pulse;
use super::{Actor, App, AppError, Permission};
use crate::domain::{Change, ChangeKind, ProgramKey, Violations};
use crate::store::{ProgramScope, Tx};

/// Most changes that are read at once.
const CHANGES_MAX: i64 = 1000;

/// Some changes, and how far the list was looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// The number after which to go on: of the last change that was looked at,
    /// whether or not it was wanted.
    pub seen: i64,
    /// Whether there were more when it was looked.
    pub has_more: bool,
}

/// Reads what follows a number, and keeps what is wanted: every kind where
/// none is named.
async fn read_on(
    tx: &mut Tx,
    scope: ProgramScope,
    after: i64,
    kinds: &BTreeSet<ChangeKind>,
) -> Result<Changes, AppError> {
    let mut changes = tx.change_list(scope, after, CHANGES_MAX).await?;
    let seen = changes.last().map_or(after, |last| last.sequence);
    let has_more = i64::try_from(changes.len()).is_ok_and(|count| count == CHANGES_MAX);
    changes.retain(|change| kinds.is_empty() || kinds.contains(&change.what.kind));
    Ok(Changes {
        changes,
        seen,
        has_more,
    })
}

impl App {
    /// Returns at most `limit` changes after a number, of the kinds that are
    /// wanted: of every kind where none is named.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program; [`AppError::Invalid`] for a
    /// number that no change can have yet.
    pub async fn list_changes(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        after_sequence: i64,
        kinds: &BTreeSet<ChangeKind>,
        limit: usize,
    ) -> Result<Changes, AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::ChangeRead).await?;
        check_reached(&mut tx, scope, after_sequence).await?;
        let mut found = read_on(&mut tx, scope, after_sequence, kinds).await?;
        while found.changes.len() <= limit && found.has_more {
            let more = read_on(&mut tx, scope, found.seen, kinds).await?;
            found.changes.extend(more.changes);
            (found.seen, found.has_more) = (more.seen, more.has_more);
        }
        if found.changes.len() > limit {
            found.changes.truncate(limit);
            found.seen = found
                .changes
                .last()
                .map_or(found.seen, |last| last.sequence);
            found.has_more = true;
        }
        Ok(found)
    }

    /// Refuses a number after which a watcher cannot begin.
    ///
    /// # Errors
    /// As [`App::list_changes`].
    pub async fn check_changes_reached(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        after_sequence: i64,
    ) -> Result<(), AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::ChangeRead).await?;
        check_reached(&mut tx, scope, after_sequence).await
    }

    /// Waits until there are changes after a number and returns them; without
    /// any when the time is up, or when those that came are of other kinds. A
    /// watcher calls it again with [`Changes::seen`].
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program.
    pub async fn wait_for_changes(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        after_sequence: i64,
        kinds: &BTreeSet<ChangeKind>,
        time_limit: Duration,
    ) -> Result<Changes, AppError> {
        let give_up = Instant::now() + time_limit;
        let mut felt = None;
        loop {
            let (mut tx, scope) = self.glance(actor, program, Permission::ChangeRead).await?;
            let found = read_on(&mut tx, scope, after_sequence, kinds).await?;
            drop(tx);
            if found.seen > after_sequence || Instant::now() >= give_up {
                return Ok(found);
            }
            wait_for_pulse(&mut felt, || self.pulse_of_changes(scope), give_up).await?;
        }
    }

    /// Waits until the caller may no longer follow the changes of a program,
    /// and returns why, as [`App::barred_from_runs`] does.
    pub async fn barred_from_changes(&self, actor: &Actor, program: &ProgramKey) -> AppError {
        self.barred(actor, program, Permission::ChangeRead).await
    }
}

/// Refuses a number that no change can have yet. Whoever has seen it saw other
/// records than these, such as those before a backup was put back; to wait
/// until they have grown so far would lose what happens meanwhile.
async fn check_reached(
    tx: &mut Tx,
    scope: ProgramScope,
    after_sequence: i64,
) -> Result<(), AppError> {
    let last = tx.change_head(scope).await?;
    if (0..=last).contains(&after_sequence) {
        return Ok(());
    }
    let message = format!("must be from 0 to {last}, the number of the last event");
    Err(AppError::Invalid(Violations::one(
        "after_sequence",
        "reached",
        message,
    )))
}
