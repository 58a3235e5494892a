//! A model in parts that have no row in common, each solved by itself.
//!
//! Regions that share no site and no supervisor are such parts as long as
//! their faculty are not in the model. That the levels may be solved part by
//! part is seen so: a point of the whole is a point of each part, freely
//! combined, and the value of a level is the sum of its values in the parts,
//! since every column is in one part. So the best sum of the first level is
//! the sum of the best, and a point has it only if each of its parts is best.
//! The points that are left for the next level are thus again those of each
//! part freely combined, now under the part's own value of the level before;
//! and so on. A level that some part does not prove ends the levels for all, so
//! that the values before a bound are always those that are best in each part,
//! and the sum of bounds is a bound of the sum.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::engine::{Effort, Found, Outcome, solve};
use super::model::{ColumnIndex, LinearModel, Objective};
use super::{MatchError, Observer};

/// Columns up to which parts are put together: a solve has a price of its own.
const COLUMNS_TOGETHER: usize = 2_000;

/// A model in parts.
pub(super) struct Parts {
    parts: Vec<Part>,
    /// By column of the whole, the part and the column there.
    place: Vec<(usize, ColumnIndex)>,
}

struct Part {
    model: LinearModel,
    /// By column of the part, the column of the whole.
    columns: Vec<usize>,
}

impl Parts {
    /// Returns the parts of a model, those with few columns put together;
    /// `None` for a model that is one part.
    pub(super) fn of(model: &LinearModel) -> Option<Self> {
        Self::with(model, COLUMNS_TOGETHER)
    }

    fn with(model: &LinearModel, together: usize) -> Option<Self> {
        let mut groups = Groups::new(model.columns().len());
        for row in model.rows() {
            for two in row.terms.windows(2) {
                groups.join(two[0].0.position(), two[1].0.position());
            }
        }
        let (part_of, count) = bundles(&mut groups, model.columns().len(), together);
        if count < 2 {
            return None;
        }
        let mut parts: Vec<Part> = Vec::new();
        parts.resize_with(count, || Part {
            model: LinearModel::default(),
            columns: Vec::new(),
        });
        let mut place = Vec::with_capacity(part_of.len());
        for (column, part) in part_of.iter().enumerate() {
            let own = parts[*part].model.add_column(model.columns()[column]);
            parts[*part].columns.push(column);
            place.push((*part, own));
        }
        for row in model.rows() {
            // A row without columns holds or not whatever is chosen.
            let first = row.terms.first();
            let part = first.map_or(0, |(column, _)| part_of[column.position()]);
            let terms = row.terms.iter();
            let terms = terms.map(|(column, factor)| (place[column.position()].1, *factor));
            parts[part].model.add_row(row.lower, row.upper, terms);
        }
        Some(Self { parts, place })
    }

    /// Returns the columns of each part.
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.parts.iter().map(|part| part.columns.len()).collect()
    }

    fn objectives(&self, objective: &Objective) -> Vec<Objective> {
        let mut objectives = vec![Objective::new(); self.parts.len()];
        for (column, factor) in objective {
            let (part, column) = self.place[column.position()];
            objectives[part].push((column, *factor));
        }
        objectives
    }

    /// Makes the objective least in each part, side by side. Value and bound are
    /// the sums of those of the parts, each on the grid.
    pub(super) fn solve(
        &self,
        objective: &Objective,
        start: Option<&[f64]>,
        patience: &Patience<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Outcome, MatchError> {
        let objectives = self.objectives(objective);
        let begun = AtomicUsize::new(0);
        let columns = self.place.len();
        let known = vec![(f64::INFINITY, f64::NEG_INFINITY); self.parts.len()];
        let shared = Mutex::new((observer, known));
        let parts: Vec<_> = self.parts.iter().zip(objectives).collect();
        let outcomes: Vec<Outcome> = parts
            .par_iter()
            .enumerate()
            .with_max_len(1)
            .map(|(position, (part, objective))| {
                // Whoever begins has a share of the time that is left, by its
                // size among those that have not begun.
                let size = part.columns.len();
                let before = begun.fetch_add(size, Ordering::Relaxed);
                let share = ratio(size * rayon::current_num_threads(), columns - before);
                let seconds = locked(&shared).0.seconds_left() - patience.reserve;
                let start: Option<Vec<f64>> = start.map(|start| part.point_of(start));
                let effort = Effort {
                    seconds: seconds * share.min(1.0),
                    grid: patience.grid,
                    start: start.as_deref(),
                    relaxed: false,
                    for_proof: true,
                };
                let mut may_go_on = |best: f64, bound: f64| {
                    let (observer, known) = &mut *locked(&shared);
                    known[position] = (best, bound);
                    let best = known.iter().map(|(best, _)| best).sum();
                    let bound = known.iter().map(|(_, bound)| bound).sum();
                    (patience.tell)(&mut **observer, best, bound);
                    !observer.is_cancelled()
                };
                let known = if effort.seconds > 0.0 && !locked(&shared).0.is_cancelled() {
                    solve(&part.model, objective, &effort, &mut may_go_on)?
                } else {
                    let bound = f64::NEG_INFINITY;
                    Outcome::Unknown { bound }
                };
                Ok(with_start(known, objective, start))
            })
            .collect::<Result<_, MatchError>>()?;
        Ok(self.joined(outcomes, patience.grid))
    }

    /// Puts together what was found in the parts.
    fn joined(&self, outcomes: Vec<Outcome>, grid: f64) -> Outcome {
        let mut point = Some(vec![0.0; self.place.len()]);
        let (mut value, mut bound) = (0.0, 0.0);
        for (part, outcome) in self.parts.iter().zip(outcomes) {
            let own_bound = match outcome {
                Outcome::Infeasible => return Outcome::Infeasible,
                Outcome::Unknown { bound } => {
                    point = None;
                    bound
                }
                Outcome::Found(found) => {
                    value += (found.value / grid).round() * grid;
                    for whole in point.iter_mut() {
                        for (column, own) in part.columns.iter().zip(&found.values) {
                            whole[*column] = *own;
                        }
                    }
                    found.bound
                }
            };
            let slack = 1e-6 * (own_bound / grid).abs().max(1.0);
            bound += (own_bound / grid - slack).ceil() * grid;
        }
        match point {
            Some(values) => Outcome::Found(Found {
                values,
                value,
                bound,
            }),
            None => Outcome::Unknown { bound },
        }
    }

    /// Keeps in each part the value that a point has there.
    pub(super) fn keep(&mut self, objective: &Objective, point: &[f64], grid: f64) {
        let objectives = self.objectives(objective);
        for (part, objective) in self.parts.iter_mut().zip(objectives) {
            let value = value_of(&objective, &part.point_of(point));
            let value = (value / grid).round() * grid;
            // Half a step would weaken the relaxation; a hair only admits
            // rounding.
            let hair = (1e-6 * value.abs()).clamp(1e-6, 0.4);
            part.model.at_most(value + hair, objective);
        }
    }
}

