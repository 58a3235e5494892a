//! The whole problem as one linear model, with every session and every weekly
//! start, for other programs to solve.
//!
//! The matcher itself never needs it: it leaves times out for as long as it
//! can. Written out it lets anybody check a value with a solver of their own.

use super::MatchError;
use super::candidates::Candidates;
use super::formulation::{Formulation, Names, Scope, constant};
use super::model::{Column, ColumnIndex, Objective, Row};
use super::mps::{Goal, write_mps};
use crate::domain::Roster;
use crate::domain::plan::{Level, LevelResult, Sense};
use crate::domain::time::ZoneTable;

/// The whole problem, with a value for each level.
pub struct ExactModel<'r> {
    candidates: Candidates<'r>,
    formulation: Formulation,
    names: Names,
    /// A column that is always one, for what a level is worth in every plan;
    /// there is none where nothing needs it.
    one: Option<ColumnIndex>,
    levels: Vec<(Level, i64)>,
}

impl<'r> ExactModel<'r> {
    /// Returns the model of a roster. The levels, in their order, with the
    /// values of a legal plan: each is kept where a later one is made best.
    ///
    /// # Errors
    /// When a zone of the roster cannot be put on the line of slots.
    pub fn new(
        roster: &'r Roster,
        zones: &ZoneTable,
        levels: &[LevelResult],
    ) -> Result<Self, MatchError> {
        let candidates = Candidates::new(roster, zones)?;
        let scope = Scope {
            pairs: None,
            fills: None,
            timed: &vec![true; roster.supervisors.len()],
            with_faculty: true,
            group_starts: None,
            with_minima: true,
        };
        let mut formulation = Formulation::new(&candidates, &scope);
        let has_constant = |result: &LevelResult| constant(&candidates, result.level) != 0;
        let one = levels.iter().any(has_constant).then(|| {
            formulation.model.add_column(Column {
                lower: 1.0,
                upper: 1.0,
                is_integer: false,
            })
        });
        let names = Names::new(&formulation, &candidates);
        let levels = levels.iter().map(|result| (result.level, result.value));
        Ok(Self {
            candidates,
            formulation,
            names,
            one,
            levels: levels.collect(),
        })
    }

    /// Returns the numbers of columns and rows.
    pub fn size(&self) -> (usize, usize) {
        let model = &self.formulation.model;
        (model.columns().len(), model.rows().len())
    }

    /// Returns the model of each level in the free MPS format, with the name
    /// of its file, as in `2-matched.mps`. The best value of a model is that of
    /// its level; the levels before are rows named as in `level(matched)`.
    pub fn files(&self) -> impl Iterator<Item = (String, String)> {
        (0..self.levels.len()).map(|position| {
            let (level, _) = self.levels[position];
            let name = format!("{}-{level}.mps", position + 1);
            (name, self.text(position))
        })
    }

    fn text(&self, position: usize) -> String {
        let (level, _) = self.levels[position];
        let kept = self.levels[..position].iter();
        let goal = Goal {
            name: level.name(),
            sense: level.sense(),
            objective: self.terms(level),
            kept: kept
                .map(|(level, value)| self.kept(*level, *value))
                .collect(),
        };
        write_mps(&self.formulation.model, &self.names, &goal)
    }

    /// Returns the value of a level as a sum.
    fn terms(&self, level: Level) -> Objective {
        let mut terms = self.formulation.objective(&self.candidates, level);
        if level.sense() == Sense::Most {
            for (_, factor) in &mut terms {
                *factor = -*factor;
            }
        }
        let constant = super::levels::to_float(constant(&self.candidates, level));
        terms.extend(self.one.map(|one| (one, constant)));
        terms
    }

    fn kept(&self, level: Level, value: i64) -> (String, Row) {
        let value = super::levels::to_float(value);
        let (lower, upper) = match level.sense() {
            Sense::Most => (value, f64::INFINITY),
            Sense::Least => (f64::NEG_INFINITY, value),
        };
        let row = Row {
            lower,
            upper,
            terms: self.terms(level),
            label: None,
        };
        (format!("level({level})"), row)
    }
}
