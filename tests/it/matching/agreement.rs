//! The matcher against the solver that tries everything, on tiny rosters in
//! which every rule bites now and then.

use practicum::domain::Roster;
use practicum::matching::MatchError;
use proptest::prelude::*;

use crate::support::brute_force::brute_force;
use crate::support::random_world::random_world;
use crate::support::solving::{level_values, solved, zones_of};

/// Asserts that the matcher reaches just the best values, and proves them; or
/// that both find no legal plan.
fn assert_agreement(roster: &Roster) {
    let best = brute_force(roster, &zones_of(roster));
    match (solved(roster, 1), best) {
        (Ok(plan), Some(best)) => {
            assert_eq!(level_values(&plan), (best.to_vec(), true));
        }
        (Err(MatchError::Clash(clashes)), None) => assert!(!clashes.is_empty()),
        (matched, best) => panic!("matcher: {matched:?}, everything tried: {best:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_trying_everything(seed in any::<u64>()) {
        assert_agreement(&random_world(seed));
    }
}

#[test]
fn agrees_with_trying_everything_on_the_first_seeds() {
    for seed in 0..400 {
        println!("seed {seed}");
        assert_agreement(&random_world(seed));
    }
}

#[test]
fn zz_debug() {
    let mut bad = 0;
    for seed in 0..400 {
        let roster = random_world(seed);
        let best = brute_force(&roster, &zones_of(&roster));
        let ours = std::panic::catch_unwind(|| solved(&roster, 1));
        let text = match &ours {
            Ok(Ok(plan)) => format!("{:?}", level_values(plan)),
            Ok(Err(e)) => format!("{e:?}"),
            Err(_) => "panic".to_owned(),
        };
        let same = match (&ours, &best) {
            (Ok(Ok(plan)), Some(best)) => level_values(plan) == (best.to_vec(), true),
            (Ok(Err(MatchError::Clash(c))), None) => !c.is_empty(),
            _ => false,
        };
        if !same {
            bad += 1;
            println!("seed {seed}: ours {text} brute {best:?} pins {:?} min {:?} {:?}", roster.pins, roster.sites.iter().map(|s| s.capacity_min).collect::<Vec<_>>(), roster.supervisors.iter().map(|s| (s.caseload_min, s.caseload_current)).collect::<Vec<_>>());
        }
    }
    println!("bad {bad}");
}
