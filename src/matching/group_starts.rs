//! Weekly starts at which groups could be held, and few of them that go far.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::{Candidates, StartSet};
use super::timetable::collide;
use crate::domain::SessionKind;

/// Weekly starts of groups, as (venue, start), with the trainees who may join.
pub(super) type GroupStarts = BTreeMap<(usize, u16), BTreeSet<usize>>;

/// How many of the chosen starts one trainee is offered.
const STARTS_PER_TRAINEE: usize = 8;
/// How many further starts are opened for those who are left over, shared
/// among them, and how many for each at least and at most.
const NEW_STARTS: usize = 600;
const NEW_STARTS_PER_TRAINEE: (usize, usize) = (4, 60);
/// How many others, those with the fewest choices, may join a further start.
const OTHERS_PER_NEW_START: usize = 16;
/// Meetings above which some starts stand for those near them.
const ALL_STARTS_UP_TO: u64 = 200_000;
/// How far the starts of one faculty member are then apart, in steps.
const STARTS_APART: usize = 3;
/// Scale of the weights that break ties between starts.
const WEIGHT: usize = 1_000_000;

/// Calls `visit` with venue, start and trainee for each group that a trainee
/// could join by the fills that are marked, each once, trainee by trainee.
fn for_each_group_start(
    candidates: &Candidates<'_>,
    fills: &[bool],
    mut visit: impl FnMut(usize, u16, usize),
) {
    // Several fills of a trainee may lead to one session.
    let mut seen = vec![(usize::MAX, StartSet::EMPTY); candidates.venues.len()];
    let marked = candidates.fills.iter().zip(fills);
    for (fill, _) in
        marked.filter(|(fill, is_open)| **is_open && fill.kinds.contains(SessionKind::Group))
    {
        for (venue, starts) in candidates.starts(fill) {
            let (trainee, known) = &mut seen[venue];
            if *trainee != fill.trainee {
                (*trainee, *known) = (fill.trainee, StartSet::EMPTY);
            }
            for start in (starts - *known).iter() {
                visit(venue, start, fill.trainee);
            }
            *known |= starts;
        }
    }
}

/// Returns starts of a venue that three trainees or more could join, in order:
/// of those less than `apart` from each other only the one that most could.
fn fullest(joiners: &[u32], apart: usize) -> BTreeSet<u16> {
    let mut starts: Vec<(u32, u16)> = (0_u16..)
        .zip(joiners)
        .filter(|(_, count)| **count >= 3)
        .map(|(start, count)| (*count, start))
        .collect();
    starts.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: BTreeSet<u16> = BTreeSet::new();
    for (_, start) in starts {
        let is_near = |other: &u16| usize::from(start.abs_diff(*other)) < apart;
        if !kept.iter().any(is_near) {
            kept.insert(start);
        }
    }
    kept
}

/// Who could join which group when.
pub(super) struct GroupAvailability {
    starts: Vec<(usize, u16)>,
    /// Trainees of each start, ascending.
    trainees: Vec<Vec<usize>>,
    /// Starts of each trainee, by position.
    starts_of: BTreeMap<usize, Vec<usize>>,
}

impl GroupAvailability {
    /// Returns who could join a group by those fills that are marked: at every
    /// start, or, where those are too many, at the fullest of each faculty
    /// member's starts that are well apart.
    pub(super) fn new(candidates: &Candidates<'_>, fills: &[bool]) -> Self {
        let mut joiners: Vec<Vec<u32>> = candidates.venues.iter().map(|_| Vec::new()).collect();
        for_each_group_start(candidates, fills, |venue, start, _| {
            let counts = &mut joiners[venue];
            if counts.is_empty() {
                counts.resize(candidates.all_starts(venue).len(), 0);
            }
            counts[usize::from(start)] += 1;
        });
        let meetings: u64 = joiners
            .iter()
            .flatten()
            .map(|count| u64::from(*count))
            .sum();
        let apart = if meetings > ALL_STARTS_UP_TO {
            STARTS_APART
        } else {
            1
        };
        let mut groups = Self {
            starts: Vec::new(),
            trainees: Vec::new(),
            starts_of: BTreeMap::new(),
        };
        // The position of each start that is kept.
        let mut kept: Vec<Vec<Option<usize>>> = Vec::new();
        for (venue, counts) in joiners.iter().enumerate() {
            let mut of_venue = vec![None; counts.len()];
            for start in fullest(counts, apart) {
                of_venue[usize::from(start)] = Some(groups.starts.len());
                groups.starts.push((venue, start));
            }
            kept.push(of_venue);
        }
        groups.trainees = vec![Vec::new(); groups.starts.len()];
        for_each_group_start(candidates, fills, |venue, start, trainee| {
            if let Some(position) = kept[venue][usize::from(start)] {
                groups.trainees[position].push(trainee);
            }
        });
        for (position, trainees) in groups.trainees.iter().enumerate() {
            for trainee in trainees {
                groups.starts_of.entry(*trainee).or_default().push(position);
            }
        }
        groups
    }

