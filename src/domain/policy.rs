//! What a round is optimised for: objectives by name, in the order in which
//! they are solved.
//!
//! Most objectives are one level. A profile is several: one step for each
//! rank or priority, each solved under the steps before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::plan::Level;
use super::{Roster, SiteOrSupervisor, TraineeKey, UnrankedSites};

/// What plans are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Objective {
    /// Sum of the priorities of matched trainees, most.
    MatchedPriority,
    /// Matched trainees of the highest priority, most; then of the next.
    MatchedByTier,
    /// Number of matched trainees, most.
    Matched,
    /// What a plan changes against the baseline, least.
    Changes,
    /// Minutes of weekly contact short of target over matched trainees, least.
    ContactShortMinutes,
    /// Matched trainees who reach all that is due within the term, most.
    FinishInTime,
    /// Sum of the site ranks of matched trainees, least.
    SiteRank,
    /// Trainees at the worst site rank, fewest; then at the next better one.
    SiteRankGenerous,
    /// Trainees at their first choice of site, most; then at their second.
    SiteRankGreedy,
    /// Sum of the ranks of the supervisors of matched trainees, least.
    SupervisorRank,
    /// How much of their caseloads supervisors use, the fullest first, least.
    CaseloadBalance,
}

impl Objective {
    /// Every objective.
    pub const ALL: [Self; 11] = [
        Self::MatchedPriority,
        Self::MatchedByTier,
        Self::Matched,
        Self::Changes,
        Self::ContactShortMinutes,
        Self::FinishInTime,
        Self::SiteRank,
        Self::SiteRankGenerous,
        Self::SiteRankGreedy,
        Self::SupervisorRank,
        Self::CaseloadBalance,
    ];

    /// Returns the name used in files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MatchedPriority => "matched_priority",
            Self::MatchedByTier => "matched_by_tier",
            Self::Matched => "matched",
            Self::Changes => "changes",
            Self::ContactShortMinutes => "contact_short_minutes",
            Self::FinishInTime => "finish_in_time",
            Self::SiteRank => "site_rank",
            Self::SiteRankGenerous => "site_rank_generous",
            Self::SiteRankGreedy => "site_rank_greedy",
            Self::SupervisorRank => "supervisor_rank",
            Self::CaseloadBalance => "caseload_balance",
        }
    }

    /// Returns the objective of that name; `contact_short` and
    /// `site_rank_total` are understood as well.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "contact_short" => Some(Self::ContactShortMinutes),
            "site_rank_total" => Some(Self::SiteRank),
            name => Self::ALL.into_iter().find(|one| one.name() == name),
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The objectives of a round in the order in which they are solved: each once,
/// and at least one besides changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy(Vec<Objective>);

impl Policy {
    /// Returns a policy; `None` for no objective besides changes, which say
    /// nothing without a baseline, or for one twice.
    pub fn new(objectives: Vec<Objective>) -> Option<Self> {
        let distinct: BTreeSet<&Objective> = objectives.iter().collect();
        let says_something = objectives.iter().any(|one| *one != Objective::Changes);
        let is_policy = says_something && distinct.len() == objectives.len();
        is_policy.then_some(Self(objectives))
    }

    /// Returns the objectives, in order.
    pub fn objectives(&self) -> &[Objective] {
        &self.0
    }

    /// Returns the levels that a run over a roster solves, in order. With a
    /// baseline, `changes` comes first where the policy does not place it;
    /// without one there is nothing to keep, and it is left out.
    pub fn levels(&self, roster: &Roster) -> Vec<Level> {
        let first = (!self.0.contains(&Objective::Changes)).then_some(Objective::Changes);
        let objectives = first.into_iter().chain(self.0.iter().copied());
        let has_baseline = roster.baseline.is_some();
        objectives
            .filter(|one| has_baseline || *one != Objective::Changes)
            .flat_map(|objective| steps(objective, roster))
            .collect()
    }
}

impl Default for Policy {
    /// Priority matched, trainees matched, contact short, sum of site ranks.
    fn default() -> Self {
        Self(vec![
            Objective::MatchedPriority,
            Objective::Matched,
            Objective::ContactShortMinutes,
            Objective::SiteRank,
        ])
    }
}

impl fmt::Display for Policy {
    /// Writes the names with semicolons between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|one| one.name()).collect();
        f.write_str(&names.join(";"))
    }
}

/// Text that is no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the names of objectives, each once and one besides changes, with semicolons between them"
)]
pub struct InvalidPolicy;

impl FromStr for Policy {
    type Err = InvalidPolicy;

    fn from_str(text: &str) -> Result<Self, InvalidPolicy> {
        let objectives = text.split(';').map(Objective::from_name);
        let objectives: Option<Vec<Objective>> = objectives.collect();
        objectives.and_then(Self::new).ok_or(InvalidPolicy)
    }
}

fn steps(objective: Objective, roster: &Roster) -> Vec<Level> {
    match objective {
        Objective::MatchedPriority => vec![Level::MatchedPriority],
        Objective::MatchedByTier => {
            let tiers: BTreeSet<u32> = roster.trainees.iter().map(|t| t.priority).collect();
            tiers.into_iter().rev().map(Level::MatchedByTier).collect()
        }
        Objective::Matched => vec![Level::Matched],
        Objective::Changes => vec![Level::Changes],
        Objective::ContactShortMinutes => vec![Level::ContactShortMinutes],
        Objective::FinishInTime => vec![Level::FinishInTime],
        Objective::SiteRank => vec![Level::SiteRank],
        Objective::SiteRankGenerous => {
            let ranks = 1..=worst_rank(roster);
            ranks.rev().map(Level::SiteRankGenerous).collect()
        }
        Objective::SiteRankGreedy => (1..=worst_rank(roster))
            .map(Level::SiteRankGreedy)
            .collect(),
        Objective::SupervisorRank => vec![Level::SupervisorRank],
        Objective::CaseloadBalance => vec![Level::CaseloadBalance],
    }
}

/// Returns the worst dense rank that a trainee can have of a site: how many
/// distinct ranks the longest list has, and one more where sites that are not
/// ranked come last.
fn worst_rank(roster: &Roster) -> u32 {
    let mut ranks: BTreeMap<&TraineeKey, BTreeSet<u32>> = BTreeMap::new();
    for preference in &roster.preferences {
        if matches!(preference.target, SiteOrSupervisor::Site(_)) {
            let own = ranks.entry(&preference.trainee).or_default();
            own.insert(preference.rank);
        }
    }
    let longest = ranks.values().map(BTreeSet::len).max().unwrap_or(0);
    let unranked = u32::from(roster.round.unranked_sites == UnrankedSites::Last);
    u32::try_from(longest)
        .unwrap_or(u32::MAX)
        .saturating_add(unranked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_as_it_is_written() {
        let all = Policy::new(Objective::ALL.to_vec()).unwrap();
        assert_eq!(all.to_string().parse(), Ok(all));
        let short: Policy = "contact_short;site_rank_total".parse().unwrap();
        assert_eq!(short.to_string(), "contact_short_minutes;site_rank");
    }

    #[test]
    fn a_policy_names_something_and_nothing_twice() {
        for text in [
            "",
            "changes",
            "matched;matched",
            "matched;",
            "best",
            "site_rank;site_rank_total",
        ] {
            assert_eq!(text.parse::<Policy>(), Err(InvalidPolicy), "{text}");
        }
    }
}
