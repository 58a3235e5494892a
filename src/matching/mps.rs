//! Writes a linear model in the free MPS format, which every solver of linear
//! models reads.

use std::fmt::Write as _;

use super::formulation::Names;
use super::model::{LinearModel, Objective, Row};
use crate::domain::plan::Sense;

/// What is made best, and the rows that hold besides those of the model.
pub(super) struct Goal {
    /// Name of the objective.
    pub(super) name: String,
    pub(super) sense: Sense,
    pub(super) objective: Objective,
    /// Rows with their names.
    pub(super) kept: Vec<(String, Row)>,
}

/// Returns the model as text. Every column has its bounds written out, since
/// readers differ in what they take for granted.
pub(super) fn write_mps(model: &LinearModel, names: &Names, goal: &Goal) -> String {
    let own = names.rows.iter().map(String::as_str).zip(model.rows());
    let kept = goal.kept.iter().map(|(name, row)| (name.as_str(), row));
    let rows: Vec<(&str, &Row)> = own.chain(kept).collect();
    let mut text = String::new();
    write_head(&mut text, goal, &rows);
    write_columns(&mut text, model, names, goal, &rows);
    text.push_str("RHS\n");
    for (name, row) in &rows {
        let (_, side) = relation(row);
        if side != 0.0 {
            let _ = writeln!(text, "    RHS {name} {side}");
        }
    }
    write_bounds(&mut text, model, names);
    text.push_str("ENDATA\n");
    text
}

fn write_head(text: &mut String, goal: &Goal, rows: &[(&str, &Row)]) {
    let sense = match goal.sense {
        Sense::Most => "MAX",
        Sense::Least => "MIN",
    };
    let name = &goal.name;
    let _ = write!(
        text,
        "NAME {name}\nOBJSENSE\n    {sense}\nROWS\n N  {name}\n"
    );
    for (name, row) in rows {
        let (letter, _) = relation(row);
        let _ = writeln!(text, " {letter}  {name}");
    }
}

/// Returns the letter of a row and its right side. A row is bounded on one
/// side, or on both by the same value.
fn relation(row: &Row) -> (char, f64) {
    if row.lower.is_finite() && row.upper.is_finite() {
        ('E', row.upper)
    } else if row.upper.is_finite() {
        ('L', row.upper)
    } else if row.lower.is_finite() {
        ('G', row.lower)
    } else {
        ('N', 0.0)
    }
}

fn write_columns(
    text: &mut String,
    model: &LinearModel,
    names: &Names,
    goal: &Goal,
    rows: &[(&str, &Row)],
) {
    let mut entries: Vec<Vec<(&str, f64)>> = vec![Vec::new(); model.columns().len()];
    for (column, factor) in &goal.objective {
        entries[column.position()].push((&goal.name, *factor));
    }
    for (name, row) in rows {
        for (column, factor) in &row.terms {
            entries[column.position()].push((name, *factor));
        }
    }
    text.push_str("COLUMNS\n");
    let mut is_integer = false;
    for ((column, name), entries) in model.columns().iter().zip(&names.columns).zip(entries) {
        if column.is_integer != is_integer {
            write_marker(text, column.is_integer);
            is_integer = column.is_integer;
        }
        if entries.is_empty() {
            // A column is known by its entries; this one has no say.
            let _ = writeln!(text, "    {name} {} 0", goal.name);
        }
        for (row, factor) in entries {
            let _ = writeln!(text, "    {name} {row} {factor}");
        }
    }
    if is_integer {
        write_marker(text, false);
    }
}

fn write_marker(text: &mut String, begins: bool) {
    let side = if begins { "INTORG" } else { "INTEND" };
    let _ = writeln!(text, "    MARKER 'MARKER' '{side}'");
}

fn write_bounds(text: &mut String, model: &LinearModel, names: &Names) {
    text.push_str("BOUNDS\n");
    for (column, name) in model.columns().iter().zip(&names.columns) {
        let _ = writeln!(text, " LO BOUND {name} {}", column.lower);
        if column.upper.is_finite() {
            let _ = writeln!(text, " UP BOUND {name} {}", column.upper);
        } else {
            let _ = writeln!(text, " PL BOUND {name}");
        }
    }
}
