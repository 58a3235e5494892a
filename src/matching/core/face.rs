//! What the levels that are settled leave open.

use super::problem::{Chosen, Problem};

/// The choices that keep the values of the levels before.
pub(super) struct Face {
    pub(super) is_allowed: Vec<bool>,
    /// Trainees who cannot stay without a place.
    pub(super) must: Vec<bool>,
    /// Levels whose values are kept by a sum over all, with those values.
    pub(super) kept: Vec<(usize, i64)>,
}

impl Face {
    /// Returns the face on which everything is open.
    pub(super) fn new(problem: &Problem) -> Self {
        Self {
            is_allowed: vec![true; problem.choices.len()],
            must: vec![false; problem.trainees.len()],
            kept: Vec::new(),
        }
    }

    /// Returns what everybody alone could reach on a level, added up: nothing
    /// is better.
    pub(super) fn least(&self, problem: &Problem, level: usize) -> i64 {
        let trainees = 0..problem.trainees.len();
        trainees
            .map(|trainee| self.own_least(problem, level, trainee))
            .sum()
    }

    fn own_least(&self, problem: &Problem, level: usize, trainee: usize) -> i64 {
        let without = (!self.must[trainee]).then_some(0);
        let costs = self
            .choices_of(problem, trainee)
            .map(|c| problem.costs[level][c]);
        costs.chain(without).min().unwrap_or(0)
    }

    /// Returns the choices of a trainee that are open.
    pub(super) fn choices_of(
        &self,
        problem: &Problem,
        trainee: usize,
    ) -> impl Iterator<Item = usize> {
        problem
            .choices_of(trainee)
            .filter(|choice| self.is_allowed[*choice])
    }

    /// Keeps the least value of a level, which binds everybody alone.
    pub(super) fn keep_least(&mut self, problem: &Problem, level: usize) {
        for trainee in 0..problem.trainees.len() {
            let least = self.own_least(problem, level, trainee);
            for choice in problem.choices_of(trainee) {
                self.is_allowed[choice] &= problem.costs[level][choice] == least;
            }
            self.must[trainee] |= least < 0;
        }
    }

    /// Says whether the value of a level is fixed by one that is kept.
    pub(super) fn fixes(&self, problem: &Problem, level: usize) -> bool {
        self.kept.iter().any(|(kept, _)| {
            let both = |choice: usize| (problem.costs[*kept][choice], problem.costs[level][choice]);
            let mut open = (0..problem.choices.len()).filter(|c| self.is_allowed[*c]);
            let Some((one, other)) = open.clone().map(both).find(|(one, _)| *one != 0) else {
                return false;
            };
            open.all(|choice| {
                let (kept, next) = both(choice);
                kept * other == next * one
            })
        })
    }

    /// Says whether some choices keep the levels before.
    pub(super) fn holds(&self, problem: &Problem, chosen: &Chosen) -> bool {
        let each = chosen
            .iter()
            .zip(&self.must)
            .all(|(choice, must)| match choice {
                Some(choice) => self.is_allowed[*choice],
                None => !must,
            });
        each && self
            .kept
            .iter()
            .all(|(level, value)| problem.value(*level, chosen) <= *value)
    }
}
