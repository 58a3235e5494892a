//! Who takes part in a round.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::dispatch::{on, statements};
use super::rows::{Place, write_rows};
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::{
    EntityKind, Key, Participant, ParticipantCounts, SiteKey, SupervisorKey, TraineeKey,
};

statements! {
    PARTICIPANT_LIST = "SELECT kind, participant_key FROM participant \
        WHERE program_id = $1 AND round_key = $2 AND ($3 = '' OR kind = $3) \
        AND (kind, participant_key) > ($4, $5) ORDER BY kind, participant_key \
        LIMIT CAST($6 AS BIGINT)";
    PARTICIPANT_COUNT = "SELECT kind, COUNT(*) FROM participant \
        WHERE program_id = $1 AND round_key = $2 GROUP BY kind";
    PARTICIPANT_ROUND = "SELECT round_key FROM participant \
        WHERE program_id = $1 AND kind = $2 AND participant_key = $3 ORDER BY round_key LIMIT 1";
    /// `$2` is the round, `$3` who is looked for.
    PARTICIPANT_AMONG = "SELECT kind, participant_key FROM participant \
        WHERE program_id = $1 AND round_key = $2 \
        AND (kind, participant_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($3))";
    RECORD_AMONG = "SELECT 'site', key FROM site WHERE program_id = $1 AND deleted_at IS NULL \
        AND key IN (SELECT value ->> 1 FROM json_each($2) WHERE value ->> 0 = 'site') \
        UNION ALL SELECT 'supervisor', key FROM supervisor \
        WHERE program_id = $1 AND deleted_at IS NULL \
        AND key IN (SELECT value ->> 1 FROM json_each($2) WHERE value ->> 0 = 'supervisor') \
        UNION ALL SELECT 'trainee', key FROM trainee \
        WHERE program_id = $1 AND deleted_at IS NULL \
        AND key IN (SELECT value ->> 1 FROM json_each($2) WHERE value ->> 0 = 'trainee')";
    PARTICIPANT_WRITE = "INSERT INTO participant (program_id, round_key, kind, participant_key) \
        SELECT $1, $3, value ->> 0, value ->> 1 FROM json_each($2) WHERE TRUE \
        ON CONFLICT DO NOTHING";
    SITES_ADD = "INSERT INTO participant (program_id, round_key, kind, participant_key) \
        SELECT program_id, CAST($2 AS TEXT), 'site', key FROM site \
        WHERE program_id = $1 AND deleted_at IS NULL ON CONFLICT DO NOTHING";
    SUPERVISORS_ADD = "INSERT INTO participant (program_id, round_key, kind, participant_key) \
        SELECT program_id, CAST($2 AS TEXT), 'supervisor', key FROM supervisor \
        WHERE program_id = $1 AND deleted_at IS NULL ON CONFLICT DO NOTHING";
    TRAINEES_ADD = "INSERT INTO participant (program_id, round_key, kind, participant_key) \
        SELECT program_id, CAST($2 AS TEXT), 'trainee', key FROM trainee \
        WHERE program_id = $1 AND deleted_at IS NULL ON CONFLICT DO NOTHING";
    PARTICIPANT_REMOVE = "DELETE FROM participant WHERE program_id = $1 AND round_key = $3 \
        AND (kind, participant_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2))";
    PREFERENCE_LOSE = "DELETE FROM preference WHERE program_id = $1 AND round_key = $3 \
        AND (('trainee', trainee_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)) \
        OR (target, target_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)))";
    PIN_LOSE = "DELETE FROM pin WHERE program_id = $1 AND round_key = $3 \
        AND (('trainee', trainee_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)) \
        OR (target, target_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)))";
    FORBID_LOSE = "DELETE FROM forbid WHERE program_id = $1 AND round_key = $3 \
        AND (('trainee', trainee_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)) \
        OR (target, target_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)))";
    RANKING_LOSE = "DELETE FROM site_ranking WHERE program_id = $1 AND round_key = $3 \
        AND (('trainee', trainee_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)) \
        OR ('site', site_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2)))";
}

/// Who takes part in a round, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Participants {
    /// Sites.
    pub sites: Vec<SiteKey>,
    /// Supervisors.
    pub supervisors: Vec<SupervisorKey>,
    /// Trainees.
    pub trainees: Vec<TraineeKey>,
}

impl Participants {
    /// Returns them as one set.
    pub(super) fn to_set(&self) -> BTreeSet<Participant> {
        let sites = self.sites.iter().cloned().map(Participant::Site);
        let supervisors = self.supervisors.iter().cloned();
        let trainees = self.trainees.iter().cloned();
        sites
            .chain(supervisors.map(Participant::Supervisor))
            .chain(trainees.map(Participant::Trainee))
            .collect()
    }
}

fn set_rows(participants: &BTreeSet<Participant>) -> Vec<Value> {
    let row = |one: &Participant| json!([one.kind().as_str(), one.key()]);
    participants.iter().map(row).collect()
}

/// Reads participants, each of a kind and a key.
fn read<C: FromIterator<Participant>>(rows: Vec<(String, String)>) -> Result<C, StoreError> {
    let read = |(kind, key): (String, String)| {
        let place = Place {
            table: "participant",
            key: &key,
        };
        place.some(Participant::new(&kind, &key))
    };
    rows.into_iter().map(read).collect()
}

