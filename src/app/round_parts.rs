//! What every change of a part of a round has in common: the round's etag is
//! held to, references are checked under the lock, and the round gets a new
//! version with the event.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::round_states::check_not_closed;
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission};
use crate::domain::{
    EntityKind, Key, Participant, ProgramKey, RoundStanding, Versioned, Violations,
};
use crate::store::{ProgramScope, Tx, WriteTx};

impl App {
    /// Opens a round for reading what belongs to it.
    pub(super) async fn read_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<(Tx, ProgramScope, Versioned<()>), AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::RoundRead).await?;
        let record = tx.round_fetch(scope, round).await?.with(());
        Ok((tx, scope, record))
    }

    /// Opens a round for changing what belongs to it, unless it is closed. With
    /// `etag`, only when that is still its version.
    pub(super) async fn change_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        etag: Option<i64>,
    ) -> Result<WriteTx, AppError> {
        let write = self.write(actor, program, Permission::RoundWrite).await?;
        let (write, _) = at_version(write, round, etag).await?;
        Ok(write)
    }
}

/// Holds a write to a round's etag, and refuses it where the round is closed.
/// Returns it with where the round stands.
pub(super) async fn at_version(
    mut write: WriteTx,
    round: &Key,
    etag: Option<i64>,
) -> Result<(WriteTx, RoundStanding), AppError> {
    let scope = write.scope();
    let record = write.tx().round_fetch(scope, round).await?;
    check_etag(EntityKind::Round, round.as_str(), &record, etag)?;
    let standing = check_not_closed(write.tx(), scope, round).await?;
    Ok((write, standing))
}

/// Commits a change of a part of a round and returns the part as it is now with
/// the round's new version; `part` is what was changed, such as
/// `participants`.
pub(super) async fn commit_part<T: Any + Sync>(
    mut write: WriteTx,
    actor: &Actor,
    round: &Key,
    kind: &str,
    part: &str,
    payload: &Value,
    now: T,
) -> Result<Versioned<T>, AppError> {
    write.round_touch(round).await?;
    let scope = write.scope();
    let after = write.tx().round_fetch(scope, round).await?.with(now);
    let (subject, payload) = (format!("rounds/{round}/{part}"), payload.to_string());
    commit(write, actor, kind, &subject, &payload, &after).await?;
    Ok(after)
}

/// Refuses one who takes no part in a round.
pub(super) async fn check_takes_part(
    tx: &mut Tx,
    scope: ProgramScope,
    round: &Key,
    one: Participant,
) -> Result<(), AppError> {
    let (kind, key) = (one.kind(), one.key().to_owned());
    let found = tx.participants_among(scope, round, &[one].into()).await?;
    if found.is_empty() {
        return Err(AppError::NotFound { kind, key });
    }
    Ok(())
}

/// Somebody whom a request names, with the path of the field.
pub(super) type Named = (String, Participant);

/// Returns who is named, each once.
pub(super) fn set_of(named: &[Named]) -> BTreeSet<Participant> {
    named.iter().map(|(_, one)| one.clone()).collect()
}

/// Refuses whoever is named but not found; `place` is where they were looked
/// for, such as `in the program`.
pub(super) fn check_found(
    named: &[Named],
    found: &BTreeSet<Participant>,
    place: &str,
) -> Result<(), AppError> {
    let mut violations = Violations::default();
    for (path, one) in named.iter().filter(|(_, one)| !found.contains(one)) {
        let message = format!("there is no {} {} {place}", one.kind(), one.key());
        violations.add(path.as_str(), "reference", message);
    }
    violations.into_result().map_err(AppError::Invalid)
}

/// Refuses whatever a list has twice; each item comes with its path.
pub(super) fn check_once<T: Ord>(
    items: impl IntoIterator<Item = (String, T)>,
) -> Result<(), AppError> {
    let mut first: BTreeMap<T, String> = BTreeMap::new();
    let mut violations = Violations::default();
    for (path, item) in items {
        match first.get(&item) {
            Some(earlier) => violations.add(path, "once", format!("is given already in {earlier}")),
            None => drop(first.insert(item, path)),
        }
    }
    violations.into_result().map_err(AppError::Invalid)
}

/// Where the participants of a round were looked for, for the message.
pub(super) const IN_THE_ROUND: &str = "in the round";
/// Where the records of a program were looked for, for the message.
pub(super) const IN_THE_PROGRAM: &str = "in the program";
