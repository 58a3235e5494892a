//! Who holds a run, and until when.
//!
//! A worker takes a run up under a new fencing token and a lease. Each sign of
//! life carries the token; once another worker has taken the run up, the
//! database refuses everything from the one before. Leases and progress are
//! no records of the program: they are written without an event of its chain.
//! The end of a run is a record, and is written with one.

use serde_json::json;
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::run::state_event;
use super::{Db, PlanRecord, ProgramScope, StoreError, WriteTx, run_event};
use crate::domain::time::UtcSecond;
use crate::domain::{Key, ProgramKey, RunEvent, RunState};

statements! {
    RUN_CLAIM = "UPDATE run SET state = 'running', fencing_token = fencing_token + 1, \
        lease_until = $2, started_at = COALESCE(started_at, $1), updated_at = $1, \
        version = version + 1, event_sequence = event_sequence + 1 \
        WHERE (program_id, key) = (SELECT program_id, key FROM run \
        WHERE state = 'queued' OR (state = 'running' AND lease_until <= $1) \
        ORDER BY created_at, key LIMIT 1) \
        AND (state = 'queued' OR (state = 'running' AND lease_until <= $1)) \
        RETURNING program_id, key, fencing_token, event_sequence";
    RUN_PROGRAM = "SELECT key FROM program WHERE program_id = $1";
    RUN_RENEW = "UPDATE run SET lease_until = $4, event_sequence = event_sequence + $5 \
        WHERE program_id = $1 AND key = $2 AND fencing_token = $3 AND state = 'running' \
        RETURNING event_sequence, cancel_requested";
    RUN_RELEASE = "UPDATE run SET state = 'queued', lease_until = NULL, updated_at = $4, \
        version = version + 1, event_sequence = event_sequence + 1 \
        WHERE program_id = $1 AND key = $2 AND fencing_token = $3 AND state = 'running' \
        RETURNING event_sequence";
    RUN_FINISH = "UPDATE run SET state = $4, has_plan = $5, failure = $6, ended_at = $7, \
        updated_at = $7, lease_until = NULL, version = version + 1, \
        event_sequence = event_sequence + 1 \
        WHERE program_id = $1 AND key = $2 AND fencing_token = $3 AND state = 'running' \
        RETURNING event_sequence";
}

/// A run that a worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The program, for statements.
    pub scope: ProgramScope,
    /// The program's key.
    pub program: ProgramKey,
    /// The run's key.
    pub run: Key,
    /// Grows with each worker that takes the run up.
    pub fencing_token: i64,
}

/// How a run ends.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// The end that it reaches.
    pub state: RunState,
    /// Why it failed, or what cut it short.
    pub failure: Option<String>,
    /// Its plan, when it has one.
    pub plan: Option<PlanRecord>,
}

impl Db {
    /// Takes up the run that waits longest: one that is queued, or whose
    /// worker's lease is over. `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_claim(
        &self,
        now: UtcSecond,
        lease_until: UtcSecond,
    ) -> Result<Option<Claim>, StoreError> {
        let mut tx = self.begin().await?;
        tx.enter_every_program().await?;
        let claimed: Option<(Uuid, String, i64, i64)> = on!(&mut tx, |connection| {
            sqlx::query_as(RUN_CLAIM)
                .bind(now.0)
                .bind(lease_until.0)
                .fetch_optional(connection)
                .await
        })?;
        let Some((program_id, run, fencing_token, sequence)) = claimed else {
            return Ok(None);
        };
        let (program,): (String,) = on!(&mut tx, |connection| {
            sqlx::query_as(RUN_PROGRAM)
                .bind(program_id)
                .fetch_one(connection)
                .await
        })?;
        let corrupt = || StoreError::Corrupt {
            table: "run",
            key: run.clone(),
        };
        let scope = ProgramScope { program_id };
        let claim = Claim {
            scope,
            program: program.parse().map_err(|_| corrupt())?,
            run: run.parse().map_err(|_| corrupt())?,
            fencing_token,
        };
        let event = state_event(sequence, now, RunState::Running);
        run_event::insert(&mut tx, scope, &claim.run, &[event]).await?;
        tx.commit().await?;
        Ok(Some(claim))
    }

    /// Renews the lease of a run and adds what it said, whose numbers are
    /// given here. Says whether somebody asked the run to end.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker holds the run, or it ended.
    pub async fn run_renew(
        &self,
        claim: &Claim,
        lease_until: UtcSecond,
        mut events: Vec<RunEvent>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        tx.enter(claim.scope).await?;
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let renewed: Option<(i64, bool)> = on!(&mut tx, |connection| {
            sqlx::query_as(RUN_RENEW)
                .bind(claim.scope.program_id)
                .bind(claim.run.as_str())
                .bind(claim.fencing_token)
                .bind(lease_until.0)
                .bind(count)
                .fetch_optional(connection)
                .await
        })?;
        let (last, cancel_requested) = renewed.ok_or_else(|| claim.fenced())?;
        for (event, sequence) in events.iter_mut().zip(last - count + 1..) {
            event.sequence = sequence;
        }
        run_event::insert(&mut tx, claim.scope, &claim.run, &events).await?;
        tx.commit().await?;
        Ok(cancel_requested)
    }

    /// Hands a run back to the queue.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker holds the run, or it ended.
    pub async fn run_release(&self, claim: &Claim, now: UtcSecond) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.enter(claim.scope).await?;
        let released: Option<(i64,)> = on!(&mut tx, |connection| {
            sqlx::query_as(RUN_RELEASE)
                .bind(claim.scope.program_id)
                .bind(claim.run.as_str())
                .bind(claim.fencing_token)
                .bind(now.0)
                .fetch_optional(connection)
                .await
        })?;
        let (sequence,) = released.ok_or_else(|| claim.fenced())?;
        let event = state_event(sequence, now, RunState::Queued);
        run_event::insert(&mut tx, claim.scope, &claim.run, &[event]).await?;
        tx.commit().await
    }
}

impl Claim {
    fn fenced(&self) -> StoreError {
        StoreError::Fenced {
            run: self.run.to_string(),
        }
    }
}

impl WriteTx {
    /// Ends a run and stores its plan.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker holds the run, or it ended.
    pub async fn run_finish(&mut self, claim: &Claim, end: &RunEnd) -> Result<(), StoreError> {
        let now = self.now;
        let finished: Option<(i64,)> = on!(&mut self.tx, |connection| {
            sqlx::query_as(RUN_FINISH)
                .bind(claim.scope.program_id)
                .bind(claim.run.as_str())
                .bind(claim.fencing_token)
                .bind(end.state.as_str())
                .bind(end.plan.is_some())
                .bind(end.failure.as_deref())
                .bind(now.0)
                .fetch_optional(connection)
                .await
        })?;
        let (sequence,) = finished.ok_or_else(|| claim.fenced())?;
        if let Some(plan) = &end.plan {
            self.plan_insert(&claim.run, plan).await?;
        }
        let event = state_event(sequence, now, end.state);
        run_event::insert(&mut self.tx, claim.scope, &claim.run, &[event]).await
    }
}

impl RunEnd {
    /// Returns the payload of the event that records the end.
    pub fn payload(&self) -> String {
        let plan = self.plan.as_ref();
        json!({
            "state": self.state.as_str(),
            "placements": plan.map(|plan| plan.plan.placements.len()),
            "unmatched": plan.map(|plan| plan.plan.unmatched.len()),
        })
        .to_string()
    }
}
