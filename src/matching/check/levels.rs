//! The values of the objective levels, counted again.

use std::collections::BTreeSet;

use crate::domain::plan::{Level, LevelResult, LevelStatus, Sense};

use super::breach::{Breaches, Broken};
use super::index::Index;

pub(super) fn check(index: &Index<'_>, breaches: &mut Breaches) {
    let given: Vec<Level> = index
        .plan
        .levels
        .iter()
        .map(|result| result.level)
        .collect();
    for level in Level::DEFAULT {
        let times = given.iter().filter(|given| **given == level).count();
        if times != 1 {
            breach(level, format!("listed {times} times, not once"), breaches);
        }
    }
    if let Some((level, _)) = given
        .iter()
        .zip(Level::DEFAULT)
        .find(|(given, due)| **given != *due)
    {
        let detail = "not in its place in the order of the levels".to_owned();
        breach(*level, detail, breaches);
    }
    for result in &index.plan.levels {
        let value = value(index, result.level);
        if result.value != value {
            let detail = format!("the plan says {}, it has {value}", result.value);
            breach(result.level, detail, breaches);
        }
        bound(result, breaches);
    }
}

fn breach(level: Level, detail: String, breaches: &mut Breaches) {
    breaches.add(Broken::LevelValue(level), format!("level {level}"), detail);
}

fn bound(result: &LevelResult, breaches: &mut Breaches) {
    let refuted = match result.level.sense() {
        Sense::Most => result.value > result.bound,
        Sense::Least => result.value < result.bound,
    };
    if refuted {
        let detail = format!(
            "the value {} is better than the bound {}",
            result.value, result.bound
        );
        breach(result.level, detail, breaches);
    } else if result.status == LevelStatus::Proved && result.value != result.bound {
        let detail = format!(
            "said to be proved, but the bound {} is not the value {}",
            result.bound, result.value
        );
        breach(result.level, detail, breaches);
    }
}

fn value(index: &Index<'_>, level: Level) -> i64 {
    let mut counted = BTreeSet::new();
    index
        .placed()
        .filter(|(placement, _, _)| counted.insert(&placement.trainee))
        .map(|(placement, trainee, site)| match level {
            Level::MatchedPriority => i64::from(trainee.priority),
            Level::Matched => 1,
            Level::ContactShortMinutes => {
                let target = i64::from(index.target(trainee).get());
                (target - i64::from(placement.contact.get())).max(0)
            }
            Level::SiteRank => i64::from(
                index
                    .site_rank(&trainee.key, &site.key)
                    .unwrap_or(placement.preference_rank),
            ),
        })
        .sum()
}
