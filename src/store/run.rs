//! Runs as records: queued, cancelled, read. Who holds one and how it goes on
//! is in `run_pulse`.

use sqlx::FromRow;
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::listing::{ListTable, list_table, page_of, records_of};
use super::rows::{Place, RecordColumns};
use super::{KeyRange, ProgramScope, Seek, StoreError, Tx, WriteTx, run_event};
use crate::domain::time::UtcSecond;
use crate::domain::{
    EntityKind, Key, Run, RunEvent, RunEventKind, RunFilter, RunLimits, RunOrigin, RunState,
    Versioned,
};

/// The lists of runs; their filter is round, state and whether there is a plan.
pub(super) const RUNS: ListTable = list_table!(
    "run",
    "round_key, state, snapshot_sha256, limit_seconds, limit_memory_bytes, cancel_requested, \
    fencing_token, has_plan, failure, started_at, ended_at, forked_from_key, edits, baseline_key",
    "round_key",
    "($5 = '' OR round_key = $5) AND ($6 = '' OR state = $6) \
     AND ($7 = '' OR has_plan = ($7 = 'true'))"
);

statements! {
    RUN_LAST_EVENT = "SELECT event_sequence FROM run WHERE program_id = $1 AND key = $2";
    RUN_LATEST = "SELECT MAX(key) FROM run WHERE program_id = $1 AND deleted_at IS NULL \
        AND (has_plan OR NOT $2)";
    RUN_INSERT = "INSERT INTO run (program_id, key, id, version, created_at, updated_at, \
        round_key, state, snapshot_sha256, limit_seconds, limit_memory_bytes, \
        cancel_requested, fencing_token, has_plan, event_sequence, forked_from_key, edits, \
        baseline_key) \
        VALUES ($1, $2, $3, 1, $4, $4, $5, 'queued', $6, $7, $8, FALSE, 0, FALSE, 1, $9, $10, $11)";
    RUN_CANCEL_QUEUED = "UPDATE run SET state = 'cancelled', cancel_requested = TRUE, \
        ended_at = $3, updated_at = $3, version = version + 1, \
        event_sequence = event_sequence + 1 \
        WHERE program_id = $1 AND key = $2 AND state = 'queued' RETURNING event_sequence";
    RUN_CANCEL_RUNNING = "UPDATE run SET cancel_requested = TRUE, updated_at = $3, \
        version = version + 1 \
        WHERE program_id = $1 AND key = $2 AND state = 'running' AND NOT cancel_requested";
}

/// A run to be queued.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    /// Its round.
    pub round: &'a Key,
    /// Hash of the snapshot that it solves.
    pub snapshot_sha256: &'a str,
    /// What it may use.
    pub limits: RunLimits,
    /// What it solves beside the records of its round.
    pub origin: &'a RunOrigin,
}

#[derive(FromRow)]
struct RunRow {
    #[sqlx(flatten)]
    record: RecordColumns,
    round_key: String,
    state: String,
    snapshot_sha256: String,
    limit_seconds: i64,
    limit_memory_bytes: i64,
    cancel_requested: bool,
    fencing_token: i64,
    has_plan: bool,
    failure: Option<String>,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    forked_from_key: Option<String>,
    edits: String,
    baseline_key: Option<String>,
}

impl RunRow {
    fn into_run(self) -> Result<Versioned<Run>, StoreError> {
        let place = Place {
            table: "run",
            key: &self.record.key,
        };
        let key = |key: Option<&String>| key.map(|key| place.parse(key)).transpose();
        let edits = self.edits.lines().map(|edit| place.parse(edit));
        let origin = RunOrigin {
            forked_from: key(self.forked_from_key.as_ref())?,
            edits: edits.collect::<Result<_, _>>()?,
            baseline: key(self.baseline_key.as_ref())?,
        };
        let run = Run {
            key: place.parse(&self.record.key)?,
            round: place.parse(&self.round_key)?,
            state: place.word(&self.state, &RunState::ALL, RunState::as_str)?,
            limits: RunLimits {
                seconds: place.count(self.limit_seconds)?,
                memory_bytes: place.some(u64::try_from(self.limit_memory_bytes).ok())?,
            },
            snapshot_sha256: self.snapshot_sha256,
            origin,
            cancel_requested: self.cancel_requested,
            attempts: self.fencing_token,
            has_plan: self.has_plan,
            failure: self.failure,
            started_at: self.started_at.map(UtcSecond),
            ended_at: self.ended_at.map(UtcSecond),
        };
        Ok(self.record.with(run))
    }
}

/// Returns the event that a run reached a state.
pub(super) fn state_event(sequence: i64, at: UtcSecond, state: RunState) -> RunEvent {
    RunEvent {
        sequence,
        at,
        kind: RunEventKind::State,
        stage: String::new(),
        best: None,
        bound: None,
        text: state.as_str().to_owned(),
    }
}

