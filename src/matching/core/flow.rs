//! Exact answers where limits nest: when every supervisor belongs to one site
//! (or every site to one supervisor), choices are paths in a network, and the
//! cheapest flow is a plan that nothing beats.
//!
//! Trainees come one by one, each along a shortest path that may move others.
//! Costs are compared level by level, as whole numbers. The proof is a price
//! for every node under which no arc is worth taking or leaving.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::problem::{Chosen, Problem};

/// What a path costs: one number for each level, the first one first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost<const LEVELS: usize>([i64; LEVELS]);

impl<const LEVELS: usize> Cost<LEVELS> {
    const ZERO: Self = Self([0; LEVELS]);

    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|level| self.0[level] + other.0[level]))
    }

    fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|level| self.0[level] - other.0[level]))
    }
}

/// The limits as a forest: each inside another one or in none.
struct Forest {
    /// The limit around each limit.
    around: Vec<Option<usize>>,
    /// The limits inside each limit.
    inside: Vec<Vec<usize>>,
    /// The innermost limit of each choice.
    entry: Vec<Option<usize>>,
}

impl Forest {
    /// Returns the forest of a problem; `None` where limits cross.
    fn new(problem: &Problem) -> Option<Self> {
        Self::nest(problem, |choice| {
            (
                problem.choices[choice].supervisor,
                problem.choices[choice].site,
            )
        })
        .or_else(|| {
            Self::nest(problem, |choice| {
                (
                    problem.choices[choice].site,
                    problem.choices[choice].supervisor,
                )
            })
        })
    }

    fn nest(
        problem: &Problem,
        inner_and_outer: impl Fn(usize) -> (Option<usize>, Option<usize>),
    ) -> Option<Self> {
        let mut around: Vec<Option<Option<usize>>> = vec![None; problem.limits.len()];
        let mut entry = Vec::with_capacity(problem.choices.len());
        for choice in 0..problem.choices.len() {
            let (inner, outer) = inner_and_outer(choice);
            if let Some(inner) = inner
                && *around[inner].get_or_insert(outer) != outer
            {
                return None;
            }
            entry.push(inner.or(outer));
        }
        let around: Vec<Option<usize>> = around.into_iter().map(Option::flatten).collect();
        let mut inside = vec![Vec::new(); problem.limits.len()];
        for (limit, outer) in around.iter().enumerate() {
            if let Some(outer) = outer {
                inside[*outer].push(limit);
            }
        }
        Some(Self {
            around,
            inside,
            entry,
        })
    }
}

/// Returns the best choices when the limits nest, proved on every level;
/// `None` when they do not, or when there are more levels than it is made for.
pub(super) fn solve_nested(problem: &Problem, may_go_on: &dyn Fn() -> bool) -> Option<Chosen> {
    let forest = Forest::new(problem)?;
    match problem.costs.len() {
        0..=4 => solve_forest::<4>(problem, &forest, may_go_on),
        5..=12 => solve_forest::<12>(problem, &forest, may_go_on),
        _ => None,
    }
}

fn solve_forest<const LEVELS: usize>(
    problem: &Problem,
    forest: &Forest,
    may_go_on: &dyn Fn() -> bool,
) -> Option<Chosen> {
    let mut flow = Flow::<LEVELS>::new(problem, forest);
    for trainee in 0..problem.trainees.len() {
        if trainee % 256 == 0 && !may_go_on() {
            return None;
        }
        flow.place(trainee);
    }
    flow.is_proved().then_some(flow.chosen)
}

/// The end of every path: a place under all limits, or none at all.
const SINK: usize = 0;

/// How a path comes to a node: from where, and by which choice of a trainee.
#[derive(Clone, Copy)]
struct Step {
    from: usize,
    choice: Option<usize>,
}

struct Flow<'p, const LEVELS: usize> {
    problem: &'p Problem,
    forest: &'p Forest,
    chosen: Chosen,
    /// How many are inside each limit.
    used: Vec<u32>,
    /// Trainees whose innermost limit this is.
    holders: Vec<Vec<usize>>,
    /// Price of each node: the sink, then limits, then trainees.
    price: Vec<Cost<LEVELS>>,
    distance: Vec<Cost<LEVELS>>,
    step: Vec<Step>,
    /// The search that last came to a node, and whether it is done with it.
    reached: Vec<(usize, bool)>,
    search: usize,
}

impl<'p, const LEVELS: usize> Flow<'p, LEVELS> {
    fn new(problem: &'p Problem, forest: &'p Forest) -> Self {
        let limits = problem.limits.len();
        let nodes = 1 + limits + problem.trainees.len();
        let nowhere = Step {
            from: SINK,
            choice: None,
        };
        Self {
            problem,
            forest,
            chosen: vec![None; problem.trainees.len()],
            used: vec![0; limits],
            holders: vec![Vec::new(); limits],
            price: vec![Cost::ZERO; nodes],
            distance: vec![Cost::ZERO; nodes],
            step: vec![nowhere; nodes],
            reached: vec![(0, false); nodes],
            search: 0,
        }
    }

    fn trainee_node(&self, trainee: usize) -> usize {
        1 + self.problem.limits.len() + trainee
    }

    fn entry_node(&self, choice: usize) -> usize {
        self.forest.entry[choice].map_or(SINK, |limit| 1 + limit)
    }

