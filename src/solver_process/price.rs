//! What it costs to forbid blocking pairs, or gains to allow them: the levels
//! of the plan in hand beside those under the other policy.

use super::parent::{Follower, SolveFailure, SolveOptions, solve_in_child};
use crate::domain::plan::{LevelResult, Sense};
use crate::domain::time::ZoneTable;
use crate::domain::{BlockingPairs, Plan, Roster};
use crate::matching::Clash;

/// The levels of a round under both policies about blocking pairs.
#[derive(Clone, Debug)]
pub struct StabilityPrice {
    /// The policy of the round.
    pub now: BlockingPairs,
    /// What came of matching again under the other one.
    pub outcome: PriceOutcome,
}

/// What came of matching again under the other policy.
#[derive(Clone, Debug)]
pub enum PriceOutcome {
    /// Each level under both policies, in order.
    Priced(Vec<LevelPrice>),
    /// No plan is legal: these cannot hold together.
    NoLegalPlan(Vec<Clash>),
    /// The time ran out before there was any plan.
    Open,
}

/// A level of the plan in hand, and of the plan under the other policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelPrice {
    /// In the plan in hand.
    pub now: LevelResult,
    /// Under the other policy.
    pub other: LevelResult,
}

impl LevelPrice {
    /// Returns by how much the level is better under the other policy, in its
    /// unit; less than zero when it is worse.
    pub const fn better_by(&self) -> i64 {
        match self.now.level.sense() {
            Sense::Most => self.other.value - self.now.value,
            Sense::Least => self.now.value - self.other.value,
        }
    }
}

/// Matches a roster again in a child process with blocking pairs forbidden, or
/// allowed where its round forbids them, and compares the levels with those of
/// the plan in hand.
///
/// # Errors
/// [`SolveFailure::Process`], [`SolveFailure::Lost`],
/// [`SolveFailure::Matcher`] and [`SolveFailure::Unproved`].
pub fn price_in_child(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    options: &SolveOptions,
    follower: &mut dyn Follower,
) -> Result<StabilityPrice, SolveFailure> {
    let now = roster.round.blocking_pairs;
    let mut other = roster.clone();
    other.round.blocking_pairs = now.other();
    let outcome = match solve_in_child(&other, zones, options, follower) {
        Ok(solved) => {
            let levels = plan.levels.iter().zip(solved.plan.levels);
            let levels = levels.map(|(now, other)| LevelPrice { now: *now, other });
            PriceOutcome::Priced(levels.collect())
        }
        Err(SolveFailure::Clash(clashes)) => PriceOutcome::NoLegalPlan(clashes),
        Err(SolveFailure::NoPlanInTime | SolveFailure::NothingYet) => PriceOutcome::Open,
        Err(
            failure @ (SolveFailure::Process(_)
            | SolveFailure::Lost(_)
            | SolveFailure::Matcher(_)
            | SolveFailure::Unproved(_)),
        ) => return Err(failure),
    };
    Ok(StabilityPrice { now, outcome })
}
