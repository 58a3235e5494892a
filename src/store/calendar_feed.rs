//! The calendar feeds of supervisors: of their tokens only the hash.

use super::dispatch::{on, statements};
use super::rows::Place;
use super::{ProgramScope, StoreError, Tx, WriteTx};
use crate::domain::SupervisorKey;
use crate::domain::time::UtcSecond;

statements! {
    CALENDAR_FEED_FIND = "SELECT rotated_at, rotations FROM calendar_feed \
        WHERE program_id = $1 AND supervisor_key = $2";
    CALENDAR_FEED_OWNER = "SELECT supervisor_key FROM calendar_feed \
        WHERE program_id = $1 AND token_sha256 = $2";
    CALENDAR_FEED_WRITE = "INSERT INTO calendar_feed \
        (program_id, supervisor_key, token_sha256, rotated_at, rotations) \
        VALUES ($1, $2, $3, $4, 1) \
        ON CONFLICT (program_id, supervisor_key) DO UPDATE SET \
        token_sha256 = excluded.token_sha256, rotated_at = excluded.rotated_at, \
        rotations = calendar_feed.rotations + 1";
}

/// When a supervisor's feed got the token that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarFeedRecord {
    /// When.
    pub rotated_at: UtcSecond,
    /// How many tokens there were, this one included.
    pub rotations: u32,
}

impl Tx {
    /// Returns the feed of a supervisor, if there was ever a token for it.
    ///
    /// # Errors
    /// When the database fails, or holds what cannot be.
    pub async fn calendar_feed_find(
        &mut self,
        scope: ProgramScope,
        supervisor: &SupervisorKey,
    ) -> Result<Option<CalendarFeedRecord>, StoreError> {
        let found: Option<(i64, i64)> = on!(self, |connection| {
            sqlx::query_as(CALENDAR_FEED_FIND)
                .bind(scope.program_id)
                .bind(supervisor.as_str())
                .fetch_optional(connection)
                .await
        })?;
        let place = Place {
            table: "calendar_feed",
            key: supervisor.as_str(),
        };
        let read = |(rotated_at, rotations)| {
            Ok(CalendarFeedRecord {
                rotated_at: UtcSecond(rotated_at),
                rotations: place.count(rotations)?,
            })
        };
        found.map(read).transpose()
    }

    /// Returns the supervisor whose feed has a token with that hash.
    ///
    /// # Errors
    /// As [`Tx::calendar_feed_find`].
    pub async fn calendar_feed_owner(
        &mut self,
        scope: ProgramScope,
        token_sha256: &str,
    ) -> Result<Option<SupervisorKey>, StoreError> {
        let found: Option<(String,)> = on!(self, |connection| {
            sqlx::query_as(CALENDAR_FEED_OWNER)
                .bind(scope.program_id)
                .bind(token_sha256)
                .fetch_optional(connection)
                .await
        })?;
        let read = |(key,): (String,)| {
            let place = Place {
                table: "calendar_feed",
                key: &key,
            };
            place.parse(&key)
        };
        found.map(read).transpose()
    }
}

impl WriteTx {
    /// Gives the feed of a supervisor the token with a hash, in place of the
    /// one that it had.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn calendar_feed_write(
        &mut self,
        supervisor: &SupervisorKey,
        token_sha256: &str,
    ) -> Result<(), StoreError> {
        let (program_id, now) = (self.scope.program_id, self.now.0);
        on!(&mut self.tx, |connection| {
            sqlx::query(CALENDAR_FEED_WRITE)
                .bind(program_id)
                .bind(supervisor.as_str())
                .bind(token_sha256)
                .bind(now)
                .execute(connection)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}
