//! What a plan is worth, told from the meaning of the levels by other means
//! than the matcher and the checker: everything is looked up in the lists of
//! the roster, one trainee at a time.

use practicum::domain::plan::{Level, Placement};
use practicum::domain::{
    Objective, Plan, Requirement, RequirementCategory, Roster, SiteOrSupervisor, SupervisorKey,
    Trainee, TraineeKey, UnrankedSites,
};

use super::collected::{Held, due, kind_of, least_contact, left};
use super::plans::rank;
use super::solving::zones_of;

/// Returns the levels that a run over a roster solves, in order.
pub(crate) fn levels_of(roster: &Roster) -> Vec<Level> {
    let mut objectives = roster.round.policy.objectives().to_vec();
    if roster.baseline.is_none() {
        objectives.retain(|objective| *objective != Objective::Changes);
    } else if !objectives.contains(&Objective::Changes) {
        objectives.insert(0, Objective::Changes);
    }
    let mut levels = Vec::new();
    for objective in objectives {
        let steps: Vec<u32> = match objective {
            Objective::MatchedByTier => {
                let mut tiers: Vec<u32> = roster.trainees.iter().map(|t| t.priority).collect();
                tiers.sort_unstable();
                tiers.dedup();
                tiers.into_iter().rev().collect()
            }
            Objective::SiteRankGreedy => (1..=longest_list(roster)).collect(),
            Objective::SiteRankGenerous => (1..=longest_list(roster)).rev().collect(),
            Objective::MatchedPriority
            | Objective::Matched
            | Objective::Changes
            | Objective::ContactShortMinutes
            | Objective::FinishInTime
            | Objective::SiteRank
            | Objective::SupervisorRank
            | Objective::CaseloadBalance => {
                levels.push(Level::from_name(objective.name()).unwrap());
                continue;
            }
        };
        levels.extend(steps.into_iter().map(|step| {
            let name = format!("{}[{step}]", objective.name());
            Level::from_name(&name).unwrap()
        }));
    }
    levels
}

fn longest_list(roster: &Roster) -> u32 {
    let lengths = roster.trainees.iter().map(|trainee| {
        let unranked = u32::from(roster.round.unranked_sites == UnrankedSites::Last);
        u32::try_from(site_ranks(roster, &trainee.key).len()).unwrap() + unranked
    });
    lengths.max().unwrap_or(0)
}

