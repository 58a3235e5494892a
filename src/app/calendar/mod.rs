//! The calendar feeds of supervisors: an iCalendar text, and a path that reads
//! it without signing in. The path holds a secret of 256 bits, of which only
//! the hash is kept; a new path revokes the one before.

mod lines;
mod text;
mod zones;

use std::fmt;

use chrono::Days;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::api_keys::{hexadecimal, new_secret};
use super::schedule::{acts_for, which_supervisor};
use super::transact::commit;
use super::{Actor, App, AppError};
use crate::domain::time::UtcSecond;
use crate::domain::{DayRange, EntityKind, Participant, ProgramKey, SupervisorKey};
use crate::store::{CalendarFeedRecord, KeyRange};

/// How the path of every feed begins.
const PATH_PREFIX: &str = "/calendar/";
/// How it ends, so that programs know what they read.
const PATH_SUFFIX: &str = ".ics";
/// Characters of a secret.
const SECRET_LENGTH: usize = 64;
/// Meetings that are longer ago are left out.
const DAYS_BEFORE: u64 = 100;
/// The last day of a term that is published today lies before that.
const DAYS_AFTER: u64 = 1100;

/// The feed of a supervisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFeed {
    /// The supervisor.
    pub supervisor: SupervisorKey,
    /// When it got the path that reads it now; `None` as long as it has none.
    pub rotated_at: Option<UtcSecond>,
    /// How many paths it had, the one that reads it now included.
    pub rotations: u32,
}

/// A feed with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The program.
    pub program: ProgramKey,
    /// The feed.
    pub feed: CalendarFeed,
    /// The iCalendar text.
    pub text: String,
}

/// A feed with its new path, and the only time that the path is at hand.
#[derive(Debug)]
pub struct RotatedFeed {
    /// The feed.
    pub feed: CalendarFeed,
    /// The path.
    pub path: SecretString,
}

/// The path of a feed, as somebody gave it.
#[derive(Clone)]
pub struct FeedPath {
    program: ProgramKey,
    secret: String,
}

impl fmt::Debug for FeedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedPath")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl FeedPath {
    /// Reads a path; `None` for a text that is no path of any feed.
    pub fn parse(path: &str) -> Option<Self> {
        let inner = path.strip_prefix(PATH_PREFIX)?.strip_suffix(PATH_SUFFIX)?;
        let (program, secret) = inner.split_once('/')?;
        let is_hexadecimal = secret
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (secret.len() == SECRET_LENGTH && is_hexadecimal).then_some(())?;
        Some(Self {
            program: program.parse().ok()?,
            secret: secret.to_owned(),
        })
    }

    fn not_found() -> AppError {
        AppError::NotFound {
            kind: EntityKind::CalendarFeed,
            key: "of that path".to_owned(),
        }
    }
}

fn feed(supervisor: SupervisorKey, record: Option<CalendarFeedRecord>) -> CalendarFeed {
    CalendarFeed {
        supervisor,
        rotated_at: record.map(|record| record.rotated_at),
        rotations: record.map_or(0, |record| record.rotations),
    }
}

/// Says of whatever is not there that the path leads nowhere, and no more.
fn leads_nowhere<T>(found: Result<T, AppError>) -> Result<T, AppError> {
    match found {
        Ok(found) => Ok(found),
        Err(AppError::NotFound { .. }) => Err(FeedPath::not_found()),
        Err(other) => Err(other),
    }
}

impl App {
    /// Returns the calendar of a supervisor: the one who is named, or the one
    /// that the caller is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such supervisor, or none whom
    /// the caller may see.
    pub async fn get_calendar(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        named: Option<&SupervisorKey>,
    ) -> Result<Calendar, AppError> {
        let supervisor = which_supervisor(actor, program, named)?;
        self.calendar_of(program, supervisor).await
    }

