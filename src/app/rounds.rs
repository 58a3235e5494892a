//! Rounds: dates and policy of one matching campaign.

use serde_json::json;

use super::transact::{check_etag, commit, page_of, page_range};
use super::{Actor, App, AppError};
use crate::domain::{EntityKind, Key, Page, PageRequest, ProgramKey, Round, Versioned, Violations};
use crate::store::{KeyRange, RoundRecord, RoundRows, WriteTx};

/// Returns a round with its key, whether or not a folder names it.
fn with_key(record: Versioned<RoundRecord>) -> Versioned<Round> {
    Versioned {
        id: record.id,
        version: record.version,
        created_at: record.created_at,
        updated_at: record.updated_at,
        value: Round {
            key: Some(record.value.key),
            ..record.value.round
        },
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
    ) -> Result<Versioned<Round>, AppError> {
        let start = RoundStart::default();
        self.create_round_with(actor, program, round, &start).await
    }

    /// Creates a round with what it is to hold from the start.
    ///
    /// # Errors
    /// As [`App::create_round`], and [`AppError::NotFound`] for the round that
    /// it is to be like.
    pub async fn create_round_with(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Round,
        start: &RoundStart,
    ) -> Result<Versioned<Round>, AppError> {
        let mut write = self.write(actor, program).await?;
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
        let record = RoundRecord {
            key: key.clone(),
            round: Round {
                key: Some(key.clone()),
                ..round
            },
            has_availability: like.as_ref().is_none_or(|like| like.has_availability),
        };
        write.round_write(&record).await?;
        write_start(&mut write, &key, start).await?;
        let after = write.tx().round_fetch(scope, &key).await?;
        let subject = format!("rounds/{key}");
        let payload = json!({
            "like": start.like.as_ref().map(Key::as_str),
            "everybody": start.everybody,
        });
        commit(write, actor, "create_round", &subject, &payload.to_string()).await?;
        Ok(with_key(after))
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
    ) -> Result<Versioned<Round>, AppError> {
        let (mut tx, scope, _) = self.read(actor, program).await?;
        Ok(with_key(tx.round_fetch(scope, round).await?))
    }

    /// Returns rounds by key.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the program.
    pub async fn list_rounds(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        page: &PageRequest,
    ) -> Result<Page<Versioned<Round>>, AppError> {
        let (mut tx, scope, _) = self.read(actor, program).await?;
        let found = tx.round_list(scope, &page_range(page)?).await?;
        let found = found.into_iter().map(with_key).collect();
        Ok(page_of(found, page, |record| {
            record.value.key.as_ref().map_or("", Key::as_str)
        }))
    }

    /// Changes dates and policy of the round whose key `round` carries.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn update_round(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: Round,
        etag: Option<i64>,
    ) -> Result<Versioned<Round>, AppError> {
        let Some(key) = round.key.clone() else {
            return Err(AppError::Invalid(Violations::one(
                "key",
                "key_given",
                "the round to be changed must be named",
            )));
        };
        let mut write = self.write(actor, program).await?;
        let scope = write.scope();
        let before = write.tx().round_fetch(scope, &key).await?;
        check_etag(EntityKind::Round, key.as_str(), &before, etag)?;
        let record = RoundRecord {
            round: Round {
                key: before.value.round.key,
                ..round
            },
            ..before.value
        };
        write.round_write(&record).await?;
        let after = write.tx().round_fetch(scope, &key).await?;
        let subject = format!("rounds/{key}");
        commit(write, actor, "update_round", &subject, "{}").await?;
        Ok(with_key(after))
    }
}
