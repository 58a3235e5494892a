//! Rounds too large to be fitted at once, and runs that end early.

use practicum::domain::{Plan, Roster};
use practicum::matching::check::check;
use practicum::matching::{Budget, Observer, Progress, Stage, solve};
use practicum::roster::{GenerateOptions, Regions, generate};

use crate::support::solving::zones_of;

fn generated(trainees: u32) -> Roster {
    generate(&GenerateOptions::new(trainees, 3, Regions::Us).unwrap()).unwrap()
}

/// An observer that ends a run at a stage; before, its time never runs out.
struct Until {
    end: fn(Stage) -> bool,
    has_ended: bool,
    plans: usize,
}

impl Until {
    fn new(end: fn(Stage) -> bool) -> Self {
        Self {
            end,
            has_ended: false,
            plans: 0,
        }
    }
}

impl Observer for Until {
    fn seconds_left(&self) -> f64 {
        // Finite, so that a first plan is looked for.
        1e6
    }

    fn is_cancelled(&self) -> bool {
        self.has_ended
    }

    fn progress(&mut self, progress: Progress) {
        self.has_ended |= (self.end)(progress.stage);
    }

    fn better_plan(&mut self, _plan: &Plan) {
        self.plans += 1;
    }
}

fn solve_until(roster: &Roster, threads: usize, observer: &mut Until) -> Plan {
    let zones = zones_of(roster);
    let plan = solve(roster, &zones, &Budget { threads }, observer).unwrap();
    let breaches = check(roster, &zones, &plan);
    assert!(breaches.is_empty(), "{breaches:#?}");
    plan
}

#[test]
fn a_run_that_ends_before_the_candidates_are_known_matches_nobody() {
    let roster = generated(60);
    let mut at_once = Until::new(|stage| stage == Stage::Candidates);
    let plan = solve_until(&roster, 1, &mut at_once);
    assert!(plan.placements.is_empty());
    assert_eq!(plan.unmatched.len(), roster.trainees.len());
    assert_eq!(at_once.plans, 1);
    // A true bound all the same: somebody could have been matched.
    assert!(plan.levels[0].bound > 0);
}

#[test]
#[ignore = "minutes: every part is solved until none gains; `make test-long` runs it"]
fn parts_that_are_improved_side_by_side_give_one_legal_plan() {
    let roster = generated(330);
    let floor = |threads| {
        let mut before_levels = Until::new(|stage| matches!(stage, Stage::Level(_)));
        let plan = solve_until(&roster, threads, &mut before_levels);
        // That of nobody, the quick one, and the improved one.
        assert_eq!(before_levels.plans, 3);
        plan
    };
    let plan = floor(1);
    assert!(plan.placements.len() > 250);
    assert_eq!(plan, floor(2));
}
