//! What supervisors say to published plans. A later word replaces an earlier
//! one in effect; both stay.

use super::dispatch::{on, statements};
use super::rows::Place;
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;
use crate::domain::{
    Key, Publication, ResponseAnswer, SupervisorKey, SupervisorResponse, TraineeKey,
};

statements! {
    RESPONSE_INSERT = "INSERT INTO response (program_id, round_key, publication_number, \
        supervisor_key, trainee_key, number, answer, reason, at, actor) \
        SELECT $1, $2, $3, $4, $5, COALESCE(MAX(number), 0) + 1, $6, $7, $8, $9 FROM response \
        WHERE program_id = $1 AND round_key = $2 AND publication_number = $3 \
        AND supervisor_key = $4 AND trainee_key = $5 RETURNING number";
    /// `$4` is a supervisor, or empty for all; `$8` is `now` for what counts,
    /// or empty for all that was ever said.
    RESPONSE_PAGE = "SELECT supervisor_key, trainee_key, number, answer, reason, at, actor \
        FROM response AS said \
        WHERE program_id = $1 AND round_key = $2 AND publication_number = $3 \
        AND ($4 = '' OR supervisor_key = $4) \
        AND (supervisor_key, trainee_key, number) > ($5, $6, $7) \
        AND ($8 = '' OR NOT EXISTS (SELECT 1 FROM response AS later \
        WHERE later.program_id = said.program_id AND later.round_key = said.round_key \
        AND later.publication_number = said.publication_number \
        AND later.supervisor_key = said.supervisor_key \
        AND later.trainee_key = said.trainee_key AND later.number > said.number)) \
        ORDER BY supervisor_key, trainee_key, number LIMIT CAST($9 AS BIGINT)";
    SUPERVISED_IN_PLAN = "SELECT EXISTS (SELECT 1 FROM session \
        JOIN session_member ON session_member.program_id = session.program_id \
        AND session_member.run_key = session.run_key \
        AND session_member.number = session.number \
        WHERE session.program_id = $1 AND session.run_key = $2 \
        AND session.supervisor_key = $3 AND session_member.trainee_key = $4)";
}

type ResponseRow = (String, String, i64, String, String, i64, String);

/// Which responses to a publication are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Responses<'a> {
    /// Those of one supervisor; of all when `None`.
    pub supervisor: Option<&'a SupervisorKey>,
    /// Whether what was said before something else of the same pair is wanted
    /// too.
    pub with_earlier: bool,
    /// The pair and number after which to begin.
    pub after: Option<(&'a SupervisorKey, &'a TraineeKey, u32)>,
}

impl Tx {
    /// Returns up to `limit` responses to a publication, by supervisor,
    /// trainee and number.
    ///
    /// # Errors
    /// When the database fails, or holds what cannot be.
    pub async fn response_list(
        &mut self,
        scope: ProgramScope,
        publication: &Publication,
        wanted: Responses<'_>,
        limit: i64,
    ) -> Result<Vec<SupervisorResponse>, StoreError> {
        let (supervisor, trainee, number) = wanted.after.map_or(("", "", 0), |after| {
            (after.0.as_str(), after.1.as_str(), after.2)
        });
        let rows: Vec<ResponseRow> = on!(self, |connection| {
            sqlx::query_as(RESPONSE_PAGE)
                .bind(scope.program_id)
                .bind(publication.round.as_str())
                .bind(i64::from(publication.number))
                .bind(wanted.supervisor.map_or("", SupervisorKey::as_str))
                .bind(supervisor)
                .bind(trainee)
                .bind(i64::from(number))
                .bind(if wanted.with_earlier { "" } else { "now" })
                .bind(limit)
                .fetch_all(connection)
                .await
        })?;
        let place = Place {
            table: "response",
            key: publication.run.as_str(),
        };
        let read = |(supervisor, trainee, number, answer, reason, at, by): ResponseRow| {
            Ok(SupervisorResponse {
                round: publication.round.clone(),
                run: publication.run.clone(),
                publication: publication.number,
                supervisor: place.parse(&supervisor)?,
                trainee: place.parse(&trainee)?,
                number: place.count(number)?,
                answer: place.word(&answer, &ResponseAnswer::ALL, ResponseAnswer::as_str)?,
                reason,
                at: UtcSecond(at),
                by,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Says whether a plan gives a supervisor a trainee, on any line.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_supervised_in(
        &mut self,
        scope: ProgramScope,
        run: &Key,
        supervisor: &SupervisorKey,
        trainee: &TraineeKey,
    ) -> Result<bool, StoreError> {
        let (found,): (bool,) = on!(self, |connection| {
            sqlx::query_as(SUPERVISED_IN_PLAN)
                .bind(scope.program_id)
                .bind(run.as_str())
                .bind(supervisor.as_str())
                .bind(trainee.as_str())
                .fetch_one(connection)
                .await
        })?;
        Ok(found)
    }
}

impl WriteTx {
    /// Adds what was said of a supervisor and a trainee to a publication, and
    /// returns it.
    ///
    /// # Errors
    /// [`StoreError::Referenced`] when there is no such publication.
    pub async fn response_insert(
        &mut self,
        publication: &Publication,
        (supervisor, trainee): (&SupervisorKey, &TraineeKey),
        (answer, reason): (ResponseAnswer, &str),
        actor: &str,
    ) -> Result<SupervisorResponse, StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now);
        let (number,): (i64,) = on!(&mut self.tx, |connection| {
            sqlx::query_as(RESPONSE_INSERT)
                .bind(program_id)
                .bind(publication.round.as_str())
                .bind(i64::from(publication.number))
                .bind(supervisor.as_str())
                .bind(trainee.as_str())
                .bind(answer.as_str())
                .bind(reason)
                .bind(now.0)
                .bind(actor)
                .fetch_one(connection)
                .await
        })?;
        let place = Place {
            table: "response",
            key: publication.run.as_str(),
        };
        Ok(SupervisorResponse {
            round: publication.round.clone(),
            run: publication.run.clone(),
            publication: publication.number,
            supervisor: supervisor.clone(),
            trainee: trainee.clone(),
            number: place.count(number)?,
            answer,
            reason: reason.to_owned(),
            at: now,
            by: actor.to_owned(),
        })
    }
}
