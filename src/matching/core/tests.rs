//! The ways of the core against trying everything, on tiny problems.

use super::chance::Chance;
use super::flow::solve_nested;
use super::part::{first_choices, solve_by_prices};
use super::problem::{Choice, Chosen, Problem};
use super::watch::Watch;
use crate::domain::Plan;
use crate::domain::plan::Level;
use crate::matching::{Observer, Progress};

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

/// Returns a tiny problem: two to six trainees, sites with one to three
/// supervisors each, tight limits, and two levels, the first of which rewards
/// places. Without nesting a supervisor may be at any site.
fn random_problem(seed: u64, is_nested: bool) -> Problem {
    let mut chance = Chance::new(seed);
    let sites = 1 + chance.below(3);
    let supervisors = sites + chance.below(4);
    let mut problem = Problem {
        costs: vec![Vec::new(), Vec::new()],
        ..Problem::default()
    };
    for _ in 0..sites + supervisors {
        problem.limits.push(u32::try_from(chance.below(3)).unwrap());
    }
    for trainee in 0..2 + chance.below(5) {
        problem.trainees.push(trainee);
        problem.first.push(problem.choices.len());
        let priority = 1 + chance.below(3);
        for _ in 0..chance.below(5) {
            let supervisor = chance.below(supervisors);
            let site = if is_nested {
                supervisor % sites
            } else {
                chance.below(sites)
            };
            problem.choices.push(Choice {
                pair: problem.choices.len(),
                fill: None,
                site: (chance.below(6) > 0 || is_nested).then_some(site),
                supervisor: (chance.below(6) > 0).then_some(sites + supervisor),
            });
            problem.costs[0].push(-i64::try_from(priority).unwrap());
            problem.costs[1].push(i64::try_from(chance.below(6)).unwrap());
        }
    }
    problem.first.push(problem.choices.len());
    problem
}

fn values(problem: &Problem, chosen: &Chosen) -> Vec<i64> {
    (0..problem.costs.len())
        .map(|level| problem.value(level, chosen))
        .collect()
}

/// Returns the best values by trying every choice of everybody.
fn best_values(problem: &Problem) -> Vec<i64> {
    fn try_from(problem: &Problem, chosen: &mut Chosen, room: &mut [u32], best: &mut Vec<i64>) {
        let trainee = chosen.len();
        if trainee == problem.trainees.len() {
            *best = values(problem, chosen).min(best.clone());
            return;
        }
        chosen.push(None);
        try_from(problem, chosen, room, best);
        chosen.pop();
        for choice in problem.choices_of(trainee) {
            let limits: Vec<usize> = problem.choices[choice].limits().collect();
            if limits.iter().all(|limit| room[*limit] > 0) {
                limits.iter().for_each(|limit| room[*limit] -= 1);
                chosen.push(Some(choice));
                try_from(problem, chosen, room, best);
                chosen.pop();
                limits.iter().for_each(|limit| room[*limit] += 1);
            }
        }
    }
    let mut best = vec![0; problem.costs.len()];
    try_from(
        problem,
        &mut Vec::new(),
        &mut problem.limits.clone(),
        &mut best,
    );
    best
}

fn assert_legal(problem: &Problem, chosen: &Chosen, which: &str) {
    let mut used = vec![0; problem.limits.len()];
    for (trainee, choice) in chosen.iter().enumerate() {
        if let Some(choice) = choice {
            assert!(problem.choices_of(trainee).contains(choice), "{which}");
            problem.choices[*choice]
                .limits()
                .for_each(|limit| used[limit] += 1);
        }
    }
    assert!(
        used.iter()
            .zip(&problem.limits)
            .all(|(used, limit)| used <= limit),
        "{which}"
    );
}

#[test]
fn a_flow_is_as_good_as_trying_everything() {
    for seed in 0..2_000 {
        let problem = random_problem(seed, true);
        let chosen = solve_nested(&problem, &|| true).unwrap();
        assert_legal(&problem, &chosen, &format!("seed {seed}"));
        assert_eq!(
            values(&problem, &chosen),
            best_values(&problem),
            "seed {seed}"
        );
    }
}

#[test]
fn prices_lead_to_what_trying_everything_finds_and_prove_it() {
    for seed in 0..600 {
        let problem = random_problem(seed, seed % 3 == 0);
        let first = first_choices(&problem);
        assert_legal(&problem, &first, &format!("seed {seed}, first"));
        let mut patient = Patient;
        let watch = Watch::new(&mut patient, &[Level::MatchedPriority, Level::SiteRank]);
        let solved = solve_by_prices(&problem, &first, &watch).unwrap();
        assert_legal(&problem, &solved.chosen, &format!("seed {seed}"));
        let best = best_values(&problem);
        assert_eq!(values(&problem, &solved.chosen), best, "seed {seed}");
        assert_eq!(solved.bounds, best, "seed {seed}");
    }
}

#[test]
fn parts_share_no_limit_and_have_the_value_of_the_whole() {
    let mut several = 0;
    for seed in 0..500 {
        let problem = random_problem(seed, false);
        let parts = problem.parts();
        several += usize::from(parts.len() > 1);
        let trainees: usize = parts.iter().map(|part| part.trainees.len()).sum();
        assert_eq!(trainees, problem.trainees.len(), "seed {seed}");
        // Lexicographic values of parts add up, since parts are independent.
        let mut sum = vec![0; problem.costs.len()];
        for part in &parts {
            let best = best_values(part);
            sum.iter_mut()
                .zip(best)
                .for_each(|(sum, best)| *sum += best);
        }
        assert_eq!(sum, best_values(&problem), "seed {seed}");
    }
    assert!(several > 50, "{several}");
}

#[test]
fn crossing_limits_are_no_flow() {
    let crossing = (0..200).map(|seed| random_problem(seed, false));
    let refused = crossing.filter(|problem| solve_nested(problem, &|| true).is_none());
    assert!(refused.count() > 20);
}
