//! The levels that the policy asks for, and their values, counted again.

use std::collections::BTreeSet;

use crate::domain::plan::{Level, LevelResult, LevelStatus, Placement, Sense, Session};
use crate::domain::time::ZoneTable;
use crate::domain::{KeptLine, KeptSite, Site, Trainee, TraineeKey};
use crate::matching::forecast::finishing;

use super::breach::{Breaches, Broken};
use super::calendar::Calendar;
use super::index::Index;

pub(super) fn check(
    index: &Index<'_>,
    calendar: &Calendar<'_>,
    zones: &ZoneTable,
    breaches: &mut Breaches,
) {
    let due = index.roster.round.policy.levels(index.roster);
    let given: Vec<Level> = index
        .plan
        .levels
        .iter()
        .map(|result| result.level)
        .collect();
    for level in &due {
        let times = given.iter().filter(|given| *given == level).count();
        if times != 1 {
            breach(*level, format!("listed {times} times, not once"), breaches);
        }
    }
    for level in given.iter().filter(|level| !due.contains(level)) {
        let detail = "listed, though the policy does not ask for it".to_owned();
        breach(*level, detail, breaches);
    }
    if let Some((level, _)) = given.iter().zip(&due).find(|(given, due)| given != due) {
        let detail = "not in its place in the order of the levels".to_owned();
        breach(*level, detail, breaches);
    }
    for result in &index.plan.levels {
        let value = value(index, calendar, zones, result.level);
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

/// A placement with what the roster says of it.
type Placed<'a> = (&'a Placement, &'a Trainee, &'a Site);

fn value(index: &Index<'_>, calendar: &Calendar<'_>, zones: &ZoneTable, level: Level) -> i64 {
    let sum = |worth: &dyn Fn(&Placed<'_>) -> i64| -> i64 {
        let mut counted = BTreeSet::new();
        let placed = index.placed();
        placed
            .filter(|(placement, _, _)| counted.insert(&placement.trainee))
            .map(|placed| worth(&placed))
            .sum()
    };
    let rank = |(placement, trainee, site): &Placed<'_>| {
        let rank = index.site_rank(&trainee.key, &site.key);
        rank.unwrap_or(placement.preference_rank)
    };
    match level {
        Level::MatchedPriority => sum(&|(_, trainee, _)| i64::from(trainee.priority)),
        Level::MatchedByTier(tier) => sum(&|(_, trainee, _)| i64::from(trainee.priority == tier)),
        Level::Matched => sum(&|_| 1),
        Level::Changes => changes(index),
        Level::ContactShortMinutes => sum(&|(placement, trainee, _)| {
            let target = i64::from(index.target(trainee).get());
            (target - i64::from(placement.contact.get())).max(0)
        }),
        Level::FinishInTime => {
            let count = finishing(index.roster, zones, index.plan, calendar);
            i64::try_from(count).unwrap_or(i64::MAX)
        }
        Level::SiteRank => sum(&|placed| i64::from(rank(placed))),
        Level::SiteRankGenerous(step) | Level::SiteRankGreedy(step) => sum(&|placed| {
            // Dense: how many distinct ranks are better, and itself.
            let own = rank(placed);
            let ranks: BTreeSet<u32> = index.site_ranks(&placed.1.key).collect();
            let better = ranks.into_iter().filter(|other| *other < own).count();
            i64::from(u32::try_from(better + 1) == Ok(step))
        }),
        Level::SupervisorRank => supervisor_rank(index),
        Level::CaseloadBalance => caseload_balance(index),
    }
}

fn changes(index: &Index<'_>) -> i64 {
    let Some(baseline) = &index.roster.baseline else {
        return 0;
    };
    let keeps_site = |kept: &KeptSite| {
        let placement = index.placement(&kept.trainee);
        placement.is_some_and(|placement| placement.site == kept.site)
    };
    let is_same = |kept: &KeptLine, session: &Session| {
        session.supervisor == kept.supervisor
            && session.weekly_start == kept.weekly_start
            && session.delivery == kept.delivery
    };
    let keeps_line = |kept: &KeptLine| {
        let mut filled = index.filled(&kept.trainee).iter();
        filled.any(|filled| *filled.line == kept.line && is_same(kept, filled.session))
    };
    let is_here = |trainee: &TraineeKey| index.trainee(trainee).is_some();
    let sites = baseline.sites.iter().filter(|kept| is_here(&kept.trainee));
    let lines = baseline.lines.iter().filter(|kept| is_here(&kept.trainee));
    let broken = sites.filter(|kept| !keeps_site(kept)).count()
        + lines.filter(|kept| !keeps_line(kept)).count();
    i64::try_from(broken).unwrap_or(i64::MAX)
}

fn supervisor_rank(index: &Index<'_>) -> i64 {
    let sessions = index.plan.sessions.iter();
    let members = sessions.flat_map(|session| {
        let members = index.members(session);
        members.map(|(_, trainee)| (&trainee.key, &session.supervisor))
    });
    let ranks = members.map(|(trainee, supervisor)| {
        let own = || index.supervisor_ranks(trainee);
        let rank = own().find(|(ranked, _)| *ranked == supervisor);
        let last = own().map(|(_, rank)| i64::from(rank)).max();
        match rank {
            Some((_, rank)) => i64::from(rank),
            None => last.map_or(0, |last| last + 1),
        }
    });
    ranks.sum()
}

fn caseload_balance(index: &Index<'_>) -> i64 {
    let supervisors = index.roster.supervisors.iter();
    let shares = supervisors.map(|supervisor| {
        let sessions = index.plan.sessions.iter();
        let own = sessions.filter(|session| session.supervisor == supervisor.key);
        let trainees: BTreeSet<&TraineeKey> = own
            .flat_map(|session| index.distinct_members(session))
            .filter(|trainee| index.trainee(trainee).is_some())
            .collect();
        let before = i64::from(supervisor.caseload_current);
        let after = before + i64::try_from(trainees.len()).unwrap_or(i64::MAX);
        let limit = i64::from(supervisor.caseload_max.max(1));
        (before + 1..=after).map(|n| n * 100 / limit).sum::<i64>()
    });
    shares.sum()
}
