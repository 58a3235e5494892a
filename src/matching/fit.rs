//! Times and groups for placements that the relaxed model found.
//!
//! The placements and the site supervisors are given; faculty are chosen
//! anew, since a group is a matter of who is free when. Groups go into a small
//! model, first with few weekly starts, then with those of whoever is left
//! over as well, and at last, unless they are too many, with all.
//! Supervisors who meet trainees alone or in twos are settled by search; those
//! whom it cannot settle join the model. With all starts in the model and
//! somebody still left over, the placements are proved not to fit.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::{Candidates, Fill};
use super::engine::{Effort, Found, Outcome, solve};
use super::finish::times_matter;
use super::formulation::{Formulation, Scope};
use super::group_starts::{GroupAvailability, GroupStarts};
use super::polish::{open_values, polish};
use super::schedule::NODES_THOROUGH;
use super::settle::settle;
use super::timetable::{Attended, FilledLine, Matched, Timetable};
use super::{MatchError, Observer};
use crate::domain::plan::Level;
use crate::domain::{Role, SessionKind};

/// Group meetings up to which all starts go into the model at once.
const FEW_MEETINGS: usize = 2_000;
/// Group meetings above which all starts are never put into one model.
const MANY_MEETINGS: usize = 60_000;
/// How many groups each trainee could join among the first few starts.
const COVER_DEPTH: u32 = 2;

/// Placements and site supervisors to be given times.
pub(super) struct Assignment {
    pub(super) pairs: Vec<usize>,
    pub(super) fills: Vec<usize>,
    /// The values of the levels that the model has with it, in order. Sessions
    /// must leave room for the contact.
    pub(super) hoped: Vec<(Level, i64)>,
}

/// What came of fitting an assignment.
pub(super) struct Fitted {
    pub(super) timetable: Timetable,
    /// Trainees of the assignment who have no times.
    pub(super) missing: BTreeSet<usize>,
}

impl Fitted {
    /// Returns what a timetable leaves of an assignment.
    pub(super) fn of(
        candidates: &Candidates<'_>,
        assignment: &Assignment,
        timetable: Timetable,
    ) -> Self {
        let pairs = assignment.pairs.iter();
        let missing = pairs
            .map(|pair| candidates.pairs[*pair].trainee)
            .filter(|trainee| !timetable.matched.contains_key(trainee))
            .collect();
        Self { timetable, missing }
    }
}

/// Gives times to an assignment: to everybody in it if that is possible, else
/// to as much priority as was found.
pub(super) fn fit(
    candidates: &Candidates<'_>,
    assignment: &Assignment,
    observer: &mut dyn Observer,
) -> Result<Fitted, MatchError> {
    let mut fitter = Fitter::new(candidates, assignment);
    let groups = GroupAvailability::new(candidates, &fitter.fills);
    let meetings = groups.meetings();
    let mut starts = (meetings > FEW_MEETINGS).then(|| {
        let mut starts = groups.cover(candidates, COVER_DEPTH);
        groups.add_promised(candidates, &fitter.fills, &mut starts);
        starts
    });
    let mut best: Option<((usize, Vec<i64>), Fitted)> = None;
    while !observer.is_cancelled() && observer.seconds_left() > 0.0 {
        let fitted = fitter.fit_with(starts.as_ref(), observer)?;
        tracing::debug!(
            fit.starts = starts.as_ref().map(BTreeMap::len),
            fit.assigned = assignment.pairs.len(),
            fit.missing = fitted.missing.len(),
            "times fitted"
        );
        let values = open_values(candidates, assignment, &fitted.timetable);
        let is_as_hoped = fitted.missing.is_empty() && values.is_as_hoped();
        let is_done = is_as_hoped || starts.is_none();
        // Few starts were enough for times, though not for the best levels.
        starts = starts.and_then(|few| groups.more(few, &fitted.missing));
        let worth = (fitted.missing.len(), values.found);
        if best.as_ref().is_none_or(|(least, _)| worth < *least) {
            best = Some((worth, fitted));
        }
        if is_done || (starts.is_none() && meetings > MANY_MEETINGS) {
            break;
        }
    }
    Ok(best.map_or_else(|| fitter.nobody(), |(_, fitted)| fitted))
}

