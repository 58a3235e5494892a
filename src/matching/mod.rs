//! The matcher: a roster goes in, a proved plan comes out.
//!
//! Synchronous and deterministic: the same roster gives the same plan in any
//! order of rows and with any number of threads, as long as no limit stops it.
//! It sees no database, no clock and no file; whoever calls says how much time
//! is left ([`Observer`]).
//!
//! How a round is solved, each step in a file of its own:
//!
//! 1. `candidates`, `pruning`: which placements may exist, who may fill which
//!    line, and at which weekly starts, week by week over the whole term.
//! 2. `formulation`: those candidates as a linear model. Meeting times are
//!    left out at first: most of them do not matter for the bound.
//! 3. `levels`: the objective levels, one after the other, each under the
//!    values of those before.
//! 4. `fit`: real times and groups for the placements found. When all fit, the
//!    relaxed values are reached, and so proved. Where they do not, the
//!    supervisors in question are timed in the model, and the levels are solved
//!    again; in the end the model would be the whole problem.
//!    A round without session times takes none of these steps: `core`. A round too
//!    large for them is fitted quickly, and then improved part by part
//!    (`neighbourhood`).
//! 5. `assemble`, `reasons`: the plan in keys, with a reason for everybody who
//!    has no place. `check` proves it again, from the roster and the plan alone.

mod assemble;
mod calendar;
mod candidates;
pub mod check;
mod clash;
mod conflicts;
mod core;
mod eligibility;
mod engine;
pub mod exact_model;
pub mod explain;
mod finish;
mod fit;
pub mod forecast;
mod formulation;
mod greedy;
mod group_starts;
mod highs_callback;
mod hurried;
mod law;
mod levels;
mod line_options;
mod load;
mod model;
mod mps;
mod neighbourhood;
mod pace;
mod people_left;
mod polish;
pub mod preflight;
mod promises;
mod pruning;
mod quick_fit;
mod reasons;
mod refine;
pub mod repair;
mod results;
mod room;
pub mod rule_report;
mod schedule;
mod settle;
mod sharers;
mod size;
mod solve;
mod solver_version;
pub mod stability;
mod timeline;
mod timetable;
mod values;
pub mod worths;

pub use size::{CandidateCounts, count_candidates};
pub use solve::solve;
pub use solver_version::{SOLVER_NAME, solver_version};

use crate::domain::plan::Level;
use crate::domain::{Plan, Rule, ZoneName};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// Rules that ask for at least something cannot hold together.
    #[error("no plan is legal: {}", clash_text(.0))]
    Clash(Vec<Clash>),
    /// The time ran out before it was known whether any plan is legal.
    #[error("the time ran out before a plan was found that keeps every pin and least number")]
    NoPlanInTime,
    /// The zone table lacks a zone of the roster.
    #[error("the zone data has no rules for {zone}")]
    ZoneMissing {
        /// The zone.
        zone: ZoneName,
    },
    /// A zone's offset is no multiple of 15 minutes within the term.
    #[error("{zone} is not a multiple of 15 minutes off UTC in this term")]
    ZoneOffGrid {
        /// The zone.
        zone: ZoneName,
    },
    /// The roster is larger than the matcher can count.
    #[error("the roster is too large")]
    TooLarge,
    /// The solver failed.
    #[error("{0}")]
    Engine(String),
}

/// A rule that cannot hold together with the others that are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The rule.
    pub rule: Rule,
    /// What it asks for, with keys and numbers.
    pub subject: String,
}

fn clash_text(clashes: &[Clash]) -> String {
    let texts: Vec<String> = clashes
        .iter()
        .map(|clash| format!("{}: {}", clash.rule, clash.subject))
        .collect();
    texts.join("; ")
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finding out what may exist at all.
    Candidates,
    /// Solving a level; what is found may not have times yet.
    Level(Level),
    /// Giving times to the placements found.
    Times,
}

impl Stage {
    /// Returns the name used in files and messages: that of a level, else
    /// `candidates` or `times`.
    pub fn name(self) -> String {
        match self {
            Self::Candidates => "candidates".to_owned(),
            Self::Level(level) => level.name(),
            Self::Times => "times".to_owned(),
        }
    }

    /// Returns the stage of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "candidates" => Some(Self::Candidates),
            "times" => Some(Self::Times),
            level => Level::from_name(level).map(Self::Level),
        }
    }
}

/// A word from a run under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Where the run stands.
    pub stage: Stage,
    /// Best value of the level so far.
    pub best: Option<i64>,
    /// Bound of the level so far.
    pub bound: Option<i64>,
}

/// Whoever follows a run: hears of its progress and says when it must end.
pub trait Observer {
    /// Returns the seconds that the run still has; infinite without a limit.
    fn seconds_left(&self) -> f64;
    /// Says whether the run is to end with the best plan it has.
    fn is_cancelled(&self) -> bool;
    /// Hears where the run stands.
    fn progress(&mut self, progress: Progress);
    /// Hears of a legal plan that is better than those before.
    fn better_plan(&mut self, plan: &Plan);
}

/// What a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Independent parts of the work done side by side, at least one.
    pub threads: usize,
}
