//! One level of one part: prices, a first rounding, neighbourhoods that are
//! solved again, and at last all that the prices leave open at once.
//!
//! Under the prices of the relaxation the value of a plan is the bound plus
//! what it wastes: the excess of each choice, and the price of each limit that
//! is not used up. A plan that wastes little has none of the choices whose
//! excess alone is more, which leaves small models.

use super::face::Face;
use super::linear::{End, Linear, Patience, search};
use super::neighbourhoods::Neighbourhoods;
use super::prices::{Prices, to_float};
use super::problem::{Chosen, Problem};
use super::seats::{Seats, Weights};
use super::watch::Watch;
use crate::matching::MatchError;

/// One level of a part.
pub(super) struct Descent<'a, 'o> {
    pub(super) problem: &'a Problem,
    pub(super) face: &'a Face,
    pub(super) level: usize,
    pub(super) watch: &'a Watch<'o>,
    pub(super) prices: Prices,
    /// Step between the values of the level.
    pub(super) step: i64,
}

impl<'a, 'o> Descent<'a, 'o> {
    /// Returns the descent with its prices; `None` when time runs out before
    /// they are known.
    ///
    /// # Errors
    /// When HiGHS fails.
    pub(super) fn new(
        problem: &'a Problem,
        face: &'a Face,
        level: usize,
        watch: &'a Watch<'o>,
    ) -> Result<Option<Self>, MatchError> {
        let costs = problem.costs[level].iter().zip(&face.is_allowed);
        let step = costs.fold(0, |step, (cost, is_allowed)| {
            if *is_allowed {
                common_divisor(step, cost.abs())
            } else {
                step
            }
        });
        let prices = Prices::new(problem, face, level, watch)?;
        Ok(prices.map(|prices| Self {
            problem,
            face,
            level,
            watch,
            prices,
            step: step.max(1),
        }))
    }

    /// Makes the choices as good as time allows and returns the bound.
    ///
    /// # Errors
    /// When HiGHS fails.
    pub(super) fn run(&self, chosen: &mut Chosen, least: i64) -> Result<i64, MatchError> {
        let mut bound = self.bound().max(least);
        self.take_if_better(chosen, self.rounded());
        tracing::debug!(bound, value = self.value(chosen), "core rounded");
        Neighbourhoods::new(self).improve(chosen, bound)?;
        tracing::debug!(bound, value = self.value(chosen), "core improved");
        while bound < self.value(chosen) && self.watch.may_go_on() {
            let (found, end) = self.reach(chosen, bound)?;
            let is_there = found.as_ref().is_some_and(|f| self.value(f) <= bound);
            if let Some(found) = found {
                self.take_if_better(chosen, found);
            }
            match end {
                // A plan of that value would have been among the choices.
                Reach::Settled if !is_there => bound += self.step,
                Reach::Settled | Reach::Open => break,
            }
        }
        tracing::debug!(bound, value = self.value(chosen), "core closed");
        Ok(bound)
    }

    pub(super) fn value(&self, chosen: &Chosen) -> i64 {
        self.problem.value(self.level, chosen)
    }

