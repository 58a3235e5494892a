//! Who takes part in a round.

use std::collections::BTreeMap;

use serde_json::json;

use super::listing::{limit, page_of};
use super::round_parts::{IN_THE_PROGRAM, IN_THE_ROUND, Named, check_found, commit_part, set_of};
use super::{Actor, App, AppError};
use crate::domain::{
    EntityKind, Key, Page, PageRequest, Participant, ParticipantCounts, ProgramKey, Versioned,
    Violations,
};
use crate::store::{ProgramScope, Tx, WriteTx};

/// Who is to take part in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewParticipants {
    /// Every site, supervisor and trainee of the program.
    Everybody,
    /// These; a place in the list is told by kind, such as `site_ids[2]`.
    These(Vec<Participant>),
}

/// Returns each with the path of its field.
fn named(participants: &[Participant]) -> Vec<Named> {
    let mut places: BTreeMap<EntityKind, usize> = BTreeMap::new();
    let path = |one: &Participant| {
        let place = places.entry(one.kind()).or_default();
        let path = format!("{}_ids[{place}]", one.kind());
        *place += 1;
        (path, one.clone())
    };
    participants.iter().map(path).collect()
}

/// Returns a page of those who take part; a place in the list is
/// `trainee/key`.
pub(super) async fn participant_page(
    tx: &mut Tx,
    scope: ProgramScope,
    round: &Key,
    kind: Option<EntityKind>,
    page: &PageRequest,
) -> Result<Page<Participant>, AppError> {
    let limit = limit(page)?;
    let place = |after: &String| {
        let (kind, key) = after.split_once('/')?;
        Participant::new(kind, key)
    };
    let after = page.after.as_ref().map(|after| {
        let message = "is not a place in this list";
        place(after)
            .ok_or_else(|| AppError::Invalid(Violations::one("page_token", "page_token", message)))
    });
    let after = after.transpose()?;
    let items = tx
        .participant_list(scope, round, kind, after.as_ref(), limit)
        .await?;
    Ok(page_of(items, page, |last| {
        format!("{}/{}", last.kind(), last.key())
    }))
}

impl App {
    /// Returns who takes part in a round, of a kind or of every kind: sites,
    /// supervisors, trainees, each by key; with the version of the round.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_participants(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        kind: Option<EntityKind>,
        page: &PageRequest,
    ) -> Result<Versioned<Page<Participant>>, AppError> {
        let (mut tx, scope, record) = self.read_round(actor, program, round).await?;
        let found = participant_page(&mut tx, scope, round, kind, page).await?;
        Ok(record.with(found))
    }

    /// Adds participants to a round and returns how many it has now. Whoever
    /// takes part already stays. With `etag`, only when that is still the
    /// version of the round.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with everybody whom the program has not,
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn add_participants(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        new: &NewParticipants,
        etag: Option<i64>,
    ) -> Result<Versioned<ParticipantCounts>, AppError> {
        let mut write = self.change_round(actor, program, round, etag).await?;
        let scope = write.scope();
        match new {
            NewParticipants::Everybody => write.participant_add_everybody(round).await?,
            NewParticipants::These(these) => {
                let named = named(these);
                let wanted = set_of(&named);
                let found = write.tx().records_among(scope, &wanted).await?;
                check_found(&named, &found, IN_THE_PROGRAM)?;
                write.participant_add(round, &wanted).await?;
            }
        }
        commit_counts(write, actor, round, "add_participants").await
    }

    /// Removes participants from a round, and the wishes, rankings, pins and
    /// forbids of the round that name them; returns how many it has now. With
    /// `etag`, only when that is still the version of the round.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with everybody who takes no part,
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn remove_participants(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        participants: &[Participant],
        etag: Option<i64>,
    ) -> Result<Versioned<ParticipantCounts>, AppError> {
        let mut write = self.change_round(actor, program, round, etag).await?;
        let scope = write.scope();
        let named = named(participants);
        let unwanted = set_of(&named);
        let found = write
            .tx()
            .participants_among(scope, round, &unwanted)
            .await?;
        check_found(&named, &found, IN_THE_ROUND)?;
        write.participant_remove(round, &unwanted).await?;
        commit_counts(write, actor, round, "remove_participants").await
    }

    /// Returns how many take part in a round, with its version.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn count_participants(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
    ) -> Result<Versioned<ParticipantCounts>, AppError> {
        let (mut tx, scope, record) = self.read_round(actor, program, round).await?;
        Ok(record.with(tx.participant_count(scope, round).await?))
    }
}

async fn commit_counts(
    mut write: WriteTx,
    actor: &Actor,
    round: &Key,
    kind: &str,
) -> Result<Versioned<ParticipantCounts>, AppError> {
    let scope = write.scope();
    let counts = write.tx().participant_count(scope, round).await?;
    let payload = json!({
        "sites": counts.sites,
        "supervisors": counts.supervisors,
        "trainees": counts.trainees,
    });
    let part = "participants";
    commit_part(write, actor, round, kind, part, &payload, counts).await
}
