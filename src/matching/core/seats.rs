//! Who sits where: the choices made so far and what they use of each limit.

use super::chance::Chance;
use super::problem::{Chosen, Problem};

/// Moves for each trainee without a place after which the search for places
/// gives up.
const MOVES_PER_TRAINEE: usize = 200;

/// Choices with the use of every limit.
pub(super) struct Seats<'p> {
    problem: &'p Problem,
    pub(super) chosen: Chosen,
    pub(super) used: Vec<u32>,
}

impl<'p> Seats<'p> {
    /// Returns the seats of some choices, which keep the limits.
    pub(super) fn new(problem: &'p Problem, chosen: Chosen) -> Self {
        let mut used = vec![0; problem.limits.len()];
        for choice in chosen.iter().flatten() {
            for limit in problem.choices[*choice].limits() {
                used[limit] += 1;
            }
        }
        Self {
            problem,
            chosen,
            used,
        }
    }

    /// Returns empty seats.
    pub(super) fn empty(problem: &'p Problem) -> Self {
        Self::new(problem, vec![None; problem.trainees.len()])
    }

    /// Returns how many more a limit admits.
    pub(super) fn room(&self, limit: usize) -> u32 {
        self.problem.limits[limit].saturating_sub(self.used[limit])
    }

    /// Says whether a choice is open to somebody who has none.
    pub(super) fn is_open(&self, choice: usize) -> bool {
        self.problem.choices[choice]
            .limits()
            .all(|limit| self.room(limit) > 0)
    }

    /// Changes the choice of a trainee.
    pub(super) fn set(&mut self, trainee: usize, choice: Option<usize>) {
        for limit in self.limits_of(self.chosen[trainee]) {
            self.used[limit] -= 1;
        }
        for limit in self.limits_of(choice) {
            self.used[limit] += 1;
        }
        self.chosen[trainee] = choice;
    }

    fn limits_of(&self, choice: Option<usize>) -> impl Iterator<Item = usize> + use<> {
        let choice = choice.map(|choice| self.problem.choices[choice].limits());
        choice.into_iter().flatten()
    }

    /// Gives everybody without a place the cheapest open choice, in the order
    /// given.
    pub(super) fn fill(&mut self, order: impl IntoIterator<Item = usize>, weights: &Weights) {
        for trainee in order {
            if self.chosen[trainee].is_none() {
                let open = weights
                    .choices(trainee)
                    .iter()
                    .copied()
                    .find(|choice| self.is_open(*choice));
                self.set(trainee, open);
            }
        }
    }

    /// Seeks places for those who have none by moving others on: whoever has
    /// no open choice takes a full one, and of those who are there the one who
    /// has rested longest seeks next. Gives up after a while.
    pub(super) fn squeeze(&mut self, weights: &Weights) {
        let problem = self.problem;
        let mut holders: Vec<Vec<usize>> = vec![Vec::new(); problem.limits.len()];
        for trainee in 0..self.chosen.len() {
            for limit in self.limits_of(self.chosen[trainee]) {
                holders[limit].push(trainee);
            }
        }
        let mut waiting: Vec<usize> = (0..self.chosen.len())
            .filter(|t| self.chosen[*t].is_none() && !weights.choices(*t).is_empty())
            .collect();
        let mut moved = vec![0_usize; self.chosen.len()];
        let mut chance = Chance::new(1);
        for time in 1..=MOVES_PER_TRAINEE * waiting.len() {
            let Some(trainee) = waiting.pop() else {
                break;
            };
            let choices = weights.choices(trainee);
            let open = choices.iter().copied().find(|choice| self.is_open(*choice));
            // Of the full ones the cheap ones are likelier.
            let choice = open.unwrap_or_else(|| {
                let most = 1 + chance.below(choices.len());
                choices[chance.below(most)]
            });
            for limit in problem.choices[choice].limits() {
                if self.room(limit) == 0 {
                    let rested = holders[limit].iter().copied().min_by_key(|t| moved[*t]);
                    let Some(out) = rested else {
                        continue;
                    };
                    for limit in self.limits_of(self.chosen[out]) {
                        holders[limit].retain(|holder| *holder != out);
                    }
                    self.set(out, None);
                    waiting.push(out);
                }
            }
            if !self.is_open(choice) {
                // A limit of nobody at all.
                continue;
            }
            self.set(trainee, Some(choice));
            moved[trainee] = time;
            for limit in self.limits_of(Some(choice)) {
                holders[limit].push(trainee);
            }
        }
        // Whoever was moved out last may still find an open choice.
        waiting.sort_unstable();
        self.fill(waiting, weights);
    }
}

/// The admitted choices of each trainee, the cheapest first.
pub(super) struct Weights {
    first: Vec<usize>,
    sorted: Vec<usize>,
}

impl Weights {
    /// Returns the admitted choices sorted by a key.
    pub(super) fn new<K: PartialOrd>(
        problem: &Problem,
        is_allowed: impl Fn(usize) -> bool,
        key: impl Fn(usize) -> K,
    ) -> Self {
        let mut weights = Self {
            first: Vec::with_capacity(problem.trainees.len() + 1),
            sorted: Vec::with_capacity(problem.choices.len()),
        };
        for trainee in 0..problem.trainees.len() {
            let begin = weights.sorted.len();
            weights.first.push(begin);
            let choices = problem.choices_of(trainee).filter(|c| is_allowed(*c));
            weights.sorted.extend(choices);
            weights.sorted[begin..].sort_by(|a, b| {
                let order = key(*a).partial_cmp(&key(*b));
                order.unwrap_or(std::cmp::Ordering::Equal)
            });
        }
        weights.first.push(weights.sorted.len());
        weights
    }

    fn choices(&self, trainee: usize) -> &[usize] {
        &self.sorted[self.first[trainee]..self.first[trainee + 1]]
    }
}