/// Returns the distinct ranks that a trainee gave to sites, best first.
fn site_ranks(roster: &Roster, trainee: &TraineeKey) -> Vec<u32> {
    let own = roster.preferences.iter().filter(|p| p.trainee == *trainee);
    let sites = own.filter(|p| matches!(p.target, SiteOrSupervisor::Site(_)));
    let mut ranks: Vec<u32> = sites.map(|preference| preference.rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks
}

/// Returns which choice a trainee's site is, ties being one.
fn choice(roster: &Roster, placement: &Placement) -> usize {
    let rank = rank(roster, &placement.trainee, &placement.site).unwrap();
    let ranks = site_ranks(roster, &placement.trainee);
    let place = ranks.iter().position(|other| *other == rank);
    place.unwrap_or(ranks.len()) + 1
}

/// Returns what a supervisor counts for a trainee.
pub(crate) fn supervisor_rank(
    roster: &Roster,
    trainee: &TraineeKey,
    supervisor: &SupervisorKey,
) -> i64 {
    let mut last = None;
    for preference in &roster.preferences {
        if let SiteOrSupervisor::Supervisor(key) = &preference.target
            && preference.trainee == *trainee
        {
            if key == supervisor {
                return i64::from(preference.rank);
            }
            last = last.max(Some(preference.rank));
        }
    }
    last.map_or(0, |last| i64::from(last) + 1)
}

/// Returns what so many new trainees count for the balance of a caseload.
pub(crate) fn caseload_worth(roster: &Roster, supervisor: usize, new: usize) -> i64 {
    let person = &roster.supervisors[supervisor];
    let mut caseload = i64::from(person.caseload_current);
    let mut worth = 0;
    for _ in 0..new {
        caseload += 1;
        worth += caseload * 100 / i64::from(person.caseload_max);
    }
    worth
}

/// Returns the value of a level that a plan has; placements of trainees that
/// the roster does not have count nothing.
pub(crate) fn value_of(roster: &Roster, plan: &Plan, level: Level) -> i64 {
    let placed: Vec<(&Placement, &Trainee)> = plan
        .placements
        .iter()
        .filter_map(|placement| {
            let mut trainees = roster.trainees.iter();
            Some((placement, trainees.find(|t| t.key == placement.trainee)?))
        })
        .collect();
    let count = |counts: &dyn Fn(&Placement, &Trainee) -> bool| {
        i64::try_from(placed.iter().filter(|(p, t)| counts(p, t)).count()).unwrap()
    };
    match level {
        Level::MatchedPriority => placed.iter().map(|(_, t)| i64::from(t.priority)).sum(),
        Level::MatchedByTier(tier) => count(&|_, trainee| trainee.priority == tier),
        Level::Matched => count(&|_, _| true),
        Level::Changes => changes(roster, plan),
        Level::ContactShortMinutes => placed
            .iter()
            .map(|(placement, trainee)| {
                let target = roster.contact_target(trainee).get();
                i64::from(target.saturating_sub(placement.contact.get()))
            })
            .sum(),
        Level::FinishInTime => {
            count(&|placement, trainee| finishes(roster, plan, placement, trainee))
        }
        Level::SiteRank => placed
            .iter()
            .map(|(p, _)| i64::from(p.preference_rank))
            .sum(),
        Level::SiteRankGenerous(step) | Level::SiteRankGreedy(step) => {
            count(&|placement, _| choice(roster, placement) == usize::try_from(step).unwrap())
        }
        Level::SupervisorRank => plan
            .sessions
            .iter()
            .flat_map(|session| session.members.iter().map(move |m| (&m.trainee, session)))
            .map(|(trainee, session)| supervisor_rank(roster, trainee, &session.supervisor))
            .sum(),
        Level::CaseloadBalance => (0..roster.supervisors.len())
            .map(|supervisor| {
                let key = &roster.supervisors[supervisor].key;
                let own = plan.sessions.iter().filter(|s| s.supervisor == *key);
                let mut trainees: Vec<&TraineeKey> = own
                    .flat_map(|s| s.members.iter().map(|m| &m.trainee))
                    .collect();
                trainees.sort();
                trainees.dedup();
                caseload_worth(roster, supervisor, trainees.len())
            })
            .sum(),
    }
}

/// Says whether a placed trainee reaches all that is due within the term.
fn finishes(roster: &Roster, plan: &Plan, placement: &Placement, trainee: &Trainee) -> bool {
    let zones = zones_of(roster);
    let mut sites = roster.sites.iter();
    let site = sites.find(|site| site.key == placement.site).unwrap();
    let least = least_contact(roster, &zones, trainee, site);
    let due = due(roster, trainee);
    let is_reached = |requirement: &&Requirement| match kind_of(requirement.category) {
        None if requirement.category == RequirementCategory::Contact => {
            least.is_some_and(|least| least <= placement.contact.get())
        }
        None => left(requirement) == 0,
        Some(kind) => {
            let own = plan.sessions.iter().filter(|session| {
                let mut members = session.members.iter();
                session.kind == kind && members.any(|m| m.trainee == trainee.key)
            });
            let given = own.filter_map(|session| {
                let days = Held::of(roster, session)?.days(roster, &zones, trainee);
                let days = days.iter().filter(|day| **day <= requirement.due_day);
                Some(session.minutes.get() * u32::try_from(days.count()).unwrap())
            });
            given.sum::<u32>() >= left(requirement)
        }
    };
    !due.is_empty() && due.iter().all(is_reached)
}

fn changes(roster: &Roster, plan: &Plan) -> i64 {
    let Some(baseline) = &roster.baseline else {
        return 0;
    };
    let mut changes = 0;
    for trainee in &roster.trainees {
        for kept in baseline.sites.iter().filter(|k| k.trainee == trainee.key) {
            let mut placements = plan.placements.iter();
            let is_kept = placements.any(|p| p.trainee == trainee.key && p.site == kept.site);
            changes += i64::from(!is_kept);
        }
        for kept in baseline.lines.iter().filter(|k| k.trainee == trainee.key) {
            let is_kept = plan.sessions.iter().any(|session| {
                let mut members = session.members.iter();
                members.any(|m| m.trainee == trainee.key && m.line == kept.line)
                    && session.supervisor == kept.supervisor
                    && session.weekly_start == kept.weekly_start
                    && session.delivery == kept.delivery
            });
            changes += i64::from(!is_kept);
        }
    }
    changes
}
