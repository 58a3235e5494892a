//! What one more of each capacity would be worth: estimated in a child, and
//! confirmed by matching again in another.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::message::{Reply, Request, SolveRequest};
use super::parent::{Follower, SolveFailure, SolveOptions, Unheard, solve_in_child};
use super::question::{ask, capacity, out_of_turn, target};
use crate::domain::plan::Level;
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, PlanDifference, Roster};
use crate::matching::worths::{Estimate, Gain, Worth, gain};
use crate::roster::{PlanContext, write_plan};

/// Least time of one confirmation.
const SHARE_LEAST: Duration = Duration::from_secs(1);

/// A plan whose capacities are to be priced.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WorthsRequest {
    /// The roster, and what the child may use.
    pub(super) problem: SolveRequest,
    /// The plan folder.
    pub(super) plan: Vec<u8>,
}

/// [`WorthEstimates`] on the wire.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WorthsMessage {
    worths: Vec<WorthMessage>,
    is_complete: bool,
}

/// [`Worth`] by the words of its parts.
#[derive(Debug, Serialize, Deserialize)]
struct WorthMessage {
    /// Name of the rule that keeps the capacity.
    rule: String,
    target_kind: String,
    target_key: String,
    edit: String,
    level: String,
    thousandths: u64,
}

/// What one more of each capacity might be worth under a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorthEstimates {
    /// Best first, as [`crate::matching::worths::estimates`] has them.
    pub worths: Vec<Worth>,
    /// Whether every level was priced before the time was up.
    pub is_complete: bool,
}

/// What came of matching again with one more of a capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedWorth {
    /// What the new plan gains.
    pub gain: Gain,
    /// How it differs from the plan in hand.
    pub difference: PlanDifference,
}

impl WorthsMessage {
    /// Returns the message for the estimates of a child.
    pub(super) fn new(worths: &[Worth], is_complete: bool) -> Self {
        let message = |worth: &Worth| WorthMessage {
            rule: worth.capacity.rule().name().to_owned(),
            target_kind: worth.target.kind().to_owned(),
            target_key: worth.target.key().to_owned(),
            edit: worth.edit.to_string(),
            level: worth.estimate.level.name(),
            thousandths: worth.estimate.thousandths,
        };
        Self {
            worths: worths.iter().map(message).collect(),
            is_complete,
        }
    }

    /// Returns the estimates; `None` for words of another version.
    fn into_estimates(self) -> Option<WorthEstimates> {
        let worth = |message: WorthMessage| {
            Some(Worth {
                capacity: capacity(&message.rule)?,
                target: target(&message.target_kind, &message.target_key)?,
                edit: message.edit.parse().ok()?,
                estimate: Estimate {
                    level: Level::from_name(&message.level)?,
                    thousandths: message.thousandths,
                },
            })
        };
        let worths = self.worths.into_iter().map(worth);
        Some(WorthEstimates {
            worths: worths.collect::<Option<_>>()?,
            is_complete: self.is_complete,
        })
    }
}

/// Prices every capacity under a legal plan in a child process. When the time
/// is up, or `is_cancelled` says so, the answer is what is known by then.
///
/// # Errors
/// [`SolveFailure::Process`], [`SolveFailure::Lost`] and
/// [`SolveFailure::Matcher`].
pub fn estimates_in_child(
    roster: &Roster,
    zones: &ZoneTable,
    (plan, context): (&Plan, &PlanContext),
    options: &SolveOptions,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<WorthEstimates, SolveFailure> {
    let request = WorthsRequest {
        problem: SolveRequest::new(roster, zones, options),
        plan: write_plan(plan, context).to_bytes(),
    };
    let request = Request::Worths(Box::new(request));
    match ask(request, options, is_cancelled)? {
        None => Ok(WorthEstimates::default()),
        Some(Reply::Worths(message)) => message
            .into_estimates()
            .ok_or_else(|| SolveFailure::Matcher("unreadable estimates".to_owned())),
        Some(_) => Err(out_of_turn()),
    }
}

/// What one more of each capacity might be worth, and what some of it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorthsFound {
    /// Best estimate first, each with what came of matching again; `None` where
    /// that was not asked for, or gave no plan in time.
    pub worths: Vec<(Worth, Option<ConfirmedWorth>)>,
    /// Whether every level was priced before the time was up.
    pub is_complete: bool,
}

