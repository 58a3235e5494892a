//! Where a round stands: which step may follow which, and what a closed round
//! refuses.
//!
//! ```text
//! draft ─► collecting ─► matching ─► published ─► repaired ─► closed
//! ```
//!
//! Steps may be left out on the way, none is taken back. Starting a run makes a
//! round a matching one by itself; only a draft can be opened for preferences;
//! what is published after a first plan is a repair; everything but a closed
//! round can be closed.

use serde_json::{Value, json};

use super::round_parts::at_version;
use super::transact::commit;
use super::{Actor, App, AppError, Permission, Reason, StoredRound};
use crate::domain::time::UtcSecond;
use crate::domain::{
    ChangeKind, ChangeOf, Key, ProgramKey, Publication, RoundStanding, RoundState, Versioned,
};
use crate::store::{ProgramScope, Tx, WriteTx};

/// What a round has gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundHistory {
    /// The states after `draft`, with when and by whom, the first one first.
    pub states: Vec<(RoundState, UtcSecond, String)>,
    /// The plans that were published, the first one first; the last one holds.
    pub publications: Vec<Publication>,
}

/// Returns where a round stands, or [`Reason::RoundClosed`] where nothing of it
/// may change any more.
pub(super) async fn check_not_closed(
    tx: &mut Tx,
    scope: ProgramScope,
    round: &Key,
) -> Result<RoundStanding, AppError> {
    let standing = tx.round_standing(scope, round).await?;
    if standing.state == RoundState::Closed {
        return Err(AppError::FailedPrecondition(Reason::RoundClosed {
            round: round.to_string(),
        }));
    }
    Ok(standing)
}

/// Makes a round a matching one where it has not come so far, and says whether
/// it did; refuses a closed one.
pub(super) async fn begin_matching(
    write: &mut WriteTx,
    actor: &Actor,
    round: &Key,
) -> Result<bool, AppError> {
    let scope = write.scope();
    let standing = check_not_closed(write.tx(), scope, round).await?;
    let begins = standing.state < RoundState::Matching;
    if begins {
        write
            .round_state_insert(round, RoundState::Matching, actor.name())
            .await?;
    }
    Ok(begins)
}

/// A step of a round on its way.
pub(super) struct Step<'a> {
    /// The round.
    pub(super) round: &'a Key,
    /// The state that it comes to.
    pub(super) state: RoundState,
    /// What partners are told.
    pub(super) told: ChangeKind,
    /// The plan that holds from now on.
    pub(super) run: Option<&'a Key>,
}

/// Takes a step: the round gets the state and a new version, and partners are
/// told. Returns the round as it is then.
pub(super) async fn take_step(
    write: &mut WriteTx,
    actor: &Actor,
    step: &Step<'_>,
) -> Result<Versioned<StoredRound>, AppError> {
    let (scope, round) = (write.scope(), step.round);
    write
        .round_state_insert(round, step.state, actor.name())
        .await?;
    write.round_touch(round).await?;
    let what = ChangeOf {
        kind: step.told,
        round: round.clone(),
        run: step.run.cloned(),
        response: None,
    };
    write.change_insert(&what).await?;
    stored_round(write.tx(), scope, round).await
}

/// Returns a round with where it stands.
pub(super) async fn stored_round(
    tx: &mut Tx,
    scope: ProgramScope,
    round: &Key,
) -> Result<Versioned<StoredRound>, AppError> {
    let record = tx.round_fetch(scope, round).await?;
    let standing = tx.round_standing(scope, round).await?;
    StoredRound::new(record, standing)
}

impl App {
    /// Opens a round for preferences: a draft comes to `collecting`. With
    /// `etag`, only when that is still the version of the round.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`];
    /// [`AppError::FailedPrecondition`] when the round is no draft any more.
    pub async fn open_preferences(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        etag: Option<i64>,
    ) -> Result<Versioned<StoredRound>, AppError> {
        let write = self.write(actor, program, Permission::RoundWrite).await?;
        let (mut write, before) = at_version(write, round, etag).await?;
        if before.state != RoundState::Draft {
            return Err(AppError::FailedPrecondition(Reason::WrongRoundState {
                round: round.to_string(),
                state: before.state.as_str(),
                allowed: RoundState::Draft.as_str(),
            }));
        }
        let step = Step {
            round,
            state: RoundState::Collecting,
            told: ChangeKind::PreferencesOpened,
            run: None,
        };
        let after = take_step(&mut write, actor, &step).await?;
        let payload = json!({});
        self.commit_step(write, actor, "open_preferences", round, &payload, &after)
            .await?;
        Ok(after)
    }

    /// Closes a round: from then on nothing of it changes, and it is not solved
    /// any more; runs under way go on to their end, and everything stays
    /// readable. With `etag`, only when that is still the version of the round.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`];
    /// [`AppError::FailedPrecondition`] when the round is closed already.
    pub async fn close_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        etag: Option<i64>,
    ) -> Result<Versioned<StoredRound>, AppError> {
        let write = self.write(actor, program, Permission::PlanPublish).await?;
        let (mut write, before) = at_version(write, round, etag).await?;
        let holds = before.publication.map(|publication| publication.run);
        let step = Step {
            round,
            state: RoundState::Closed,
            told: ChangeKind::RoundClosed,
            run: holds.as_ref(),
        };
        let after = take_step(&mut write, actor, &step).await?;
        let payload = json!({ "was": before.state.as_str() });
        self.commit_step(write, actor, "close_round", round, &payload, &after)
            .await?;
        Ok(after)
    }

    /// Returns what a round has gone through.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn round_history(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<RoundHistory, AppError> {
        let (mut tx, scope, _) = self.read_round(actor, program, round).await?;
        Ok(RoundHistory {
            states: tx.round_states(scope, round).await?,
            publications: tx.publications(scope, round).await?,
        })
    }

    /// Commits a step of a round and wakes those who wait for it.
    pub(super) async fn commit_step<T: std::any::Any + Sync>(
        &self,
        write: WriteTx,
        actor: &Actor,
        kind: &str,
        round: &Key,
        payload: &Value,
        result: &T,
    ) -> Result<(), AppError> {
        let (subject, payload) = (format!("rounds/{round}"), payload.to_string());
        commit(write, actor, kind, &subject, &payload, result).await?;
        self.inner.change_made.notify_waiters();
        Ok(())
    }
}
