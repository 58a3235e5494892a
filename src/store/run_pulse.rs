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
    /// `programs` holds each program that has runs to do, found one after the
    /// other by an index, however long its queue is. A key from `~` on is of no
    /// program.
    RUN_CLAIM = "UPDATE run SET state = 'running', fencing_token = fencing_token + 1, \
        lease_until = $2, started_at = COALESCE(started_at, $1), updated_at = $1, \
        version = version + 1, event_sequence = event_sequence + 1, \
        turn = 1 + COALESCE((SELECT MAX(turn) FROM run WHERE turn IS NOT NULL), 0) \
        WHERE (program_id, key) = (\
            WITH RECURSIVE programs (program_id) AS (\
                SELECT * FROM (SELECT program_id FROM run \
                    WHERE state IN ('queued', 'running') \
                    ORDER BY program_id LIMIT 1) AS lowest \
                UNION ALL \
                SELECT (SELECT run.program_id FROM run \
                    WHERE run.state IN ('queued', 'running') \
                    AND run.program_id > programs.program_id \
                    ORDER BY run.program_id LIMIT 1) \
                FROM programs WHERE programs.program_id IS NOT NULL) \
            SELECT program_id, key FROM (SELECT programs.program_id, \
                (SELECT run.key FROM run WHERE run.program_id = programs.program_id \
                    AND run.state IN ('queued', 'running') \
                    AND (run.state = 'queued' OR run.lease_until <= $1) \
                    ORDER BY run.created_at, run.key LIMIT 1) AS key, \
                (SELECT COUNT(*) FROM run WHERE run.program_id = programs.program_id \
                    AND run.state = 'running' AND run.lease_until > $1) AS held, \
                COALESCE((SELECT MAX(run.turn) FROM run \
                    WHERE run.program_id = programs.program_id \
                    AND run.turn IS NOT NULL), 0) AS last_turn \
                FROM programs WHERE programs.program_id IS NOT NULL \
                AND (programs.program_id <> $3 OR NOT EXISTS (SELECT 1 FROM program \
                    WHERE program.program_id <> $3 AND program.key < '~' \
                    AND program.deleted_at IS NULL))) AS next \
            WHERE key IS NOT NULL ORDER BY held, last_turn, key LIMIT 1) \
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
    /// Takes up a run that is queued, or whose worker's lease is over; `None`
    /// when there is none. Programs take turns: the one with the fewest runs
    /// under way comes first, then the one that was served longest ago, and of
    /// its runs the one that waits longest.
    ///
    /// `but_not` is a program that has had enough for now. It is left out, but
    /// only where there is another program at all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_claim(
        &self,
        now: UtcSecond,
        lease_until: UtcSecond,
        but_not: Option<ProgramScope>,
    ) -> Result<Option<Claim>, StoreError> {
        let but_not = but_not.map_or(Uuid::nil(), |scope| scope.program_id);
        let mut tx = self.begin().await?;
        tx.enter_every_program().await?;
        let claimed: Option<(Uuid, String, i64, i64)> = on!(&mut tx, |connection| {
            sqlx::query_as(RUN_CLAIM)
                .bind(now.0)
                .bind(lease_until.0)
                .bind(but_not)
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
        let mut tx = self.begin_in(claim.scope).await?;
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
        let mut tx = self.begin_in(claim.scope).await?;
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
