//! A round without session times as plain data: trainees, the choices of each,
//! and the limits that choices share.

use std::collections::BTreeMap;

use crate::domain::plan::Level;
use crate::domain::{BlockingPairs, Role};
use crate::matching::candidates::Candidates;

/// A placement, with a supervisor where the trainee's level asks for one.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// Position among the placements of the candidates.
    pub(super) pair: usize,
    /// Position among the fills of the candidates.
    pub(super) fill: Option<usize>,
    /// The limit on the site's places, where it can bind.
    pub(super) site: Option<usize>,
    /// The limit on the supervisor's trainees, where it can bind.
    pub(super) supervisor: Option<usize>,
}

impl Choice {
    /// Returns the limits of which the choice takes one each.
    pub(super) fn limits(&self) -> impl Iterator<Item = usize> + use<> {
        self.site.into_iter().chain(self.supervisor)
    }
}

/// Trainees who choose at most one of their choices each, under limits.
#[derive(Clone, Debug, Default)]
pub(super) struct Problem {
    /// Trainees by position in the roster, ascending.
    pub(super) trainees: Vec<usize>,
    /// Where the choices of each trainee begin; one more for the end.
    pub(super) first: Vec<usize>,
    pub(super) choices: Vec<Choice>,
    /// How many may share each limit.
    pub(super) limits: Vec<u32>,
    /// For each level, what each choice costs; no place costs nothing. Levels
    /// where more is better have their values negated.
    pub(super) costs: Vec<Vec<i64>>,
}

/// The choice of each trainee, by position in the problem.
pub(super) type Chosen = Vec<Option<usize>>;

impl Problem {
    /// Returns the problem of some candidates; `None` when there is more to it
    /// than places and caseloads: session times, least numbers, pins, or
    /// contact that a site has too little of.
    pub(super) fn new(candidates: &Candidates<'_>, levels: &[Level]) -> Option<Self> {
        if !is_core(candidates) {
            return None;
        }
        let mut fills_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (position, fill) in candidates.fills.iter().enumerate() {
            fills_of.entry(fill.pair?).or_default().push(position);
        }
        let mut limits = Limits::default();
        let mut problem = Self::default();
        for (position, pair) in candidates.pairs.iter().enumerate() {
            if problem.trainees.last() != Some(&pair.trainee) {
                problem.trainees.push(pair.trainee);
                problem.first.push(problem.choices.len());
            }
            let site = limits.site(pair.site, candidates.roster.sites[pair.site].capacity);
            let mut add = |fill: Option<usize>| {
                let supervisor = fill.map(|fill| {
                    let person = candidates.fills[fill].supervisor;
                    let left = candidates.roster.supervisors[person].caseload_left();
                    limits.supervisor(person, left)
                });
                problem.choices.push(Choice {
                    pair: position,
                    fill,
                    site: Some(site),
                    supervisor,
                });
            };
            if candidates.lines[pair.trainee].is_empty() {
                add(None);
            } else {
                for fill in fills_of.get(&position).into_iter().flatten() {
                    add(Some(*fill));
                }
            }
        }
        problem.first.push(problem.choices.len());
        problem.limits = limits.most;
        problem.drop_slack_limits();
        for level in levels {
            let cost = cost(candidates, *level)?;
            problem
                .costs
                .push(problem.choices.iter().map(cost).collect());
        }
        Some(problem)
    }

    /// Returns the choices of a trainee.
    pub(super) fn choices_of(&self, trainee: usize) -> std::ops::Range<usize> {
        self.first[trainee]..self.first[trainee + 1]
    }

    /// Returns the value of a level.
    pub(super) fn value(&self, level: usize, chosen: &Chosen) -> i64 {
        let costs = &self.costs[level];
        chosen.iter().flatten().map(|choice| costs[*choice]).sum()
    }

    /// Says whether some choices keep the limits.
    pub(super) fn keeps_limits(&self, chosen: &Chosen) -> bool {
        let mut used = vec![0_u32; self.limits.len()];
        for choice in chosen.iter().flatten() {
            for limit in self.choices[*choice].limits() {
                used[limit] += 1;
            }
        }
        used.iter()
            .zip(&self.limits)
            .all(|(used, most)| used <= most)
    }

