//! Who takes part in a round.

use super::{EntityKind, SiteKey, SiteOrSupervisor, SupervisorKey, TraineeKey};

/// A site, a supervisor or a trainee. Sites come first, then supervisors, then
/// trainees, each by key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Participant {
    /// A site.
    Site(SiteKey),
    /// A supervisor.
    Supervisor(SupervisorKey),
    /// A trainee.
    Trainee(TraineeKey),
}

impl Participant {
    /// Returns the participant of a kind and a key; `None` for a kind that
    /// takes no part in rounds, or a text that is no key.
    pub fn new(kind: &str, key: &str) -> Option<Self> {
        match kind {
            "site" => key.parse().ok().map(Self::Site),
            "supervisor" => key.parse().ok().map(Self::Supervisor),
            "trainee" => key.parse().ok().map(Self::Trainee),
            _ => None,
        }
    }

    /// Returns the kind: site, supervisor or trainee.
    pub const fn kind(&self) -> EntityKind {
        match self {
            Self::Site(_) => EntityKind::Site,
            Self::Supervisor(_) => EntityKind::Supervisor,
            Self::Trainee(_) => EntityKind::Trainee,
        }
    }

    /// Returns the key.
    pub fn key(&self) -> &str {
        match self {
            Self::Site(key) => key.as_str(),
            Self::Supervisor(key) => key.as_str(),
            Self::Trainee(key) => key.as_str(),
        }
    }
}

impl From<SiteOrSupervisor> for Participant {
    fn from(target: SiteOrSupervisor) -> Self {
        match target {
            SiteOrSupervisor::Site(key) => Self::Site(key),
            SiteOrSupervisor::Supervisor(key) => Self::Supervisor(key),
        }
    }
}

/// How many take part in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParticipantCounts {
    /// Sites.
    pub sites: u64,
    /// Supervisors.
    pub supervisors: u64,
    /// Trainees.
    pub trainees: u64,
}