    /// Returns the calendar to which a path leads. Whoever has the path may
    /// read it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the path is not, or no longer, that of a
    /// feed.
    pub async fn calendar_at(&self, path: &FeedPath) -> Result<Calendar, AppError> {
        let opened = self.read_as_allowed(&path.program).await;
        let (mut tx, scope, _) = leads_nowhere(opened)?;
        let token_sha256 = hexadecimal(&Sha256::digest(&path.secret));
        let owner = tx.calendar_feed_owner(scope, &token_sha256).await?;
        drop(tx);
        let supervisor = owner.ok_or_else(FeedPath::not_found)?;
        leads_nowhere(self.calendar_of(&path.program, supervisor).await)
    }

    async fn calendar_of(
        &self,
        program: &ProgramKey,
        supervisor: SupervisorKey,
    ) -> Result<Calendar, AppError> {
        let today = self.today();
        let days = DayRange::between(
            today
                .checked_sub_days(Days::new(DAYS_BEFORE))
                .unwrap_or(today),
            today
                .checked_add_days(Days::new(DAYS_AFTER))
                .unwrap_or(today),
        );
        let of = Participant::Supervisor(supervisor.clone());
        let timetable = self.timetable(program, of, None, Some(days)).await?;
        let text = text::calendar(program, &timetable.shown.value, &timetable.zones)?;
        let (mut tx, scope, _) = self.read_as_allowed(program).await?;
        let record = tx.calendar_feed_find(scope, &supervisor).await?;
        Ok(Calendar {
            program: program.clone(),
            feed: feed(supervisor, record),
            text,
        })
    }

    /// Gives the feed of a supervisor a new path, in place of the one that it
    /// had. The path is returned this once; a request that takes effect once
    /// must not keep it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such supervisor, or none for
    /// whom the caller may act; [`AppError::Forbidden`].
    pub async fn rotate_calendar_feed(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        supervisor: &SupervisorKey,
    ) -> Result<RotatedFeed, AppError> {
        acts_for(actor, program, supervisor)?;
        let mut write = self.write_as_allowed(actor, program).await?;
        let scope = write.scope();
        let range = KeyRange::one(supervisor.as_str());
        if write.tx().supervisor_list(scope, &range).await?.is_empty() {
            return Err(AppError::NotFound {
                kind: EntityKind::Supervisor,
                key: supervisor.to_string(),
            });
        }
        let secret = new_secret()?;
        let token_sha256 = hexadecimal(&Sha256::digest(secret.expose_secret()));
        write.calendar_feed_write(supervisor, &token_sha256).await?;
        let record = write.tx().calendar_feed_find(scope, supervisor).await?;
        let secret = secret.expose_secret();
        let rotated = RotatedFeed {
            feed: feed(supervisor.clone(), record),
            path: format!("{PATH_PREFIX}{program}/{secret}{PATH_SUFFIX}").into(),
        };
        let subject = format!("supervisors/{supervisor}/calendarFeed");
        let payload = serde_json::json!({ "rotations": rotated.feed.rotations }).to_string();
        commit(
            write,
            actor,
            "rotate_calendar_feed",
            &subject,
            &payload,
            &rotated,
        )
        .await?;
        Ok(rotated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_only_as_it_was_written() {
        let secret = "0123456789abcdef".repeat(4);
        let path = format!("/calendar/north/{secret}.ics");
        let read = FeedPath::parse(&path).unwrap();
        assert_eq!(read.program.as_str(), "north");
        assert_eq!(read.secret, secret);
        assert!(!format!("{read:?}").contains(&secret));
        for wrong in [
            path.to_uppercase(),
            path.replace(".ics", ""),
            path.replace("/calendar", ""),
            path.replace("north", ""),
            path.replace("0123", "012g"),
            format!("/calendar/north/{}.ics", &secret[1..]),
            format!("/calendar/north/x/{secret}.ics"),
        ] {
            assert!(FeedPath::parse(&wrong).is_none(), "{wrong}");
        }
    }
}
