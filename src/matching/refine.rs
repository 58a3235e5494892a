//! How much of the problem is in the model, and what comes next when what the
//! model finds does not fit.

use std::collections::BTreeSet;

use super::candidates::Candidates;
use super::finish::times_matter;
use super::fit::{Assignment, Fitted};
use super::timetable::{FilledLine, Timetable};
use crate::domain::Role;

/// Fills up to which the lines of faculty go into the model as a whole.
const FILLS_IN_MODEL: usize = 300_000;

/// How much of the problem is in the model.
pub(super) struct Detail {
    /// Supervisors whose weekly starts are.
    pub(super) timed: Vec<bool>,
    /// Whether lines of faculty are.
    pub(super) with_faculty: bool,
}

impl Detail {
    /// Returns the least that the levels, pins and minima allow.
    pub(super) fn least(candidates: &Candidates<'_>) -> Self {
        Self {
            timed: vec![false; candidates.roster.supervisors.len()],
            with_faculty: faculty_must_be_in(candidates),
        }
    }

    /// Puts more into the model where it lets through what does not fit: the
    /// times of the site supervisors in question, then the lines of faculty,
    /// then the times of everybody who could help, at last of all. When all
    /// fit, but not as well as the model has it (`hoped`), those whom the two
    /// treat differently are in question. Returns whether the model has grown.
    pub(super) fn grow(
        &mut self,
        candidates: &Candidates<'_>,
        assignment: &Assignment,
        fitted: &Fitted,
        hoped: &Timetable,
    ) -> bool {
        let chosen = |position: &usize| assignment.fills.contains(position);
        let of_missing = candidates
            .fills
            .iter()
            .enumerate()
            .filter(|(_, fill)| fill.meets() && fitted.missing.contains(&fill.trainee));
        let own: Vec<usize> = of_missing
            .clone()
            .filter(|(i, _)| chosen(i))
            .map(|(_, f)| f.supervisor)
            .collect();
        let possible: Vec<usize> = if fitted.missing.is_empty() {
            strays(candidates, hoped, &fitted.timetable)
        } else {
            of_missing.map(|(_, fill)| fill.supervisor).collect()
        };
        let all: Vec<usize> = (0..self.timed.len()).collect();
        for (supervisors, with_faculty) in [
            (own, false),
            (Vec::new(), true),
            (possible, true),
            (all, true),
        ] {
            if with_faculty && candidates.fills.len() > FILLS_IN_MODEL {
                return false;
            }
            if with_faculty && !self.with_faculty {
                self.with_faculty = true;
                return true;
            }
            let before = self.timed.iter().filter(|timed| **timed).count();
            for supervisor in supervisors {
                self.timed[supervisor] = true;
            }
            if self.timed.iter().filter(|timed| **timed).count() > before {
                return true;
            }
        }
        false
    }
}

/// Says whether the levels, a pin or a least caseload of faculty ask for a
/// model that has their lines.
fn faculty_must_be_in(candidates: &Candidates<'_>) -> bool {
    let people = &candidates.roster.supervisors;
    let needed = people
        .iter()
        .any(|s| s.role == Role::Faculty && s.caseload_min > s.caseload_current);
    let mut pinned = candidates
        .wishes
        .iter()
        .flat_map(|wishes| &wishes.pinned.supervisors);
    needed
        || candidates.levels_need_faculty
        || pinned.any(|supervisor| people[*supervisor].role == Role::Faculty)
}

/// Returns the supervisors of lines that are not filled as was hoped, whose
/// promise was hoped to be kept and is not, or whose times decide who finishes.
fn strays(candidates: &Candidates<'_>, hoped: &Timetable, found: &Timetable) -> Vec<usize> {
    let promises = &candidates.promises;
    let is_kept = |line: &FilledLine| {
        let fill = &candidates.fills[line.fill];
        match line.attended {
            Some(at) => promises.keeps_line(candidates, fill, Some((at.venue, at.start))),
            None => promises.may_keep_line(candidates, fill),
        }
    };
    let mut strays = BTreeSet::new();
    for (trainee, matched) in &hoped.matched {
        for (line, hoped) in &matched.lines {
            let found = found.matched.get(trainee).and_then(|m| m.lines.get(line));
            let is_as_hoped = found
                .is_some_and(|found| found.fill == hoped.fill && is_kept(found) == is_kept(hoped))
                && !times_matter(candidates, &candidates.fills[hoped.fill]);
            if !is_as_hoped {
                let fills = [Some(hoped.fill), found.map(|found| found.fill)];
                let supervisors = fills.into_iter().flatten();
                strays.extend(supervisors.map(|fill| candidates.fills[fill].supervisor));
            }
        }
    }
    strays.into_iter().collect()
}