    /// Returns the bound of the relaxation on the grid of the level.
    fn bound(&self) -> i64 {
        let step = to_float(self.step);
        let steps = (self.prices.bound / step - self.slack()).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "level values stay far below 2^53"
        )]
        let steps = steps as i64;
        steps * self.step
    }

    /// Returns the share of a step that is allowed for rounding errors.
    fn slack(&self) -> f64 {
        1e-6 * (self.prices.bound / to_float(self.step)).abs().max(1.0)
    }

    pub(super) fn take_if_better(&self, chosen: &mut Chosen, other: Chosen) {
        let is_better = self.value(&other) < self.value(chosen);
        let is_legal = || self.problem.keeps_limits(&other);
        if is_better && self.face.holds(self.problem, &other) && is_legal() {
            *chosen = other;
        }
    }

    /// Returns the relaxation in whole numbers: whoever has nearly all of a
    /// choice first, the others where there is room, the rest by squeezing.
    fn rounded(&self) -> Chosen {
        let shares = &self.prices.share;
        let is_allowed = |choice: usize| self.face.is_allowed[choice];
        let mut order: Vec<(f64, usize)> = (0..self.problem.trainees.len())
            .map(|trainee| {
                let own = shares[self.problem.choices_of(trainee)].iter();
                (own.copied().fold(0.0, f64::max), trainee)
            })
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let by_share = Weights::new(self.problem, is_allowed, |choice| {
            // Shares are exact to a few digits only.
            let share = (shares[choice] * 1e4).round();
            (-share, self.prices.excess[choice], choice)
        });
        let mut seats = Seats::empty(self.problem);
        seats.fill(order.into_iter().map(|(_, trainee)| trainee), &by_share);
        let by_excess = Weights::new(self.problem, is_allowed, |choice| {
            (self.prices.excess[choice], choice)
        });
        seats.squeeze(&by_excess);
        seats.chosen
    }

    /// Seeks a plan of that value among the choices that it could have.
    fn reach(&self, chosen: &Chosen, target: i64) -> Result<(Option<Chosen>, Reach), MatchError> {
        let step = to_float(self.step);
        let waste = to_float(target) - self.prices.bound + self.slack() * step;
        let mut linear = Linear::default();
        for trainee in 0..self.problem.trainees.len() {
            let must = self.prices.excess_without[trainee] > waste;
            linear.add_row(if must { 1.0 } else { f64::NEG_INFINITY }, 1.0);
        }
        for (limit, price) in self.problem.limits.iter().zip(&self.prices.of_limit) {
            let most = f64::from(*limit);
            let least = if *price > waste {
                most
            } else {
                f64::NEG_INFINITY
            };
            linear.add_row(least, most);
        }
        for (_, value) in &self.face.kept {
            linear.add_row(f64::NEG_INFINITY, to_float(*value));
        }
        let mut columns: Vec<(usize, usize)> = Vec::new();
        for trainee in 0..self.problem.trainees.len() {
            for choice in self.face.choices_of(self.problem, trainee) {
                if self.prices.excess[choice] <= waste {
                    self.add_column(&mut linear, trainee, choice);
                    columns.push((trainee, choice));
                }
            }
        }
        let patience = Patience {
            seconds: self.watch.seconds_left(),
            nodes: None,
            start: None,
            step,
        };
        tracing::debug!(columns = columns.len(), target, waste, "core reaching");
        let read = |values: &[f64]| -> Chosen {
            let mut found = vec![None; chosen.len()];
            for ((trainee, choice), value) in columns.iter().zip(values) {
                if *value > 0.5 {
                    found[*trainee] = Some(*choice);
                }
            }
            found
        };
        Ok(
            match search(&linear, &patience, &|| self.watch.may_go_on())? {
                End::Best(values) => (Some(read(&values)), Reach::Settled),
                End::Found(values) => (Some(read(&values)), Reach::Open),
                End::Nothing => (None, Reach::Settled),
                End::Unknown => (None, Reach::Open),
            },
        )
    }

    /// Adds the column of a choice to a model whose rows are those of the
    /// trainees, the limits and the levels kept.
    fn add_column(&self, linear: &mut Linear, trainee: usize, choice: usize) {
        let (trainees, limits) = (self.problem.trainees.len(), self.problem.limits.len());
        let shared = self.problem.choices[choice]
            .limits()
            .map(|l| (trainees + l, 1.0));
        let kept = self.face.kept.iter().enumerate().map(|(row, (level, _))| {
            (
                trainees + limits + row,
                to_float(self.problem.costs[*level][choice]),
            )
        });
        let entries = std::iter::once((trainee, 1.0)).chain(shared).chain(kept);
        linear.add_column(to_float(self.problem.costs[self.level][choice]), entries);
    }
}

/// Whether it is settled that a value is reached or cannot be.
enum Reach {
    Settled,
    Open,
}

fn common_divisor(mut one: i64, mut other: i64) -> i64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