/// How long and how exactly parts are solved, and who hears of it.
pub(super) struct Patience<'p> {
    /// Seconds of the run that are left to others.
    pub(super) reserve: f64,
    /// Step of the objective's values.
    pub(super) grid: f64,
    /// Tells an observer of the value and the bound of the whole.
    pub(super) tell: &'p (dyn Fn(&mut dyn Observer, f64, f64) + Sync),
}

/// The observer of a run, and what is known of each part.
type Shared<'o> = Mutex<(&'o mut dyn Observer, Vec<(f64, f64)>)>;

fn locked<'s, 'o>(
    shared: &'s Shared<'o>,
) -> MutexGuard<'s, (&'o mut dyn Observer, Vec<(f64, f64)>)> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn value_of(objective: &Objective, point: &[f64]) -> f64 {
    let terms = objective.iter();
    terms
        .map(|(column, factor)| factor * point[column.position()])
        .sum()
}

/// Returns what is known of a part: the point before where no other was found.
/// It keeps all rows, so that no point does is then a slip of the solver.
fn with_start(outcome: Outcome, objective: &Objective, start: Option<Vec<f64>>) -> Outcome {
    let bound = match &outcome {
        Outcome::Found(_) => return outcome,
        Outcome::Unknown { bound } => *bound,
        Outcome::Infeasible => f64::NEG_INFINITY,
    };
    match start {
        Some(values) => Outcome::Found(Found {
            value: value_of(objective, &values),
            values,
            bound,
        }),
        None => outcome,
    }
}

impl Part {
    fn point_of(&self, whole: &[f64]) -> Vec<f64> {
        self.columns.iter().map(|column| whole[*column]).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "columns stay far below 2^53")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Returns the bundle of each column, and how many bundles there are. The
/// groups come in the order of their first columns, and small ones share a
/// bundle.
fn bundles(groups: &mut Groups, columns: usize, together: usize) -> (Vec<usize>, usize) {
    let mut size = vec![0; columns];
    for column in 0..columns {
        size[groups.root(column)] += 1;
    }
    let mut bundle_of_root = vec![usize::MAX; columns];
    let mut count = 0;
    let mut small: Option<(usize, usize)> = None;
    let mut bundle = Vec::with_capacity(columns);
    for column in 0..columns {
        let root = groups.root(column);
        if bundle_of_root[root] == usize::MAX {
            bundle_of_root[root] = match small {
                Some((open, filled)) if size[root] < together && filled < together => {
                    small = Some((open, filled + size[root]));
                    open
                }
                _ => {
                    if size[root] < together {
                        small = Some((count, size[root]));
                    }
                    count += 1;
                    count - 1
                }
            };
        }
        bundle.push(bundle_of_root[root]);
    }
    (bundle, count)
}

/// Disjoint sets of columns; the root of each is its first column.
struct Groups {
    above: Vec<usize>,
}

impl Groups {
    fn new(columns: usize) -> Self {
        Self {
            above: (0..columns).collect(),
        }
    }

