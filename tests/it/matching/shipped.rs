//! The rosters that come with the project.

use std::path::Path;

use practicum::roster::read_folder;

use crate::support::solving::{level_values, solved};

fn levels_of(name: &str) -> (Vec<i64>, bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/rosters")
        .join(name);
    let roster = read_folder(&folder).unwrap();
    level_values(&solved(&roster, 2).unwrap())
}

#[test]
fn clinic_12_is_solved_and_proved() {
    assert_eq!(levels_of("clinic-12"), (vec![7, 7, 0, 7], true));
}

#[test]
fn metro_120_is_solved_and_proved() {
    assert_eq!(levels_of("metro-120"), (vec![96, 88, 0, 212], true));
}

#[test]
fn world_240_is_solved_and_proved() {
    assert_eq!(levels_of("world-240"), (vec![192, 169, 120, 399], true));
}
