//! Rounds: dates and policy of one matching campaign.

use serde_json::json;

use super::listing::{list_page, seek};
use super::rosters::rule_sets_of;
use super::round_rules::{Asked, OF_ROUND, check_term, choose, texts};
use super::round_states::{check_not_closed, stored_round};
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission};
use crate::domain::{
    EntityKind, Key, ListRequest, Page, ProgramKey, Round, RoundFilter, RoundStanding, Versioned,
    Violations,
};
use crate::store::{KeyRange, RoundRecord, RoundRows, WriteTx};

/// A round with its rule sets and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRound {
    /// Dates and policy; the key is always given.
    pub round: Round,
    /// Ids of the rule sets that hold in it, in order.
    pub rule_sets: Vec<Key>,
    /// The state of the round, and the plan that holds.
    pub standing: RoundStanding,
}

impl StoredRound {
    /// Returns a round with its key, whether or not a folder names it.
    pub(super) fn new(
        record: Versioned<RoundRecord>,
        standing: RoundStanding,
    ) -> Result<Versioned<Self>, AppError> {
        let rule_sets = rule_sets_of(&record.value.rule_sets)?;
        Ok(Versioned {
            id: record.id,
            version: record.version,
            created_at: record.created_at,
            updated_at: record.updated_at,
            value: Self {
                round: Round {
                    key: Some(record.value.key),
                    ..record.value.round
                },
                rule_sets: rule_sets.into_iter().map(|set| set.key).collect(),
                standing,
            },
        })
    }
}

/// What a new round holds from the start, besides its dates and policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundStart {
    /// A round of the same program whose supervision lines and participants
    /// are taken over; preferences, rankings, pins and forbids never are.
    pub like: Option<Key>,
    /// Whether everybody of the program takes part.
    pub everybody: bool,
    /// Ids of the rule sets that hold; those of the other round when `None`.
    pub rule_sets: Option<Vec<Key>>,
}

/// Writes what a new round holds from the start.
async fn write_start(write: &mut WriteTx, round: &Key, start: &RoundStart) -> Result<(), AppError> {
    let scope = write.scope();
    if let Some(like) = &start.like {
        let rows = RoundRows {
            participants: write.tx().participants(scope, like).await?,
            supervision_lines: write.tx().supervision_line_list(scope, like).await?,
            ..RoundRows::default()
        };
        write.round_rows_write(round, &rows).await?;
    }
    if start.everybody {
        write.participant_add_everybody(round).await?;
    }
    Ok(())
}

