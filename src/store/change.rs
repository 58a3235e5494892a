//! What partners are told of. Each change has the number of the event that
//! records it, so that its name stays and the order is that of the chain.

use super::dispatch::{on, statements};
use super::rows::Place;
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;
use crate::domain::{Change, ChangeKind, ChangeOf, Key, ResponseAnswer, SupervisorKey, TraineeKey};

statements! {
    CHANGE_INSERT = "INSERT INTO change (program_id, sequence, at, kind, round_key, run_key, \
        supervisor_key, trainee_key, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    CHANGE_LIST = "SELECT sequence, at, kind, round_key, run_key, supervisor_key, trainee_key, \
        answer FROM change WHERE program_id = $1 AND sequence > $2 \
        ORDER BY sequence LIMIT CAST($3 AS BIGINT)";
    CHANGE_LAST = "SELECT COALESCE(MAX(sequence), 0) FROM change WHERE program_id = $1";
    CHANGE_HEAD = "SELECT event_sequence FROM program WHERE program_id = $1";
}

type ChangeRow = (
    i64,
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn change(row: ChangeRow) -> Result<Change, StoreError> {
    let (sequence, at, kind, round, run, supervisor, trainee, answer) = row;
    let key = sequence.to_string();
    let place = Place {
        table: "change",
        key: &key,
    };
    let response = match (supervisor, trainee, answer) {
        (Some(supervisor), Some(trainee), Some(answer)) => Some((
            place.parse::<SupervisorKey>(&supervisor)?,
            place.parse::<TraineeKey>(&trainee)?,
            place.word(&answer, &ResponseAnswer::ALL, ResponseAnswer::as_str)?,
        )),
        (None, None, None) => None,
        _ => return Err(place.corrupt()),
    };
    Ok(Change {
        sequence,
        at: UtcSecond(at),
        what: ChangeOf {
            kind: place.word(&kind, &ChangeKind::ALL, ChangeKind::as_str)?,
            round: place.parse(&round)?,
            run: run.map(|run| place.parse(&run)).transpose()?,
            response,
        },
    })
}

impl Tx {
    /// Returns up to `limit` changes of a program after a number, in order.
    /// What is committed later always has a greater number.
    ///
    /// # Errors
    /// When the database fails, or holds what cannot be.
    pub async fn change_list(
        &mut self,
        scope: ProgramScope,
        after_sequence: i64,
        limit: i64,
    ) -> Result<Vec<Change>, StoreError> {
        let rows: Vec<ChangeRow> = on!(self, |connection| {
            sqlx::query_as(CHANGE_LIST)
                .bind(scope.program_id)
                .bind(after_sequence)
                .bind(limit)
                .fetch_all(connection)
                .await
        })?;
        rows.into_iter().map(change).collect()
    }

    /// Returns the number of the last change of a program, 0 before the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_last(&mut self, scope: ProgramScope) -> Result<i64, StoreError> {
        self.number(CHANGE_LAST, scope).await
    }

    /// Returns the number of the last event of a program: no change has a
    /// greater one yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_head(&mut self, scope: ProgramScope) -> Result<i64, StoreError> {
        self.number(CHANGE_HEAD, scope).await
    }

    /// Returns the only number that a statement finds for a program.
    async fn number(&mut self, sql: &'static str, scope: ProgramScope) -> Result<i64, StoreError> {
        let (number,): (i64,) = on!(self, |connection| {
            sqlx::query_as(sql)
                .bind(scope.program_id)
                .fetch_one(connection)
                .await
        })?;
        Ok(number)
    }
}

impl WriteTx {
    /// Adds a change under the number of the event that this write ends in;
    /// one at most in each write.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_insert(&mut self, what: &ChangeOf) -> Result<(), StoreError> {
        let (program_id, sequence, now) = (self.scope.program_id, self.sequence, self.now.0);
        let response = what.response.as_ref();
        on!(&mut self.tx, |connection| {
            sqlx::query(CHANGE_INSERT)
                .bind(program_id)
                .bind(sequence)
                .bind(now)
                .bind(what.kind.as_str())
                .bind(what.round.as_str())
                .bind(what.run.as_ref().map(Key::as_str))
                .bind(response.map(|(supervisor, _, _)| supervisor.as_str()))
                .bind(response.map(|(_, trainee, _)| trainee.as_str()))
                .bind(response.map(|(_, _, answer)| answer.as_str()))
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}