impl Tx {
    /// Returns the participants after another, at most `limit` of them, of a
    /// kind or of every kind.
    ///
    /// # Errors
    /// When the database fails, or holds what no participant can be.
    pub async fn participant_list(
        &mut self,
        scope: ProgramScope,
        round: &Key,
        kind: Option<EntityKind>,
        after: Option<&Participant>,
        limit: i64,
    ) -> Result<Vec<Participant>, StoreError> {
        let (after_kind, after_key) =
            after.map_or(("", ""), |one| (one.kind().as_str(), one.key()));
        let rows: Vec<(String, String)> = on!(self, |connection| {
            sqlx::query_as(PARTICIPANT_LIST)
                .bind(scope.program_id)
                .bind(round.as_str())
                .bind(kind.map_or("", EntityKind::as_str))
                .bind(after_kind)
                .bind(after_key)
                .bind(limit)
                .fetch_all(connection)
                .await
        })?;
        read(rows)
    }

    /// Returns everybody who takes part in a round, by kind and key.
    ///
    /// # Errors
    /// As [`Tx::participant_list`].
    pub async fn participants(
        &mut self,
        scope: ProgramScope,
        round: &Key,
    ) -> Result<Participants, StoreError> {
        let all = self.participant_list(scope, round, None, None, i64::MAX);
        let mut participants = Participants::default();
        for one in all.await? {
            match one {
                Participant::Site(key) => participants.sites.push(key),
                Participant::Supervisor(key) => participants.supervisors.push(key),
                Participant::Trainee(key) => participants.trainees.push(key),
            }
        }
        Ok(participants)
    }

    /// Returns how many take part in a round.
    ///
    /// # Errors
    /// When the database fails, or holds what no participant can be.
    pub async fn participant_count(
        &mut self,
        scope: ProgramScope,
        round: &Key,
    ) -> Result<ParticipantCounts, StoreError> {
        let rows: Vec<(String, i64)> = on!(self, |connection| {
            sqlx::query_as(PARTICIPANT_COUNT)
                .bind(scope.program_id)
                .bind(round.as_str())
                .fetch_all(connection)
                .await
        })?;
        let count = |kind: &str| {
            let of_kind = rows.iter().find(|(found, _)| found == kind);
            of_kind.map_or(0, |(_, count)| count.unsigned_abs())
        };
        Ok(ParticipantCounts {
            sites: count("site"),
            supervisors: count("supervisor"),
            trainees: count("trainee"),
        })
    }

    /// Returns who of some takes part in a round.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn participants_among(
        &mut self,
        scope: ProgramScope,
        round: &Key,
        among: &BTreeSet<Participant>,
    ) -> Result<BTreeSet<Participant>, StoreError> {
        let among = Value::Array(set_rows(among)).to_string();
        let rows: Vec<(String, String)> = on!(self, |connection| {
            sqlx::query_as(PARTICIPANT_AMONG)
                .bind(scope.program_id)
                .bind(round.as_str())
                .bind(among)
                .fetch_all(connection)
                .await
        })?;
        read(rows)
    }

    /// Returns whom of some the program has, whether or not in a round.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn records_among(
        &mut self,
        scope: ProgramScope,
        among: &BTreeSet<Participant>,
    ) -> Result<BTreeSet<Participant>, StoreError> {
        let among = Value::Array(set_rows(among)).to_string();
        let rows: Vec<(String, String)> = on!(self, |connection| {
            sqlx::query_as(RECORD_AMONG)
                .bind(scope.program_id)
                .bind(among)
                .fetch_all(connection)
                .await
        })?;
        read(rows)
    }

    /// Returns a round in which somebody takes part; `kind` is `site`,
    /// `supervisor` or `trainee`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn participant_round(
        &mut self,
        scope: ProgramScope,
        kind: &str,
        key: &str,
    ) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> = on!(self, |connection| {
            sqlx::query_as(PARTICIPANT_ROUND)
                .bind(scope.program_id)
                .bind(kind)
                .bind(key)
                .fetch_optional(connection)
                .await
        })?;
        Ok(found.map(|(round,)| round))
    }
}

impl WriteTx {
    /// Adds participants to a round; who takes part already stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn participant_add(
        &mut self,
        round: &Key,
        participants: &BTreeSet<Participant>,
    ) -> Result<(), StoreError> {
        let (program_id, rows) = (self.scope.program_id, set_rows(participants));
        let tx = &mut self.tx;
        write_rows(tx, PARTICIPANT_WRITE, program_id, round.as_str(), &rows).await
    }

    /// Adds every site, supervisor and trainee of the program to a round.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn participant_add_everybody(&mut self, round: &Key) -> Result<(), StoreError> {
        let program_id = self.scope.program_id;
        for sql in [SITES_ADD, SUPERVISORS_ADD, TRAINEES_ADD] {
            on!(&mut self.tx, |connection| {
                sqlx::query(sql)
                    .bind(program_id)
                    .bind(round.as_str())
                    .execute(connection)
                    .await
                    .map(drop)
            })?;
        }
        Ok(())
    }

    /// Removes participants from a round, and the wishes, rankings, pins and
    /// forbids of the round that name them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn participant_remove(
        &mut self,
        round: &Key,
        participants: &BTreeSet<Participant>,
    ) -> Result<(), StoreError> {
        let (program_id, rows) = (self.scope.program_id, set_rows(participants));
        for sql in [
            PREFERENCE_LOSE,
            PIN_LOSE,
            FORBID_LOSE,
            RANKING_LOSE,
            PARTICIPANT_REMOVE,
        ] {
            write_rows(&mut self.tx, sql, program_id, round.as_str(), &rows).await?;
        }
        Ok(())
    }
}