/// Prices every capacity under a legal plan, then confirms those estimates
/// that are asked for by their places, each in a child process. All of it
/// takes so long as the options say; the confirmations share what is left.
///
/// # Errors
/// As [`estimates_in_child`]; [`SolveFailure::Unproved`] for a plan that does
/// not pass the checker.
pub fn worths_in_child(
    roster: &Roster,
    zones: &ZoneTable,
    (plan, context): (&Plan, &PlanContext),
    wanted: Range<usize>,
    options: &SolveOptions,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<WorthsFound, SolveFailure> {
    let deadline = options.time_limit.map(|limit| Instant::now() + limit);
    let estimated = estimates_in_child(roster, zones, (plan, context), options, is_cancelled)?;
    let worths = estimated.worths;
    let end = wanted.end.min(worths.len());
    let start = wanted.start.min(end);
    let confirmed = confirm_each(
        &worths[start..end],
        deadline,
        is_cancelled,
        |worth, limit| {
            let options = SolveOptions {
                time_limit: limit,
                ..options.clone()
            };
            let mut follower = Unheard(is_cancelled);
            match confirm_in_child(roster, zones, plan, worth, &options, &mut follower) {
                Ok(confirmed) => Ok(Some(confirmed)),
                Err(failure @ (SolveFailure::Matcher(_) | SolveFailure::Unproved(_))) => {
                    Err(failure)
                }
                Err(
                    SolveFailure::Clash(_)
                    | SolveFailure::NoPlanInTime
                    | SolveFailure::NothingYet
                    | SolveFailure::Process(_)
                    | SolveFailure::Lost(_),
                ) => Ok(None),
            }
        },
    )?;
    let mut all: Vec<Option<ConfirmedWorth>> = vec![None; start];
    all.extend(confirmed);
    all.resize(worths.len(), None);
    Ok(WorthsFound {
        worths: worths.into_iter().zip(all).collect(),
        is_complete: estimated.is_complete,
    })
}

/// Confirms worths one after the other. Each gets an equal share of the time
/// that is left up to a deadline, at least a second; what is not reached by
/// then, or after `is_cancelled`, is left out at the end.
///
/// # Errors
/// The first of `confirm`.
pub fn confirm_each<E>(
    worths: &[Worth],
    deadline: Option<Instant>,
    is_cancelled: &dyn Fn() -> bool,
    mut confirm: impl FnMut(&Worth, Option<Duration>) -> Result<Option<ConfirmedWorth>, E>,
) -> Result<Vec<Option<ConfirmedWorth>>, E> {
    let mut confirmed = Vec::new();
    for (place, worth) in worths.iter().enumerate() {
        let left = deadline.map(|by| by.saturating_duration_since(Instant::now()));
        if is_cancelled() || left.is_some_and(|left| left.is_zero()) {
            break;
        }
        let runs = u32::try_from(worths.len() - place).unwrap_or(u32::MAX);
        let share = left.map(|left| (left / runs).max(SHARE_LEAST));
        confirmed.push(confirm(worth, share)?);
    }
    Ok(confirmed)
}

/// Matches a roster again with one more of a capacity, in a child process, and
/// says what that gains over the plan in hand.
///
/// # Errors
/// As [`solve_in_child`].
pub fn confirm_in_child(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    worth: &Worth,
    options: &SolveOptions,
    follower: &mut dyn Follower,
) -> Result<ConfirmedWorth, SolveFailure> {
    let edited = roster.edited(std::slice::from_ref(&worth.edit));
    let unfit = |_| SolveFailure::Matcher(format!("{} does not fit the roster", worth.edit));
    let edited = edited.map_err(unfit)?;
    let after = solve_in_child(&edited, zones, options, follower)?.plan;
    Ok(ConfirmedWorth {
        gain: gain(&edited, zones, plan, &after),
        difference: PlanDifference::between(plan, &after),
    })
}
