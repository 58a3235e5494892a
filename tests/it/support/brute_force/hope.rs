//! What can still be hoped for on each level, while a plan is being built.

use practicum::domain::plan::{Delivery, Level, Sense, WeeklyStart};

use super::assign::{Choice, Need};
use super::finish::Finishers;
use super::fit::Facts;
use super::place::Places;
use crate::support::worth::{caseload_worth, levels_of, supervisor_rank};

/// The levels of a plan in order, so that the least is the best.
pub(super) type Worth = Vec<i64>;

/// Returns the value of a level so that less is better.
pub(super) fn worse_is_more(level: Level, value: i64) -> i64 {
    match level.sense() {
        Sense::Most => -value,
        Sense::Least => value,
    }
}

/// Tells how good a plan can still become.
pub(super) struct Hopes<'a> {
    facts: &'a Facts<'a>,
    levels: Vec<Level>,
    /// Who could finish in time; `None` where no level asks.
    finishers: Option<Finishers<'a>>,
}

/// What of a plan is already decided about lines.
pub(super) struct Lines<'a> {
    pub(super) needs: &'a [Need<'a>],
    pub(super) chosen: &'a [Choice],
    /// When the first needs meet, as far as that is decided.
    pub(super) held: &'a [(Option<WeeklyStart>, Delivery)],
}

impl<'a> Hopes<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        let levels = levels_of(facts.roster);
        let asks = levels.contains(&Level::FinishInTime);
        Self {
            facts,
            levels,
            finishers: asks.then(|| Finishers::new(facts)),
        }
    }

    /// Returns the best that placements can be worth, however lines are filled.
    pub(super) fn of_places(&self, places: &Places, short: i64, most: &[u32]) -> Worth {
        self.worth(places, short, most, None)
    }

    /// Returns the best that placements can be worth with lines filled so.
    pub(super) fn of_lines(
        &self,
        places: &Places,
        short: i64,
        most: &[u32],
        lines: &Lines<'_>,
    ) -> Worth {
        self.worth(places, short, most, Some(lines))
    }

    /// Returns the contact that each trainee must have for as many as can be
    /// to finish in time; none where no level asks.
    pub(super) fn needed(&self, places: &Places, most: &[u32], lines: &Lines<'_>) -> Vec<u32> {
        let finishers = self.finishers.as_ref();
        finishers.map_or_else(
            || vec![0; most.len()],
            |finishers| finishers.most(places, most, Some(lines)).1,
        )
    }

    fn worth(&self, places: &Places, short: i64, most: &[u32], lines: Option<&Lines<'_>>) -> Worth {
        let values = self.levels.iter().map(|level| {
            let value = match (level, &self.finishers) {
                (Level::FinishInTime, Some(finishers)) => finishers.most(places, most, lines).0,
                _ => self.value(*level, places, short, lines),
            };
            worse_is_more(*level, value)
        });
        values.collect()
    }

    fn value(&self, level: Level, places: &Places, short: i64, lines: Option<&Lines<'_>>) -> i64 {
        let roster = self.facts.roster;
        let priority = |trainee: usize| roster.trainees[trainee].priority;
        let sum = |worth: &dyn Fn(usize, usize) -> i64| -> i64 {
            places
                .matched()
                .map(|(trainee, site)| worth(trainee, site))
                .sum()
        };
        match level {
            Level::MatchedPriority => sum(&|trainee, _| i64::from(priority(trainee))),
            Level::MatchedByTier(tier) => sum(&|trainee, _| i64::from(priority(trainee) == tier)),
            Level::Matched => sum(&|_, _| 1),
            Level::ContactShortMinutes => short,
            Level::FinishInTime => 0,
            Level::SiteRank => sum(&|trainee, site| i64::from(self.rank(trainee, site))),
            Level::SiteRankGenerous(step) | Level::SiteRankGreedy(step) => {
                sum(&|trainee, site| i64::from(self.choice(trainee, site) == step))
            }
            Level::SupervisorRank => lines.map_or(0, |lines| self.supervisor_ranks(lines)),
            Level::CaseloadBalance => lines.map_or(0, |lines| self.balance(lines)),
            Level::Changes => self.changes(places, lines),
        }
    }

    fn rank(&self, trainee: usize, site: usize) -> u32 {
        self.facts.site_rank(trainee, site).unwrap()
    }

    /// Returns which choice a site is: one and the distinct better ranks.
    fn choice(&self, trainee: usize, site: usize) -> u32 {
        let roster = self.facts.roster;
        let own = self.rank(trainee, site);
        let ranked = |other: &usize| {
            let (trainee, other) = (&roster.trainees[trainee].key, &roster.sites[*other].key);
            let mut preferences = roster.preferences.iter();
            preferences.any(|p| p.trainee == *trainee && p.target.key() == other.as_str())
        };
        let others = (0..roster.sites.len()).filter(ranked);
        let mut better: Vec<u32> = others.map(|other| self.rank(trainee, other)).collect();
        better.retain(|rank| *rank < own);
        better.sort_unstable();
        better.dedup();
        u32::try_from(better.len()).unwrap() + 1
    }

    fn supervisor_ranks(&self, lines: &Lines<'_>) -> i64 {
        let roster = self.facts.roster;
        let filled = lines.needs.iter().zip(lines.chosen);
        let ranks = filled.map(|(need, (by, _))| {
            let (trainee, by) = (&roster.trainees[need.trainee], &roster.supervisors[*by]);
            supervisor_rank(roster, &trainee.key, &by.key)
        });
        ranks.sum()
    }

    fn balance(&self, lines: &Lines<'_>) -> i64 {
        let roster = self.facts.roster;
        let worths = (0..roster.supervisors.len()).map(|supervisor| {
            let filled = lines.needs.iter().zip(lines.chosen);
            let own = filled.filter(|(_, (by, _))| *by == supervisor);
            let mut trainees: Vec<usize> = own.map(|(need, _)| need.trainee).collect();
            trainees.sort_unstable();
            trainees.dedup();
            caseload_worth(roster, supervisor, trainees.len())
        });
        worths.sum()
    }

    /// Returns how many promises are broken for certain.
    fn changes(&self, places: &Places, lines: Option<&Lines<'_>>) -> i64 {
        let roster = self.facts.roster;
        let Some(baseline) = &roster.baseline else {
            return 0;
        };
        let mut broken = 0;
        for (trainee, who) in roster.trainees.iter().enumerate() {
            for kept in baseline.sites.iter().filter(|k| k.trainee == who.key) {
                let site = places.site(trainee).map(|site| &roster.sites[site].key);
                broken += i64::from(site != Some(&kept.site));
            }
            for kept in baseline.lines.iter().filter(|k| k.trainee == who.key) {
                let may_be_kept = match lines {
                    None => places.site(trainee).is_some(),
                    Some(lines) => lines.needs.iter().enumerate().any(|(position, need)| {
                        let by = &roster.supervisors[lines.chosen[position].0].key;
                        let when = lines.held.get(position);
                        need.trainee == trainee
                            && need.line.line == kept.line
                            && *by == kept.supervisor
                            && when.is_none_or(|(start, delivery)| {
                                *start == kept.weekly_start && *delivery == kept.delivery
                            })
                    }),
                };
                broken += i64::from(!may_be_kept);
            }
        }
        broken
    }
}
