//! What becomes of a round after matching: its state, the plans that are
//! published, what supervisors say to them, and what partners are told.

use super::time::UtcSecond;
use super::{Key, SupervisorKey, TraineeKey};

/// Where a round stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoundState {
    /// It is being put together.
    #[default]
    Draft,
    /// Preferences are collected.
    Collecting,
    /// It has had its first run.
    Matching,
    /// A plan is published.
    Published,
    /// A repair of the published plan is published.
    Repaired,
    /// Nothing changes any more; everything stays readable.
    Closed,
}

impl RoundState {
    /// Every state, in the order in which a round goes through them.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Collecting,
        Self::Matching,
        Self::Published,
        Self::Repaired,
        Self::Closed,
    ];

    /// Returns the word used in the store and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Collecting => "collecting",
            Self::Matching => "matching",
            Self::Published => "published",
            Self::Repaired => "repaired",
            Self::Closed => "closed",
        }
    }
}

/// A plan that was published, whether or not it still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The round.
    pub round: Key,
    /// Counts the publications of the round from 1; the last one holds.
    pub number: u32,
    /// The run, whose key is that of the plan.
    pub run: Key,
    /// The run of the plan that held until then; `None` for the first.
    pub replaces: Option<Key>,
    /// When it was published.
    pub published_at: UtcSecond,
    /// Who published it.
    pub published_by: String,
}

/// Where a round stands, and the plan that holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundStanding {
    /// The state.
    pub state: RoundState,
    /// The last publication, if there was any.
    pub publication: Option<Publication>,
}

/// What a supervisor says to a trainee of a published plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseAnswer {
    /// The supervisor takes the trainee.
    Accepted,
    /// The supervisor does not.
    Declined,
}

impl ResponseAnswer {
    /// Every answer.
    pub const ALL: [Self; 2] = [Self::Accepted, Self::Declined];

    /// Returns the word used in the store and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }
}

/// What was said to a published plan by a supervisor, or for one.
#[derive(Clone, PartialEq, Eq)]
pub struct SupervisorResponse {
    /// The round.
    pub round: Key,
    /// The run of the published plan.
    pub run: Key,
    /// Number of the publication in its round.
    pub publication: u32,
    /// The supervisor.
    pub supervisor: SupervisorKey,
    /// The trainee.
    pub trainee: TraineeKey,
    /// Counts what was said of this pair from 1; the last one counts.
    pub number: u32,
    /// What was said.
    pub answer: ResponseAnswer,
    /// Why, in the supervisor's own words; at most
    /// [`SupervisorResponse::REASON_MOST`] characters, and in no log.
    pub reason: String,
    /// When it was said.
    pub at: UtcSecond,
    /// Who said it.
    pub by: String,
}

impl SupervisorResponse {
    /// Longest reason, in characters.
    pub const REASON_MOST: usize = 500;
}

impl std::fmt::Debug for SupervisorResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SupervisorResponse")
            .field("round", &self.round)
            .field("publication", &self.publication)
            .field("supervisor", &self.supervisor)
            .field("trainee", &self.trainee)
            .field("number", &self.number)
            .field("answer", &self.answer)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What partners are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// A round collects preferences.
    PreferencesOpened,
    /// The first plan of a round is published.
    PlanPublished,
    /// A repair of the published plan is published, and holds from now on.
    PlanRepaired,
    /// A round is closed.
    RoundClosed,
    /// A supervisor accepted or declined a trainee of the published plan.
    ResponseGiven,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::PreferencesOpened,
        Self::PlanPublished,
        Self::PlanRepaired,
        Self::RoundClosed,
        Self::ResponseGiven,
    ];

    /// Returns the word used in the store and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreferencesOpened => "preferences_opened",
            Self::PlanPublished => "plan_published",
            Self::PlanRepaired => "plan_repaired",
            Self::RoundClosed => "round_closed",
            Self::ResponseGiven => "response_given",
        }
    }
}

/// Something that partners are told of, in keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Number of the event that records it; grows, with holes.
    pub sequence: i64,
    /// When it happened.
    pub at: UtcSecond,
    /// What happened.
    pub what: ChangeOf,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeOf {
    /// What happened.
    pub kind: ChangeKind,
    /// The round.
    pub round: Key,
    /// The run of the plan that holds, where one was published.
    pub run: Option<Key>,
    /// Of a response, the supervisor, the trainee and what was said.
    pub response: Option<(SupervisorKey, TraineeKey, ResponseAnswer)>,
}
