//! Publishing: a plan is proved once more before anybody sees it, the first one
//! of a round is the plan, and whatever follows is a repair of the one that
//! holds.
//!
//! Whether the records have changed since the plan was made is told, not
//! refused: names of sites and windows are mended all the time, and whether a
//! plan still serves is for a coordinator to say. A caller who wants to be sure
//! asks first, and publishes with the etag that was told.

use serde_json::json;

use super::rosters::{blocking, stored_roster};
use super::round_states::{Step, check_not_closed, take_step};
use super::snapshot::{differing_files, thaw};
use super::transact::check_etag;
use super::{Actor, App, AppError, Permission, Reason, StoredRound};
use crate::domain::{
    ChangeKind, EntityKind, Key, ProgramKey, Publication, Roster, RoundStanding, RoundState, Run,
    Versioned,
};
use crate::matching::check::check;
use crate::store::{PlanRecord, ProgramScope, RoundRecord, Snapshot, Tx};

/// What came of publishing a plan, or would come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The round as it is then.
    pub round: Versioned<StoredRound>,
    /// The publication; `None` when the plan was only looked at.
    pub publication: Option<Publication>,
    /// The files of the roster folder that the records would fill otherwise
    /// than the roster that the plan was made from; none when the plan is of
    /// the records as they are. Names and remarks do not count.
    pub changed_files: Vec<String>,
}

/// How a plan is published.
#[derive(Clone, Copy, Debug, Default)]
pub struct PublishOptions {
    /// Version that the round must still have.
    pub etag: Option<i64>,
    /// Only look whether the plan could be published, and what has changed
    /// since it was made.
    pub validate_only: bool,
}

/// Refuses what may not be published of a round as it stands.
fn check_may_follow(round: &Key, run: &Run, standing: &RoundStanding) -> Result<(), AppError> {
    let refused = |reason| Err(AppError::FailedPrecondition(reason));
    if run.round != *round {
        return refused(Reason::OtherRound {
            run: run.key.to_string(),
            round: run.round.to_string(),
            named: round.to_string(),
        });
    }
    if !run.has_plan {
        return refused(Reason::NoPlan {
            run: run.key.to_string(),
            state: run.state.as_str(),
        });
    }
    match &standing.publication {
        Some(holds) if holds.run == run.key => refused(Reason::AlreadyPublished {
            round: round.to_string(),
            run: run.key.to_string(),
        }),
        Some(holds) if run.origin.baseline.as_ref() != Some(&holds.run) => {
            refused(Reason::NotARepair {
                run: run.key.to_string(),
                published: holds.run.to_string(),
            })
        }
        Some(_) | None => Ok(()),
    }
}

/// What is published, as it stands.
struct Publishable {
    record: Versioned<RoundRecord>,
    standing: RoundStanding,
    run: Run,
}

impl Publishable {
    /// Reads a round and a run, and refuses what may not be published.
    async fn read(
        tx: &mut Tx,
        scope: ProgramScope,
        (round, run): (&Key, &Key),
        etag: Option<i64>,
    ) -> Result<Self, AppError> {
        let record = tx.round_fetch(scope, round).await?;
        check_etag(EntityKind::Round, round.as_str(), &record, etag)?;
        let standing = check_not_closed(tx, scope, round).await?;
        let run = tx.run_fetch(scope, run).await?.value;
        check_may_follow(round, &run, &standing)?;
        Ok(Self {
            record,
            standing,
            run,
        })
    }
}

impl App {
    /// Publishes the plan of a run: from then on it is the plan of its round.
    /// It is proved before, against the roster that it was made from.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`];
    /// [`AppError::FailedPrecondition`] when the round is closed, the run is of
    /// another round or without a plan, its plan is the one that holds, or is
    /// no repair of it, or does not hold under the zone data of today;
    /// [`AppError::Internal`] when the stored plan cannot be proved.
    pub async fn publish(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        run: &Key,
        options: PublishOptions,
    ) -> Result<Published, AppError> {
        // It is large as a future, with the rosters that it holds.
        Box::pin(self.prove_and_publish(actor, program, (round, run), options)).await
    }

