//! What would have to give for an unmatched trainee to be matched.
//!
//! The answer is a smallest set of capacities which, when lifted, lets a plan
//! match the trainee together with everybody whom the plan in hand matches.
//! Small sets are proposed by a relaxed model (`smallest`) and tried by a real
//! solve of the lifted roster (`trial`), whose plan the checker proves. What a
//! trial refutes goes back into the model, so that no smaller set is missed.
//! Where no set of up to three helps, the price is told: who would have to give
//! way.

mod lift;
mod smallest;
mod trial;

pub use lift::{Capacity, Relaxation};

use std::collections::BTreeSet;

use super::candidates::Candidates;
use super::hurried::Hurried;
use super::{MatchError, Observer};
use crate::domain::time::ZoneTable;
use crate::domain::{Plan, Roster, TraineeKey};
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
    let kept: BTreeSet<TraineeKey> = plan.placements.iter().map(|p| p.trainee.clone()).collect();
    if kept.contains(trainee) {
        return Ok(None);
    }
    let candidates = Candidates::new(roster, zones)?;
    let (outcome, is_proved) = if candidates.pairs_of(position).is_empty() {
        (Outcome::NoCandidate, true)
    } else {
        let mut search = Search {
            bench: Bench::new(roster, zones, kept, trainee),
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
    fn smallest_set(
        &mut self,
        observer: &mut dyn Observer,
    ) -> Result<Option<(Outcome, bool)>, MatchError> {
        let own = lift::of_trainee(self.candidates, self.trainee);
        let all = lift::of_roster(self.candidates.roster);
        if matches!(self.bench.try_set(&all, observer)?, Verdict::Refuted) {
            return Ok(None);
        }
        let mut model = SetModel::new(self.candidates, &self.bench, &own, &all);
        let others: BTreeSet<Lift> = all.difference(&own).copied().collect();
        // Most often nothing helps that the trainee does not use.
        if matches!(self.bench.try_set(&others, observer)?, Verdict::Refuted) {
            model.refuse(&others);
        }
        while observer.seconds_left() > 0.0 && !observer.is_cancelled() {
            let (set, is_smallest) = match model.propose(observer)? {
                Proposal::Set { lifts, is_smallest } => (lifts, is_smallest),
                Proposal::None => return Ok(None),
                Proposal::OutOfTime => break,
            };
            match self.bench.try_set(&set, observer)? {
                Verdict::Matched(plan) => {
                    let relaxations = self.relaxations(&set, &plan, observer)?;
                    let is_proved = is_smallest && self.is_exact;
                    return Ok(Some((Outcome::Relaxations(relaxations), is_proved)));
                }
                Verdict::Refuted => {
                    let refuted = self.grow(set, &own, &others, observer)?;
                    model.refuse(&refuted);
                }
                Verdict::Unknown => {
                    self.is_exact = false;
                    model.refuse(&set);
                }
            }
        }
        self.is_exact = false;
        Ok(None)
    }

    /// Adds to a refuted set as much as leaves it refuted: the larger it is,
    /// the more other sets need not be tried.
    fn grow(
        &mut self,
        mut refuted: BTreeSet<Lift>,
        own: &BTreeSet<Lift>,
        others: &BTreeSet<Lift>,
        observer: &mut dyn Observer,
    ) -> Result<BTreeSet<Lift>, MatchError> {
        let left: Vec<Lift> = own.difference(&refuted).copied().collect();
        let (first, second) = left.split_at(left.len() / 2);
        let parts = [
            others.clone(),
            first.iter().copied().collect(),
            second.iter().copied().collect(),
        ];
        for part in parts {
            let larger: BTreeSet<Lift> = refuted.union(&part).copied().collect();
            if larger.len() > refuted.len()
                && matches!(self.bench.try_set(&larger, observer)?, Verdict::Refuted)
            {
                refuted = larger;
            }
        }
        Ok(refuted)
    }

    /// Returns how much more of each capacity is needed: the least more, where
    /// a plan comes out with that.
    fn relaxations(
        &mut self,
        set: &BTreeSet<Lift>,
        plan: &Plan,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Relaxation>, MatchError> {
        let roster = self.candidates.roster;
        let of = |plan: &Plan| {
            let lifts = set.iter();
            lifts
                .filter_map(|lift| lift.relaxation(roster, plan))
                .collect()
        };
        let least = self
            .bench
            .try_least(self.candidates, self.trainee, set, observer)?;
        Ok(match least {
            Verdict::Matched(plan) => of(&plan),
            Verdict::Refuted | Verdict::Unknown => of(plan),
        })
    }
}
