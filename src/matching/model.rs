//! A mixed-integer linear model as plain data: columns, rows, and what they are
//! about.

use std::collections::BTreeMap;

use crate::domain::{Rule, SessionKind};

/// Position of a column in a [`LinearModel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ColumnIndex(u32);

impl ColumnIndex {
    /// Returns the position.
    pub(super) fn position(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) is_integer: bool,
}

/// Somebody or something that a row or a column is about, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Trainee(usize),
    Site(usize),
    Supervisor(usize),
    /// A line of a trainee's level.
    Line {
        trainee: usize,
        line: usize,
    },
    /// A weekly start of a venue, for a kind of session.
    Session {
        venue: usize,
        start: u16,
        kind: SessionKind,
    },
}

/// Most subjects of a label.
const SUBJECTS: usize = 3;

/// The rule that a row or a column belongs to, and whom it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) rule: Rule,
    subjects: [Option<Subject>; SUBJECTS],
}

impl Label {
    /// Returns the label of a rule for up to three subjects.
    pub(super) fn new(rule: Rule, subjects: &[Subject]) -> Self {
        let mut label = Self {
            rule,
            subjects: [None; SUBJECTS],
        };
        for (place, subject) in label.subjects.iter_mut().zip(subjects) {
            *place = Some(*subject);
        }
        label
    }

    /// Returns whom it is about.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Subject> {
        self.subjects.into_iter().flatten()
    }
}

/// A linear rule `lower <= sum of terms <= upper`.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) lower: f64,
    pub(super) upper: f64,
    /// Columns and coefficients, each column once.
    pub(super) terms: Vec<(ColumnIndex, f64)>,
    /// What the row is about; `None` for the value of a level.
    pub(super) label: Option<Label>,
}

/// What is to be made least.
pub(super) type Objective = Vec<(ColumnIndex, f64)>;

/// A mixed-integer linear model. Objectives are kept apart, since one model
/// is solved for several levels.
#[derive(Clone, Debug, Default)]
pub(super) struct LinearModel {
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// What columns are about that are not decisions of their own.
    column_labels: BTreeMap<ColumnIndex, Label>,
}

/// A model to which rows of one label are added.
pub(super) struct Labelled<'m> {
    model: &'m mut LinearModel,
    label: Label,
}

impl Labelled<'_> {
    /// Adds `terms <= upper` and returns the position of the row.
    pub(super) fn at_most(
        self,
        upper: f64,
        terms: impl IntoIterator<Item = (ColumnIndex, f64)>,
    ) -> usize {
        let row = self.model.at_most(upper, terms);
        self.put_on(row)
    }

    /// Adds `terms >= lower` and returns the position of the row.
    pub(super) fn at_least(
        self,
        lower: f64,
        terms: impl IntoIterator<Item = (ColumnIndex, f64)>,
    ) -> usize {
        let row = self.model.at_least(lower, terms);
        self.put_on(row)
    }

    /// Adds `terms = value` and returns the position of the row.
    pub(super) fn equals(
        self,
        value: f64,
        terms: impl IntoIterator<Item = (ColumnIndex, f64)>,
    ) -> usize {
        let row = self.model.equals(value, terms);
        self.put_on(row)
    }

    fn put_on(self, row: usize) -> usize {
        self.model.rows[row].label = Some(self.label);
        row
    }
}

impl LinearModel {
    /// Labels the row that is added next: `model.under(rule, subjects).at_most(...)`.
    pub(super) fn under(&mut self, rule: Rule, subjects: &[Subject]) -> Labelled<'_> {
        Labelled {
            model: self,
            label: Label::new(rule, subjects),
        }
    }

    /// Says what a column is about.
    pub(super) fn label_column(&mut self, column: ColumnIndex, rule: Rule, subjects: &[Subject]) {
        self.column_labels
            .insert(column, Label::new(rule, subjects));
    }

    /// Returns what columns are about, where that was said.
    pub(super) fn column_labels(&self) -> impl Iterator<Item = (ColumnIndex, Label)> {
        self.column_labels
            .iter()
            .map(|(column, label)| (*column, *label))
    }

    /// Adds a yes-or-no decision.
    pub(super) fn add_binary(&mut self) -> ColumnIndex {
        self.add_column(Column {
            lower: 0.0,
            upper: 1.0,
            is_integer: true,
        })
    }

    /// Adds a number that is not negative.
    pub(super) fn add_amount(&mut self) -> ColumnIndex {
        self.add_column(Column {
            lower: 0.0,
            upper: f64::INFINITY,
            is_integer: false,
        })
    }

    /// Adds a column.
    pub(super) fn add_column(&mut self, column: Column) -> ColumnIndex {
        let index = u32::try_from(self.columns.len()).unwrap_or(u32::MAX);
        self.columns.push(column);
        ColumnIndex(index)
    }

    /// Adds `lower <= terms <= upper` and returns its position; terms of the
    /// same column are added up.
    pub(super) fn add_row(
        &mut self,
        lower: f64,
        upper: f64,
        terms: impl IntoIterator<Item = (ColumnIndex, f64)>,
    ) -> usize {
        let mut terms: Vec<(ColumnIndex, f64)> = terms.into_iter().collect();
        terms.sort_by_key(|(column, _)| *column);
        terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.rows.push(Row {
            lower,
            upper,
            terms,
            label: None,
        });
        self.rows.len() - 1
    }

    /// Adds `terms <= upper`.
    pub(super) fn at_most(
        &mut self,
        upper: f64,
        terms: impl IntoIterator<Item = (ColumnIndex, f64)>,
    ) -> usize {
        self.add_row(f64::NEG_INFINITY, upper, terms)
    }

    /// Adds `terms >= lower`.
    pub(super) fn at_least(
        &mut self,
        lower: f64,
        terms: impl IntoIterator<Item = (ColumnIndex, f64)>,
    ) -> usize {
        self.add_row(lower, f64::INFINITY, terms)
    }

    /// Adds `terms = value`.
    pub(super) fn equals(
        &mut self,
        value: f64,
        terms: impl IntoIterator<Item = (ColumnIndex, f64)>,
    ) -> usize {
        self.add_row(value, value, terms)
    }

    /// Adds a term to a row that does not have the column yet.
    pub(super) fn add_term(&mut self, row: usize, column: ColumnIndex, factor: f64) {
        let terms = &mut self.rows[row].terms;
        let place = terms.partition_point(|(other, _)| *other < column);
        terms.insert(place, (column, factor));
    }

    /// Drops the rows from a position on.
    pub(super) fn truncate_rows(&mut self, rows: usize) {
        self.rows.truncate(rows);
    }

    /// Frees a row of its bounds, so that it no longer restricts.
    pub(super) fn relax_row(&mut self, row: usize) {
        self.rows[row].lower = f64::NEG_INFINITY;
        self.rows[row].upper = f64::INFINITY;
    }

    /// Raises the upper side of a row.
    pub(super) fn raise_upper(&mut self, row: usize, by: f64) {
        self.rows[row].upper += by;
    }

    /// Frees a column of its upper bound.
    pub(super) fn free_upper(&mut self, column: ColumnIndex) {
        self.columns[column.position()].upper = f64::INFINITY;
    }

    /// Returns the columns.
    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the rows.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}
