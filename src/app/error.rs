//! The one error of every use case. What it prints is public; what lies behind
//! it is kept as the source, for the log.

use std::error::Error;
use std::time::Duration;

use crate::domain::{EntityKind, Permission, Violations};
use crate::roster::RosterErrors;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The input is wrong; every broken field.
    #[error("{0}")]
    Invalid(Violations),
    /// A roster folder is wrong; every mistake with file, row and column.
    #[error("{0}")]
    InvalidRoster(RosterErrors),
    /// There is no such record.
    #[error("there is no {kind} {key}")]
    NotFound {
        /// What was looked for.
        kind: EntityKind,
        /// Its key.
        key: String,
    },
    /// There is such a record already.
    #[error("there is a {kind} {key} already")]
    AlreadyExists {
        /// What was to be created.
        kind: EntityKind,
        /// Its key.
        key: String,
    },
    /// The records do not allow it as they are.
    #[error("{0}")]
    FailedPrecondition(Reason),
    /// The caller may know of the program, and may not do this in it.
    #[error("the caller may not do this: it needs the permission {permission}")]
    Forbidden {
        /// What it needs.
        permission: Permission,
    },
    /// The caller may not even know that there is such a record: it reads like
    /// [`AppError::NotFound`] in every word, and differs in the log alone.
    #[error("there is no {kind} {key}")]
    Hidden {
        /// What was looked for.
        kind: EntityKind,
        /// Its key.
        key: String,
    },
    /// Nobody knows who calls.
    #[error("sign in with a key that is valid: authorization: Bearer KEY")]
    Unauthenticated,
    /// Others write at the same time; trying again helps.
    #[error("others write at the same time; try again")]
    Contended,
    /// The record changed since it was read.
    #[error("the {kind} {key} has changed since; its version is now {current}")]
    StaleEtag {
        /// What was to be changed.
        kind: EntityKind,
        /// Its key.
        key: String,
        /// Its version now.
        current: i64,
    },
    /// More was given than is taken.
    #[error("{count} {what} are too many; at most {limit} are taken")]
    TooLarge {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How many are taken.
        limit: u64,
        /// How many there are.
        count: u64,
    },
    /// The caller asks too often.
    #[error("too many requests; wait {} ms", retry_after.as_millis() + 1)]
    RateLimited {
        /// When to try again, from now.
        retry_after: Duration,
    },
    /// The caller has as many streams open as one caller may.
    #[error("{limit} streams are open, as many as one caller may have; end one of them")]
    TooManyStreams {
        /// How many one caller may have.
        limit: usize,
        /// When to try again, in seconds from now.
        retry_after_seconds: u32,
    },
    /// The server has too much to do.
    #[error("the server has too much to do; wait {retry_after_seconds} s")]
    Overloaded {
        /// When to try again, in seconds from now.
        retry_after_seconds: u32,
    },
    /// The caller's deadline passed.
    #[error("the deadline passed")]
    DeadlineExceeded,
    /// The caller gave up.
    #[error("the caller gave up")]
    Cancelled,
    /// Something that is needed is not there, such as the database.
    #[error("the service is not available now")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A fault of Practicum.
    #[error("a fault of Practicum")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// Why the records do not allow something as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The folder belongs to another program than the one that was named.
    #[error("the folder is of the program {folder}, not of {named}")]
    OtherProgram {
        /// The program of the folder.
        folder: String,
        /// The program that was named.
        named: String,
    },
    /// The run has ended; there is nothing to cancel.
    #[error("the run {run} has ended: it is {state}")]
    RunEnded {
        /// The run.
        run: String,
        /// The state in which it ended.
        state: &'static str,
    },
    /// The run has no plan, or none yet.
    #[error("the run {run} has no plan; it is {state}")]
    NoPlan {
        /// The run.
        run: String,
        /// Where it stands.
        state: &'static str,
    },
    /// Others refer to the record, so that it cannot go.
    #[error("the {kind} {key} takes part in the round {round}")]
    TakesPart {
        /// What was to be deleted.
        kind: EntityKind,
        /// Its key.
        key: String,
        /// A round that it takes part in.
        round: String,
    },
    /// The round is closed, so that nothing of it changes any more.
    #[error("the round {round} is closed; nothing of it changes any more")]
    RoundClosed {
        /// The round.
        round: String,
    },
    /// The round is in another state than the step needs.
    #[error("the round {round} is {state}; this is for a round that is {allowed}")]
    WrongRoundState {
        /// The round.
        round: String,
        /// Where it stands.
        state: &'static str,
        /// Where it would have to stand.
        allowed: &'static str,
    },
    /// The run is of another round than the one that was named.
    #[error("the plan {run} is of the round {round}, not of {named}")]
    OtherRound {
        /// The run.
        run: String,
        /// Its round.
        round: String,
        /// The round that was named.
        named: String,
    },
    /// The plan is the one that holds already.
    #[error("the plan {run} is the published one of the round {round} already")]
    AlreadyPublished {
        /// The round.
        round: String,
        /// The run of the plan.
        run: String,
    },
    /// The run did not start from the published plan, so that its plan is no
    /// repair of it.
    #[error("the plan {run} is no repair of the published plan {published}")]
    NotARepair {
        /// The run.
        run: String,
        /// The run of the plan that holds.
        published: String,
    },
    /// The plan does not hold under the zone data of this server, which is not
    /// that under which it was made.
    #[error("the plan {run} was made under zone data {plan}; under {server} it does not hold")]
    ZoneDataChanged {
        /// The run.
        run: String,
        /// Version of the zone data of the plan.
        plan: String,
        /// Version of the zone data of the server.
        server: String,
    },
    /// The round has no published plan, or not the one that was named.
    #[error("no such plan of the round {round} is published")]
    NotPublished {
        /// The round.
        round: String,
    },
    /// Another plan holds than the one that was read.
    #[error("the plan {plan} was replaced by {published}; read that one first")]
    PlanReplaced {
        /// The plan that was read.
        plan: String,
        /// The plan that holds.
        published: String,
    },
    /// The published plan does not give the supervisor the trainee.
    #[error("the plan {plan} does not give {supervisor} the trainee {trainee}")]
    NotSupervised {
        /// The supervisor.
        supervisor: String,
        /// The trainee.
        trainee: String,
        /// The plan.
        plan: String,
    },
    /// Nobody takes part in the round, so that there is nothing to match.
    #[error("no trainee takes part in the round {round}")]
    NoTrainees {
        /// The round.
        round: String,
    },
    /// The plan matches the trainee, so that there is nothing to explain.
    #[error("{trainee} is matched in the plan of {run}")]
    TraineeMatched {
        /// The trainee.
        trainee: String,
        /// The run of the plan.
        run: String,
    },
    /// Somebody or something was revoked, which is for good.
    #[error("the {kind} {key} was revoked")]
    AlreadyRevoked {
        /// What was revoked.
        kind: EntityKind,
        /// Its key.
        key: String,
    },
    /// The caller's own user, or the key by which the caller is signed in:
    /// nobody shuts themselves out by mistake.
    #[error("nobody changes the user or revokes the key by which they are signed in")]
    OwnAccess,
    /// A pin and a forbid of the same pair cannot hold together.
    #[error("{trainee} and {target} are {already} already")]
    PinAgainstForbid {
        /// The trainee.
        trainee: String,
        /// The site or supervisor.
        target: String,
        /// `pinned` or `forbidden`.
        already: &'static str,
    },
}

