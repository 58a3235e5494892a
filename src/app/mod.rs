//! The use cases: what somebody can ask of Practicum, whatever the door.
//!
//! Each takes an [`Actor`], checks what it was given, and does its work in one
//! transaction of the store. Nothing here knows a wire, a page or a command
//! line; every failure is an [`AppError`].

mod actor;
mod analysis;
mod batch;
mod clock;
mod contended;
mod error;
mod import;
mod listing;
mod once;
mod participants;
mod people;
mod permission;
mod person_or_site;
mod plans;
mod preferences;
mod programs;
mod rosters;
mod round_parts;
mod round_rules;
mod rounds;
mod rule_check;
mod rule_sets;
mod run_start;
mod runs;
mod site_rankings;
mod snapshot;
mod supervision_lines;
mod trainee_rows;
mod transact;
mod wishes;
mod worker;

pub use actor::Actor;
pub use analysis::{
    Balance, BlockingPair, Capacity, CompeteFor, Expiry, ExpiryOf, Explanation,
    Outcome as ExplanationOutcome, Preflight, Relaxation,
};
pub use batch::{BATCH_MOST, Upsert, UpsertOutcome, Upserted, repeated};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{AppError, Reason, with_causes};
pub use once::{Outcome, RequestOnce};
pub use participants::NewParticipants;
pub use permission::Permission;
pub use plans::StoredPlan;
pub use preferences::{Ranked, TraineePreferences};
pub use programs::NewProgram;
pub use rosters::{Changes, ImportMode, ImportReport, KindOfRow, RosterSource};
pub use round_rules::RoundWithRules;
pub use rounds::RoundStart;
pub use rule_check::{RuleCheck, RulesOf, TraineeReport};
pub use rule_sets::{KnownRuleSet, RULE_SET_TEXT_MAX, RuleSetOrigin};
pub use run_start::RunStart;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use crate::store::Db;
use crate::zone_data::ZoneData;

/// What the use cases work with.
#[derive(Clone, Debug)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    zone_data: ZoneData,
    settings: Settings,
    /// Wakes whoever waits for a run to be queued, to move on or to end.
    run_moved: Notify,
    /// Bounds the explanations and the like under way.
    analyses: Semaphore,
}

/// What differs from one installation to the next.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The binary that solves; this very program when `None`.
    pub solver_program: Option<PathBuf>,
    /// Runs that this process solves at a time; as many as there are cores
    /// when `None`.
    pub solves_max: Option<usize>,
    /// How long a worker holds a run without a sign of life, in whole seconds;
    /// then another worker takes the run up.
    pub run_lease: Duration,
}

impl Settings {
    /// Returns how many solves this process does at a time, at least one.
    fn solves_at_a_time(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.solves_max.unwrap_or_else(cores).max(1)
    }
}

impl Default for Settings {
    /// This very program, all cores, and a lease of 30 seconds.
    fn default() -> Self {
        Self {
            solver_program: None,
            solves_max: None,
            run_lease: Duration::from_secs(30),
        }
    }
}

impl App {
    /// Returns the use cases over an open, migrated database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, zone_data: ZoneData, settings: Settings) -> Self {
        let analyses = Semaphore::new(settings.solves_at_a_time());
        Self {
            inner: Arc::new(Inner {
                db,
                clock,
                zone_data,
                settings,
                run_moved: Notify::new(),
                analyses,
            }),
        }
    }
}
