//! The states of rounds and the plans that were published of them; rows are
//! added and never changed.

use std::collections::BTreeMap;

use serde_json::json;

use super::dispatch::{on, statements};
use super::rows::Place;
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;
use crate::domain::{Key, Publication, RoundStanding, RoundState};

statements! {
    ROUND_STATE_INSERT = "INSERT INTO round_state (program_id, round_key, number, state, at, actor) \
        SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4, $5 FROM round_state \
        WHERE program_id = $1 AND round_key = $2";
    ROUND_STATE_LIST = "SELECT state, at, actor FROM round_state \
        WHERE program_id = $1 AND round_key = $2 ORDER BY number";
    /// `$2` are the rounds.
    ROUND_STATE_NOW = "SELECT round_key, state FROM round_state AS latest \
        WHERE program_id = $1 AND round_key IN (SELECT value ->> 0 FROM json_each($2)) \
        AND NOT EXISTS (SELECT 1 FROM round_state AS later \
        WHERE later.program_id = latest.program_id AND later.round_key = latest.round_key \
        AND later.number > latest.number)";
    PUBLICATION_INSERT = "INSERT INTO publication \
        (program_id, round_key, number, run_key, replaces_run_key, at, actor) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PUBLICATION_LIST = "SELECT round_key, number, run_key, replaces_run_key, at, actor \
        FROM publication WHERE program_id = $1 AND round_key = $2 ORDER BY number";
    /// `$2` are the rounds.
    PUBLICATION_NOW = "SELECT round_key, number, run_key, replaces_run_key, at, actor \
        FROM publication AS latest \
        WHERE program_id = $1 AND round_key IN (SELECT value ->> 0 FROM json_each($2)) \
        AND NOT EXISTS (SELECT 1 FROM publication AS later \
        WHERE later.program_id = latest.program_id AND later.round_key = latest.round_key \
        AND later.number > latest.number) ORDER BY round_key";
    PUBLICATION_NOW_ALL = "SELECT round_key, number, run_key, replaces_run_key, at, actor \
        FROM publication AS latest WHERE program_id = $1 \
        AND NOT EXISTS (SELECT 1 FROM publication AS later \
        WHERE later.program_id = latest.program_id AND later.round_key = latest.round_key \
        AND later.number > latest.number) ORDER BY round_key";
}

type PublicationRow = (String, i64, String, Option<String>, i64, String);

fn publication(row: PublicationRow) -> Result<Publication, StoreError> {
    let (round, number, run, replaces, at, actor) = row;
    let place = Place {
        table: "publication",
        key: &run,
    };
    Ok(Publication {
        round: place.parse(&round)?,
        number: place.count(number)?,
        run: place.parse(&run)?,
        replaces: replaces.map(|run| place.parse(&run)).transpose()?,
        published_at: UtcSecond(at),
        published_by: actor,
    })
}

fn state(round: &str, word: &str) -> Result<RoundState, StoreError> {
    let place = Place {
        table: "round_state",
        key: round,
    };
    place.word(word, &RoundState::ALL, RoundState::as_str)
}

