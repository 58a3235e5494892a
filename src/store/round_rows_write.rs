//! Writes what belongs to a round; reading it is in `round_rows`.

use serde_json::{Value, json};

use super::dispatch::statements;
use super::round_rows::licence_word;
use super::rows::write_rows;
use super::{RoundRows, StoreError, WriteTx};
use crate::domain::{
    Key, Preference, SessionKind, SiteKey, SiteOrSupervisor, SiteRanking, SupervisionLine,
    TraineeKey,
};

statements! {
    LINE_WRITE = "INSERT INTO supervision_line \
        (program_id, round_key, level, line, role, minutes_per_week, licence) \
        SELECT $1, $3, value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT), \
        value ->> 4 FROM json_each($2) WHERE TRUE \
        ON CONFLICT (program_id, round_key, level, line) DO UPDATE SET role = excluded.role, \
        minutes_per_week = excluded.minutes_per_week, licence = excluded.licence";
    LINE_KIND_WRITE = "INSERT INTO supervision_line_kind \
        (program_id, round_key, level, line, word) \
        SELECT $1, $3, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2)";
    LINE_KIND_REMOVE = "DELETE FROM supervision_line_kind \
        WHERE program_id = $1 AND round_key = $3 \
        AND (level, line) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2))";
    LINE_REMOVE = "DELETE FROM supervision_line WHERE program_id = $1 AND round_key = $3 \
        AND (level, line) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2))";
    PREFERENCE_WRITE = "INSERT INTO preference \
        (program_id, round_key, trainee_key, target, target_key, rank) \
        SELECT $1, $3, value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT) \
        FROM json_each($2) WHERE TRUE \
        ON CONFLICT (program_id, round_key, trainee_key, target, target_key) \
        DO UPDATE SET rank = excluded.rank";
    PREFERENCE_REMOVE = "DELETE FROM preference WHERE program_id = $1 AND round_key = $3 \
        AND (trainee_key, target, target_key) IN \
        (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($2))";
    PREFERENCE_CLEAR = "DELETE FROM preference WHERE program_id = $1 AND round_key = $3 \
        AND trainee_key IN (SELECT value ->> 0 FROM json_each($2))";
    PIN_WRITE = "INSERT INTO pin (program_id, round_key, trainee_key, target, target_key) \
        SELECT $1, $3, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2) WHERE TRUE \
        ON CONFLICT DO NOTHING";
    PIN_REMOVE = "DELETE FROM pin WHERE program_id = $1 AND round_key = $3 \
        AND (trainee_key, target, target_key) IN \
        (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($2))";
    FORBID_WRITE = "INSERT INTO forbid (program_id, round_key, trainee_key, target, target_key) \
        SELECT $1, $3, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2) WHERE TRUE \
        ON CONFLICT DO NOTHING";
    FORBID_REMOVE = "DELETE FROM forbid WHERE program_id = $1 AND round_key = $3 \
        AND (trainee_key, target, target_key) IN \
        (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($2))";
    RANKING_WRITE = "INSERT INTO site_ranking \
        (program_id, round_key, site_key, trainee_key, rank) \
        SELECT $1, $3, value ->> 0, value ->> 1, CAST(value ->> 2 AS BIGINT) \
        FROM json_each($2) WHERE TRUE \
        ON CONFLICT (program_id, round_key, site_key, trainee_key) \
        DO UPDATE SET rank = excluded.rank";
    RANKING_REMOVE = "DELETE FROM site_ranking WHERE program_id = $1 AND round_key = $3 \
        AND (site_key, trainee_key) IN (SELECT value ->> 0, value ->> 1 FROM json_each($2))";
    RANKING_CLEAR = "DELETE FROM site_ranking WHERE program_id = $1 AND round_key = $3 \
        AND site_key IN (SELECT value ->> 0 FROM json_each($2))";
}

fn pair_rows<'a>(
    pairs: impl Iterator<Item = (&'a TraineeKey, &'a SiteOrSupervisor)>,
) -> Vec<Value> {
    pairs
        .map(|(trainee, target)| json!([trainee.as_str(), target.kind(), target.key()]))
        .collect()
}

