//! The use cases: what somebody can ask of Practicum, whatever the door.
//!
//! Each takes an [`Actor`], checks what it was given, and does its work in one
//! transaction of the store. Nothing here knows a wire, a page or a command
//! line; every failure is an [`AppError`].

mod actor;
mod analysis;
mod api_keys;
mod audit;
mod batch;
mod calendar;
mod changes;
mod clock;
mod contended;
mod error;
mod followers;
mod forecasts;
mod gathered;
mod import;
mod known_programs;
mod listing;
mod once;
mod participants;
mod people;
mod permission;
mod person_or_site;
mod plans;
mod preferences;
mod programs;
mod publishing;
mod pulse;
mod responses;
mod rosters;
mod round_parts;
mod round_rules;
mod round_states;
mod rounds;
mod rule_check;
mod rule_sets;
mod run_start;
mod runs;
mod schedule;
mod sign_in;
mod site_rankings;
mod snapshot;
mod stability;
mod supervision_lines;
mod tokens;
mod trainee_rows;
mod transact;
mod users;
mod week_preview;
mod wishes;
mod worker;
mod worths;

pub use actor::{Actor, Grant};
pub use analysis::{
    Balance, Capacity, CompeteFor, Expiry, ExpiryOf, Explanation, Outcome as ExplanationOutcome,
    Preflight, Relaxation, SolveTime,
};
pub use api_keys::IssuedKey;
pub use audit::{BrokenLink, ChainHead, ChainProof, RecordedEvent};
pub use batch::{BATCH_MOST, Upsert, UpsertOutcome, Upserted, repeated};
pub use calendar::{Calendar, CalendarFeed, FeedPath, RotatedFeed};
pub use changes::Changes as ChangesSeen;
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{AppError, Reason, with_causes};
pub use forecasts::{
    Forecast, MissedBecause, Outlook as RequirementOutlook, RuleOutlook, RuleShortfall, Standing,
    Verdict,
};
pub use once::{Outcome, RequestOnce};
pub use participants::NewParticipants;
pub use permission::{Permission, role_has};
pub use plans::StoredPlan;
pub use preferences::{Ranked, TraineePreferences};
pub use programs::NewProgram;
pub use publishing::{PublishOptions, Published};
pub use responses::{NewResponse, ResponseFilter};
pub use rosters::{Changes, ImportMode, ImportReport, KindOfRow, RosterSource, check_may_import};
pub use round_states::RoundHistory;
pub use rounds::{RoundStart, StoredRound};
pub use rule_check::{RuleCheck, RulesOf, TraineeReport};
pub use rule_sets::{KnownRuleSet, RULE_SET_TEXT_MAX, RuleSetOrigin};
pub use run_start::RunStart;
pub use schedule::{
    Attendance, OCCURRENCE_DAYS_MAX, OccurrenceRange, ScheduledOccurrence, ScheduledSession, Shown,
    SupervisedLine, SupervisedTrainee, which_supervisor,
};
pub use stability::{BlockingPair, Clash, LevelPrice, PriceOutcome, StabilityPrice};
pub use tokens::{InvalidKeySet, TokenVerifier};
pub use users::NewUser;
pub use week_preview::ShownWeek;
pub use worths::{ConfirmedWorth, Estimate, Gain, Worth, WorthsFound};

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use self::known_programs::KnownPrograms;
use self::people::PeopleRead;
use self::sign_in::SignIns;
use crate::store::{Db, ProgramScope};
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
    known_programs: KnownPrograms,
    people: PeopleRead,
    /// Wakes whoever waits for a run to be queued, to move on or to end.
    run_moved: Notify,
    /// The runs that are watched, and the programs whose changes are.
    run_pulses: pulse::Pulses<pulse::RunOf>,
    change_pulses: pulse::Pulses<ProgramScope>,
    /// Wakes whoever waits for what partners are told of.
    change_made: Notify,
    /// Bounds the explanations and the like under way.
    analyses: Arc<Semaphore>,
    /// What is known of published plans, by run.
    plan_frames: schedule::PlanFrames,
    sign_ins: SignIns,
    /// The callers who follow streams.
    followers: followers::Followers,
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
    /// Whether callers must sign in even while the database has no user, as
    /// where others than the operator of this machine reach the server.
    pub require_sign_in: bool,
    /// Checks the tokens by which users may sign in beside keys; `None` where
    /// no tokens are taken.
    pub tokens: Option<Arc<TokenVerifier>>,
}

impl Settings {
    /// Returns how many solves this process does at a time, at least one.
    fn solves_at_a_time(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.solves_max.unwrap_or_else(cores).max(1)
    }
}

impl Default for Settings {
    /// This very program, all cores, a lease of 30 seconds, sign-in from the
    /// first user on, and no tokens.
    fn default() -> Self {
        Self {
            solver_program: None,
            solves_max: None,
            run_lease: Duration::from_secs(30),
            require_sign_in: false,
            tokens: None,
        }
    }
}

impl App {
    /// Returns the use cases over an open, migrated database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, zone_data: ZoneData, settings: Settings) -> Self {
        let analyses = Arc::new(Semaphore::new(settings.solves_at_a_time()));
        Self {
            inner: Arc::new(Inner {
                db,
                clock,
                zone_data,
                settings,
                known_programs: KnownPrograms::default(),
                people: PeopleRead::default(),
                run_moved: Notify::new(),
                run_pulses: pulse::Pulses::default(),
                change_pulses: pulse::Pulses::default(),
                change_made: Notify::new(),
                analyses,
                plan_frames: schedule::PlanFrames::default(),
                sign_ins: SignIns::default(),
                followers: followers::Followers::default(),
            }),
        }
    }
}
