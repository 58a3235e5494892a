//! Rounds without session times, which are solved as a whole: against trying
//! everything, against the exact model, and when the time runs out.

use practicum::domain::plan::LevelResult;
use practicum::domain::{Minutes, Plan, Role, Roster, SessionKind};
use practicum::matching::check::check;
use practicum::matching::exact_model::ExactModel;
use practicum::matching::{Budget, Observer, Progress, solve};
use practicum::roster::{GenerateOptions, Regions, Shape, generate};

use crate::support::brute_force::brute_force;
use crate::support::dice::Dice;
use crate::support::mps::read_mps;
use crate::support::random_world::random_world;
use crate::support::solving::{level_values, solved, zones_of};

/// Returns a roster without times: at most one line, of no minutes, filled at
/// the site; no pins, no least numbers, contact for everybody.
fn without_times(seed: u64) -> Roster {
    let mut roster = random_world(seed);
    roster.round.ratio = None;
    roster.pins.clear();
    roster.supervision_lines.truncate(1);
    for line in &mut roster.supervision_lines {
        line.minutes_per_week = Minutes::default();
        line.role = Role::Site;
        line.kinds = SessionKind::ALL.into_iter().collect();
    }
    for site in &mut roster.sites {
        site.capacity_min = 0;
        site.contact_per_week = Minutes::new(6_000).unwrap();
    }
    for supervisor in &mut roster.supervisors {
        supervisor.role = Role::Site;
        supervisor.caseload_min = 0;
        supervisor.kinds = SessionKind::ALL.into_iter().collect();
    }
    roster
}

fn generated(trainees: u32, seed: u64, shape: Shape) -> Roster {
    let options = GenerateOptions::new(trainees, seed, Regions::Us).unwrap();
    generate(&options.with_shape(shape)).unwrap()
}

/// Returns a generated roster with priorities, ties, and too little room.
fn tight(seed: u64, shape: Shape) -> Roster {
    let mut dice = Dice::new(seed);
    let mut roster = generated(60, seed, shape);
    for trainee in &mut roster.trainees {
        trainee.priority = 1 + dice.below(3);
    }
    for preference in &mut roster.preferences {
        preference.rank = preference.rank.div_ceil(2);
    }
    for site in &mut roster.sites {
        site.capacity = 5 + dice.below(6);
    }
    for supervisor in &mut roster.supervisors {
        supervisor.caseload_max = 2 + dice.below(3);
    }
    roster
}

/// Returns the best value of each level by the exact model, each under the
/// values before it.
fn values_of_exact_model(roster: &Roster, levels: &[LevelResult]) -> Vec<f64> {
    let zones = zones_of(roster);
    let model = ExactModel::new(roster, &zones, levels).unwrap();
    let files = model.files();
    files
        .map(|(_, text)| read_mps(&text).best().unwrap())
        .collect()
}

#[test]
fn agrees_with_trying_everything() {
    let mut matched = 0;
    for seed in 0..400 {
        let roster = without_times(seed);
        let plan = solved(&roster, 1).unwrap();
        let best = brute_force(&roster, &zones_of(&roster)).unwrap();
        assert_eq!(level_values(&plan), (best.to_vec(), true), "seed {seed}");
        matched += plan.placements.len();
    }
    assert!(matched > 400, "{matched}");
}

#[test]
fn agrees_with_the_exact_model_where_not_everybody_fits() {
    let mut unmatched = 0;
    for seed in 0..12 {
        let shape = if seed % 3 == 0 {
            Shape::Nested
        } else {
            Shape::Core
        };
        let roster = tight(seed, shape);
        let plan = solved(&roster, 2).unwrap();
        let (values, is_proved) = level_values(&plan);
        assert!(is_proved, "seed {seed}");
        let best = values_of_exact_model(&roster, &plan.levels);
        for (value, best) in values.iter().zip(best) {
            #[expect(clippy::cast_precision_loss, reason = "small values")]
            let value = *value as f64;
            assert!((value - best).abs() < 1e-5, "seed {seed}: {value}, {best}");
        }
        unmatched += plan.unmatched.len();
    }
    assert!(unmatched > 20, "{unmatched}");
}

/// An observer whose time is up after a number of questions.
struct Hasty {
    questions: u32,
    plans: u32,
}

impl Observer for Hasty {
    fn seconds_left(&self) -> f64 {
        f64::from(self.questions)
    }

    fn is_cancelled(&self) -> bool {
        self.questions == 0
    }

    fn progress(&mut self, _progress: Progress) {
        self.questions = self.questions.saturating_sub(1);
    }

    fn better_plan(&mut self, _plan: &Plan) {
        self.plans += 1;
    }
}

#[test]
fn ends_with_a_legal_plan_and_true_bounds_when_the_time_is_up() {
    let roster = tight(1, Shape::Core);
    let zones = zones_of(&roster);
    let (best, _) = level_values(&solved(&roster, 1).unwrap());
    let mut stopped = 0;
    for questions in 1..6 {
        let mut hasty = Hasty {
            questions,
            plans: 0,
        };
        let plan = solve(&roster, &zones, &Budget { threads: 1 }, &mut hasty).unwrap();
        assert!(check(&roster, &zones, &plan).is_empty(), "{questions}");
        assert!(hasty.plans > 0);
        let first = &plan.levels[0];
        assert!(
            first.value <= best[0] && first.bound >= best[0],
            "{questions}: {first:?}"
        );
        stopped += u32::from(!level_values(&plan).1);
    }
    assert!(stopped > 0);
}