struct Fitter<'c> {
    candidates: &'c Candidates<'c>,
    assignment: &'c Assignment,
    pairs: Vec<bool>,
    fills: Vec<bool>,
    /// Supervisors whose starts are in the model.
    timed: Vec<bool>,
}

impl<'c> Fitter<'c> {
    fn new(candidates: &'c Candidates<'c>, assignment: &'c Assignment) -> Self {
        let mut pairs = vec![false; candidates.pairs.len()];
        for pair in &assignment.pairs {
            pairs[*pair] = true;
        }
        let given: BTreeSet<usize> = assignment.fills.iter().copied().collect();
        let placed: BTreeSet<usize> = assignment
            .pairs
            .iter()
            .map(|pair| candidates.pairs[*pair].trainee)
            .collect();
        let role = |fill: &Fill| candidates.line(fill).role;
        let fills: Vec<bool> = candidates
            .fills
            .iter()
            .enumerate()
            .map(|(position, fill)| match role(fill) {
                Role::Site => given.contains(&position),
                Role::Faculty => {
                    placed.contains(&fill.trainee) && fill.pair.is_none_or(|pair| pairs[pair])
                }
            })
            .collect();
        let tight: BTreeSet<usize> = assignment
            .pairs
            .iter()
            .map(|pair| &candidates.pairs[*pair])
            .filter(|pair| pair.is_tight)
            .map(|pair| pair.trainee)
            .collect();
        let mut timed = vec![false; candidates.roster.supervisors.len()];
        for (position, fill) in candidates.fills.iter().enumerate() {
            let is_simple = role(fill) == Role::Site
                && fill.kinds.contains(SessionKind::Individual)
                && !fill.kinds.contains(SessionKind::Group)
                && !tight.contains(&fill.trainee);
            let is_promised = candidates.promises.may_keep_line(candidates, fill);
            let is_open = !is_simple || is_promised || times_matter(candidates, fill);
            if fills[position] && fill.meets() && is_open {
                timed[fill.supervisor] = true;
            }
        }
        Self {
            candidates,
            assignment,
            pairs,
            fills,
            timed,
        }
    }

    fn nobody(&self) -> Fitted {
        let pairs = self.assignment.pairs.iter();
        let missing = pairs
            .map(|pair| self.candidates.pairs[*pair].trainee)
            .collect();
        Fitted {
            timetable: Timetable::default(),
            missing,
        }
    }

    /// Fits with the given group starts, adding supervisors to the model until
    /// the search settles the rest.
    fn fit_with(
        &mut self,
        group_starts: Option<&GroupStarts>,
        observer: &mut dyn Observer,
    ) -> Result<Fitted, MatchError> {
        let mut last = None;
        loop {
            if observer.seconds_left() <= 0.0 {
                return Ok(last.unwrap_or_else(|| self.nobody()));
            }
            let Some(mut timetable) = self.solve_model(group_starts, true, observer)? else {
                return match last {
                    Some(fitted) => Ok(fitted),
                    None => self.without_minima(group_starts, observer),
                };
            };
            let unsettled = settle(self.candidates, &mut timetable, NODES_THOROUGH);
            let fitted = self.without(&unsettled, timetable);
            if unsettled.is_empty() || observer.is_cancelled() {
                return Ok(fitted);
            }
            last = Some(fitted);
            for supervisor in unsettled {
                self.timed[supervisor] = true;
            }
        }
    }

    /// Returns what is left of a timetable without the trainees of some
    /// supervisors.
    fn without(&self, unsettled: &[usize], mut timetable: Timetable) -> Fitted {
        for supervisor in unsettled {
            self.drop_trainees_of(*supervisor, &mut timetable);
        }
        timetable.drop_small_sessions();
        Fitted::of(self.candidates, self.assignment, timetable)
    }