    /// Takes away the limits that all who could share them keep together.
    fn drop_slack_limits(&mut self) {
        let mut sharers = vec![0_u32; self.limits.len()];
        let mut last = vec![usize::MAX; self.limits.len()];
        for trainee in 0..self.trainees.len() {
            for choice in self.choices_of(trainee) {
                for limit in self.choices[choice].limits() {
                    if last[limit] != trainee {
                        last[limit] = trainee;
                        sharers[limit] += 1;
                    }
                }
            }
        }
        let binds = |limit: &usize| sharers[*limit] > self.limits[*limit];
        for choice in &mut self.choices {
            choice.site = choice.site.filter(binds);
            choice.supervisor = choice.supervisor.filter(binds);
        }
    }
}

/// The limits in the order in which they are first met.
#[derive(Default)]
struct Limits {
    most: Vec<u32>,
    of_site: BTreeMap<usize, usize>,
    of_supervisor: BTreeMap<usize, usize>,
}

impl Limits {
    fn site(&mut self, site: usize, most: u32) -> usize {
        *self.of_site.entry(site).or_insert_with(|| {
            self.most.push(most);
            self.most.len() - 1
        })
    }

    fn supervisor(&mut self, supervisor: usize, most: u32) -> usize {
        *self.of_supervisor.entry(supervisor).or_insert_with(|| {
            self.most.push(most);
            self.most.len() - 1
        })
    }
}

/// What a choice costs on a level.
type Cost<'a> = Box<dyn Fn(&Choice) -> i64 + 'a>;

/// Returns what choices cost on a level, or `None` for a level that is no sum
/// over choices, or has a value without any: these are left to the models, even
/// where nobody has a choice.
fn cost<'a>(candidates: &'a Candidates<'_>, level: Level) -> Option<Cost<'a>> {
    let pair = |choice: &Choice| &candidates.pairs[choice.pair];
    let priority = move |choice: &Choice| candidates.roster.trainees[pair(choice).trainee].priority;
    let at_rank = move |choice: &Choice, rank: u32| i64::from(pair(choice).dense_rank == rank);
    Some(match level {
        Level::MatchedPriority => Box::new(move |choice| -i64::from(priority(choice))),
        Level::MatchedByTier(tier) => Box::new(move |choice| -i64::from(priority(choice) == tier)),
        Level::Matched => Box::new(|_| -1),
        Level::ContactShortMinutes => Box::new(move |choice| i64::from(pair(choice).short())),
        Level::SiteRank => Box::new(move |choice| i64::from(pair(choice).rank)),
        Level::SiteRankGenerous(rank) => Box::new(move |choice| at_rank(choice, rank)),
        Level::SiteRankGreedy(rank) => Box::new(move |choice| -at_rank(choice, rank)),
        Level::SupervisorRank => Box::new(move |choice| {
            choice.fill.map_or(0, |fill| {
                let supervisor = candidates.fills[fill].supervisor;
                let wishes = &candidates.wishes[pair(choice).trainee];
                i64::from(wishes.supervisor_rank(supervisor))
            })
        }),
        Level::Changes | Level::FinishInTime | Level::CaseloadBalance => return None,
    })
}

/// Says whether places and caseloads are all that matters.
fn is_core(candidates: &Candidates<'_>) -> bool {
    let roster = candidates.roster;
    let lines_are_plain = candidates.lines.iter().all(|lines| {
        let plain = |role, minutes: u32| role == Role::Site && minutes == 0;
        lines.len() <= 1
            && lines
                .iter()
                .all(|line| plain(line.role, line.minutes_per_week.get()))
    });
    let has_pins = candidates
        .wishes
        .iter()
        .any(|wishes| !wishes.pinned.sites.is_empty() || !wishes.pinned.supervisors.is_empty());
    let has_minima = roster.sites.iter().any(|site| site.capacity_min > 0)
        || roster
            .supervisors
            .iter()
            .any(|person| person.caseload_min > person.caseload_current);
    candidates.law.is_none()
        && roster.round.blocking_pairs == BlockingPairs::Allowed
        && lines_are_plain
        && !has_pins
        && !has_minima
        && contact_is_plenty(candidates)
}

/// Says whether every site has the contact that a full house of trainees
/// could have at most.
fn contact_is_plenty(candidates: &Candidates<'_>) -> bool {
    let mut most = vec![0_u64; candidates.roster.sites.len()];
    for pair in &candidates.pairs {
        if pair.is_tight {
            return false;
        }
        most[pair.site] = most[pair.site].max(u64::from(pair.contact_max));
    }
    let mut sites = candidates.roster.sites.iter().zip(most);
    sites.all(|(site, most)| {
        most * u64::from(site.capacity) <= u64::from(site.contact_per_week.get())
    })
}
