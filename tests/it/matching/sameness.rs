//! The same plan, byte for byte, in any order of rows, with any number of
//! threads, and under keys that sort alike.

use std::path::Path;

use practicum::domain::{Minutes, Roster};
use practicum::roster::{
    FolderFiles, GenerateOptions, PlanContext, Regions, Shape, generate, read_folder, read_roster,
    write_plan, write_roster,
};

use crate::support::dice::Dice;
use crate::support::random_policy::random_policy_world;
use crate::support::solving::{solved, zones_of};

/// How keys of the shipped rosters begin.
const KEY_STARTS: [&str; 3] = ["site-", "sup-", "tr-"];

fn shipped(name: &str) -> FolderFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/rosters")
        .join(name);
    write_roster(&read_folder(&folder).unwrap())
}

fn text<'f>(files: &'f FolderFiles, name: &str) -> &'f str {
    std::str::from_utf8(files.get(name).unwrap()).unwrap()
}

/// Returns the files with each text changed.
fn changed(files: &FolderFiles, mut change: impl FnMut(&str, &str) -> String) -> FolderFiles {
    let mut result = FolderFiles::default();
    for (name, _) in files.iter() {
        result.insert(name, change(name, text(files, name)).into_bytes());
    }
    result
}

/// Returns the files with the rows of every table in another order.
fn shuffled(files: &FolderFiles, seed: u64) -> FolderFiles {
    let mut dice = Dice::new(seed);
    let result = changed(files, |name, text| {
        if !name.ends_with(".csv") {
            return text.to_owned();
        }
        let mut lines: Vec<&str> = text.lines().collect();
        // The first line is the header.
        for position in (2..lines.len()).rev() {
            let below = u32::try_from(position).unwrap();
            let other = 1 + usize::try_from(dice.below(below)).unwrap();
            lines.swap(position, other);
        }
        lines.join("\n") + "\n"
    });
    assert_ne!(result.to_bytes(), files.to_bytes());
    result
}

/// Returns the files with the rows of every table from the last to the first.
fn with_rows_turned(files: &FolderFiles) -> FolderFiles {
    changed(files, |name, text| {
        let mut lines: Vec<&str> = text.lines().collect();
        if let Some((_, rows)) = lines.split_first_mut().filter(|_| name.ends_with(".csv")) {
            rows.reverse();
        }
        lines.join("\n") + "\n"
    })
}

/// Puts one and the same letter before every key; `back` takes it away.
fn renamed(files: &FolderFiles, back: bool) -> FolderFiles {
    changed(files, |_, text| {
        KEY_STARTS.iter().fold(text.to_owned(), |text, start| {
            let longer = format!("k{start}");
            if back {
                text.replace(&longer, start)
            } else {
                text.replace(start, &longer)
            }
        })
    })
}

/// Returns the plan folder of a roster. The hash of the roster, which differs
/// under other keys, is left out.
fn plan_files(roster: &Roster, threads: usize) -> FolderFiles {
    let plan = solved(roster, threads).unwrap();
    assert!(!plan.sessions.is_empty());
    write_plan(&plan, &PlanContext::default())
}

fn assert_same(name: &str, files: &FolderFiles) {
    let read = |files: &FolderFiles| read_roster(files).unwrap();
    let plan = plan_files(&read(files), 1);

    let other = plan_files(&read(&shuffled(files, 1)), 2);
    assert!(
        other == plan,
        "{name} with rows in another order, two threads"
    );

    let longer = renamed(files, false);
    assert_eq!(renamed(&longer, true).to_bytes(), files.to_bytes());
    let other = plan_files(&read(&longer), 2);
    assert!(other != plan, "{name}: the keys are other ones");
    assert!(
        renamed(&other, true) == plan,
        "{name} with other keys in the same order"
    );
}

#[test]
fn clinic_12_has_one_plan() {
    assert_same("clinic-12", &shipped("clinic-12"));
}

#[test]
fn clinic_12_has_one_plan_under_every_objective() {
    for policy in [
        "matched_by_tier;site_rank_generous;caseload_balance",
        "matched;site_rank_greedy;supervisor_rank;contact_short_minutes",
        "finish_in_time;matched;contact_short_minutes",
    ] {
        let files = shipped("clinic-12");
        let mut roster = read_roster(&files).unwrap();
        roster.round.policy = policy.parse().unwrap();
        assert_same(policy, &write_roster(&roster));
    }
}

#[test]
fn repairs_and_policies_of_tiny_rosters_have_one_plan() {
    let mut tried = 0;
    for seed in 0..300 {
        let mut roster = random_policy_world(seed, zones_of);
        // Some minutes lie off the grid, which no file may say.
        let is_on_grid = |minutes: Minutes| minutes.get().is_multiple_of(15);
        let requirements = &mut roster.requirements;
        requirements.retain(|r| is_on_grid(r.required) && is_on_grid(r.completed));
        let files = write_roster(&roster);
        // Some have what no file may say.
        let Ok(again) = read_roster(&with_rows_turned(&files)) else {
            continue;
        };
        tried += 1;
        let plan = solved(&roster, 1).ok();
        assert_eq!(solved(&again, 2).ok(), plan, "seed {seed}");
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn metro_120_has_one_plan() {
    assert_same("metro-120", &shipped("metro-120"));
}

#[test]
fn a_round_without_times_has_one_plan() {
    for shape in [Shape::Core, Shape::Nested] {
        let options = GenerateOptions::new(2_400, 4, Regions::Us).unwrap();
        let roster = generate(&options.with_shape(shape)).unwrap();
        assert_same(&format!("{shape:?}"), &write_roster(&roster));
    }
}
