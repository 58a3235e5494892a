//! What would have to give for an unmatched trainee to be matched.
//!
//! The answer is a smallest set of capacities which, when lifted, lets a plan
//! match the trainee together with everybody whom the plan in hand matches.
//! Small sets are proposed by a relaxed model (`smallest`) and tried by a real
//! solve of the lifted roster (`trial`), whose plan the checker proves: first
//! with everybody else as they are (`insertion`), then with everybody free.
//! What a trial refutes goes back into the model, so that no smaller set is
//! missed.
//! Where no set of up to three helps, the price is told: who would have to give
//! way.

mod insertion;
mod lift;
mod smallest;
mod trial;

pub use lift::{Capacity, Relaxation};

use std::collections::BTreeSet;

use super::candidates::Candidates;
use super::hurried::Hurried;
use super::{MatchError, Observer};
use crate::domain::time::ZoneTable;
use crate::domain::{BlockingPairs, Plan, Roster, TraineeKey};
use lift::Lift;
use smallest::{Proposal, SetModel};
use trial::{Bench, Verdict};

/// Most capacities that are lifted together.
pub const LIFTS_MAX: usize = 3;

/// What would have to give for one unmatched trainee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The trainee.
    pub trainee: TraineeKey,
    /// What would have to give.
    pub outcome: Outcome,
    /// Whether it is proved: that no smaller set helps, that no other price is
    /// lower, or that nothing helps at all.
    pub is_proved: bool,
}

/// What would have to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Rules about the trainee alone stop every site, so no capacity helps.
    NoCandidate,
    /// With more of these the trainee is matched, and nobody loses a place;
    /// verified by a plan. Empty when the plan in hand could do so as it is.
    Relaxations(Vec<Relaxation>),
    /// No few capacities help; these would have to give way, with priorities
    /// that sum up to the least possible. Verified by a plan.
    Price {
        /// Who would lose a place, by key.
        displaced: Vec<TraineeKey>,
        /// Sum of their priorities.
        priority: u64,
    },
    /// No plan matches the trainee, whoever gives way, with the capacities as
    /// they are; and no few of them help.
    Impossible,
    /// The time ran out before anything was known.
    Open,
}

/// Returns what would have to give for a trainee to be matched as well as those
/// whom a legal plan matches; `None` for a trainee who is matched or unknown.
///
/// # Errors
/// When the roster cannot be solved at all.
pub fn explain(
    roster: &Roster,
    zones: &ZoneTable,
    plan: &Plan,
    trainee: &TraineeKey,
    observer: &mut dyn Observer,
) -> Result<Option<Explanation>, MatchError> {
    let Ok(position) = roster.trainees.binary_search_by(|t| t.key.cmp(trainee)) else {
        return Ok(None);
    };
    if plan.placements.iter().any(|p| p.trainee == *trainee) {
        return Ok(None);
    }
    if roster.round.blocking_pairs == BlockingPairs::Forbidden {
        // A capacity that is lifted always has a free place, and so would
        // block: that rule is left aside, and with it what the plan proves.
        let mut without_rule = roster.clone();
        without_rule.round.blocking_pairs = BlockingPairs::Allowed;
        let mut plan = plan.clone();
        plan.levels.clear();
        return explain(&without_rule, zones, &plan, trainee, observer);
    }
    let candidates = Candidates::new(roster, zones)?;
    let (outcome, is_proved) = if candidates.pairs_of(position).is_empty() {
        (Outcome::NoCandidate, true)
    } else {
        let mut search = Search {
            bench: Bench::new(roster, zones, plan, position),
            candidates: &candidates,
            trainee: position,
            is_exact: true,
        };
        search.run(observer)?
    };
    Ok(Some(Explanation {
        trainee: trainee.clone(),
        outcome,
        is_proved,
    }))
}

/// Share of the time that is kept for finding the price.
const SHARE_FOR_PRICE: f64 = 0.25;

struct Search<'s> {
    bench: Bench<'s>,
    candidates: &'s Candidates<'s>,
    trainee: usize,
    /// Whether every set that was put aside was refuted, and none for want of
    /// time.
    is_exact: bool,
}

