//! What belongs to a trainee in every round: conflicts of interest, and
//! minutes to collect.

use serde_json::{Value, json};

use super::dispatch::{on, statements};
use super::round_rows::target;
use super::rows::{Place, write_rows};
use super::{KeyRange, ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::{Exclusion, Requirement, RequirementCategory};

statements! {
    EXCLUSION_LIST = "SELECT trainee_key, target, target_key, reason FROM exclusion \
        WHERE program_id = $1 AND trainee_key >= $2 AND trainee_key <= $3 \
        ORDER BY trainee_key, target, target_key";
    EXCLUSION_WRITE = "INSERT INTO exclusion \
        (program_id, trainee_key, target, target_key, reason) \
        SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 \
        FROM json_each($2) WHERE $3 = '' \
        ON CONFLICT (program_id, trainee_key, target, target_key) \
        DO UPDATE SET reason = excluded.reason";
    EXCLUSION_REMOVE = "DELETE FROM exclusion WHERE program_id = $1 AND $3 = '' \
        AND (trainee_key, target, target_key) IN \
        (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($2))";
    REQUIREMENT_LIST = "SELECT trainee_key, category, due_day, minutes_required, \
        minutes_completed FROM requirement \
        WHERE program_id = $1 AND trainee_key >= $2 AND trainee_key <= $3 \
        ORDER BY trainee_key, category, due_day";
    REQUIREMENT_WRITE = "INSERT INTO requirement \
        (program_id, trainee_key, category, due_day, minutes_required, minutes_completed) \
        SELECT $1, value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT), \
        CAST(value ->> 4 AS BIGINT) FROM json_each($2) WHERE $3 = '' \
        ON CONFLICT (program_id, trainee_key, category, due_day) \
        DO UPDATE SET minutes_required = excluded.minutes_required, \
        minutes_completed = excluded.minutes_completed";
    REQUIREMENT_REMOVE = "DELETE FROM requirement WHERE program_id = $1 AND $3 = '' \
        AND (trainee_key, category, due_day) IN \
        (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($2))";
}

/// Rows of trainees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraineeRows {
    /// Conflicts of interest, by trainee and target.
    pub exclusions: Vec<Exclusion>,
    /// Minutes to collect, by trainee, category and due day.
    pub requirements: Vec<Requirement>,
}

impl Tx {
    /// Returns the rows of a range of trainees of a program.
    ///
    /// # Errors
    /// When the database fails, or holds what no row can be.
    pub async fn trainee_rows(
        &mut self,
        scope: ProgramScope,
        trainees: &KeyRange,
    ) -> Result<TraineeRows, StoreError> {
        let exclusions: Vec<(String, String, String, String)> = on!(&mut *self, |connection| {
            sqlx::query_as(EXCLUSION_LIST)
                .bind(scope.program_id)
                .bind(trainees.from.as_str())
                .bind(trainees.until.as_str())
                .fetch_all(connection)
                .await
        })?;
        let requirements: Vec<(String, String, String, i64, i64)> =
            on!(&mut *self, |connection| {
                sqlx::query_as(REQUIREMENT_LIST)
                    .bind(scope.program_id)
                    .bind(trainees.from.as_str())
                    .bind(trainees.until.as_str())
                    .fetch_all(connection)
                    .await
            })?;
        let exclusion = |(trainee, kind, key, reason): (String, String, String, String)| {
            let place = Place {
                table: "exclusion",
                key: &trainee,
            };
            Ok(Exclusion {
                trainee: place.parse(&trainee)?,
                target: target(place, &kind, &key)?,
                reason,
            })
        };
        let requirement =
            |(trainee, category, due, required, completed): (String, String, String, i64, i64)| {
                let place = Place {
                    table: "requirement",
                    key: &trainee,
                };
                let all = RequirementCategory::ALL;
                Ok(Requirement {
                    trainee: place.parse(&trainee)?,
                    category: place.word(&category, &all, RequirementCategory::as_str)?,
                    required: place.minutes(required)?,
                    completed: place.minutes(completed)?,
                    due_day: place.day(&due)?,
                })
            };
        let mut rows = TraineeRows {
            exclusions: exclusions
                .into_iter()
                .map(exclusion)
                .collect::<Result<_, StoreError>>()?,
            requirements: requirements
                .into_iter()
                .map(requirement)
                .collect::<Result<_, StoreError>>()?,
        };
        // The database orders categories by their words, a roster by their meaning.
        rows.requirements.sort_by(|a, b| {
            (&a.trainee, a.category, a.due_day).cmp(&(&b.trainee, b.category, b.due_day))
        });
        Ok(rows)
    }
}

fn exclusion_rows(exclusions: &[Exclusion]) -> Vec<Value> {
    let row = |one: &Exclusion| {
        json!([
            one.trainee.as_str(),
            one.target.kind(),
            one.target.key(),
            one.reason
        ])
    };
    exclusions.iter().map(row).collect()
}

fn requirement_rows(requirements: &[Requirement]) -> Vec<Value> {
    let row = |one: &Requirement| {
        json!([
            one.trainee.as_str(),
            one.category.as_str(),
            one.due_day.to_string(),
            one.required.get(),
            one.completed.get(),
        ])
    };
    requirements.iter().map(row).collect()
}

impl WriteTx {
    /// Adds rows to trainees, or replaces those of the same keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trainee_rows_write(&mut self, rows: &TraineeRows) -> Result<(), StoreError> {
        let program_id = self.scope.program_id;
        let (exclusions, requirements) = (
            exclusion_rows(&rows.exclusions),
            requirement_rows(&rows.requirements),
        );
        write_rows(&mut self.tx, EXCLUSION_WRITE, program_id, "", &exclusions).await?;
        write_rows(
            &mut self.tx,
            REQUIREMENT_WRITE,
            program_id,
            "",
            &requirements,
        )
        .await
    }

    /// Removes the rows of trainees that have the keys of these.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trainee_rows_remove(&mut self, rows: &TraineeRows) -> Result<(), StoreError> {
        let program_id = self.scope.program_id;
        let (exclusions, requirements) = (
            exclusion_rows(&rows.exclusions),
            requirement_rows(&rows.requirements),
        );
        write_rows(&mut self.tx, EXCLUSION_REMOVE, program_id, "", &exclusions).await?;
        write_rows(
            &mut self.tx,
            REQUIREMENT_REMOVE,
            program_id,
            "",
            &requirements,
        )
        .await
    }
}
