//! What plans are worth on each level.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::finish::finishing;
use super::load::Load;
use super::timetable::{FilledLine, Timetable};
use crate::domain::plan::Level;
use crate::domain::{Plan, Supervisor};

/// Returns the value of a level that a timetable has, with the contact that
/// its plan shares out.
pub(super) fn level_value(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
    plan: &Plan,
    level: Level,
) -> i64 {
    let pairs = || {
        let matched = timetable.matched.values();
        matched.map(|matched| &candidates.pairs[matched.pair])
    };
    let priority = |trainee: usize| candidates.roster.trainees[trainee].priority;
    let at_rank = |rank: u32| count(pairs().filter(|pair| pair.dense_rank == rank));
    match level {
        Level::MatchedPriority => pairs().map(|pair| i64::from(priority(pair.trainee))).sum(),
        Level::MatchedByTier(tier) => count(pairs().filter(|pair| priority(pair.trainee) == tier)),
        Level::Matched => count(pairs()),
        Level::Changes => changes(candidates, timetable),
        Level::ContactShortMinutes => contact_short(candidates, plan),
        Level::FinishInTime => finishing(candidates, timetable),
        Level::SiteRank => pairs().map(|pair| i64::from(pair.rank)).sum(),
        Level::SiteRankGenerous(rank) | Level::SiteRankGreedy(rank) => at_rank(rank),
        Level::SupervisorRank => lines(timetable)
            .map(|line| &candidates.fills[line.fill])
            .map(|fill| candidates.wishes[fill.trainee].supervisor_rank(fill.supervisor))
            .map(i64::from)
            .sum(),
        Level::CaseloadBalance => Load::new(candidates, timetable)
            .caseload
            .iter()
            .map(|(supervisor, new)| {
                let supervisor = &candidates.roster.supervisors[*supervisor];
                let costs = (1..=*new).map(|place| caseload_share(supervisor, place));
                costs.map(i64::from).sum::<i64>()
            })
            .sum(),
    }
}

/// Returns the percentage of her limit, rounded down, that a supervisor uses
/// once she takes on the trainee of that place among the new ones, from one.
pub(super) fn caseload_share(supervisor: &Supervisor, place: u32) -> u32 {
    let caseload = u64::from(supervisor.caseload_current) + u64::from(place);
    let share = caseload * 100 / u64::from(supervisor.caseload_max.max(1));
    u32::try_from(share).unwrap_or(u32::MAX)
}

fn count<T>(items: impl Iterator<Item = T>) -> i64 {
    i64::try_from(items.count()).unwrap_or(i64::MAX)
}

fn lines(timetable: &Timetable) -> impl Iterator<Item = &FilledLine> {
    let matched = timetable.matched.values();
    matched.flat_map(|matched| matched.lines.values())
}

fn contact_short(candidates: &Candidates<'_>, plan: &Plan) -> i64 {
    let roster = candidates.roster;
    let trainees: BTreeMap<_, _> = roster.trainees.iter().map(|t| (&t.key, t)).collect();
    let short = plan.placements.iter().map(|placement| {
        let target = roster.contact_target(trainees[&placement.trainee]).get();
        i64::from(target.saturating_sub(placement.contact.get()))
    });
    short.sum()
}

fn changes(candidates: &Candidates<'_>, timetable: &Timetable) -> i64 {
    let promises = &candidates.promises;
    let sites = timetable.matched.iter().filter(|(trainee, matched)| {
        promises.keeps_site(**trainee, candidates.pairs[matched.pair].site)
    });
    let lines = lines(timetable).filter(|line| {
        let meeting = line.attended.map(|at| (at.venue, at.start));
        promises.keeps_line(candidates, &candidates.fills[line.fill], meeting)
    });
    i64::from(promises.count) - count(sites) - count(lines)
}
