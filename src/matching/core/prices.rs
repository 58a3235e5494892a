//! The relaxation of a level: what each limit is worth, what each choice costs
//! beyond the best one under those prices, and the bound that follows.

use super::face::Face;
use super::linear::{Linear, Relaxed, relax};
use super::problem::Problem;
use super::watch::Watch;
use crate::matching::MatchError;

/// Prices under which the relaxation of a level is at its best.
pub(super) struct Prices {
    /// Of each limit, for one more; not negative.
    pub(super) of_limit: Vec<f64>,
    /// What a choice costs beyond the trainee's best option; infinite for
    /// choices that are not open.
    pub(super) excess: Vec<f64>,
    /// The same for staying without a place.
    pub(super) excess_without: Vec<f64>,
    /// How much of each choice the relaxation takes.
    pub(super) share: Vec<f64>,
    /// No plan on the face is below.
    pub(super) bound: f64,
}

impl Prices {
    /// Solves the relaxation of a level. Returns `None` when time runs out.
    ///
    /// # Errors
    /// When HiGHS fails.
    pub(super) fn new(
        problem: &Problem,
        face: &Face,
        level: usize,
        watch: &Watch<'_>,
    ) -> Result<Option<Self>, MatchError> {
        let (trainees, limits) = (problem.trainees.len(), problem.limits.len());
        let mut linear = Linear::default();
        for must in &face.must {
            let least = if *must { 1.0 } else { f64::NEG_INFINITY };
            linear.add_row(least, 1.0);
        }
        for limit in &problem.limits {
            linear.add_row(f64::NEG_INFINITY, f64::from(*limit));
        }
        for (_, value) in &face.kept {
            linear.add_row(f64::NEG_INFINITY, to_float(*value));
        }
        let mut columns: Vec<usize> = Vec::new();
        for trainee in 0..trainees {
            for choice in face.choices_of(problem, trainee) {
                let shared = problem.choices[choice]
                    .limits()
                    .map(|l| (trainees + l, 1.0));
                let kept = face
                    .kept
                    .iter()
                    .enumerate()
                    .filter_map(|(row, (level, _))| {
                        let cost = problem.costs[*level][choice];
                        (cost != 0).then(|| (trainees + limits + row, to_float(cost)))
                    });
                let entries = std::iter::once((trainee, 1.0)).chain(shared).chain(kept);
                linear.add_column(to_float(problem.costs[level][choice]), entries);
                columns.push(choice);
            }
        }
        let relaxed = relax(&linear, watch.seconds_left(), &|| watch.may_go_on())?;
        Ok(relaxed.map(|relaxed| Self::read(problem, face, level, &columns, &relaxed)))
    }

    /// Takes the prices from a solver and nothing else: the bound is worked
    /// out from them, so it holds however exact they are.
    fn read(
        problem: &Problem,
        face: &Face,
        level: usize,
        columns: &[usize],
        relaxed: &Relaxed,
    ) -> Self {
        let (trainees, limits) = (problem.trainees.len(), problem.limits.len());
        let duals = &relaxed.row_duals[trainees..];
        let price = |dual: &f64| (-dual).max(0.0);
        let of_limit: Vec<f64> = duals[..limits].iter().map(price).collect();
        let of_level: Vec<f64> = duals[limits..].iter().map(price).collect();
        let mut prices = Self {
            excess: vec![f64::INFINITY; problem.choices.len()],
            excess_without: vec![f64::INFINITY; trainees],
            share: vec![0.0; problem.choices.len()],
            bound: 0.0,
            of_limit,
        };
        for (choice, share) in columns.iter().zip(&relaxed.values) {
            prices.share[*choice] = *share;
            let taken = problem.choices[*choice]
                .limits()
                .map(|l| prices.of_limit[l]);
            let kept = face.kept.iter().zip(&of_level);
            let kept =
                kept.map(|((level, _), price)| price * to_float(problem.costs[*level][*choice]));
            let own = to_float(problem.costs[level][*choice]);
            prices.excess[*choice] = own + taken.sum::<f64>() + kept.sum::<f64>();
        }
        for trainee in 0..trainees {
            let range = problem.choices_of(trainee);
            let without = if face.must[trainee] {
                f64::INFINITY
            } else {
                0.0
            };
            let best = prices.excess[range.clone()]
                .iter()
                .copied()
                .fold(without, f64::min);
            prices.bound += best;
            prices.excess_without[trainee] = without - best;
            for excess in &mut prices.excess[range] {
                *excess -= best;
            }
        }
        let of_limits = prices.of_limit.iter().zip(&problem.limits);
        prices.bound -= of_limits
            .map(|(price, most)| price * f64::from(*most))
            .sum::<f64>();
        let of_levels = of_level.iter().zip(&face.kept);
        prices.bound -= of_levels
            .map(|(price, (_, value))| price * to_float(*value))
            .sum::<f64>();
        prices
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "level values stay far below 2^53"
)]
pub(super) fn to_float(value: i64) -> f64 {
    value as f64
}