    async fn prove_and_publish(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        pair: (&Key, &Key),
        options: PublishOptions,
    ) -> Result<Published, AppError> {
        let ((round, run), etag) = (pair, options.etag);
        let made_from = self.prove_stored(actor, program, pair, etag).await?;
        let mut write = self.write(actor, program, Permission::PlanPublish).await?;
        let scope = write.scope();
        // Another plan may have been published while this one was proved.
        let Publishable {
            record, standing, ..
        } = Publishable::read(write.tx(), scope, pair, etag).await?;
        let (_, owner) = write.tx().program_fetch(program).await?;
        let now = stored_roster(write.tx(), scope, owner.value, round).await?;
        let changed_files = blocking(move || differing_files(&made_from, &now)).await?;
        if options.validate_only {
            return Ok(Published {
                round: StoredRound::new(record, standing)?,
                publication: None,
                changed_files,
            });
        }
        let before = standing.publication;
        let publication = write.publication_insert(round, run, before.as_ref(), actor.name());
        let publication = publication.await?;
        let (state, told) = match before {
            None => (RoundState::Published, ChangeKind::PlanPublished),
            Some(_) => (RoundState::Repaired, ChangeKind::PlanRepaired),
        };
        let step = Step {
            round,
            state,
            told,
            run: Some(run),
        };
        let after = take_step(&mut write, actor, &step).await?;
        let payload = json!({
            "run": run.as_str(),
            "number": publication.number,
            "replaces": publication.replaces.as_ref().map(Key::as_str),
            "changed_files": changed_files,
        });
        let published = Published {
            round: after,
            publication: Some(publication),
            changed_files,
        };
        self.commit_step(write, actor, "publish_plan", round, &payload, &published)
            .await?;
        Ok(published)
    }

    /// Proves the stored plan of a run that may be published, and returns the
    /// roster that it was made from.
    async fn prove_stored(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        (round, run): (&Key, &Key),
        etag: Option<i64>,
    ) -> Result<Roster, AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::PlanPublish).await?;
        let Publishable { run: record, .. } =
            Publishable::read(&mut tx, scope, (round, run), etag).await?;
        let stored = tx.plan_fetch(scope, run).await?;
        let snapshot = tx.snapshot_fetch(scope, &record.snapshot_sha256).await?;
        drop(tx);
        let (stored, roster) = blocking(move || made_from(stored, &snapshot)).await??;
        let zones = self.zones_of(&roster)?;
        let tzdb_version = stored.tzdb_version.clone();
        let (breaches, roster) = self
            .on_a_core(move || (check(&roster, &zones, &stored.plan), roster))
            .await?;
        if breaches.is_empty() {
            return Ok(roster);
        }
        let now = self.inner.zone_data.version();
        if tzdb_version != now {
            return Err(AppError::FailedPrecondition(Reason::ZoneDataChanged {
                run: run.to_string(),
                plan: tzdb_version,
                server: now.to_owned(),
            }));
        }
        let breaches: Vec<String> = breaches.iter().map(ToString::to_string).collect();
        let text = format!(
            "the stored plan of {run} is not legal: {}",
            breaches.join("; ")
        );
        Err(AppError::Internal(text.into()))
    }
}

/// Returns a stored plan with the roster of its snapshot, where the two name
/// the same inputs.
fn made_from(stored: PlanRecord, snapshot: &Snapshot) -> Result<(PlanRecord, Roster), AppError> {
    let (roster, about) = thaw(snapshot).map_err(AppError::Internal)?;
    let is_same = stored.roster_sha256 == about.roster_sha256
        && stored.rule_sets == about.rule_sets
        && stored.tzdb_version == about.tzdb_version;
    if is_same {
        return Ok((stored, roster));
    }
    let text = "a stored plan names other inputs than the snapshot of its run";
    Err(AppError::Internal(text.into()))
}
