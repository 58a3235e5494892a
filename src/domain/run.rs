//! A run of the matcher as a record: what was asked, where it stands, and what
//! it said on the way.

use super::plan::Level;
use super::time::UtcSecond;
use super::{Edit, Key};

/// What a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Seconds of wall time for one solve, 1 to 604,800; the best plan so far
    /// stands when they are up.
    pub seconds: u32,
    /// Bytes of memory that the solver may use, 256 MiB to 1 TiB.
    pub memory_bytes: u64,
}

impl RunLimits {
    /// Longest wall time of a run, in seconds: a week.
    pub const SECONDS_MAX: u32 = 604_800;
    /// Least memory of a run: 256 MiB.
    pub const MEMORY_MIN: u64 = 256 << 20;
    /// Most memory of a run: 1 TiB.
    pub const MEMORY_MAX: u64 = 1 << 40;
}

impl Default for RunLimits {
    /// One minute and 4 GiB.
    fn default() -> Self {
        Self {
            seconds: 60,
            memory_bytes: 4 << 30,
        }
    }
}

/// What a run solves beside the records of its round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunOrigin {
    /// The run whose snapshot is edited and solved; the records of the round
    /// as they are when `None`.
    pub forked_from: Option<Key>,
    /// What is changed before the solve, in order.
    pub edits: Vec<Edit>,
    /// The run whose plan is kept where it can be.
    pub baseline: Option<Key>,
}

/// Where a run stands. `Queued` and `Running` go on; the others are ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunState {
    /// Waits for a worker.
    Queued,
    /// A worker holds it.
    Running,
    /// Ended by itself, with a plan.
    Succeeded,
    /// Somebody asked to end it; the best plan so far stands, if there is any.
    Cancelled,
    /// Ended without a plan, or the child that solved it was lost and the best
    /// plan so far stands; [`Run::failure`] says why.
    Failed,
}

impl RunState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Cancelled,
        Self::Failed,
    ];

    /// Returns the word used in the store and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Says whether nothing more will happen.
    pub const fn is_end(self) -> bool {
        match self {
            Self::Queued | Self::Running => false,
            Self::Succeeded | Self::Cancelled | Self::Failed => true,
        }
    }
}

/// A run of the matcher over the snapshot of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Key of the run.
    pub key: Key,
    /// Key of the round.
    pub round: Key,
    /// Where the run stands.
    pub state: RunState,
    /// What it may use.
    pub limits: RunLimits,
    /// SHA-256 of the snapshot that it solves, in hexadecimal.
    pub snapshot_sha256: String,
    /// What is solved beside the records of the round.
    pub origin: RunOrigin,
    /// Whether somebody asked to end it.
    pub cancel_requested: bool,
    /// How many workers have taken it up; more than one after a crash.
    pub attempts: i64,
    /// Whether it has a plan.
    pub has_plan: bool,
    /// Why it failed, or what cut it short; for people.
    pub failure: Option<String>,
    /// When a worker first took it up.
    pub started_at: Option<UtcSecond>,
    /// When it ended.
    pub ended_at: Option<UtcSecond>,
}

/// What a run event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunEventKind {
    /// The run reached a state; `text` names it.
    State,
    /// Where the solve stands; `stage`, `best` and `bound` say it.
    Progress,
    /// A better plan, proved; `text` says so in words.
    BetterPlan,
}

impl RunEventKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::State, Self::Progress, Self::BetterPlan];

    /// Returns the word used in the store and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Progress => "progress",
            Self::BetterPlan => "better_plan",
        }
    }
}

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEvent {
    /// Counts the events of the run from 1, without a gap.
    pub sequence: i64,
    /// When it happened.
    pub at: UtcSecond,
    /// What it says.
    pub kind: RunEventKind,
    /// Stage of the solve: `candidates`, `times` or the name of a level;
    /// empty for other kinds.
    pub stage: String,
    /// Best value of the level so far.
    pub best: Option<i64>,
    /// Bound of the level so far.
    pub bound: Option<i64>,
    /// Words for people; see [`RunEventKind`].
    pub text: String,
}

impl RunEvent {
    /// Returns the level that is solved, when the stage is one.
    pub fn level(&self) -> Option<Level> {
        Level::from_name(&self.stage)
    }
}
