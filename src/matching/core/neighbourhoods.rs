//! Solves neighbourhoods again around what a plan wastes: some thousand
//! trainees who share limits, everybody else as they are.
//!
//! Neighbourhoods of a round have no trainee in common, and room that is left
//! belongs to the first of them, so a round is solved side by side and comes
//! out the same with any number of threads.

use rayon::prelude::*;

use super::chance::Chance;
use super::descent::Descent;
use super::linear::{End, Linear, Patience, search};
use super::prices::to_float;
use super::problem::Chosen;
use super::seats::Seats;
use crate::matching::MatchError;

/// Trainees of the first neighbourhoods.
const SIZE_FIRST: usize = 1_000;
/// Most trainees of a neighbourhood.
const SIZE_MAX: usize = 8_000;
/// Most neighbourhoods of a round.
const ROUND_MAX: usize = 4;
/// A neighbourhood of more than this part of everybody takes longer than the
/// model of everybody with few choices.
const PART_MAX: usize = 2;
/// Most nodes of the search tree of one.
const NODES_MAX: i32 = 20;
/// Excess, in steps of the level, from which a choice is left out.
const EXCESS_MAX: f64 = 0.75;
/// Waste below which there is nothing to gain.
const WASTE_MIN: f64 = 1e-6;

/// The neighbourhoods of one level.
pub(super) struct Neighbourhoods<'a, 'o> {
    descent: &'a Descent<'a, 'o>,
    /// Trainees for whom a choice under each limit is near its best.
    near: Vec<Vec<usize>>,
}

/// One neighbourhood: its trainees, and what they may use of each limit that
/// they touch.
struct Area {
    trainees: Vec<usize>,
    room: Vec<(usize, u32)>,
}

/// The model of a neighbourhood.
struct Model {
    linear: Linear,
    /// The trainee and the choice of each column.
    columns: Vec<(usize, usize)>,
    /// The choices as they are.
    start: Vec<f64>,
}

/// New choices of some trainees.
type Changes = Vec<(usize, Option<usize>)>;

impl<'a, 'o> Neighbourhoods<'a, 'o> {
    /// Returns the neighbourhoods under the prices of a level.
    pub(super) fn new(descent: &'a Descent<'a, 'o>) -> Self {
        let problem = descent.problem;
        let mut near: Vec<Vec<usize>> = vec![Vec::new(); problem.limits.len()];
        let most = EXCESS_MAX * to_float(descent.step);
        for trainee in 0..problem.trainees.len() {
            for choice in problem.choices_of(trainee) {
                if descent.prices.excess[choice] <= most {
                    for limit in problem.choices[choice].limits() {
                        near[limit].push(trainee);
                    }
                }
            }
        }
        Self { descent, near }
    }

    /// Improves some choices until the bound is reached, neighbourhoods of the
    /// largest size find nothing more, or time runs out.
    ///
    /// # Errors
    /// When HiGHS fails.
    pub(super) fn improve(&self, chosen: &mut Chosen, bound: i64) -> Result<(), MatchError> {
        let everybody = self.descent.problem.trainees.len();
        let mut chance = Chance::new(2);
        let mut size = SIZE_FIRST;
        let mut in_vain = 0;
        while size <= SIZE_MAX.min(everybody / PART_MAX)
            && bound < self.descent.value(chosen)
            && self.descent.watch.may_go_on()
        {
            let mut seats = Seats::new(self.descent.problem, chosen.clone());
            let areas = self.round(&seats, size, &mut chance);
            if areas.is_empty() {
                break;
            }
            let tried = areas.len();
            let changes: Vec<Option<Changes>> = areas
                .par_iter()
                .map(|area| self.solve_again(area, chosen))
                .collect::<Result<_, _>>()?;
            let before = self.descent.value(chosen);
            for (trainee, choice) in changes.into_iter().flatten().flatten() {
                seats.set(trainee, choice);
            }
            self.descent.take_if_better(chosen, seats.chosen);
            if self.descent.value(chosen) < before {
                in_vain = 0;
            } else {
                in_vain += tried;
            }
            if in_vain >= (everybody / size).max(3) {
                tracing::debug!(
                    size,
                    value = self.descent.value(chosen),
                    "core neighbourhoods grow"
                );
                size *= 2;
                in_vain = 0;
            }
        }
        Ok(())
    }

