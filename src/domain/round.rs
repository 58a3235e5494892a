//! The program and the terms of one round: dates and policy.

use super::{DayRange, Minutes, Policy, ProgramKey, Ratio, ZoneName};

/// Longest term, in days: a little over two years.
pub const MAX_TERM_DAYS: i64 = 800;

/// The tenant that owns people, sites and rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Key of the program.
    pub key: ProgramKey,
    /// Name shown to people.
    pub name: String,
    /// Zone of the program's own office.
    pub time_zone: ZoneName,
}

/// What happens to sites that a trainee did not rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnrankedSites {
    /// The trainee cannot be placed there.
    Forbidden,
    /// They rank one below the trainee's last choice.
    Last,
}

/// Whether a trainee and a site may both rather have each other than what the
/// plan gives them, where sites rank trainees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockingPairs {
    /// They may; `audit` names them.
    #[default]
    Allowed,
    /// No plan may have such a pair.
    Forbidden,
}

impl BlockingPairs {
    /// Every choice.
    pub const ALL: [Self; 2] = [Self::Allowed, Self::Forbidden];

    /// Returns the word used in files and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Forbidden => "forbidden",
        }
    }

    /// Returns the other choice.
    pub const fn other(self) -> Self {
        match self {
            Self::Allowed => Self::Forbidden,
            Self::Forbidden => Self::Allowed,
        }
    }
}

/// One matching campaign for a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Key of the round, where the folder names one.
    pub key: Option<super::Key>,
    /// Name shown to people.
    pub name: String,
    /// The term: first and last local day, at most [`MAX_TERM_DAYS`].
    pub term: DayRange,
    /// Sessions start at multiples of this after local midnight; a multiple of
    /// 15, at most 1440.
    pub session_start_step: Minutes,
    /// Most occurrences of a weekly session that a person may miss in a term.
    pub missed_sessions_max: u32,
    /// What happens to sites that a trainee did not rank.
    pub unranked_sites: UnrankedSites,
    /// Whether a trainee may not be placed where an excluded supervisor works.
    pub excluded_supervisor_closes_sites: bool,
    /// Contact carried by supervision; no limit when absent.
    pub ratio: Option<Ratio>,
    /// What plans are compared by.
    pub policy: Policy,
    /// Whether trainees and sites may block a plan.
    pub blocking_pairs: BlockingPairs,
}