fn line_rows(lines: &[SupervisionLine]) -> Vec<Value> {
    let row = |line: &SupervisionLine| {
        json!([
            line.level.as_str(),
            line.line.as_str(),
            line.role.as_str(),
            line.minutes_per_week.get(),
            licence_word(line.licence),
        ])
    };
    lines.iter().map(row).collect()
}

fn line_kind_rows(lines: &[SupervisionLine]) -> Vec<Value> {
    let rows = |line: &SupervisionLine| {
        let row =
            |kind: &SessionKind| json!([line.level.as_str(), line.line.as_str(), kind.as_str()]);
        line.kinds.iter().map(row).collect::<Vec<_>>()
    };
    lines.iter().flat_map(rows).collect()
}

fn preference_rows(preferences: &[Preference]) -> Vec<Value> {
    let row = |one: &Preference| {
        json!([
            one.trainee.as_str(),
            one.target.kind(),
            one.target.key(),
            one.rank
        ])
    };
    preferences.iter().map(row).collect()
}

fn ranking_rows(rankings: &[SiteRanking]) -> Vec<Value> {
    let row = |one: &SiteRanking| json!([one.site.as_str(), one.trainee.as_str(), one.rank]);
    rankings.iter().map(row).collect()
}

fn pins(rows: &RoundRows) -> Vec<Value> {
    pair_rows(rows.pins.iter().map(|one| (&one.trainee, &one.target)))
}

fn forbids(rows: &RoundRows) -> Vec<Value> {
    pair_rows(rows.forbids.iter().map(|one| (&one.trainee, &one.target)))
}

impl WriteTx {
    /// Adds rows to a round, or replaces those of the same keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn round_rows_write(
        &mut self,
        round: &Key,
        rows: &RoundRows,
    ) -> Result<(), StoreError> {
        self.participant_add(round, &rows.participants.to_set())
            .await?;
        let lines = line_rows(&rows.supervision_lines);
        self.round_write_all(
            round,
            [
                (LINE_WRITE, lines.clone()),
                (LINE_KIND_REMOVE, lines),
                (LINE_KIND_WRITE, line_kind_rows(&rows.supervision_lines)),
                (PREFERENCE_WRITE, preference_rows(&rows.preferences)),
                (PIN_WRITE, pins(rows)),
                (FORBID_WRITE, forbids(rows)),
                (RANKING_WRITE, ranking_rows(&rows.site_rankings)),
            ],
        )
        .await
    }

    /// Removes the rows of a round that have the keys of these.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn round_rows_remove(
        &mut self,
        round: &Key,
        rows: &RoundRows,
    ) -> Result<(), StoreError> {
        self.participant_remove(round, &rows.participants.to_set())
            .await?;
        let lines = line_rows(&rows.supervision_lines);
        self.round_write_all(
            round,
            [
                (LINE_KIND_REMOVE, lines.clone()),
                (LINE_REMOVE, lines),
                (PREFERENCE_REMOVE, preference_rows(&rows.preferences)),
                (PIN_REMOVE, pins(rows)),
                (FORBID_REMOVE, forbids(rows)),
                (RANKING_REMOVE, ranking_rows(&rows.site_rankings)),
            ],
        )
        .await
    }

    /// Removes all wishes of some trainees.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn preference_clear(
        &mut self,
        round: &Key,
        trainees: &[&TraineeKey],
    ) -> Result<(), StoreError> {
        let rows = trainees.iter().map(|key| json!([key.as_str()])).collect();
        let clear = [(PREFERENCE_CLEAR, rows)];
        self.round_write_all(round, clear).await
    }

    /// Removes the whole ranking of a site.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn site_ranking_clear(
        &mut self,
        round: &Key,
        site: &SiteKey,
    ) -> Result<(), StoreError> {
        let clear = [(RANKING_CLEAR, vec![json!([site.as_str()])])];
        self.round_write_all(round, clear).await
    }

    async fn round_write_all<const N: usize>(
        &mut self,
        round: &Key,
        writes: [(&'static str, Vec<Value>); N],
    ) -> Result<(), StoreError> {
        let program_id = self.scope.program_id;
        for (sql, rows) in writes {
            write_rows(&mut self.tx, sql, program_id, round.as_str(), &rows).await?;
        }
        Ok(())
    }
}