    /// Returns the neighbourhoods of a round, around what is wasted.
    fn round(&self, seats: &Seats<'_>, size: usize, chance: &mut Chance) -> Vec<Area> {
        let problem = self.descent.problem;
        let everybody = problem.trainees.len();
        let mut is_taken = vec![false; everybody];
        let mut is_claimed = vec![false; problem.limits.len()];
        let mut seeds = self.seeds(seats);
        chance.shuffle(&mut seeds);
        let most = (everybody / size).clamp(1, ROUND_MAX);
        let mut areas = Vec::new();
        for seed in seeds {
            if areas.len() == most {
                break;
            }
            let trainees = self.grow(&seed, size, &mut is_taken, chance);
            // A remnant between two others is no neighbourhood.
            if 2 * trainees.len() >= size || areas.is_empty() && !trainees.is_empty() {
                areas.push(self.area(seats, trainees, &mut is_claimed));
            }
        }
        areas
    }

    /// Returns the trainees around each thing that is wasted.
    fn seeds(&self, seats: &Seats<'_>) -> Vec<Vec<usize>> {
        let prices = &self.descent.prices;
        let of_trainees = seats.chosen.iter().enumerate().filter(|(trainee, choice)| {
            let excess = choice.map_or(prices.excess_without[*trainee], |c| prices.excess[c]);
            excess > WASTE_MIN
        });
        let of_limits = prices
            .of_limit
            .iter()
            .enumerate()
            .filter(|(limit, price)| **price * f64::from(seats.room(*limit)) > WASTE_MIN);
        let own = of_trainees.map(|(trainee, _)| vec![trainee]);
        let shared = of_limits.map(|(limit, _)| self.near[limit].clone());
        own.chain(shared).collect()
    }

    /// Returns the trainees nearest to some of them, ascending.
    fn grow(
        &self,
        seed: &[usize],
        size: usize,
        is_taken: &mut [bool],
        chance: &mut Chance,
    ) -> Vec<usize> {
        let problem = self.descent.problem;
        let most = EXCESS_MAX * to_float(self.descent.step);
        let mut found: Vec<usize> = Vec::with_capacity(size);
        let mut is_open = vec![true; problem.limits.len()];
        let mut take = |found: &mut Vec<usize>, trainees: &[usize]| {
            for trainee in trainees.iter().copied() {
                if found.len() < size && !is_taken[trainee] {
                    is_taken[trainee] = true;
                    found.push(trainee);
                }
            }
        };
        take(&mut found, seed);
        let mut next = 0;
        while next < found.len() && found.len() < size {
            for choice in problem.choices_of(found[next]) {
                if self.descent.prices.excess[choice] > most {
                    continue;
                }
                for limit in problem.choices[choice].limits() {
                    if is_open[limit] {
                        is_open[limit] = false;
                        let mut sharers = self.near[limit].clone();
                        chance.shuffle(&mut sharers);
                        take(&mut found, &sharers);
                    }
                }
            }
            next += 1;
        }
        found.sort_unstable();
        found
    }

    /// Returns the neighbourhood of some trainees, with the room that they
    /// have and that nobody before them claims.
    fn area(&self, seats: &Seats<'_>, trainees: Vec<usize>, is_claimed: &mut [bool]) -> Area {
        let problem = self.descent.problem;
        let mut room: Vec<(usize, u32)> = Vec::new();
        let mut place = vec![usize::MAX; problem.limits.len()];
        for trainee in trainees.iter().copied() {
            for choice in self.open_choices(trainee, seats.chosen[trainee]) {
                for limit in problem.choices[choice].limits() {
                    if place[limit] == usize::MAX {
                        place[limit] = room.len();
                        let left = if is_claimed[limit] {
                            0
                        } else {
                            seats.room(limit)
                        };
                        is_claimed[limit] = true;
                        room.push((limit, left));
                    }
                    if seats.chosen[trainee] == Some(choice) {
                        room[place[limit]].1 += 1;
                    }
                }
            }
        }
        Area { trainees, room }
    }

