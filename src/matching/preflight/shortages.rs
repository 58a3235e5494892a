//! Trainees who compete for too few places or too little supervision.
//!
//! Trainees flow to the sites or supervisors that could take them, each of
//! which takes at most so many. Where not all flow through, the smallest cut
//! names a set of trainees and everything that could take them (a violation of
//! Hall's condition): numbers that can be added up by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::Network;
use super::hours::sessions_most;
use crate::domain::{Role, SiteOrSupervisor, Tag, TraineeKey};
use crate::matching::candidates::{Candidates, Fill};

const SOURCE: usize = 0;
const SINK: usize = 1;

/// What trainees compete for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompeteFor {
    /// Places at sites.
    Places,
    /// Supervision for the line of that name, with a place where the line is
    /// one of site supervisors.
    Line(Tag),
}

/// How many trainees a site or a supervisor can take, and what limits that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// The site or supervisor.
    pub target: SiteOrSupervisor,
    /// Most trainees that it can take.
    pub takes: u32,
    /// The numbers that this follows from.
    pub because: String,
}

/// Trainees who can be taken only by these, who cannot take them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// What they compete for.
    pub compete_for: CompeteFor,
    /// The trainees, by key.
    pub trainees: Vec<TraineeKey>,
    /// Everything that could take one of them: each trainee needs at least one
    /// of it.
    pub supplies: Vec<Supply>,
    /// How many of the trainees stay unmatched in every plan, at least.
    pub missing: u32,
}

/// Returns the shortages: first of places, then of each line.
pub(super) fn shortages(candidates: &Candidates<'_>) -> Vec<Shortage> {
    let mut shortages = of_places(candidates).shortages(candidates);
    let mut lines: BTreeMap<&Tag, Vec<&Fill>> = BTreeMap::new();
    for fill in &candidates.fills {
        lines
            .entry(&candidates.line(fill).line)
            .or_default()
            .push(fill);
    }
    for (line, fills) in lines {
        shortages.extend(of_line(candidates, line, &fills).shortages(candidates));
    }
    shortages
}

/// Who takes whom: trainees come to takers, and through some takers to others.
struct Competition {
    compete_for: CompeteFor,
    takers: Vec<Supply>,
    /// For each trainee who competes, the takers that could be first.
    wants: BTreeMap<usize, BTreeSet<usize>>,
    /// For each taker, those of whom one is needed as well; none for most.
    then: Vec<BTreeSet<usize>>,
}

fn of_places(candidates: &Candidates<'_>) -> Competition {
    let mut wants: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for pair in &candidates.pairs {
        wants.entry(pair.trainee).or_default().insert(pair.site);
    }
    let takers = site_supplies(candidates);
    Competition {
        compete_for: CompeteFor::Places,
        then: vec![BTreeSet::new(); takers.len()],
        takers,
        wants,
    }
}

/// For a line of site supervisors a trainee needs one of them and a place at a
/// site of hers; for a line of faculty one of them.
fn of_line(candidates: &Candidates<'_>, line: &Tag, fills: &[&Fill]) -> Competition {
    let mut takers = supervisor_supplies(candidates, fills);
    let position: BTreeMap<usize, usize> = takers
        .keys()
        .enumerate()
        .map(|(position, supervisor)| (*supervisor, position))
        .collect();
    let first_site = takers.len();
    let mut wants: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut then = vec![BTreeSet::new(); first_site];
    for fill in fills {
        let taker = position[&fill.supervisor];
        wants.entry(fill.trainee).or_default().insert(taker);
        if let (Role::Site, Some(pair)) = (candidates.line(fill).role, fill.pair) {
            then[taker].insert(first_site + candidates.pairs[pair].site);
        }
    }
    let mut all: Vec<Supply> = std::mem::take(&mut takers).into_values().collect();
    all.extend(site_supplies(candidates));
    then.resize(all.len(), BTreeSet::new());
    Competition {
        compete_for: CompeteFor::Line(line.clone()),
        takers: all,
        wants,
        then,
    }
}

/// Returns how many trainees each site can take.
fn site_supplies(candidates: &Candidates<'_>) -> Vec<Supply> {
    let mut least: Vec<Vec<u32>> = vec![Vec::new(); candidates.roster.sites.len()];
    for pair in &candidates.pairs {
        least[pair.site].push(pair.contact_min);
    }
    let sites = candidates.roster.sites.iter().zip(&mut least);
    sites
        .map(|(site, least)| {
            least.sort_unstable();
            let offered = site.contact_per_week.get();
            let (mut takes, mut used) = (0, 0);
            for minutes in least.iter() {
                used += minutes;
                if takes == site.capacity || used > offered {
                    break;
                }
                takes += 1;
            }
            let is_contact = takes < site.capacity && used > offered;
            Supply {
                target: SiteOrSupervisor::Site(site.key.clone()),
                takes: if is_contact { takes } else { site.capacity },
                because: if is_contact {
                    let one_more = takes + 1;
                    format!("{offered} contact minutes; {one_more} trainees need at least {used}")
                } else {
                    format!("capacity {}", site.capacity)
                },
            }
        })
        .collect()
}

