//! Weekly starts for the trainees of one supervisor, by search.
//!
//! Most supervisors meet their few trainees alone or in twos and have hours to
//! choose from; a search with the most constrained trainee first settles them
//! in microseconds, and keeps their thousands of starts out of the model.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::timetable::collide;
use crate::domain::SessionKind;

/// A trainee to be met.
pub(super) struct Job {
    pub(super) trainee: usize,
    /// Starts that suit trainee and supervisor, as (venue, start).
    pub(super) options: Vec<(usize, u16)>,
    /// Whether the session may be shared by two.
    pub(super) may_share: bool,
}

/// Nodes after which a thorough search gives up; what it cannot settle goes
/// into the model.
pub(super) const NODES_THOROUGH: u32 = 20_000;
/// Nodes after which a quick search gives up.
pub(super) const NODES_QUICK: u32 = 500;

/// Returns a start and kind for each job, or `None` when the search finds
/// none. Sessions do not overlap each other, take at most `minutes_left` a week,
/// and are shared by at most two.
pub(super) fn schedule(
    candidates: &Candidates<'_>,
    minutes_left: u32,
    jobs: &[Job],
    nodes_max: u32,
) -> Option<Vec<(usize, u16, SessionKind)>> {
    let mut search = Search {
        candidates,
        jobs,
        minutes_left,
        used: BTreeMap::new(),
        chosen: vec![None; jobs.len()],
        nodes_left: nodes_max,
    };
    let open: Vec<usize> = (0..jobs.len()).collect();
    if !search.settle(&open) {
        return None;
    }
    let Search { used, chosen, .. } = search;
    chosen
        .into_iter()
        .map(|start| {
            let start = start?;
            let is_shared = used.get(&start).is_some_and(|used| used.members > 1);
            let kind = if is_shared {
                SessionKind::Triadic
            } else {
                SessionKind::Individual
            };
            Some((start.0, start.1, kind))
        })
        .collect()
}

/// A session that some job uses.
struct Used {
    members: u32,
    may_share: bool,
    /// The first member, who cannot be the second too.
    trainee: usize,
}

struct Search<'s> {
    candidates: &'s Candidates<'s>,
    jobs: &'s [Job],
    minutes_left: u32,
    used: BTreeMap<(usize, u16), Used>,
    chosen: Vec<Option<(usize, u16)>>,
    nodes_left: u32,
}

impl Search<'_> {
    fn settle(&mut self, open: &[usize]) -> bool {
        if open.is_empty() {
            return true;
        }
        if self.nodes_left == 0 {
            return false;
        }
        self.nodes_left -= 1;
        let Some((job, options)) = open
            .iter()
            .map(|job| (*job, self.options_left(*job)))
            .min_by_key(|(job, options)| (options.len(), *job))
        else {
            return true;
        };
        let rest: Vec<usize> = open.iter().copied().filter(|other| *other != job).collect();
        for start in self.least_harmful_first(options, &rest) {
            self.choose(job, start);
            if self.settle(&rest) {
                return true;
            }
            self.undo(job, start);
        }
        false
    }

    fn options_left(&self, job: usize) -> Vec<(usize, u16)> {
        let job = &self.jobs[job];
        job.options
            .iter()
            .copied()
            .filter(|start| match self.used.get(start) {
                Some(used) => {
                    let may_share = used.may_share && job.may_share;
                    used.members == 1 && may_share && used.trainee != job.trainee
                }
                None => {
                    self.candidates.venues[start.0].minutes <= self.minutes_left
                        && !self
                            .used
                            .keys()
                            .any(|other| collide(self.candidates, *start, *other))
                }
            })
            .collect()
    }

    /// Orders starts by how many choices of the others they would take.
    fn least_harmful_first(&self, options: Vec<(usize, u16)>, rest: &[usize]) -> Vec<(usize, u16)> {
        let mut ordered: Vec<(usize, (usize, u16))> = options
            .into_iter()
            .map(|start| {
                let taken = |job: &usize| {
                    let options = &self.jobs[*job].options;
                    let hit = options
                        .iter()
                        .filter(|o| **o != start && collide(self.candidates, start, **o));
                    // In thousandths of what the other has.
                    hit.count() * 1000 / options.len().max(1)
                };
                (rest.iter().map(taken).sum(), start)
            })
            .collect();
        ordered.sort_unstable();
        ordered.into_iter().map(|(_, start)| start).collect()
    }

    fn choose(&mut self, job: usize, start: (usize, u16)) {
        self.chosen[job] = Some(start);
        if let Some(used) = self.used.get_mut(&start) {
            used.members += 1;
        } else {
            self.minutes_left -= self.candidates.venues[start.0].minutes;
            let Job {
                may_share, trainee, ..
            } = self.jobs[job];
            self.used.insert(
                start,
                Used {
                    members: 1,
                    may_share,
                    trainee,
                },
            );
        }
    }

    fn undo(&mut self, job: usize, start: (usize, u16)) {
        self.chosen[job] = None;
        if let Some(used) = self.used.get_mut(&start) {
            used.members -= 1;
            if used.members == 0 {
                self.used.remove(&start);
                self.minutes_left += self.candidates.venues[start.0].minutes;
            }
        }
    }
}