    /// Returns the choices near the best of a trainee, and the own one.
    fn open_choices(&self, trainee: usize, own: Option<usize>) -> impl Iterator<Item = usize> {
        let most = EXCESS_MAX * to_float(self.descent.step);
        let excess = &self.descent.prices.excess;
        let choices = self.descent.problem.choices_of(trainee);
        choices.filter(move |choice| excess[*choice] <= most || own == Some(*choice))
    }

    /// Solves a neighbourhood; returns the changes where it finds something
    /// better.
    fn solve_again(&self, area: &Area, chosen: &Chosen) -> Result<Option<Changes>, MatchError> {
        let (problem, level) = (self.descent.problem, self.descent.level);
        let model = self.model(area, chosen);
        let patience = Patience {
            seconds: self.descent.watch.seconds_left(),
            nodes: Some(NODES_MAX),
            start: Some(&model.start),
            step: to_float(self.descent.step),
        };
        let watch = self.descent.watch;
        let (End::Best(values) | End::Found(values)) =
            search(&model.linear, &patience, &|| watch.may_go_on())?
        else {
            return Ok(None);
        };
        let columns = model.columns.iter().zip(&values);
        let picked = columns.filter(|(_, value)| **value > 0.5);
        let costs = picked
            .clone()
            .map(|((_, choice), _)| problem.costs[level][*choice]);
        if costs.sum::<i64>() >= self.present(area, chosen, level) {
            return Ok(None);
        }
        let mut changes: Changes = area.trainees.iter().map(|t| (*t, None)).collect();
        for ((trainee, choice), _) in picked {
            if let Ok(place) = area.trainees.binary_search(trainee) {
                changes[place].1 = Some(*choice);
            }
        }
        Ok(Some(changes))
    }

    /// Returns the value of a level over a neighbourhood as it is.
    fn present(&self, area: &Area, chosen: &Chosen, level: usize) -> i64 {
        let choices = area.trainees.iter().filter_map(|trainee| chosen[*trainee]);
        let costs = &self.descent.problem.costs[level];
        choices.map(|choice| costs[choice]).sum()
    }

    /// Returns the model of a neighbourhood, everybody else as they are.
    fn model(&self, area: &Area, chosen: &Chosen) -> Model {
        let (problem, face) = (self.descent.problem, self.descent.face);
        let mut linear = Linear::default();
        let mut row_of = vec![usize::MAX; problem.limits.len()];
        for (limit, room) in &area.room {
            row_of[*limit] = linear.add_row(f64::NEG_INFINITY, f64::from(*room));
        }
        let first_kept = linear.rows.len();
        for (kept, _) in &face.kept {
            let most = self.present(area, chosen, *kept);
            linear.add_row(f64::NEG_INFINITY, to_float(most));
        }
        let mut columns: Vec<(usize, usize)> = Vec::new();
        let mut start: Vec<f64> = Vec::new();
        for trainee in area.trainees.iter().copied() {
            let least = if face.must[trainee] {
                1.0
            } else {
                f64::NEG_INFINITY
            };
            let row = linear.add_row(least, 1.0);
            for choice in self.open_choices(trainee, chosen[trainee]) {
                let shared = problem.choices[choice].limits().map(|l| (row_of[l], 1.0));
                let kept = face.kept.iter().enumerate().map(|(place, (kept, _))| {
                    let cost = problem.costs[*kept][choice];
                    (first_kept + place, to_float(cost))
                });
                let entries = std::iter::once((row, 1.0)).chain(shared).chain(kept);
                let cost = problem.costs[self.descent.level][choice];
                linear.add_column(to_float(cost), entries);
                columns.push((trainee, choice));
                start.push(f64::from(u8::from(chosen[trainee] == Some(choice))));
            }
        }
        Model {
            linear,
            columns,
            start,
        }
    }
}
