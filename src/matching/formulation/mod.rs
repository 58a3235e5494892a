//! Candidates as a linear model, in as much detail as is asked for.
//!
//! Supervisors come in two grades. An *untimed* one has a column for each line
//! that she may fill, under her caseload and the fewest minutes that so many
//! trainees could take; when they meet is left open, so the model is a
//! relaxation. A *timed* one has a column for each weekly start, and the model
//! is exact for her. With everybody timed the model is the whole problem; the
//! solve begins with nobody timed, and without the lines of faculty, and adds
//! what turns out to matter.

mod blocking;
mod cliques;
mod contact;
mod finish;
mod hours;
mod names;
mod objective;
mod people;
mod placement;
mod sessions;
mod supervision;

use std::collections::BTreeMap;
use std::ops::Range;

pub(super) use names::Names;
pub(super) use objective::constant;

use super::candidates::{Candidates, Fill};
use super::group_starts::GroupStarts;
use super::model::{Column, ColumnIndex, LinearModel, Objective};
use crate::domain::{Role, Rule, SessionKind};

/// Which part of the candidates a model is about.
pub(super) struct Scope<'s> {
    /// Placements that may be chosen; all when `None`.
    pub(super) pairs: Option<&'s [bool]>,
    /// Fills that may be chosen; all when `None`.
    pub(super) fills: Option<&'s [bool]>,
    /// Supervisors whose weekly starts are in the model.
    pub(super) timed: &'s [bool],
    /// Whether lines of faculty are in the model at all. Without them it is
    /// much smaller, and most often its bounds are as good.
    pub(super) with_faculty: bool,
    /// Weekly starts to which groups are confined; all when `None`.
    pub(super) group_starts: Option<&'s GroupStarts>,
    /// Whether least capacities, least caseloads and pins must hold, and no
    /// pair may block where the round forbids that.
    pub(super) with_minima: bool,
}

impl Scope<'_> {
    fn has_pair(&self, pair: usize) -> bool {
        self.pairs.is_none_or(|pairs| pairs[pair])
    }

    fn has_fill(&self, position: usize, fill: &Fill) -> bool {
        fill.pair.is_none_or(|pair| self.has_pair(pair))
            && self.fills.is_none_or(|fills| fills[position])
    }

    fn has_start(&self, kind: SessionKind, start: (usize, u16), trainee: usize) -> bool {
        kind != SessionKind::Group
            || self.group_starts.is_none_or(|starts| {
                starts
                    .get(&start)
                    .is_some_and(|trainees| trainees.contains(&trainee))
            })
    }
}

/// A weekly start that a trainee may attend to fill a line.
pub(super) struct Meet {
    pub(super) fill: usize,
    pub(super) venue: usize,
    pub(super) start: u16,
    pub(super) kind: SessionKind,
    pub(super) column: ColumnIndex,
}

/// A rule that asks for at least something and may therefore clash.
pub(super) struct Minimum {
    pub(super) rows: Range<usize>,
    pub(super) rule: Rule,
    pub(super) subject: String,
}

/// A model with the meaning of its columns.
pub(super) struct Formulation {
    pub(super) model: LinearModel,
    /// For each pair, whether it is chosen.
    pub(super) place: Vec<Option<ColumnIndex>>,
    /// For each fill, whether it is chosen.
    pub(super) fill: Vec<Option<ColumnIndex>>,
    pub(super) meets: Vec<Meet>,
    pub(super) minima: Vec<Minimum>,
    /// Contact lost to the limit of a site, in minutes.
    over: Vec<ColumnIndex>,
    /// Quarter hours of contact that a tight pair loses to its sessions.
    lowered: BTreeMap<usize, ColumnIndex>,
    /// For each pair where the trainee could finish in time, whether that is
    /// so; empty where no level asks for it.
    finish: BTreeMap<usize, ColumnIndex>,
    /// Places on caseloads that are taken, with what each counts for their
    /// balance; empty where no level asks for it.
    caseload_places: Objective,
}

