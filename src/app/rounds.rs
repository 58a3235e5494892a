//! Rounds: dates and policy of one matching campaign.

use serde_json::json;

use super::listing::{list_page, seek};
use super::rosters::rule_sets_of;
use super::round_rules::{Asked, OF_ROUND, RoundWithRules, check_term, choose, texts, with_rules};
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission};
use crate::domain::{
    EntityKind, Key, ListRequest, Page, ProgramKey, Round, RoundFilter, Versioned, Violations,
};
use crate::store::{KeyRange, RoundRecord, RoundRows, WriteTx};

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
    ) -> Result<Versioned<RoundWithRules>, AppError> {
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
    ) -> Result<Versioned<RoundWithRules>, AppError> {
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
        let after = write.tx().round_fetch(scope, &key).await?;
        let subject = format!("rounds/{key}");
        let payload = json!({
            "like": start.like.as_ref().map(Key::as_str),
            "everybody": start.everybody,
            "rule_sets": keys.iter().map(Key::as_str).collect::<Vec<_>>(),
        });
        let (payload, after) = (payload.to_string(), with_rules(&after)?);
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
    ) -> Result<Versioned<RoundWithRules>, AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::RoundRead).await?;
        with_rules(&tx.round_fetch(scope, round).await?)
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
    ) -> Result<Page<Versioned<RoundWithRules>>, AppError> {
        let seek = seek(list)?;
        let (mut tx, scope, _) = self.read(actor, program, Permission::RoundRead).await?;
        let found = tx.round_page(scope, &seek, &list.filter).await?;
        let found = found.iter().map(with_rules).collect::<Result<_, _>>()?;
        Ok(list_page(found, list, |one: &RoundWithRules| {
            let key = one.round.key.as_ref().map_or("", Key::as_str);
            (key, one.round.name.as_str())
        }))
    }

    /// Changes dates and policy of the round whose key `round` carries, and its
    /// rule sets where they are given. A set of the program's own is taken as
    /// it is now; another one that the round holds already stays as it is.
    ///
    /// # Errors
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
    ) -> Result<Versioned<RoundWithRules>, AppError> {
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
        let after = write.tx().round_fetch(scope, &key).await?;
        let subject = format!("rounds/{key}");
        let after = with_rules(&after)?;
        commit(write, actor, "update_round", &subject, "{}", &after).await?;
        Ok(after)
    }
}
