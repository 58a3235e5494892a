//! The chain of events of a program: what was done, by whom, each hashed with
//! the one before.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::dispatch::{on, statements};
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::time::UtcSecond;

statements! {
    EVENT_INSERT = "INSERT INTO event (program_id, sequence, at, actor, kind, subject, payload, \
        payload_sha256, previous_sha256, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    EVENT_LIST = "SELECT sequence, at, actor, kind, subject, payload, payload_sha256, \
        previous_sha256, sha256 FROM event \
        WHERE program_id = $1 AND sequence > $2 ORDER BY sequence LIMIT CAST($3 AS BIGINT)";
    EVENT_LIST_OF_KIND = "SELECT sequence, at, actor, kind, subject, payload, payload_sha256, \
        previous_sha256, sha256 FROM event WHERE program_id = $1 AND sequence > $2 \
        AND kind = $4 ORDER BY sequence LIMIT CAST($3 AS BIGINT)";
    EVENT_HEAD = "SELECT event_sequence, event_sha256 FROM program WHERE program_id = $1";
}

/// What is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Who did it.
    pub actor: &'a str,
    /// What was done, such as `import_roster`.
    pub kind: &'a str,
    /// What it was done to, such as `rounds/spring`.
    pub subject: &'a str,
    /// More about it, as JSON, with keys and counts and no names.
    pub payload: &'a str,
}

/// An event as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RecordedEvent {
    /// Counts the events of the program from 1, without a gap.
    pub sequence: i64,
    /// When, in UTC seconds.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub kind: String,
    /// What it was done to.
    pub subject: String,
    /// More about it; `None` when it was erased.
    pub payload: Option<String>,
    /// SHA-256 of the payload, in hexadecimal.
    pub payload_sha256: String,
    /// Hash of the event before; empty for the first.
    pub previous_sha256: String,
    /// Hash of this event.
    pub sha256: String,
}

/// Where a chain ends, as the program itself says.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChainHead {
    /// Sequence of the last event; 0 where there is none.
    #[sqlx(rename = "event_sequence")]
    pub sequence: i64,
    /// Hash of the last event; empty where there is none.
    #[sqlx(rename = "event_sha256")]
    pub sha256: String,
}

/// Where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLink {
    /// The event from which on nothing is sure.
    pub sequence: i64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Returns a SHA-256 in lowercase hexadecimal.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Returns the hash of an event. Each part comes with its length, so that no
/// two events give the same bytes.
fn link(program_id: Uuid, event: &RecordedEvent) -> String {
    let numbers = (event.sequence.to_string(), event.at.to_string());
    let parts: [&[u8]; 8] = [
        program_id.as_bytes(),
        numbers.0.as_bytes(),
        numbers.1.as_bytes(),
        event.actor.as_bytes(),
        event.kind.as_bytes(),
        event.subject.as_bytes(),
        event.payload_sha256.as_bytes(),
        event.previous_sha256.as_bytes(),
    ];
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&part.len().to_le_bytes());
        bytes.extend_from_slice(part);
    }
    sha256_hex(&bytes)
}

/// Appends an event and returns its hash, the new head of the chain.
pub(super) async fn append(tx: &mut WriteTx, event: &Event<'_>) -> Result<String, StoreError> {
    let mut recorded = RecordedEvent {
        sequence: tx.sequence,
        at: tx.now.0,
        actor: event.actor.to_owned(),
        kind: event.kind.to_owned(),
        subject: event.subject.to_owned(),
        payload: Some(event.payload.to_owned()),
        payload_sha256: sha256_hex(event.payload.as_bytes()),
        previous_sha256: tx.previous_sha256.clone(),
        sha256: String::new(),
    };
    recorded.sha256 = link(tx.scope.program_id, &recorded);
    let head = recorded.sha256.clone();
    on!(&mut tx.tx, |connection| {
        sqlx::query(EVENT_INSERT)
            .bind(tx.scope.program_id)
            .bind(recorded.sequence)
            .bind(recorded.at)
            .bind(recorded.actor)
            .bind(recorded.kind)
            .bind(recorded.subject)
            .bind(recorded.payload)
            .bind(recorded.payload_sha256)
            .bind(recorded.previous_sha256)
            .bind(recorded.sha256)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(head)
}

impl Tx {
    /// Returns up to `limit` events after a sequence number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn event_list(
        &mut self,
        scope: ProgramScope,
        after_sequence: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        Ok(on!(self, |connection| {
            sqlx::query_as(EVENT_LIST)
                .bind(scope.program_id)
                .bind(after_sequence)
                .bind(limit)
                .fetch_all(connection)
                .await
        })?)
    }

    /// Returns up to `limit` events of a kind after a sequence number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn event_list_of_kind(
        &mut self,
        scope: ProgramScope,
        kind: &str,
        after_sequence: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        Ok(on!(self, |connection| {
            sqlx::query_as(EVENT_LIST_OF_KIND)
                .bind(scope.program_id)
                .bind(after_sequence)
                .bind(limit)
                .bind(kind)
                .fetch_all(connection)
                .await
        })?)
    }

    /// Returns where the chain ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn event_head(&mut self, scope: ProgramScope) -> Result<ChainHead, StoreError> {
        Ok(on!(self, |connection| {
            sqlx::query_as(EVENT_HEAD)
                .bind(scope.program_id)
                .fetch_one(connection)
                .await
        })?)
    }

    /// Hashes the whole chain again and returns the first place where it does
    /// not hold; `None` when nothing was changed, removed or cut off.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn event_verify(
        &mut self,
        scope: ProgramScope,
    ) -> Result<Option<BrokenLink>, StoreError> {
        let head = self.event_head(scope).await?;
        let mut previous = RecordedEvent::before_the_first();
        loop {
            let events = self.event_list(scope, previous.sequence, 1000).await?;
            if events.is_empty() {
                break;
            }
            for event in events {
                if let Some(what) = fault(scope.program_id, &previous, &event) {
                    return Ok(Some(BrokenLink {
                        sequence: previous.sequence + 1,
                        what,
                    }));
                }
                previous = event;
            }
        }
        let is_whole = previous.sequence == head.sequence && previous.sha256 == head.sha256;
        Ok((!is_whole).then_some(BrokenLink {
            sequence: previous.sequence + 1,
            what: "the chain does not end at its head",
        }))
    }
}

/// Says what is wrong with an event that follows another.
fn fault(
    program_id: Uuid,
    previous: &RecordedEvent,
    event: &RecordedEvent,
) -> Option<&'static str> {
    let payload = event.payload.as_ref();
    if event.sequence != previous.sequence + 1 {
        Some("an event is missing")
    } else if event.previous_sha256 != previous.sha256 {
        Some("the event before is another")
    } else if payload.is_some_and(|payload| sha256_hex(payload.as_bytes()) != event.payload_sha256)
    {
        Some("the payload was changed")
    } else if link(program_id, event) != event.sha256 {
        Some("the event was changed")
    } else {
        None
    }
}

impl RecordedEvent {
    fn before_the_first() -> Self {
        Self {
            sequence: 0,
            at: UtcSecond(0).0,
            actor: String::new(),
            kind: String::new(),
            subject: String::new(),
            payload: None,
            payload_sha256: String::new(),
            previous_sha256: String::new(),
            sha256: String::new(),
        }
    }
}