impl Tx {
    /// Returns a page of runs through a filter, in its order; keys grow with
    /// time.
    ///
    /// # Errors
    /// When the database fails, or holds what no run can be.
    pub async fn run_page(
        &mut self,
        scope: ProgramScope,
        seek: &Seek,
        filter: &RunFilter,
    ) -> Result<Vec<Versioned<Run>>, StoreError> {
        let filter = [
            filter.round.as_ref().map_or("", Key::as_str),
            filter.state.map_or("", RunState::as_str),
            match filter.has_plan {
                None => "",
                Some(true) => "true",
                Some(false) => "false",
            },
        ];
        let rows: Vec<RunRow> = page_of(self, &RUNS, scope, seek, &filter).await?;
        rows.into_iter().map(RunRow::into_run).collect()
    }

    /// Returns the key of the latest run, of those with a plan or of all; keys
    /// grow with time.
    ///
    /// # Errors
    /// When the database fails, or holds what no run can be.
    pub async fn run_latest(
        &mut self,
        scope: ProgramScope,
        with_plan: bool,
    ) -> Result<Option<Key>, StoreError> {
        let (latest,): (Option<String>,) = on!(self, |connection| {
            sqlx::query_as(RUN_LATEST)
                .bind(scope.program_id)
                .bind(with_plan)
                .fetch_one(connection)
                .await
        })?;
        let key = |key: String| {
            let place = Place {
                table: "run",
                key: &key,
            };
            place.parse(&key)
        };
        latest.map(key).transpose()
    }

    /// Returns the number of the last event of a run, 0 where there is no such
    /// run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_last_event(
        &mut self,
        scope: ProgramScope,
        key: &Key,
    ) -> Result<i64, StoreError> {
        let last: Option<(i64,)> = on!(self, |connection| {
            sqlx::query_as(RUN_LAST_EVENT)
                .bind(scope.program_id)
                .bind(key.as_str())
                .fetch_optional(connection)
                .await
        })?;
        Ok(last.map_or(0, |(last,)| last))
    }

    /// Returns a run.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of that key.
    pub async fn run_fetch(
        &mut self,
        scope: ProgramScope,
        key: &Key,
    ) -> Result<Versioned<Run>, StoreError> {
        let range = KeyRange::one(key.as_str());
        let found: Vec<RunRow> = records_of(self, RUNS.of_keys(&range), scope, &range).await?;
        let run = found.into_iter().next();
        run.map(RunRow::into_run)
            .transpose()?
            .ok_or_else(|| StoreError::NotFound {
                kind: EntityKind::Run,
                key: key.to_string(),
            })
    }
}

impl WriteTx {
    /// Queues a run and returns its key, a new UUID.
    ///
    /// # Errors
    /// [`StoreError::Referenced`] when there is no such round or snapshot.
    pub async fn run_insert(&mut self, new: &NewRun<'_>) -> Result<Key, StoreError> {
        let (scope, now) = (self.scope, self.now);
        let id = Uuid::now_v7();
        let place = Place {
            table: "run",
            key: new.round.as_str(),
        };
        let key: Key = place.parse(&id.to_string())?;
        let origin = new.origin;
        let edits: Vec<String> = origin.edits.iter().map(ToString::to_string).collect();
        let edits = edits.join("\n");
        let memory = i64::try_from(new.limits.memory_bytes).unwrap_or(i64::MAX);
        on!(&mut self.tx, |connection| {
            sqlx::query(RUN_INSERT)
                .bind(scope.program_id)
                .bind(key.as_str())
                .bind(id)
                .bind(now.0)
                .bind(new.round.as_str())
                .bind(new.snapshot_sha256)
                .bind(i64::from(new.limits.seconds))
                .bind(memory)
                .bind(origin.forked_from.as_ref().map(Key::as_str))
                .bind(&edits)
                .bind(origin.baseline.as_ref().map(Key::as_str))
                .execute(connection)
                .await
                .map(drop)
        })?;
        let queued = state_event(1, now, RunState::Queued);
        run_event::insert(&mut self.tx, scope, &key, &[queued]).await?;
        Ok(key)
    }

    /// Ends a run that is queued, or asks its worker to end one that is
    /// running. Does nothing to a run that has ended, or was asked already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_cancel(&mut self, key: &Key) -> Result<(), StoreError> {
        let (scope, now) = (self.scope, self.now);
        let ended: Option<(i64,)> = on!(&mut self.tx, |connection| {
            sqlx::query_as(RUN_CANCEL_QUEUED)
                .bind(scope.program_id)
                .bind(key.as_str())
                .bind(now.0)
                .fetch_optional(connection)
                .await
        })?;
        if let Some((sequence,)) = ended {
            let event = state_event(sequence, now, RunState::Cancelled);
            return run_event::insert(&mut self.tx, scope, key, &[event]).await;
        }
        on!(&mut self.tx, |connection| {
            sqlx::query(RUN_CANCEL_RUNNING)
                .bind(scope.program_id)
                .bind(key.as_str())
                .bind(now.0)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}