    /// Says who is in the way when pins and least numbers do not fit: those
    /// who get no times even without them, or else everybody.
    fn without_minima(
        &self,
        group_starts: Option<&GroupStarts>,
        observer: &mut dyn Observer,
    ) -> Result<Fitted, MatchError> {
        let mut fitted = self.nobody();
        if observer.seconds_left() > 0.0
            && let Some(timetable) = self.solve_model(group_starts, false, observer)?
        {
            let mut missing = fitted.missing.clone();
            missing.retain(|trainee| !timetable.matched.contains_key(trainee));
            if !missing.is_empty() {
                fitted.missing = missing;
            }
        }
        Ok(fitted)
    }

    fn solve_model(
        &self,
        group_starts: Option<&GroupStarts>,
        with_minima: bool,
        observer: &mut dyn Observer,
    ) -> Result<Option<Timetable>, MatchError> {
        let scope = Scope {
            pairs: Some(&self.pairs),
            fills: Some(&self.fills),
            timed: &self.timed,
            with_faculty: true,
            group_starts,
            with_minima,
        };
        let mut formulation = Formulation::new(self.candidates, &scope);
        let mut hoped = self.assignment.hoped.iter();
        let short = hoped.find(|(level, _)| *level == Level::ContactShortMinutes);
        if let Some((level, short)) = short {
            super::levels::keep_level(&mut formulation, self.candidates, *level, *short);
        }
        let objective = formulation.objective(self.candidates, Level::MatchedPriority);
        let seconds = observer.seconds_left();
        let effort = Effort {
            seconds,
            grid: 1.0,
            start: None,
            relaxed: false,
            for_proof: false,
        };
        let mut may_go_on = |_: f64, _: f64| !observer.is_cancelled();
        match solve(&formulation.model, &objective, &effort, &mut may_go_on)? {
            Outcome::Infeasible | Outcome::Unknown { .. } => Ok(None),
            Outcome::Found(Found { values, .. }) => {
                let values = polish(
                    self.candidates,
                    self.assignment,
                    &mut formulation,
                    values,
                    observer,
                )?;
                Ok(Some(read_timetable(self.candidates, &formulation, &values)))
            }
        }
    }

    fn drop_trainees_of(&self, supervisor: usize, timetable: &mut Timetable) {
        timetable.matched.retain(|_, matched| {
            !matched.lines.values().any(|line| {
                line.attended.is_none()
                    && self.candidates.fills[line.fill].meets()
                    && self.candidates.fills[line.fill].supervisor == supervisor
            })
        });
    }
}

/// Reads the chosen columns of a model. Lines of untimed supervisors come
/// without a session.
pub(super) fn read_timetable(
    candidates: &Candidates<'_>,
    formulation: &Formulation,
    values: &[f64],
) -> Timetable {
    let mut timetable = Timetable::default();
    for pair in formulation.chosen_pairs(values) {
        let trainee = candidates.pairs[pair].trainee;
        timetable.matched.insert(
            trainee,
            Matched {
                pair,
                lines: BTreeMap::new(),
            },
        );
    }
    for position in formulation.chosen_fills(values) {
        let fill = &candidates.fills[position];
        if let Some(matched) = timetable.matched.get_mut(&fill.trainee) {
            let filled = FilledLine {
                fill: position,
                attended: None,
            };
            matched.lines.insert(fill.line, filled);
        }
    }
    for meet in formulation.chosen_meets(values) {
        let fill = &candidates.fills[meet.fill];
        if let Some(matched) = timetable.matched.get_mut(&fill.trainee) {
            let (venue, start, kind) = (meet.venue, meet.start, meet.kind);
            let attended = Some(Attended { venue, start, kind });
            matched.lines.insert(
                fill.line,
                FilledLine {
                    fill: meet.fill,
                    attended,
                },
            );
        }
    }
    timetable
}