    fn root(&mut self, mut column: usize) -> usize {
        while self.above[column] != column {
            self.above[column] = self.above[self.above[column]];
            column = self.above[column];
        }
        column
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.above[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Plan;
    use crate::matching::Progress;

    struct Patient;

    impl Observer for Patient {
        fn seconds_left(&self) -> f64 {
            f64::INFINITY
        }

        fn is_cancelled(&self) -> bool {
            false
        }

        fn progress(&mut self, _progress: Progress) {}

        fn better_plan(&mut self, _plan: &Plan) {}
    }

    /// Numbers that look random, below a limit.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, limit: u32) -> u32 {
            self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            u32::try_from(self.0 >> 33).unwrap() % limit
        }
    }

    /// Returns a model of some blocks, with two objectives that want different
    /// things of each: few and heavy, or many and light.
    fn model(dice: &mut Dice, blocks: u32) -> (LinearModel, [Objective; 2]) {
        let mut model = LinearModel::default();
        let (mut heavy, mut many) = (Objective::new(), Objective::new());
        // Columns of the blocks take turns, so that no block is a range.
        let mut columns = vec![Vec::new(); usize::try_from(blocks).unwrap()];
        for _ in 0..6 {
            for block in &mut columns {
                let column = model.add_binary();
                heavy.push((column, -f64::from(dice.below(4))));
                many.push((column, -1.0));
                block.push(column);
            }
        }
        for block in columns {
            for _ in 0..3 {
                let terms: Vec<_> = block
                    .iter()
                    .map(|column| (*column, f64::from(1 + dice.below(5))))
                    .collect();
                model.at_most(f64::from(4 + dice.below(8)), terms);
            }
        }
        (model, [heavy, many])
    }

    fn values_in_turn(
        model: &LinearModel,
        objectives: &[Objective; 2],
        mut solve_one: impl FnMut(&Objective, Option<&[f64]>) -> Outcome,
    ) -> Vec<(f64, f64)> {
        let mut start: Option<Vec<f64>> = None;
        let mut found = Vec::new();
        for objective in objectives {
            match solve_one(objective, start.as_deref()) {
                Outcome::Found(one) => {
                    assert_eq!(one.values.len(), model.columns().len());
                    for row in model.rows() {
                        let sum = value_of(&row.terms, &one.values);
                        assert!(sum <= row.upper + 1e-6 && sum >= row.lower - 1e-6);
                    }
                    assert!((value_of(objective, &one.values) - one.value).abs() < 1e-6);
                    found.push((one.value.round(), one.bound.round()));
                    start = Some(one.values);
                }
                Outcome::Infeasible | Outcome::Unknown { .. } => panic!("no point"),
            }
        }
        found
    }

    #[test]
    fn parts_have_level_by_level_what_the_whole_has() {
        let mut dice = Dice(7);
        for round in 0..60 {
            let (model, objectives) = model(&mut dice, 2 + round % 4);
            let mut whole = model.clone();
            let of_whole = values_in_turn(&model, &objectives, |objective, start| {
                let effort = Effort {
                    seconds: f64::INFINITY,
                    grid: 1.0,
                    start,
                    relaxed: false,
                    for_proof: true,
                };
                let outcome = solve(&whole, objective, &effort, &mut |_, _| true).unwrap();
                if let Outcome::Found(found) = &outcome {
                    whole.at_most(found.value + 1e-6, objective.iter().copied());
                }
                outcome
            });
            let mut parts = Parts::with(&model, 1).unwrap();
            assert_eq!(parts.sizes().len(), usize::try_from(2 + round % 4).unwrap());
            let patience = Patience {
                reserve: 0.0,
                grid: 1.0,
                tell: &|_, _, _| {},
            };
            let of_parts = values_in_turn(&model, &objectives, |objective, start| {
                let outcome = parts.solve(objective, start, &patience, &mut Patient);
                let outcome = outcome.unwrap();
                if let Outcome::Found(found) = &outcome {
                    parts.keep(objective, &found.values, 1.0);
                }
                outcome
            });
            assert_eq!(of_parts, of_whole);
            assert!(of_parts.iter().all(|(value, bound)| value == bound));
        }
    }

    #[test]
    fn a_part_without_a_point_leaves_none_to_the_whole() {
        let (mut model, [objective, _]) = model(&mut Dice(1), 3);
        let first = model.rows()[0].terms.clone();
        model.at_least(1_000.0, first);
        let parts = Parts::with(&model, 1).unwrap();
        let patience = Patience {
            reserve: 0.0,
            grid: 1.0,
            tell: &|_, _, _| {},
        };
        let outcome = parts.solve(&objective, None, &patience, &mut Patient);
        assert!(matches!(outcome, Ok(Outcome::Infeasible)));
    }

    #[test]
    fn small_parts_are_put_together_and_one_part_is_none() {
        let (model, _) = model(&mut Dice(3), 5);
        assert!(Parts::of(&model).is_none());
        let parts = Parts::with(&model, 12).unwrap();
        assert_eq!(parts.sizes(), [12, 12, 6]);
        assert_eq!(Parts::with(&model, 6).unwrap().sizes(), [6; 5]);
    }
}