impl Reason {
    /// Returns the name of the reason in the contract.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OtherProgram { .. } => "OTHER_PROGRAM",
            Self::RunEnded { .. } => "RUN_ENDED",
            Self::NoPlan { .. } => "NO_PLAN",
            Self::TakesPart { .. } => "TAKES_PART",
            Self::RoundClosed { .. } => "ROUND_CLOSED",
            Self::WrongRoundState { .. } => "WRONG_ROUND_STATE",
            Self::OtherRound { .. } => "OTHER_ROUND",
            Self::AlreadyPublished { .. } => "ALREADY_PUBLISHED",
            Self::NotARepair { .. } => "NOT_A_REPAIR",
            Self::ZoneDataChanged { .. } => "ZONE_DATA_CHANGED",
            Self::NotPublished { .. } => "NOT_PUBLISHED",
            Self::PlanReplaced { .. } => "PLAN_REPLACED",
            Self::NotSupervised { .. } => "NOT_SUPERVISED",
            Self::NoTrainees { .. } => "NO_TRAINEES",
            Self::TraineeMatched { .. } => "TRAINEE_MATCHED",
            Self::AlreadyRevoked { .. } => "ALREADY_REVOKED",
            Self::OwnAccess => "OWN_ACCESS",
            Self::PinAgainstForbid { .. } => "PIN_AGAINST_FORBID",
        }
    }
}

/// Returns an error with everything that caused it, for the log and for an
/// operator.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
