//! Proposes the smallest set of capacities that could help: a model of
//! placements and supervisors without times, in which each capacity can be
//! lifted at a cost. It is a relaxation, so no smaller set helps than it says.

use std::collections::{BTreeMap, BTreeSet};

use super::LIFTS_MAX;
use super::lift::{Capacity, Lift};
use super::trial::Bench;
use crate::matching::candidates::Candidates;
use crate::matching::engine::{Effort, Found, Outcome, solve};
use crate::matching::formulation::{Formulation, Scope};
use crate::matching::model::{ColumnIndex, Label, LinearModel, Objective, Row, Subject};
use crate::matching::{MatchError, Observer};

/// Cost of lifting a capacity; those that the trainee cannot use cost one more,
/// so that of sets of one size the likelier comes first.
const COST: u32 = 1_000;

/// What the model proposes.
pub(super) enum Proposal {
    /// The smallest set that is not refused; `is_smallest` unless time ran out
    /// before that was certain.
    Set {
        lifts: BTreeSet<Lift>,
        is_smallest: bool,
    },
    /// No set that is small enough helps.
    None,
    /// Time ran out.
    OutOfTime,
}

/// The model that proposes sets.
pub(super) struct SetModel {
    model: LinearModel,
    columns: BTreeMap<Lift, ColumnIndex>,
    objective: Objective,
}

impl SetModel {
    /// Returns the model in which everybody of the bench is matched.
    pub(super) fn new(
        candidates: &Candidates<'_>,
        bench: &Bench<'_>,
        own: &BTreeSet<Lift>,
        all: &BTreeSet<Lift>,
    ) -> Self {
        let scope = Scope {
            pairs: None,
            fills: None,
            timed: &vec![false; candidates.roster.supervisors.len()],
            with_faculty: true,
            group_starts: None,
            with_minima: true,
        };
        let formulation = Formulation::new(candidates, &scope);
        let mut model = formulation.model;
        for (trainee, person) in candidates.roster.trainees.iter().enumerate() {
            if bench.must_match(&person.key) {
                let pairs = &formulation.place[candidates.pairs_of(trainee)];
                let placed = pairs.iter().flatten().map(|column| (*column, 1.0));
                model.at_least(1.0, placed.collect::<Vec<_>>());
            }
        }
        let columns: BTreeMap<Lift, ColumnIndex> =
            all.iter().map(|lift| (*lift, model.add_binary())).collect();
        for row in 0..model.rows().len() {
            let lift = model.rows()[row].label.and_then(lift_of);
            if let Some(column) = lift.and_then(|lift| columns.get(&lift)) {
                let loosened = most(&model, &model.rows()[row]) - model.rows()[row].upper;
                if loosened > 0.0 {
                    model.add_term(row, *column, -loosened);
                }
            }
        }
        let few = f64::from(u32::try_from(LIFTS_MAX).unwrap_or(u32::MAX));
        model.at_most(few, columns.values().map(|column| (*column, 1.0)));
        let cost = |lift: &Lift| f64::from(COST + u32::from(!own.contains(lift)));
        Self {
            objective: columns.iter().map(|(lift, c)| (*c, cost(lift))).collect(),
            model,
            columns,
        }
    }

    /// Refuses a set, and with it every part of it.
    pub(super) fn refuse(&mut self, set: &BTreeSet<Lift>) {
        let beyond = self.columns.iter().filter(|(lift, _)| !set.contains(lift));
        let beyond: Vec<(ColumnIndex, f64)> = beyond.map(|(_, c)| (*c, 1.0)).collect();
        self.model.at_least(1.0, beyond);
    }

    /// Proposes the smallest set that is not refused.
    pub(super) fn propose(&self, observer: &mut dyn Observer) -> Result<Proposal, MatchError> {
        let effort = Effort {
            seconds: observer.seconds_left(),
            grid: 1.0,
            start: None,
            relaxed: false,
            for_proof: true,
        };
        let mut may_go_on = |_: f64, _: f64| !observer.is_cancelled();
        let outcome = solve(&self.model, &self.objective, &effort, &mut may_go_on)?;
        Ok(match outcome {
            Outcome::Infeasible => Proposal::None,
            Outcome::Unknown { .. } => Proposal::OutOfTime,
            Outcome::Found(Found {
                values,
                value,
                bound,
            }) => {
                let chosen = |column: &ColumnIndex| values[column.position()] > 0.5;
                let lifts = self.columns.iter().filter(|(_, column)| chosen(column));
                Proposal::Set {
                    lifts: lifts.map(|(lift, _)| *lift).collect(),
                    // Costs are whole, so nothing lies between.
                    is_smallest: bound > value - 1.0 + 1e-6,
                }
            }
        })
    }
}

/// Returns the capacity that a row keeps, if it keeps one.
fn lift_of(label: Label) -> Option<Lift> {
    let capacity = Capacity::ALL
        .into_iter()
        .find(|capacity| capacity.rule() == label.rule)?;
    let mut subjects = label.subjects();
    match (subjects.next(), subjects.next()) {
        (Some(Subject::Site(position) | Subject::Supervisor(position)), None) => {
            Some(Lift { capacity, position })
        }
        _ => None,
    }
}

/// Returns the most that the left side of a row can be.
fn most(model: &LinearModel, row: &Row) -> f64 {
    let bound = |column: ColumnIndex| {
        let upper = model.columns()[column.position()].upper;
        // What has no bound of its own here says yes or no.
        if upper.is_finite() { upper } else { 1.0 }
    };
    let positive = row.terms.iter().filter(|(_, factor)| *factor > 0.0);
    positive
        .map(|(column, factor)| factor * bound(*column))
        .sum()
}
