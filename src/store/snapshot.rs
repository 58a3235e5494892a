//! Snapshots: what a run solves. Written once, found by their hash.

use super::dispatch::{on, statements};
use super::event::sha256_hex;
use super::{ProgramScope, StoreError, Tx, WriteTx};

statements! {
    SNAPSHOT_INSERT = "INSERT INTO snapshot (program_id, sha256, format_version, bytes) \
        VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    SNAPSHOT_FETCH = "SELECT format_version, bytes FROM snapshot \
        WHERE program_id = $1 AND sha256 = $2";
}

/// What a run solves, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Version of the format of the bytes.
    pub format_version: i64,
    /// The canonical roster without names, and what was known beside it.
    pub bytes: Vec<u8>,
}

impl Snapshot {
    /// Returns the SHA-256 of the bytes, in lowercase hexadecimal.
    pub fn sha256(&self) -> String {
        sha256_hex(&self.bytes)
    }
}

impl Tx {
    /// Returns a snapshot by its hash; bytes that do not give the hash again
    /// are [`StoreError::Corrupt`].
    ///
    /// # Errors
    /// When the database fails, or has no such snapshot.
    pub async fn snapshot_fetch(
        &mut self,
        scope: ProgramScope,
        sha256: &str,
    ) -> Result<Snapshot, StoreError> {
        let found: Option<(i64, Vec<u8>)> = on!(self, |connection| {
            sqlx::query_as(SNAPSHOT_FETCH)
                .bind(scope.program_id)
                .bind(sha256)
                .fetch_optional(connection)
                .await
        })?;
        let snapshot = found.map(|(format_version, bytes)| Snapshot {
            format_version,
            bytes,
        });
        snapshot
            .filter(|snapshot| snapshot.sha256() == sha256)
            .ok_or_else(|| StoreError::Corrupt {
                table: "snapshot",
                key: sha256.to_owned(),
            })
    }
}

impl WriteTx {
    /// Stores a snapshot, once, and returns its hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn snapshot_insert(&mut self, snapshot: &Snapshot) -> Result<String, StoreError> {
        let program_id = self.scope.program_id;
        let sha256 = snapshot.sha256();
        on!(&mut self.tx, |connection| {
            sqlx::query(SNAPSHOT_INSERT)
                .bind(program_id)
                .bind(sha256.as_str())
                .bind(snapshot.format_version)
                .bind(snapshot.bytes.as_slice())
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(sha256)
    }
}
