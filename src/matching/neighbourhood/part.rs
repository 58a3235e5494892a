//! A part of a timetable that is freed, and what it is solved among.

use std::collections::{BTreeMap, BTreeSet};

use super::occupancy::Occupancy;
use crate::domain::plan::Level;
use crate::domain::{Role, SessionKind};
use crate::matching::MatchError;
use crate::matching::candidates::{Candidates, Fill, KindSet, StartSet};
use crate::matching::engine::{Found, Outcome, solve_quickly};
use crate::matching::fit::read_timetable;
use crate::matching::formulation::{Formulation, Scope};
use crate::matching::group_starts::GroupStarts;
use crate::matching::levels::{grid, keep_level, rounded_value};
use crate::matching::timetable::{Matched, Timetable, collide};

/// Groups with a free seat, or faculty to be met alone, that each is offered.
const OFFERED: usize = 8;
/// Further groups that may be opened for the one in the centre.
const NEW_GROUPS: usize = 6;

/// How many could join a group, its venue and start, and who by which fill.
type OpenGroup = (usize, (usize, u16), Vec<(usize, usize)>);

/// A part of a timetable.
pub(super) struct Part {
    free: BTreeSet<usize>,
    /// Placements that may be chosen, by position.
    pairs: BTreeSet<usize>,
    /// Fills that may be chosen, by position; confined for those who are not
    /// freed.
    fills: BTreeMap<usize, Fill>,
    groups: GroupStarts,
    sites: BTreeSet<usize>,
    supervisors: BTreeSet<usize>,
    /// Trainees who are not freed, and their placements.
    kept: Vec<(usize, usize)>,
    /// What the timetable has of this part.
    before: BTreeMap<usize, Matched>,
}

impl Part {
    /// Returns the part around a trainee: those at the sites that the trainee
    /// could go to are free, and everybody else there is kept as is.
    pub(super) fn around(
        candidates: &Candidates<'_>,
        timetable: &Timetable,
        occupancy: &Occupancy,
        centre: usize,
        size: usize,
    ) -> Self {
        let mut wished: Vec<usize> = candidates.pairs_of(centre).collect();
        wished.sort_by_key(|pair| (candidates.pairs[*pair].rank, *pair));
        let sites = wished.iter().map(|pair| candidates.pairs[*pair].site);
        let near = sites.flat_map(|site| occupancy.at_site.get(&site).into_iter().flatten());
        let free: BTreeSet<usize> = [centre]
            .into_iter()
            .chain(near.copied())
            .take(size)
            .collect();
        let mut part = Self {
            pairs: BTreeSet::new(),
            fills: BTreeMap::new(),
            groups: GroupStarts::new(),
            sites: BTreeSet::new(),
            supervisors: BTreeSet::new(),
            kept: Vec::new(),
            before: BTreeMap::new(),
            free,
        };
        for trainee in part.free.clone() {
            part.free_trainee(candidates, timetable, occupancy, trainee);
        }
        part.open_groups(candidates, occupancy, centre);
        part.keep_others(candidates, timetable, occupancy);
        part
    }

    /// Says whether two parts have a site or a supervisor in common.
    pub(super) fn touches(&self, other: &Self) -> bool {
        !self.sites.is_disjoint(&other.sites) || !self.supervisors.is_disjoint(&other.supervisors)
    }

    fn offer(&mut self, position: usize, fill: Fill) {
        self.supervisors.insert(fill.supervisor);
        self.fills.insert(position, fill);
    }

    /// Offers a trainee every placement, every supervisor there, and of the
    /// faculty those with the most room.
    fn free_trainee(
        &mut self,
        candidates: &Candidates<'_>,
        timetable: &Timetable,
        occupancy: &Occupancy,
        trainee: usize,
    ) {
        for pair in candidates.pairs_of(trainee) {
            self.pairs.insert(pair);
            self.sites.insert(candidates.pairs[pair].site);
        }
        let mut seats: Vec<(u32, (usize, u16), usize)> = Vec::new();
        let mut alone: BTreeMap<usize, usize> = BTreeMap::new();
        for position in candidates.positions_of_fills(trainee) {
            let fill = &candidates.fills[position];
            if candidates.line(fill).role == Role::Site {
                self.offer(position, fill.clone());
                continue;
            }
            if occupancy.caseload_left(candidates, fill.supervisor) == 0 {
                continue;
            }
            let offered = alone.entry(fill.line).or_default();
            let is_simple = !fill.meets() || fill.kinds.contains(SessionKind::Individual);
            if is_simple && *offered < OFFERED {
                *offered += 1;
                self.offer(position, fill.clone());
            }
            if fill.kinds.contains(SessionKind::Group) {
                let size = candidates.roster.supervisors[fill.supervisor].group_size_max;
                for venue in fill.venues() {
                    let open = occupancy.load.groups.range((venue, 0)..=(venue, u16::MAX));
                    let open: Vec<_> = open.filter(|(_, members)| **members < size).collect();
                    if open.is_empty() {
                        continue;
                    }
                    let starts = candidates.starts_at(fill, venue);
                    let suit = open
                        .into_iter()
                        .filter(|((_, start), _)| starts.contains(*start));
                    seats.extend(suit.map(|(at, members)| (*members, *at, position)));
                }
            }
        }
        seats.sort_unstable();
        for (_, at, position) in seats.into_iter().take(OFFERED) {
            self.offer_seat(candidates, trainee, at, position);
        }
        if let Some(matched) = timetable.matched.get(&trainee) {
            self.before.insert(trainee, matched.clone());
            for line in matched.lines.values() {
                match line.attended {
                    Some(at) if at.kind == SessionKind::Group => {
                        self.offer_seat(candidates, trainee, (at.venue, at.start), line.fill);
                    }
                    _ => self.offer(line.fill, candidates.fills[line.fill].clone()),
                }
            }
        }
    }