impl App {
    /// Creates a round in which nobody takes part yet. Its key is that of
    /// `round`, else a new UUID.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program, [`AppError::AlreadyExists`].
    pub async fn create_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Round,
    ) -> Result<Versioned<StoredRound>, AppError> {
        let start = RoundStart::default();
        self.create_round_with(actor, program, round, &start).await
    }

    /// Creates a round with what it is to hold from the start.
    ///
    /// # Errors
    /// As [`App::create_round`], and [`AppError::NotFound`] for the round that
    /// it is to be like; [`AppError::Invalid`] for rule sets that nobody knows
    /// or that are in force on no day of the term, at `round.rule_sets`.
    pub async fn create_round_with(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Round,
        start: &RoundStart,
    ) -> Result<Versioned<StoredRound>, AppError> {
        let mut write = self.write(actor, program, Permission::RoundWrite).await?;
        let scope = write.scope();
        let id = uuid::Uuid::now_v7().to_string();
        let key = match &round.key {
            Some(key) => key.clone(),
            None => id
                .parse()
                .map_err(|error| AppError::Internal(Box::new(error)))?,
        };
        let there = write
            .tx()
            .round_list(scope, &KeyRange::one(key.as_str()))
            .await?;
        if !there.is_empty() {
            return Err(AppError::AlreadyExists {
                kind: EntityKind::Round,
                key: key.to_string(),
            });
        }
        let like = match &start.like {
            Some(like) => Some(write.tx().round_fetch(scope, like).await?.value),
            None => None,
        };
        let held = rule_sets_of(like.as_ref().map_or(&[], |like| &like.rule_sets))?;
        let keys: Vec<Key> = match &start.rule_sets {
            Some(keys) => keys.clone(),
            None => held.iter().map(|set| set.key.clone()).collect(),
        };
        let asked = Asked {
            field: OF_ROUND,
            keys: &keys,
            held,
            term: Some(round.term),
        };
        let record = RoundRecord {
            key: key.clone(),
            round: Round {
                key: Some(key.clone()),
                ..round
            },
            has_availability: like.as_ref().is_none_or(|like| like.has_availability),
            rule_sets: texts(choose(write.tx(), scope, asked).await?),
        };
        write.round_write(&record).await?;
        write_start(&mut write, &key, start).await?;
        let after = stored_round(write.tx(), scope, &key).await?;
        let subject = format!("rounds/{key}");
        let payload = json!({
            "like": start.like.as_ref().map(Key::as_str),
            "everybody": start.everybody,
            "rule_sets": keys.iter().map(Key::as_str).collect::<Vec<_>>(),
        });
        let payload = payload.to_string();
        commit(write, actor, "create_round", &subject, &payload, &after).await?;
        Ok(after)
    }

    /// Returns a round; its key is always given.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Versioned<StoredRound>, AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::RoundRead).await?;
        stored_round(&mut tx, scope, round).await
    }

    /// Returns rounds, in an order and through a filter.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program; [`AppError::Invalid`] for a page
    /// of no or too many records, or none of this list.
    pub async fn list_rounds(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        list: &ListRequest<RoundFilter>,
    ) -> Result<Page<Versioned<StoredRound>>, AppError> {
        let seek = seek(list)?;
        let (mut tx, scope, _) = self.read(actor, program, Permission::RoundRead).await?;
        let found = tx.round_page(scope, &seek, &list.filter).await?;
        let keys = found.iter().map(|record| &record.value.key);
        let mut standings = tx.round_standings(scope, keys).await?;
        let stand = |record: Versioned<RoundRecord>| {
            let standing = standings.remove(&record.value.key);
            StoredRound::new(record, standing.unwrap_or_default())
        };
        let found = found.into_iter().map(stand).collect::<Result<_, _>>()?;
        Ok(list_page(found, list, |stored: &StoredRound| {
            let key = stored.round.key.as_ref().map_or("", Key::as_str);
            (key, stored.round.name.as_str())
        }))
    }

    /// Changes dates and policy of the round whose key `round` carries, and its
    /// rule sets where they are given. A set of the program's own is taken as
    /// it is now; another one that the round holds already stays as it is.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`];
    /// [`AppError::FailedPrecondition`] when the round is closed.
    /// [`AppError::NotFound`], [`AppError::StaleEtag`]; [`AppError::Invalid`]
    /// for rule sets that nobody knows or that are in force on no day of the
    /// term, at `round.rule_sets`.
    pub async fn update_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Round,
        rule_sets: Option<&[Key]>,
        etag: Option<i64>,
    ) -> Result<Versioned<StoredRound>, AppError> {
        let Some(key) = round.key.clone() else {
            return Err(AppError::Invalid(Violations::one(
                "key",
                "key_given",
                "the round to be changed must be named",
            )));
        };
        let mut write = self.write(actor, program, Permission::RoundWrite).await?;
        let scope = write.scope();
        let before = write.tx().round_fetch(scope, &key).await?;
        check_etag(EntityKind::Round, key.as_str(), &before, etag)?;
        check_not_closed(write.tx(), scope, &key).await?;
        let mut record = before.value;
        if let Some(keys) = rule_sets {
            let asked = Asked {
                field: OF_ROUND,
                keys,
                held: rule_sets_of(&record.rule_sets)?,
                term: Some(round.term),
            };
            record.rule_sets = texts(choose(write.tx(), scope, asked).await?);
        } else if round.term != record.round.term {
            check_term(&record.rule_sets, round.term)?;
        }
        record.round = Round {
            key: record.round.key,
            ..round
        };
        write.round_write(&record).await?;
        let after = stored_round(write.tx(), scope, &key).await?;
        let subject = format!("rounds/{key}");
        commit(write, actor, "update_round", &subject, "{}", &after).await?;
        Ok(after)
    }
}
