//! What runs said on the way. Events are numbered by the run itself, so that a
//! watcher can be cut off and go on where it was.

use serde_json::{Value, json};

use super::dispatch::{on, statements};
use super::rows::{Place, write_rows};
use super::{ProgramScope, StoreError, Tx};
use crate::domain::time::UtcSecond;
use crate::domain::{Key, RunEvent, RunEventKind};

statements! {
    RUN_EVENT_INSERT = "INSERT INTO run_event \
        (program_id, run_key, sequence, at, kind, stage, best, bound, text) \
        SELECT $1, $3, CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2, \
        value ->> 3, CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT), value ->> 6 \
        FROM json_each($2)";
    RUN_EVENT_LIST = "SELECT sequence, at, kind, stage, best, bound, text FROM run_event \
        WHERE program_id = $1 AND run_key = $2 AND sequence > $3 ORDER BY sequence \
        LIMIT CAST($4 AS BIGINT)";
}

type EventRow = (i64, i64, String, String, Option<i64>, Option<i64>, String);

/// Writes events that were given their numbers.
pub(super) async fn insert(
    tx: &mut Tx,
    scope: ProgramScope,
    run: &Key,
    events: &[RunEvent],
) -> Result<(), StoreError> {
    let row = |event: &RunEvent| {
        json!([
            event.sequence,
            event.at.0,
            event.kind.as_str(),
            event.stage,
            event.best,
            event.bound,
            event.text
        ])
    };
    let rows: Vec<Value> = events.iter().map(row).collect();
    write_rows(tx, RUN_EVENT_INSERT, scope.program_id, run.as_str(), &rows).await
}

impl Tx {
    /// Returns up to `limit` events of a run after a sequence number.
    ///
    /// # Errors
    /// When the database fails, or holds what no event can be.
    pub async fn run_event_list(
        &mut self,
        scope: ProgramScope,
        run: &Key,
        after_sequence: i64,
        limit: i64,
    ) -> Result<Vec<RunEvent>, StoreError> {
        let rows: Vec<EventRow> = on!(self, |connection| {
            sqlx::query_as(RUN_EVENT_LIST)
                .bind(scope.program_id)
                .bind(run.as_str())
                .bind(after_sequence)
                .bind(limit)
                .fetch_all(connection)
                .await
        })?;
        let event = |(sequence, at, kind, stage, best, bound, text): EventRow| {
            let place = Place {
                table: "run_event",
                key: run.as_str(),
            };
            Ok(RunEvent {
                sequence,
                at: UtcSecond(at),
                kind: place.word(&kind, &RunEventKind::ALL, RunEventKind::as_str)?,
                stage,
                best,
                bound,
                text,
            })
        };
        rows.into_iter().map(event).collect()
    }
}