    fn offer_seat(
        &mut self,
        candidates: &Candidates<'_>,
        trainee: usize,
        at: (usize, u16),
        position: usize,
    ) {
        self.groups.entry(at).or_default().insert(trainee);
        if !self.fills.contains_key(&position) {
            let mut fill = candidates.fills[position].clone();
            fill.kinds = KindSet::from_iter([SessionKind::Group]);
            self.offer(position, fill);
        }
    }

    /// Offers the centre a few groups that are not held yet, with those of the
    /// others who could join.
    fn open_groups(&mut self, candidates: &Candidates<'_>, occupancy: &Occupancy, centre: usize) {
        let mut found: Vec<OpenGroup> = Vec::new();
        for position in candidates.positions_of_fills(centre) {
            let fill = &candidates.fills[position];
            let suits = fill.kinds.contains(SessionKind::Group)
                && occupancy.has_room_for_group(candidates, fill);
            if !suits {
                continue;
            }
            for (venue, starts) in candidates.starts(fill) {
                let joiners: Vec<(usize, usize, StartSet)> = self
                    .free
                    .iter()
                    .filter_map(|trainee| group_fill(candidates, *trainee, venue))
                    .collect();
                let held = occupancy.load.sessions.get(&fill.supervisor);
                let is_free = |start: &u16| {
                    let mut held = held.into_iter().flatten();
                    !held.any(|other| collide(candidates, (venue, *start), *other))
                };
                let joining = |start: u16| -> Vec<(usize, usize)> {
                    let own = joiners
                        .iter()
                        .filter(|(_, _, starts)| starts.contains(start));
                    own.map(|(trainee, position, _)| (*trainee, *position))
                        .collect()
                };
                let best = starts
                    .iter()
                    .filter(is_free)
                    .map(|start| (joining(start), start))
                    .max_by_key(|(joining, start)| (joining.len(), std::cmp::Reverse(*start)));
                if let Some((joining, start)) = best.filter(|(joining, _)| joining.len() >= 3) {
                    found.push((joining.len(), (venue, start), joining));
                }
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, at, joining) in found.into_iter().take(NEW_GROUPS) {
            for (trainee, position) in joining {
                self.offer_seat(candidates, trainee, at, position);
            }
        }
    }

    /// Keeps everybody else who is at a site or with a supervisor of this part.
    fn keep_others(
        &mut self,
        candidates: &Candidates<'_>,
        timetable: &Timetable,
        occupancy: &Occupancy,
    ) {
        let at_sites = self
            .sites
            .iter()
            .flat_map(|site| occupancy.at_site.get(site));
        let with = self
            .supervisors
            .iter()
            .flat_map(|person| occupancy.with.get(person));
        let others: BTreeSet<usize> = at_sites.chain(with).flatten().copied().collect();
        for trainee in others.difference(&self.free.clone()) {
            let Some(matched) = timetable.matched.get(trainee) else {
                continue;
            };
            self.before.insert(*trainee, matched.clone());
            self.kept.push((*trainee, matched.pair));
            self.pairs.insert(matched.pair);
            for line in matched.lines.values() {
                let mut fill = candidates.fills[line.fill].clone();
                if let Some(at) = line.attended {
                    fill.confine(at.kind, at.venue, at.start);
                    if at.kind == SessionKind::Group {
                        let joined = self.groups.entry((at.venue, at.start)).or_default();
                        joined.insert(*trainee);
                    }
                }
                self.fills.insert(line.fill, fill);
            }
        }
    }

    /// Solves the levels for this part, and returns who is matched how; `None`
    /// unless more are than before.
    pub(super) fn solve(
        &self,
        all: &Candidates<'_>,
        levels: &[Level],
        seconds: f64,
    ) -> Result<Option<BTreeMap<usize, Matched>>, MatchError> {
        let candidates = all.part(&self.pairs, &self.fills);
        // Whoever is beside this part keeps hours that are not looked at.
        let mut timed = vec![false; candidates.roster.supervisors.len()];
        for supervisor in &self.supervisors {
            timed[*supervisor] = true;
        }
        let scope = Scope {
            pairs: None,
            fills: None,
            timed: &timed,
            with_faculty: true,
            group_starts: Some(&self.groups),
            with_minima: false,
        };
        let mut formulation = Formulation::new(&candidates, &scope);
        for (_, pair) in &self.kept {
            let position = self.pairs.range(..pair).count();
            let place = formulation.place[position].map(|column| (column, 1.0));
            formulation.model.at_least(1.0, place);
        }
        let mut best: Option<Vec<f64>> = None;
        let before = self.worth_before(all);
        for (position, level) in levels.iter().enumerate() {
            let objective = formulation.objective(&candidates, *level);
            let start = best.as_deref();
            let model = &formulation.model;
            let Outcome::Found(Found { values, value, .. }) =
                solve_quickly(model, &objective, grid(*level), start, seconds)?
            else {
                break;
            };
            keep_level(
                &mut formulation,
                &candidates,
                *level,
                rounded_value(&candidates, *level, value),
            );
            let is_better = self.worth(all, &formulation.chosen_pairs(&values)) > before;
            best = Some(values);
            // Most parts gain nothing; that is known after the first levels.
            if position > 0 && !is_better {
                return Ok(None);
            }
        }
        let Some(values) = best else { return Ok(None) };
        let mut timetable = read_timetable(&candidates, &formulation, &values);
        timetable
            .matched
            .retain(|trainee, _| self.free.contains(trainee));
        if !timetable.is_complete(&candidates) {
            return Ok(None);
        }
        let matched = self.whole(timetable);
        let is_better = worth(all, matched.keys().copied()) > before;
        Ok(is_better.then_some(matched))
    }

    /// Returns the part with those who are kept, in positions of all candidates.
    fn whole(&self, timetable: Timetable) -> BTreeMap<usize, Matched> {
        let pairs: Vec<usize> = self.pairs.iter().copied().collect();
        let fills: Vec<usize> = self.fills.keys().copied().collect();
        let matched = timetable.matched.into_iter().map(|(trainee, mut matched)| {
            matched.pair = pairs[matched.pair];
            for line in matched.lines.values_mut() {
                line.fill = fills[line.fill];
            }
            (trainee, matched)
        });
        let kept = self.kept.iter();
        let kept = kept.map(|(trainee, _)| (*trainee, self.before[trainee].clone()));
        matched.chain(kept).collect()
    }

    /// Returns what the placements of a point are worth; by position among
    /// those of this part.
    fn worth(&self, all: &Candidates<'_>, chosen: &[usize]) -> (i64, usize) {
        let pairs: Vec<usize> = self.pairs.iter().copied().collect();
        let trainees = chosen.iter().map(|pair| all.pairs[pairs[*pair]].trainee);
        worth(all, trainees)
    }

    fn worth_before(&self, all: &Candidates<'_>) -> (i64, usize) {
        worth(all, self.before.keys().copied())
    }

    /// Puts what the part became into a timetable.
    pub(super) fn put_into(&self, timetable: &mut Timetable, matched: BTreeMap<usize, Matched>) {
        for trainee in self.before.keys() {
            timetable.matched.remove(trainee);
        }
        timetable.matched.extend(matched);
    }
}

/// Returns the sum of priorities and the number of some trainees.
fn worth(
    candidates: &Candidates<'_>,
    trainees: impl ExactSizeIterator<Item = usize>,
) -> (i64, usize) {
    let count = trainees.len();
    let people = &candidates.roster.trainees;
    let priority = trainees.map(|trainee| i64::from(people[trainee].priority));
    (priority.sum(), count)
}

/// Returns the fill by which a trainee can join groups of a venue, with the
/// starts.
fn group_fill(
    candidates: &Candidates<'_>,
    trainee: usize,
    venue: usize,
) -> Option<(usize, usize, StartSet)> {
    let supervisor = candidates.venues[venue].supervisor;
    let position = candidates.positions_of_fills(trainee).find(|position| {
        let fill = &candidates.fills[*position];
        fill.supervisor == supervisor
            && fill.kinds.contains(SessionKind::Group)
            && fill.venues().any(|own| own == venue)
    })?;
    let starts = candidates.starts_at(&candidates.fills[position], venue);
    Some((trainee, position, starts))
}
