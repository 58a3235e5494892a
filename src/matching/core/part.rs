//! The levels of one part, one after the other.

use super::descent::Descent;
use super::face::Face;
use super::flow::solve_nested;
use super::problem::{Chosen, Problem};
use super::seats::{Seats, Weights};
use super::watch::Watch;
use crate::matching::MatchError;

/// What was found for a part.
pub(super) struct Solved {
    pub(super) chosen: Chosen,
    /// Bounds of the levels, up to the first that is not reached.
    pub(super) bounds: Vec<i64>,
}

/// Returns choices that keep the limits, found in no time: whoever costs least
/// in turn, then some squeezing for those who are left over.
pub(super) fn first_choices(problem: &Problem) -> Chosen {
    let key =
        |choice: usize| -> Vec<i64> { problem.costs.iter().map(|costs| costs[choice]).collect() };
    let weights = Weights::new(problem, |_| true, |choice| (key(choice), choice));
    let mut order: Vec<usize> = (0..problem.trainees.len()).collect();
    order.sort_by_key(|trainee| {
        let choices = problem.choices_of(*trainee);
        let best = choices.clone().map(key).min();
        let dearest_first = best.as_ref().and_then(|key| key.first().copied());
        (dearest_first, choices.len(), *trainee)
    });
    let mut seats = Seats::empty(problem);
    seats.fill(order, &weights);
    let filled = seats.chosen.clone();
    seats.squeeze(&weights);
    let values = |chosen: &Chosen| -> Vec<i64> {
        (0..problem.costs.len())
            .map(|level| problem.value(level, chosen))
            .collect()
    };
    if values(&seats.chosen) < values(&filled) {
        seats.chosen
    } else {
        filled
    }
}

/// Solves every level of a part, from some first choices.
///
/// # Errors
/// When HiGHS fails.
pub(super) fn solve_part(
    problem: &Problem,
    first: &Chosen,
    watch: &Watch<'_>,
) -> Result<Solved, MatchError> {
    if let Some(chosen) = solve_nested(problem, &|| watch.may_go_on()) {
        let levels = 0..problem.costs.len();
        let bounds = levels.map(|level| problem.value(level, &chosen)).collect();
        return Ok(Solved { chosen, bounds });
    }
    solve_by_prices(problem, first, watch)
}

/// Solves every level of a part whose limits may cross.
///
/// # Errors
/// When HiGHS fails.
pub(super) fn solve_by_prices(
    problem: &Problem,
    first: &Chosen,
    watch: &Watch<'_>,
) -> Result<Solved, MatchError> {
    let mut chosen = first.clone();
    let mut face = Face::new(problem);
    let mut bounds = Vec::new();
    for level in 0..problem.costs.len() {
        let value = problem.value(level, &chosen);
        let least = face.least(problem, level);
        if value == least {
            face.keep_least(problem, level);
            bounds.push(value);
            continue;
        }
        if face.fixes(problem, level) {
            bounds.push(value);
            continue;
        }
        watch.tell(level);
        let bound = match Descent::new(problem, &face, level, watch)? {
            Some(descent) => descent.run(&mut chosen, least)?,
            None => least,
        };
        bounds.push(bound);
        let value = problem.value(level, &chosen);
        if value != bound {
            break;
        }
        if value == least {
            face.keep_least(problem, level);
        } else {
            face.kept.push((level, value));
        }
    }
    Ok(Solved { chosen, bounds })
}
