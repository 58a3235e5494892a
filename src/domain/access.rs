//! Who may do what: permissions, roles, and the programs that they hold in.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{ProgramKey, SupervisorKey};

/// What somebody may do in a program. A scope of a partner has the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See the program, its sites, supervisors and trainees, with their
    /// availability, exclusions and requirements.
    RosterRead,
    /// Change them.
    RosterWrite,
    /// See rounds: dates, policy, rule sets, lines, participants, wishes,
    /// pins and forbids.
    RoundRead,
    /// Change them.
    RoundWrite,
    /// See runs and follow them.
    RunRead,
    /// Start, fork and cancel runs.
    RunWrite,
    /// See plans and what can be asked of them.
    PlanRead,
    /// Publish a plan, and close a round.
    PlanPublish,
    /// See anybody's schedule, and answer for others.
    ScheduleWrite,
    /// Follow what is published.
    ChangeRead,
    /// See the chain of events.
    AuditRead,
    /// Create and change programs, users, roles and keys.
    AccessWrite,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 12] = [
        Self::RosterRead,
        Self::RosterWrite,
        Self::RoundRead,
        Self::RoundWrite,
        Self::RunRead,
        Self::RunWrite,
        Self::PlanRead,
        Self::PlanPublish,
        Self::ScheduleWrite,
        Self::ChangeRead,
        Self::AuditRead,
        Self::AccessWrite,
    ];

    /// Returns the name, as scopes and errors write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RosterRead => "roster.read",
            Self::RosterWrite => "roster.write",
            Self::RoundRead => "round.read",
            Self::RoundWrite => "round.write",
            Self::RunRead => "run.read",
            Self::RunWrite => "run.write",
            Self::PlanRead => "plan.read",
            Self::PlanPublish => "plan.publish",
            Self::ScheduleWrite => "schedule.write",
            Self::ChangeRead => "change.read",
            Self::AuditRead => "audit.read",
            Self::AccessWrite => "access.write",
        }
    }

    /// Says whether a partner may have it: a partner that could make users
    /// could make itself an admin.
    pub const fn is_scope(self) -> bool {
        !matches!(self, Self::AccessWrite)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no [`Permission`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such permission")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let mut all = Self::ALL.into_iter();
        all.find(|permission| permission.as_str() == text)
            .ok_or(UnknownPermission)
    }
}

/// What a user is, where the user is anything at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessRole {
    /// Has every permission.
    Admin,
    /// Has every permission but [`Permission::AccessWrite`].
    Coordinator,
    /// Another system: has exactly these permissions, at least one.
    Partner(BTreeSet<Permission>),
    /// Sees and answers what concerns this supervisor, and has no permission.
    Supervisor(SupervisorKey),
    /// Has every permission to read.
    Viewer,
}

impl AccessRole {
    /// The word of each role.
    pub const WORDS: [&'static str; 5] =
        ["admin", "coordinator", "partner", "supervisor", "viewer"];

    /// Returns the word of the role.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Coordinator => "coordinator",
            Self::Partner(_) => "partner",
            Self::Supervisor(_) => "supervisor",
            Self::Viewer => "viewer",
        }
    }
}

/// Where a role holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Realm {
    /// In every program, those to come included.
    EveryProgram,
    /// In one program.
    Program(ProgramKey),
}

impl Realm {
    /// Says whether a program lies in it.
    pub fn covers(&self, program: &ProgramKey) -> bool {
        match self {
            Self::EveryProgram => true,
            Self::Program(own) => own == program,
        }
    }
}