impl Search<'_> {
    fn run(&mut self, observer: &mut dyn Observer) -> Result<(Outcome, bool), MatchError> {
        let left = observer.seconds_left();
        let spare = if left.is_finite() {
            left * SHARE_FOR_PRICE
        } else {
            0.0
        };
        let mut hurried = Hurried { observer, spare };
        if let Some(found) = self.smallest_set(&mut hurried)? {
            return Ok(found);
        }
        let (outcome, is_least) = self.bench.price(observer)?;
        Ok((outcome, is_least && self.is_exact))
    }

    /// Returns the smallest set that helps, and whether that is proved; `None`
    /// where there is none, or time ran out.
    ///
    /// A set that a quick trial cannot confirm is put aside, and tried in full
    /// only when no other set of its size is left.
    fn smallest_set(
        &mut self,
        observer: &mut dyn Observer,
    ) -> Result<Option<(Outcome, bool)>, MatchError> {
        let own = lift::of_trainee(self.candidates, self.trainee);
        let all = lift::of_roster(self.candidates.roster);
        let mut model = SetModel::new(self.candidates, &self.bench, &own, &all);
        if self.bench.plan_is_best() {
            model.refuse(&BTreeSet::new());
        }
        let others: BTreeSet<Lift> = all.difference(&own).copied().collect();
        let mut others_may_help = false;
        let mut doubtful: Vec<BTreeSet<Lift>> = Vec::new();
        while observer.seconds_left() > 0.0 && !observer.is_cancelled() {
            let (set, is_smallest) = match model.propose(observer)? {
                Proposal::Set { lifts, is_smallest } => (Some(lifts), is_smallest),
                Proposal::None => (None, true),
                Proposal::OutOfTime => break,
            };
            let size = set.as_ref().map_or(LIFTS_MAX + 1, BTreeSet::len);
            if doubtful.first().is_some_and(|set| set.len() < size) {
                let doubtful = std::mem::take(&mut doubtful);
                if let Some(found) = self.settle(doubtful, &others, &mut model, observer)? {
                    return Ok(Some((found, self.is_exact)));
                }
                if size <= LIFTS_MAX && self.is_refuted(&all, observer)? {
                    return Ok(None);
                }
                continue;
            }
            let Some(set) = set else {
                return Ok(None);
            };
            self.is_exact &= is_smallest;
            if !others_may_help && !set.is_empty() && set.is_disjoint(&own) {
                // Most often nothing helps that the trainee does not use.
                if self.is_refuted(&others, observer)? {
                    model.refuse(&others);
                } else {
                    others_may_help = true;
                }
                continue;
            }
            if let Some(plan) = self.bench.try_inserting(&set, observer)? {
                let relaxations = self.relaxations(&set, &plan, observer)?;
                return Ok(Some((Outcome::Relaxations(relaxations), self.is_exact)));
            }
            model.refuse(&set);
            doubtful.push(set);
        }
        self.is_exact = false;
        Ok(None)
    }

    fn is_refuted(
        &self,
        set: &BTreeSet<Lift>,
        observer: &mut dyn Observer,
    ) -> Result<bool, MatchError> {
        let verdict = self.bench.try_set(set, observer)?;
        Ok(matches!(verdict, Verdict::Refuted))
    }

    /// Tries sets in full and returns the first that helps. What is refuted is
    /// refused together with what the trainee does not use, where that is
    /// refuted too.
    fn settle(
        &mut self,
        sets: Vec<BTreeSet<Lift>>,
        others: &BTreeSet<Lift>,
        model: &mut SetModel,
        observer: &mut dyn Observer,
    ) -> Result<Option<Outcome>, MatchError> {
        for set in sets {
            match self.bench.try_set(&set, observer)? {
                Verdict::Matched(plan) => {
                    let relaxations = lift::relaxations(self.candidates.roster, &set, &plan);
                    return Ok(Some(Outcome::Relaxations(relaxations)));
                }
                Verdict::Refuted => {
                    let larger: BTreeSet<Lift> = set.union(others).copied().collect();
                    if self.is_refuted(&larger, observer)? {
                        model.refuse(&larger);
                    }
                }
                Verdict::Unknown => self.is_exact = false,
            }
        }
        Ok(None)
    }

    /// Returns how much more of each capacity of a set is needed that a quick
    /// trial has confirmed: the least more, where a plan comes out with that.
    fn relaxations(
        &self,
        set: &BTreeSet<Lift>,
        plan: &Plan,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Relaxation>, MatchError> {
        let least = self
            .bench
            .insert_with_least(self.candidates, set, observer)?;
        let plan = least.as_deref().unwrap_or(plan);
        Ok(lift::relaxations(self.candidates.roster, set, plan))
    }
}
