//! What a store knows of a record besides its value, and pages of records.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use uuid::Uuid;

use super::time::UtcSecond;

/// A kind of record that has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A program.
    Program,
    /// A placement site.
    Site,
    /// A supervisor.
    Supervisor,
    /// A trainee.
    Trainee,
    /// A round.
    Round,
    /// A run of the matcher.
    Run,
    /// The plan of a run; its key is that of the run.
    Plan,
    /// A pin, named `trainee/site/key` or `trainee/supervisor/key`.
    Pin,
    /// A forbid, named as a pin is.
    Forbid,
    /// A user.
    User,
    /// A key by which a user signs in.
    ApiKey,
    /// The calendar feed of a supervisor.
    CalendarFeed,
    /// A rule set.
    RuleSet,
}

impl EntityKind {
    /// Returns the word used in messages and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Site => "site",
            Self::Supervisor => "supervisor",
            Self::Trainee => "trainee",
            Self::Round => "round",
            Self::Run => "run",
            Self::Plan => "plan",
            Self::Pin => "pin",
            Self::Forbid => "forbid",
            Self::User => "user",
            Self::ApiKey => "API key",
            Self::CalendarFeed => "calendar feed",
            Self::RuleSet => "rule set",
        }
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A record with what the store knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The record's internal identifier; a UUID of version 7.
    pub id: Uuid,
    /// Counts the changes of the record from 1; its etag.
    pub version: i64,
    /// When the record was created.
    pub created_at: UtcSecond,
    /// When the record was last changed.
    pub updated_at: UtcSecond,
    /// The record itself.
    pub value: T,
}

impl<T> Versioned<T> {
    /// Returns the record with a part of it, or what belongs to it, as value.
    pub fn with<U>(&self, value: U) -> Versioned<U> {
        Versioned {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            value,
        }
    }

    /// Returns the record with something made of it as value.
    pub fn map<U>(self, of: impl FnOnce(T) -> U) -> Versioned<U> {
        Versioned {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            value: of(self.value),
        }
    }
}

/// A site, supervisor or trainee as pages of a list have it: without its windows
/// and days away, which take longer to read than all the rest. It can be looked
/// at only, so that nobody writes it back without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T>(T);

impl<T> Listed<T> {
    /// Returns a record that was read without its windows and days away.
    pub fn new(record: T) -> Self {
        Self(record)
    }
}

impl<T> Deref for Listed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Borrow<T> for Listed<T> {
    fn borrow(&self) -> &T {
        &self.0
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Most records, 1 to [`PageRequest::SIZE_MAX`].
    pub size: u32,
    /// What the page before gave as [`Page::next_after`]; `None` for the first
    /// page.
    pub after: Option<String>,
}

impl PageRequest {
    /// Most records of one page.
    pub const SIZE_MAX: u32 = 1000;
    /// Records of a page when nobody says how many.
    pub const SIZE_DEFAULT: u32 = 50;

    /// Returns the first page of the largest size.
    pub const fn largest() -> Self {
        Self {
            size: Self::SIZE_MAX,
            after: None,
        }
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            size: Self::SIZE_DEFAULT,
            after: None,
        }
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The records, in the order of the list.
    pub items: Vec<T>,
    /// What to give as [`PageRequest::after`] for the next page; `None` when
    /// this is the last.
    pub next_after: Option<String>,
}