impl Tx {
    /// Returns where some rounds stand. A round of which nothing is recorded
    /// is a draft, and is left out.
    ///
    /// # Errors
    /// When the database fails, or holds what cannot be.
    pub async fn round_standings<'a>(
        &mut self,
        scope: ProgramScope,
        rounds: impl IntoIterator<Item = &'a Key>,
    ) -> Result<BTreeMap<Key, RoundStanding>, StoreError> {
        let rounds: Vec<[&str; 1]> = rounds.into_iter().map(|key| [key.as_str()]).collect();
        let rounds = json!(rounds).to_string();
        let states: Vec<(String, String)> = on!(&mut *self, |connection| {
            sqlx::query_as(ROUND_STATE_NOW)
                .bind(scope.program_id)
                .bind(&rounds)
                .fetch_all(connection)
                .await
        })?;
        let publications: Vec<PublicationRow> = on!(&mut *self, |connection| {
            sqlx::query_as(PUBLICATION_NOW)
                .bind(scope.program_id)
                .bind(&rounds)
                .fetch_all(connection)
                .await
        })?;
        let mut standings: BTreeMap<Key, RoundStanding> = BTreeMap::new();
        for (round, word) in states {
            let place = Place {
                table: "round_state",
                key: &round,
            };
            let standing = standings.entry(place.parse(&round)?).or_default();
            standing.state = state(&round, &word)?;
        }
        for row in publications {
            let publication = publication(row)?;
            let standing = standings.entry(publication.round.clone()).or_default();
            standing.publication = Some(publication);
        }
        Ok(standings)
    }

    /// Returns where a round stands.
    ///
    /// # Errors
    /// As [`Tx::round_standings`].
    pub async fn round_standing(
        &mut self,
        scope: ProgramScope,
        round: &Key,
    ) -> Result<RoundStanding, StoreError> {
        let mut found = self.round_standings(scope, [round]).await?;
        Ok(found.remove(round).unwrap_or_default())
    }

    /// Returns the states that a round went through, each with when and by
    /// whom, the first one first.
    ///
    /// # Errors
    /// As [`Tx::round_standings`].
    pub async fn round_states(
        &mut self,
        scope: ProgramScope,
        round: &Key,
    ) -> Result<Vec<(RoundState, UtcSecond, String)>, StoreError> {
        let rows: Vec<(String, i64, String)> = on!(self, |connection| {
            sqlx::query_as(ROUND_STATE_LIST)
                .bind(scope.program_id)
                .bind(round.as_str())
                .fetch_all(connection)
                .await
        })?;
        let read = |(word, at, actor): (String, i64, String)| {
            Ok((state(round.as_str(), &word)?, UtcSecond(at), actor))
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns every publication of a round, the first one first.
    ///
    /// # Errors
    /// As [`Tx::round_standings`].
    pub async fn publications(
        &mut self,
        scope: ProgramScope,
        round: &Key,
    ) -> Result<Vec<Publication>, StoreError> {
        let rows: Vec<PublicationRow> = on!(self, |connection| {
            sqlx::query_as(PUBLICATION_LIST)
                .bind(scope.program_id)
                .bind(round.as_str())
                .fetch_all(connection)
                .await
        })?;
        rows.into_iter().map(publication).collect()
    }

    /// Returns the publication that holds of every round of a program that has
    /// one, closed rounds included, by round.
    ///
    /// # Errors
    /// As [`Tx::round_standings`].
    pub async fn publications_now(
        &mut self,
        scope: ProgramScope,
    ) -> Result<Vec<Publication>, StoreError> {
        let rows: Vec<PublicationRow> = on!(self, |connection| {
            sqlx::query_as(PUBLICATION_NOW_ALL)
                .bind(scope.program_id)
                .fetch_all(connection)
                .await
        })?;
        rows.into_iter().map(publication).collect()
    }
}

impl WriteTx {
    /// Puts a round into a state.
    ///
    /// # Errors
    /// When the database fails; no row can say that a round is a draft again.
    pub async fn round_state_insert(
        &mut self,
        round: &Key,
        state: RoundState,
        actor: &str,
    ) -> Result<(), StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now.0);
        on!(&mut self.tx, |connection| {
            sqlx::query(ROUND_STATE_INSERT)
                .bind(program_id)
                .bind(round.as_str())
                .bind(state.as_str())
                .bind(now)
                .bind(actor)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Publishes the plan of a run. It replaces `before`, the publication that
    /// has held so far. Returns the new publication.
    ///
    /// # Errors
    /// [`StoreError::Referenced`] when the run has no plan;
    /// [`StoreError::AlreadyExists`] when its plan was published before.
    pub async fn publication_insert(
        &mut self,
        round: &Key,
        run: &Key,
        before: Option<&Publication>,
        actor: &str,
    ) -> Result<Publication, StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now);
        let publication = Publication {
            round: round.clone(),
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            run: run.clone(),
            replaces: before.map(|before| before.run.clone()),
            published_at: now,
            published_by: actor.to_owned(),
        };
        on!(&mut self.tx, |connection| {
            sqlx::query(PUBLICATION_INSERT)
                .bind(program_id)
                .bind(round.as_str())
                .bind(i64::from(publication.number))
                .bind(run.as_str())
                .bind(publication.replaces.as_ref().map(Key::as_str))
                .bind(now.0)
                .bind(actor)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(publication)
    }
}