impl Formulation {
    /// Returns the model of the candidates within a scope.
    pub(super) fn new(candidates: &Candidates<'_>, scope: &Scope<'_>) -> Self {
        let mut formulation = Self {
            model: LinearModel::default(),
            place: Vec::new(),
            fill: Vec::new(),
            meets: Vec::new(),
            minima: Vec::new(),
            over: Vec::new(),
            lowered: BTreeMap::new(),
            finish: BTreeMap::new(),
            caseload_places: Vec::new(),
        };
        formulation.add_columns(candidates, scope);
        placement::add_rows(&mut formulation, candidates, scope);
        supervision::add_rows(&mut formulation, candidates, scope);
        sessions::add_rows(&mut formulation, candidates, scope);
        contact::add_rows(&mut formulation, candidates, scope);
        finish::add_rows(&mut formulation, candidates, scope);
        hours::add_rows(&mut formulation, candidates, scope);
        people::add_rows(&mut formulation, candidates, scope);
        blocking::add_rows(&mut formulation, candidates, scope);
        formulation
    }

    fn add_columns(&mut self, candidates: &Candidates<'_>, scope: &Scope<'_>) {
        for pair in 0..candidates.pairs.len() {
            let column = scope.has_pair(pair).then(|| self.model.add_binary());
            self.place.push(column);
        }
        for (position, fill) in candidates.fills.iter().enumerate() {
            let column = if scope.has_fill(position, fill) {
                self.add_fill(candidates, scope, position, fill)
            } else {
                None
            };
            self.fill.push(column);
        }
    }

    /// Adds the column of a fill, with those of its weekly starts when they
    /// are in the model; none for a fill without any.
    fn add_fill(
        &mut self,
        candidates: &Candidates<'_>,
        scope: &Scope<'_>,
        position: usize,
        fill: &Fill,
    ) -> Option<ColumnIndex> {
        let role = candidates.line(fill).role;
        let is_timed = fill.meets() && scope.timed[fill.supervisor];
        if role == Role::Faculty && !scope.with_faculty {
            return None;
        }
        if is_timed && self.add_meets(candidates, scope, position, fill) == 0 {
            return None;
        }
        // Faculty are chosen when the times are fitted, so a fraction of them
        // does no harm before, unless some level looks at them.
        let is_integer =
            is_timed || !fill.meets() || role == Role::Site || candidates.levels_need_faculty;
        Some(self.model.add_column(Column {
            lower: 0.0,
            upper: 1.0,
            is_integer,
        }))
    }

    /// Adds a column for each weekly start of a fill, and returns how many.
    fn add_meets(
        &mut self,
        candidates: &Candidates<'_>,
        scope: &Scope<'_>,
        position: usize,
        fill: &Fill,
    ) -> usize {
        let before = self.meets.len();
        for (venue, starts) in candidates.starts(fill) {
            for start in starts.iter() {
                for kind in fill.kinds.iter() {
                    if scope.has_start(kind, (venue, start), fill.trainee) {
                        let column = self.model.add_binary();
                        self.meets.push(Meet {
                            fill: position,
                            venue,
                            start,
                            kind,
                            column,
                        });
                    }
                }
            }
        }
        self.meets.len() - before
    }

    /// Returns the chosen columns among the placements.
    pub(super) fn chosen_pairs(&self, values: &[f64]) -> Vec<usize> {
        chosen(&self.place, values)
    }

    /// Returns the chosen columns among the fills.
    pub(super) fn chosen_fills(&self, values: &[f64]) -> Vec<usize> {
        chosen(&self.fill, values)
    }

    /// Returns the chosen weekly starts.
    pub(super) fn chosen_meets(&self, values: &[f64]) -> Vec<&Meet> {
        self.meets
            .iter()
            .filter(|meet| values[meet.column.position()] > 0.5)
            .collect()
    }
}

fn chosen(columns: &[Option<ColumnIndex>], values: &[f64]) -> Vec<usize> {
    let is_chosen =
        |column: &Option<ColumnIndex>| column.is_some_and(|column| values[column.position()] > 0.5);
    columns
        .iter()
        .enumerate()
        .filter(|(_, c)| is_chosen(c))
        .map(|(i, _)| i)
        .collect()
}