    /// Returns the number of possible meetings: trainees over all starts.
    pub(super) fn meetings(&self) -> usize {
        self.trainees.iter().map(Vec::len).sum()
    }

    /// Adds starts that suit somebody who is left over, each with a few
    /// others; `None` when that adds nothing.
    pub(super) fn more(
        &self,
        mut starts: GroupStarts,
        missing: &BTreeSet<usize>,
    ) -> Option<GroupStarts> {
        let mut has_grown = false;
        let (least, most) = NEW_STARTS_PER_TRAINEE;
        let share = (NEW_STARTS / missing.len().max(1)).clamp(least, most);
        for trainee in missing {
            let own = self.starts_of.get(trainee).map_or(&[][..], Vec::as_slice);
            // Spread over all that suits, not only the first days.
            let step = own.len().div_ceil(share).max(1);
            for position in own.iter().step_by(step) {
                let mut others = self.trainees[*position].clone();
                others.sort_by_key(|other| (self.starts_of[other].len(), *other));
                others.truncate(OTHERS_PER_NEW_START);
                let joined = starts.entry(self.starts[*position]).or_default();
                for joiner in others.into_iter().chain([*trainee]) {
                    has_grown |= joined.insert(joiner);
                }
            }
        }
        has_grown.then_some(starts)
    }

    /// Adds the starts at which fills would keep a promise, with everybody who
    /// was promised them.
    pub(super) fn add_promised(
        &self,
        candidates: &Candidates<'_>,
        fills: &[bool],
        starts: &mut GroupStarts,
    ) {
        let fills = candidates.fills.iter().zip(fills);
        for (fill, _) in fills.filter(|(_, is_given)| **is_given) {
            let meeting = candidates.promises.kept_meeting(candidates, fill);
            if let Some(meeting) = meeting.filter(|at| self.starts.contains(at)) {
                starts.entry(meeting).or_default().insert(fill.trainee);
            }
        }
    }

    /// Returns few starts at which every trainee could join a group `depth`
    /// times over, where possible: again and again the start that helps most.
    pub(super) fn cover(&self, candidates: &Candidates<'_>, depth: u32) -> GroupStarts {
        self.offer(&self.choose(candidates, depth).0)
    }

    /// Chooses starts, and returns what faculty have left: weekly minutes
    /// and members.
    fn choose(
        &self,
        candidates: &Candidates<'_>,
        depth: u32,
    ) -> (Cover, BTreeMap<usize, (u32, u32)>) {
        let mut cover = Cover::new(self, depth);
        let mut left: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
        while let Some(best) = cover.best(candidates, &mut left, self) {
            let venue = &candidates.venues[self.starts[best].0];
            let size = candidates.roster.supervisors[venue.supervisor].group_size_max;
            let members = left
                .get(&venue.supervisor)
                .map_or(0, |(_, members)| *members);
            let helped = cover.take(self, best, size.min(members));
            if let Some((minutes, members)) = left.get_mut(&venue.supervisor) {
                *minutes -= venue.minutes;
                *members -= helped;
            }
            // The starts of a supervisor follow one another.
            let supervisor = |start: &(usize, u16)| candidates.venues[start.0].supervisor;
            let first = self
                .starts
                .partition_point(|s| supervisor(s) < venue.supervisor);
            let own = self.starts.iter().enumerate().skip(first);
            for (other, start) in own.take_while(|(_, s)| supervisor(s) == venue.supervisor) {
                if collide(candidates, *start, self.starts[best]) {
                    cover.is_closed[other] = true;
                }
            }
        }
        (cover, left)
    }

    /// Returns groups of three or more that each trainee is in at most once,
    /// within sizes, caseloads and weekly minutes: quick, and not the most that
    /// could be.
    pub(super) fn groups(&self, candidates: &Candidates<'_>) -> GroupStarts {
        let (cover, mut left) = self.choose(candidates, 1);
        let mut groups: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (trainee, start) in &cover.helped {
            groups.entry(*start).or_default().insert(*trainee);
        }
        let lonely: Vec<usize> = self
            .starts_of
            .keys()
            .copied()
            .filter(|trainee| cover.wanted[trainee] > 0)
            .collect();
        for trainee in lonely {
            let seat = self.starts_of[&trainee].iter().find(|start| {
                let supervisor = candidates.venues[self.starts[**start].0].supervisor;
                let size = candidates.roster.supervisors[supervisor].group_size_max;
                let members = groups.get(*start).map_or(0, BTreeSet::len);
                let has_seat = members > 0 && members < usize::try_from(size).unwrap_or(usize::MAX);
                has_seat
                    && left
                        .get(&supervisor)
                        .is_some_and(|(_, members)| *members > 0)
            });
            if let Some(start) = seat {
                let supervisor = candidates.venues[self.starts[*start].0].supervisor;
                if let Some((_, members)) = left.get_mut(&supervisor) {
                    *members -= 1;
                }
                groups.entry(*start).or_default().insert(trainee);
            }
        }
        groups
            .into_iter()
            .filter(|(_, members)| members.len() >= 3)
            .map(|(start, members)| (self.starts[start], members))
            .collect()
    }

