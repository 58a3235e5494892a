//! A mixed-integer linear model as plain data: columns, rows, names.

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

/// A linear rule `lower <= sum of terms <= upper`.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) lower: f64,
    pub(super) upper: f64,
    /// Columns and coefficients, each column once.
    pub(super) terms: Vec<(ColumnIndex, f64)>,
}

/// What is to be made least.
pub(super) type Objective = Vec<(ColumnIndex, f64)>;

/// A mixed-integer linear model. Objectives are kept apart, since one model
/// is solved for several levels.
#[derive(Clone, Debug, Default)]
pub(super) struct LinearModel {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl LinearModel {
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

    /// Drops the rows from a position on.
    pub(super) fn truncate_rows(&mut self, rows: usize) {
        self.rows.truncate(rows);
    }

    /// Frees a row of its bounds, so that it no longer restricts.
    pub(super) fn relax_row(&mut self, row: usize) {
        self.rows[row].lower = f64::NEG_INFINITY;
        self.rows[row].upper = f64::INFINITY;
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
