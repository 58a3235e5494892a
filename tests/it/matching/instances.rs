//! Public instances against their known answers.

use std::time::{Duration, Instant};

use practicum::domain::{Roster, Rule};
use practicum::matching::MatchError;

use crate::support::instances::{
    KnownBest, hospitals_and_residents, instances, known_best, residents_with_ties,
    students_and_projects,
};
use crate::support::solving::{level_values, solved};

/// Asserts that as many are placed, at the same cost and with the same
/// profiles, as trying everything found; where it found no plan, the quotas
/// that clash are named.
fn assert_known_best(roster: &Roster, best: Option<KnownBest>, what: &str) {
    match (solved(roster, 1), best) {
        (Ok(plan), Some(best)) => {
            let values = vec![best.size, best.size, 0, best.cost];
            assert_eq!(level_values(&plan), (values, true), "{what}");
            assert_profiles(roster, &best, what);
        }
        (Err(MatchError::Clash(clashes)), None) => {
            assert!(!clashes.is_empty(), "{what}");
            for clash in &clashes {
                assert_eq!(clash.rule, Rule::CapacityMin, "{what}: {clash:?}");
                assert!(
                    clash.subject.contains("needs at least"),
                    "{what}: {clash:?}"
                );
            }
        }
        (found, _) => panic!("{what}: {found:?}"),
    }
}

fn assert_profiles(roster: &Roster, best: &KnownBest, what: &str) {
    let profile = |policy: &str| -> Vec<i64> {
        let mut roster = roster.clone();
        roster.round.policy = policy.parse().unwrap();
        let plan = solved(&roster, 1).unwrap();
        assert!(level_values(&plan).1, "{what}: {policy}");
        let steps = plan
            .levels
            .iter()
            .filter(|result| result.level.step().is_some());
        let mut steps: Vec<_> = steps.map(|r| (r.level.step(), r.value)).collect();
        steps.sort_unstable();
        let mut profile: Vec<i64> = steps.into_iter().map(|(_, value)| value).collect();
        // The source has a column for each hospital, named or not.
        profile.resize(profile.len().max(best.generous.len()), 0);
        profile
    };
    assert_eq!(
        profile("matched;site_rank_generous"),
        best.generous,
        "{what}"
    );
    assert_eq!(profile("matched;site_rank_greedy"), best.greedy, "{what}");
    assert_eq!(
        profile("site_rank_greedy"),
        best.greedy_of_any_size,
        "{what}"
    );
}

#[test]
fn the_residents_are_all_placed_at_the_least_sum_of_ranks_within_two_seconds() {
    let Some(folder) = instances("residents-759") else {
        return;
    };
    let roster = residents_with_ties(&folder.join("hrt.instance"));
    assert_eq!((roster.trainees.len(), roster.sites.len()), (759, 53));
    assert_eq!(roster.preferences.len(), 4154);
    let run = || {
        let started = Instant::now();
        let plan = solved(&roster, 1).unwrap();
        assert_eq!(level_values(&plan), (vec![759, 759, 0, 918], true));
        started.elapsed()
    };
    // Other tests run beside this one; the fastest of three tells.
    let fastest = (0..3).map(|_| run()).min().unwrap();
    assert!(fastest < Duration::from_secs(2), "{fastest:?}");
}

#[test]
fn hospitals_and_residents_are_as_trying_everything_says() {
    let Some(folder) = instances("student-project/hr") else {
        return;
    };
    for number in 0..5 {
        let roster = hospitals_and_residents(&folder.join(format!("instances/{number}.txt")));
        assert_eq!((roster.trainees.len(), roster.sites.len()), (6, 4));
        let best = known_best(&folder, number);
        assert_known_best(&roster, best, &format!("hr {number}"));
    }
}

#[test]
fn students_and_projects_are_as_trying_everything_says() {
    let Some(folder) = instances("student-project/spa") else {
        return;
    };
    let mut without_plan = Vec::new();
    for number in 0..5 {
        let roster = students_and_projects(&folder.join(format!("instances/{number}.txt")));
        assert_eq!((roster.trainees.len(), roster.sites.len()), (6, 8));
        assert_eq!(roster.supervisors.len(), 4);
        let best = known_best(&folder, number);
        if best.is_none() {
            without_plan.push(number);
        }
        assert_known_best(&roster, best, &format!("spa {number}"));
    }
    assert_eq!(without_plan, [3]);
}