    /// Offers each trainee a few of the chosen starts: those that were chosen
    /// for them, and then those that were offered to fewest so far.
    fn offer(&self, cover: &Cover) -> GroupStarts {
        let mut offers: BTreeMap<usize, BTreeSet<usize>> = cover
            .taken
            .iter()
            .map(|start| (*start, BTreeSet::new()))
            .collect();
        for (trainee, start) in &cover.helped {
            offers.entry(*start).or_default().insert(*trainee);
        }
        for (trainee, own) in &self.starts_of {
            let mut own: Vec<usize> = own
                .iter()
                .copied()
                .filter(|start| offers.contains_key(start))
                .collect();
            own.sort_by_key(|start| {
                (
                    !offers[start].contains(trainee),
                    offers[start].len(),
                    *start,
                )
            });
            for start in own.into_iter().take(STARTS_PER_TRAINEE) {
                offers.entry(start).or_default().insert(*trainee);
            }
        }
        offers
            .into_iter()
            .map(|(start, trainees)| (self.starts[start], trainees))
            .collect()
    }
}

/// A cover in the making.
struct Cover {
    /// How many more groups each trainee should be able to join.
    wanted: BTreeMap<usize, u32>,
    /// For each start, how many trainees it would help, and how much they need
    /// it.
    helps: Vec<(u32, usize)>,
    is_closed: Vec<bool>,
    taken: Vec<usize>,
    /// For whom a start was taken, as (trainee, start).
    helped: Vec<(usize, usize)>,
}

impl Cover {
    fn new(groups: &GroupAvailability, depth: u32) -> Self {
        let helps = groups
            .trainees
            .iter()
            .map(|trainees| {
                let weight = trainees
                    .iter()
                    .map(|t| WEIGHT / groups.starts_of[t].len())
                    .sum();
                (u32::try_from(trainees.len()).unwrap_or(u32::MAX), weight)
            })
            .collect();
        Self {
            wanted: groups
                .starts_of
                .keys()
                .map(|trainee| (*trainee, depth))
                .collect(),
            helps,
            is_closed: vec![false; groups.starts.len()],
            taken: Vec::new(),
            helped: Vec::new(),
        }
    }

    fn best(
        &self,
        candidates: &Candidates<'_>,
        left: &mut BTreeMap<usize, (u32, u32)>,
        groups: &GroupAvailability,
    ) -> Option<usize> {
        let score = |position: usize, left: &mut BTreeMap<usize, (u32, u32)>| {
            let venue = &candidates.venues[groups.starts[position].0];
            let person = &candidates.roster.supervisors[venue.supervisor];
            let (minutes, members) = *left
                .entry(venue.supervisor)
                .or_insert_with(|| (person.minutes_per_week_max.get(), person.caseload_left()));
            let (helped, weight) = self.helps[position];
            let has_room = minutes >= venue.minutes && members >= 3;
            let is_open = has_room && helped > 0 && !self.is_closed[position];
            is_open.then(|| (helped.min(person.group_size_max).min(members), weight))
        };
        (0..groups.starts.len())
            .filter_map(|position| Some((score(position, left)?, position)))
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))
            .map(|(_, position)| position)
    }

    /// Takes a start for those who need it most, and returns how many it
    /// helps.
    fn take(&mut self, groups: &GroupAvailability, position: usize, size: u32) -> u32 {
        self.taken.push(position);
        self.is_closed[position] = true;
        let mut helped: Vec<usize> = groups.trainees[position]
            .iter()
            .copied()
            .filter(|trainee| self.wanted[trainee] > 0)
            .collect();
        helped.sort_by_key(|trainee| (groups.starts_of[trainee].len(), *trainee));
        helped.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        for trainee in &helped {
            self.helped.push((*trainee, position));
            if let Some(wanted) = self.wanted.get_mut(trainee) {
                *wanted -= 1;
                if *wanted == 0 {
                    let starts = &groups.starts_of[trainee];
                    for start in starts {
                        self.helps[*start].0 -= 1;
                        self.helps[*start].1 -= WEIGHT / starts.len();
                    }
                }
            }
        }
        u32::try_from(helped.len()).unwrap_or(u32::MAX)
    }
}