/// Returns how many trainees each supervisor of some fills can take, by
/// position of the supervisor.
fn supervisor_supplies(candidates: &Candidates<'_>, fills: &[&Fill]) -> BTreeMap<usize, Supply> {
    let hours = sessions_most(
        candidates,
        fills.iter().copied().filter(|fill| fill.meets()),
    );
    let mut of: BTreeMap<usize, Vec<&Fill>> = BTreeMap::new();
    for fill in fills {
        of.entry(fill.supervisor).or_default().push(fill);
    }
    of.into_iter()
        .map(|(supervisor, fills)| {
            let hours = hours.get(&supervisor).copied();
            (
                supervisor,
                supervisor_supply(candidates, supervisor, &fills, hours),
            )
        })
        .collect()
}

fn supervisor_supply(
    candidates: &Candidates<'_>,
    supervisor: usize,
    fills: &[&Fill],
    hours: Option<u32>,
) -> Supply {
    let person = &candidates.roster.supervisors[supervisor];
    let (current, max) = (person.caseload_current, person.caseload_max);
    let mut supply = Supply {
        target: SiteOrSupervisor::Supervisor(person.key.clone()),
        takes: person.caseload_left(),
        because: format!("caseload {max}, {current} of it taken"),
    };
    let size = fills
        .iter()
        .map(|fill| fill.largest_session(person.group_size_max));
    let size = size.max().unwrap_or(1);
    let shortest = fills.iter().map(|fill| fill.minutes).min().unwrap_or(0);
    let Some(hours) = hours.filter(|_| shortest > 0) else {
        return supply;
    };
    let offered = person.minutes_per_week_max.get();
    let limits = [
        (offered / shortest, format!("{offered} minutes a week")),
        (hours, "free hours".to_owned()),
    ];
    for (sessions, text) in limits {
        let takes = sessions.saturating_mul(size);
        if takes < supply.takes {
            supply.takes = takes;
            supply.because = format!("{text}: {sessions} x {shortest} minutes, {size} at a time");
        }
    }
    supply
}

/// More than any network here can carry.
const UNLIMITED: u32 = u32::MAX / 2;

impl Competition {
    /// Sends as many trainees as possible and returns where it stops.
    fn shortages(&self, candidates: &Candidates<'_>) -> Vec<Shortage> {
        let trainees: Vec<usize> = self.wants.keys().copied().collect();
        let trainee_node = |position: usize| SINK + 1 + position;
        let entry = |taker: usize| SINK + 1 + trainees.len() + 2 * taker;
        let mut network = Network::new(entry(self.takers.len()));
        for (position, trainee) in trainees.iter().enumerate() {
            network.add(SOURCE, trainee_node(position), 1);
            for taker in &self.wants[trainee] {
                network.add(trainee_node(position), entry(*taker), UNLIMITED);
            }
        }
        for (taker, supply) in self.takers.iter().enumerate() {
            let exit = entry(taker) + 1;
            network.add(entry(taker), exit, supply.takes);
            if self.then[taker].is_empty() {
                network.add(exit, SINK, UNLIMITED);
            }
            for next in &self.then[taker] {
                network.add(exit, entry(*next), UNLIMITED);
            }
        }
        network.send(SOURCE, SINK);
        // The cut nearest to the source: of all that is reached, only what
        // takers take holds the trainees up.
        let reached = network.reachable(SOURCE);
        let is_full = |taker: usize| !reached.contains(entry(taker) + 1);
        let short = trainees.iter().enumerate();
        let short = short.filter(|(position, _)| reached.contains(trainee_node(*position)));
        let mut left: BTreeSet<usize> = short.map(|(_, trainee)| *trainee).collect();
        let mut shortages = Vec::new();
        while let Some(first) = left.pop_first() {
            let (together, full) = self.together(first, &mut left, is_full);
            shortages.push(self.shortage(candidates, &together, &full));
        }
        shortages
    }

    /// Takes those out of `left` who compete with one, directly or through
    /// others, and returns them with the full takers for which they do.
    fn together(
        &self,
        first: usize,
        left: &mut BTreeSet<usize>,
        is_full: impl Fn(usize) -> bool,
    ) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let mut together = BTreeSet::from([first]);
        let mut takers: BTreeSet<usize> = BTreeSet::new();
        let mut newest = vec![first];
        while !newest.is_empty() {
            for trainee in newest {
                takers.extend(&self.wants[&trainee]);
                for taker in &self.wants[&trainee] {
                    if !is_full(*taker) {
                        takers.extend(&self.then[*taker]);
                    }
                }
            }
            let meets_a_taker = |trainee: &usize| {
                self.wants[trainee].iter().any(|taker| {
                    let mut next = self.then[*taker].iter().filter(|_| !is_full(*taker));
                    takers.contains(taker) || next.any(|next| takers.contains(next))
                })
            };
            newest = left.iter().copied().filter(meets_a_taker).collect();
            left.retain(|trainee| newest.binary_search(trainee).is_err());
            together.extend(&newest);
        }
        takers.retain(|taker| is_full(*taker));
        (together, takers)
    }

    fn shortage(
        &self,
        candidates: &Candidates<'_>,
        trainees: &BTreeSet<usize>,
        full: &BTreeSet<usize>,
    ) -> Shortage {
        let key = |trainee: &usize| candidates.roster.trainees[*trainee].key.clone();
        let supplies: Vec<Supply> = full
            .iter()
            .map(|taker| self.takers[*taker].clone())
            .collect();
        let taken: u32 = supplies.iter().map(|supply| supply.takes).sum();
        let wanting = u32::try_from(trainees.len()).unwrap_or(u32::MAX);
        Shortage {
            compete_for: self.compete_for.clone(),
            trainees: trainees.iter().map(key).collect(),
            supplies,
            missing: wanting.saturating_sub(taken),
        }
    }
}
