//! What a use case asks of its caller, and what each role has.

/// What somebody may do in a program. A scope of a partner's key has the same
/// name.
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
    pub fn as_str(self) -> &'static str {
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
}
