//! The exact model as MPS: solved as a file it has the values of everything
//! tried.

use std::collections::BTreeSet;

use practicum::domain::plan::{Level, LevelResult, LevelStatus};
use practicum::domain::{Roster, Rule};
use practicum::matching::exact_model::ExactModel;
use practicum::roster::read_folder;

use crate::cli_match::shipped;
use crate::support::brute_force::{brute_force, brute_force_plan};
use crate::support::command::practicum;
use crate::support::mps::read_mps;
use crate::support::random_policy::random_finish_world;
use crate::support::random_world::random_world;
use crate::support::solving::{solved, zones_of};

/// A level alone; its own value is in no file.
const FIRST_LEVEL: LevelResult = LevelResult {
    level: Level::Matched,
    value: 0,
    bound: 0,
    status: LevelStatus::Proved,
};

/// Returns the best value of each file of a roster, each under the values of
/// the given levels before it.
fn best_values(roster: &Roster, levels: &[LevelResult]) -> Vec<Option<f64>> {
    let zones = zones_of(roster);
    let model = ExactModel::new(roster, &zones, levels).unwrap();
    model
        .files()
        .map(|(_, text)| read_mps(&text).best())
        .collect()
}

fn assert_values(found: &[Option<f64>], expected: &[i64], which: &str) {
    assert_eq!(found.len(), expected.len(), "{which}");
    for (found, expected) in found.iter().zip(expected) {
        #[expect(clippy::cast_precision_loss, reason = "small values")]
        let distance = (found.unwrap() - *expected as f64).abs();
        assert!(distance < 1e-5, "{which}: {found:?}, not {expected}");
    }
}

#[test]
fn clinic_12_has_its_values_as_files() {
    let roster = read_folder(&shipped("clinic-12")).unwrap();
    let plan = solved(&roster, 1).unwrap();
    assert_values(
        &best_values(&roster, &plan.levels),
        &[7, 7, 0, 7],
        "clinic-12",
    );
}

#[test]
fn files_have_the_values_of_everything_tried() {
    let mut solved_worlds = 0;
    for seed in 0..200 {
        let roster = random_world(seed);
        let Some(plan) = brute_force_plan(&roster, &zones_of(&roster)) else {
            continue;
        };
        let values: Vec<i64> = plan.levels.iter().map(|level| level.value).collect();
        assert_values(
            &best_values(&roster, &plan.levels),
            &values,
            &format!("seed {seed}"),
        );
        solved_worlds += 1;
    }
    assert!(solved_worlds > 100, "{solved_worlds}");
}

#[test]
fn files_have_the_values_of_everything_tried_on_who_finishes() {
    let mut finishing = 0;
    for seed in 0..160 {
        let roster = random_finish_world(seed);
        let Some(plan) = brute_force_plan(&roster, &zones_of(&roster)) else {
            continue;
        };
        let values: Vec<i64> = plan.levels.iter().map(|level| level.value).collect();
        let which = format!("seed {seed}");
        assert_values(&best_values(&roster, &plan.levels), &values, &which);
        let mut levels = plan.levels.iter();
        finishing += i32::from(levels.any(|l| l.level == Level::FinishInTime && l.value > 0));
    }
    assert!(finishing > 30, "{finishing}");
}

#[test]
fn a_roster_without_a_legal_plan_has_no_point() {
    let without: Vec<Roster> = (0..400)
        .map(random_world)
        .filter(|roster| brute_force(roster, &zones_of(roster)).is_none())
        .collect();
    assert!(!without.is_empty());
    for roster in without {
        assert_eq!(best_values(&roster, &[FIRST_LEVEL]), [None]);
    }
}

#[test]
fn rows_are_named_after_rules_and_each_name_is_used_once() {
    let mut expected = BTreeSet::from([
        Rule::SiteCapacity,
        Rule::CapacityMin,
        Rule::SiteContactMinutes,
        Rule::ContactRange,
        Rule::CaseloadLimit,
        Rule::SupervisorWeeklyMinutes,
        Rule::SessionSize,
        Rule::NoOverlap,
        Rule::SupervisionLines,
        Rule::SupervisionRatio,
        Rule::Pinned,
    ]);
    for roster in (0..800).map(random_world) {
        let zones = zones_of(&roster);
        let model = ExactModel::new(&roster, &zones, &[FIRST_LEVEL]).unwrap();
        for (_, text) in model.files() {
            // That no name is used twice is seen while it is read.
            for name in read_mps(&text).rows.keys() {
                let rule = name.split('(').next().unwrap();
                expected.remove(&rule.parse().unwrap_or_else(|_| panic!("{name}")));
            }
        }
        if expected.is_empty() {
            return;
        }
    }
    panic!("no row of {expected:?}");
}

#[test]
fn the_command_writes_a_file_for_each_level() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (roster, plan, models) = (shipped("clinic-12"), at("plan"), at("models"));
    let roster = roster.to_str().unwrap();
    let matched = practicum(&["match", "--roster", roster, "--out", &plan]);
    assert_eq!(matched.code, 0, "{}", matched.stderr);
    let command = [
        "model", "export", "--roster", roster, "--plan", &plan, "--out", &models,
    ];
    let exported = practicum(&command);
    assert_eq!(exported.code, 0, "{}", exported.stderr);
    let expected = [
        ("1-matched_priority.mps", 7.0),
        ("2-matched.mps", 7.0),
        ("3-contact_short_minutes.mps", 0.0),
        ("4-site_rank.mps", 7.0),
    ];
    for (name, value) in expected {
        let text = std::fs::read_to_string(folder.path().join("models").join(name)).unwrap();
        let best = read_mps(&text).best().unwrap();
        assert!((best - value).abs() < 1e-5, "{name}: {best}");
    }
}

#[test]
fn the_command_refuses_a_plan_that_is_not_legal() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (clinic, metro) = (shipped("clinic-12"), shipped("metro-120"));
    let matched = practicum(&[
        "match",
        "--roster",
        clinic.to_str().unwrap(),
        "--out",
        &at("plan"),
    ]);
    assert_eq!(matched.code, 0, "{}", matched.stderr);
    let roster = metro.to_str().unwrap();
    let (plan, out) = (at("plan"), at("models"));
    let ran = practicum(&[
        "model", "export", "--roster", roster, "--plan", &plan, "--out", &out,
    ]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("is not legal"), "{}", ran.stderr);
    assert!(!folder.path().join("models").exists());
}