    fn cost(&self, choice: usize) -> Cost<LEVELS> {
        let mut cost = [0; LEVELS];
        for (level, costs) in cost.iter_mut().zip(&self.problem.costs) {
            *level = costs[choice];
        }
        Cost(cost)
    }

    /// Gives a trainee the best there is, moving others where that is better
    /// for the whole.
    fn place(&mut self, trainee: usize) {
        let source = self.trainee_node(trainee);
        // The least price that makes no arc out of the trainee a bargain.
        self.price[source] = self
            .problem
            .choices_of(trainee)
            .map(|choice| {
                let end = self.entry_node(choice);
                self.price[end].minus(self.cost(choice))
            })
            .max()
            .map_or(Cost::ZERO, |price| price.max(Cost::ZERO));
        let done = self.shortest_path(source);
        let length = self.distance[SINK];
        for node in done {
            let lowered = self.distance[node].minus(length);
            self.price[node] = self.price[node].plus(lowered);
        }
        self.push_along(source);
    }

    /// Finds a shortest path to the sink; returns the nodes nearer than it.
    fn shortest_path(&mut self, source: usize) -> Vec<usize> {
        self.search += 1;
        let mut done = Vec::new();
        let mut queue = BinaryHeap::new();
        self.distance[source] = Cost::ZERO;
        self.reached[source] = (self.search, false);
        queue.push(Reverse((Cost::ZERO, source)));
        while let Some(Reverse((distance, node))) = queue.pop() {
            if node == SINK {
                break;
            }
            if self.reached[node] == (self.search, true) {
                continue;
            }
            self.reached[node] = (self.search, true);
            done.push(node);
            self.for_each_arc(node, |flow, end, cost, choice| {
                let reduced = cost.plus(flow.price[node]).minus(flow.price[end]);
                let length = distance.plus(reduced);
                let (search, is_done) = flow.reached[end];
                let is_new = search != flow.search;
                if is_new || (!is_done && length < flow.distance[end]) {
                    flow.reached[end] = (flow.search, false);
                    flow.distance[end] = length;
                    flow.step[end] = Step { from: node, choice };
                    queue.push(Reverse((length, end)));
                }
            });
        }
        done
    }

    /// Calls back for every arc along which one more, or one less, can go.
    fn for_each_arc(
        &mut self,
        node: usize,
        mut arc: impl FnMut(&mut Self, usize, Cost<LEVELS>, Option<usize>),
    ) {
        let problem = self.problem;
        let limits = problem.limits.len();
        if node > limits {
            let trainee = node - limits - 1;
            arc(self, SINK, Cost::ZERO, None);
            for choice in problem.choices_of(trainee) {
                if self.chosen[trainee] != Some(choice) {
                    arc(
                        self,
                        self.entry_node(choice),
                        self.cost(choice),
                        Some(choice),
                    );
                }
            }
            return;
        }
        let (limit, forest) = (node - 1, self.forest);
        if self.used[limit] < problem.limits[limit] {
            let end = forest.around[limit].map_or(SINK, |outer| 1 + outer);
            arc(self, end, Cost::ZERO, None);
        }
        for inner in forest.inside[limit].iter().copied() {
            if self.used[inner] > 0 {
                arc(self, 1 + inner, Cost::ZERO, None);
            }
        }
        for place in 0..self.holders[limit].len() {
            let holder = self.holders[limit][place];
            if let Some(choice) = self.chosen[holder] {
                let back = Cost::ZERO.minus(self.cost(choice));
                arc(self, self.trainee_node(holder), back, None);
            }
        }
    }

    /// Moves everybody along the path that was found.
    fn push_along(&mut self, source: usize) {
        let limits = self.problem.limits.len();
        let mut end = SINK;
        while end != source {
            let Step { from, choice } = self.step[end];
            if from > limits {
                let trainee = from - limits - 1;
                self.chosen[trainee] = choice;
                if end != SINK {
                    self.holders[end - 1].push(trainee);
                }
            } else if end > limits {
                let trainee = end - limits - 1;
                // The choice is overwritten already: by where the path goes on.
                self.holders[from - 1].retain(|holder| *holder != trainee);
            } else if end == SINK || self.forest.around[from - 1] == Some(end - 1) {
                self.used[from - 1] += 1;
            } else {
                self.used[end - 1] -= 1;
            }
            end = from;
        }
    }

    /// Says whether no arc that is open is worth taking under the prices, and
    /// none that ends in the sink is worth leaving: that proves that nothing
    /// is better on any level.
    fn is_proved(&mut self) -> bool {
        let problem = self.problem;
        let ends_of_trainees = (0..problem.trainees.len()).all(|trainee| {
            let price = self.price[self.trainee_node(trainee)];
            match self.chosen[trainee] {
                None => price <= Cost::ZERO,
                Some(choice) if self.entry_node(choice) == SINK => {
                    price.plus(self.cost(choice)) <= Cost::ZERO
                }
                Some(_) => true,
            }
        });
        let ends_of_limits = (0..problem.limits.len()).all(|limit| {
            let ends_here = self.used[limit] > 0 && self.forest.around[limit].is_none();
            !ends_here || self.price[1 + limit] <= Cost::ZERO
        });
        let mut is_proved = ends_of_trainees && ends_of_limits;
        for node in 1..self.price.len() {
            self.for_each_arc(node, |flow, end, cost, _| {
                let reduced = cost.plus(flow.price[node]).minus(flow.price[end]);
                is_proved &= reduced >= Cost::ZERO;
            });
        }
        is_proved
    }
}
