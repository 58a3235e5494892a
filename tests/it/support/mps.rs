//! Reads a linear model in the free MPS format and solves it with HiGHS, as a
//! stranger with a solver would do.

use std::collections::{BTreeMap, BTreeSet};

use highs::{Col, HighsModelStatus, RowProblem, Sense};

/// A model as its file has it.
#[derive(Debug, Default)]
pub(crate) struct MpsModel {
    is_most: bool,
    objective: String,
    /// Letter of each row but the objective, by name.
    pub(crate) rows: BTreeMap<String, char>,
    /// Entries of each column, by name.
    pub(crate) columns: BTreeMap<String, Vec<(String, f64)>>,
    integers: BTreeSet<String>,
    sides: BTreeMap<String, f64>,
    bounds: BTreeMap<String, (f64, f64)>,
}

/// Reads a model; panics where it is not well formed.
pub(crate) fn read_mps(text: &str) -> MpsModel {
    let mut model = MpsModel::default();
    let (mut section, mut is_integer) = ("", false);
    for line in text.lines().filter(|line| !line.starts_with('*')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !line.starts_with(' ') {
            section = words[0];
            continue;
        }
        match (section, &words[..]) {
            ("OBJSENSE", [sense]) => model.is_most = *sense == "MAX",
            ("ROWS", ["N", name]) => (*name).clone_into(&mut model.objective),
            ("ROWS", [letter, name]) => {
                let letter = letter.chars().next().unwrap();
                let known = model.rows.insert((*name).to_owned(), letter);
                assert_eq!(known, None, "two rows are named {name}");
            }
            ("COLUMNS", [_, "'MARKER'", side]) => is_integer = *side == "'INTORG'",
            ("COLUMNS", [column, row, factor]) => {
                let known = *row == model.objective || model.rows.contains_key(*row);
                assert!(known, "no row {row}");
                if is_integer {
                    model.integers.insert((*column).to_owned());
                }
                let entries = model.columns.entry((*column).to_owned()).or_default();
                entries.push(((*row).to_owned(), factor.parse().unwrap()));
            }
            ("RHS", [_, row, side]) => {
                let known = model.sides.insert((*row).to_owned(), side.parse().unwrap());
                assert_eq!(known, None, "two sides of {row}");
            }
            ("BOUNDS", [kind, _, column, rest @ ..]) => {
                let bound = model.bounds.entry((*column).to_owned());
                let (lower, upper) = bound.or_insert((0.0, f64::INFINITY));
                match *kind {
                    "LO" => *lower = rest[0].parse().unwrap(),
                    "UP" => *upper = rest[0].parse().unwrap(),
                    "PL" => *upper = f64::INFINITY,
                    other => panic!("bound {other}"),
                }
            }
            other => panic!("not understood: {other:?}"),
        }
    }
    model
}

impl MpsModel {
    /// Returns the best value; `None` when nothing keeps all rows.
    pub(crate) fn best(&self) -> Option<f64> {
        let mut problem = RowProblem::default();
        let mut rows: BTreeMap<&str, Vec<(Col, f64)>> = BTreeMap::new();
        for (name, entries) in &self.columns {
            let cost = entries.iter().filter(|(row, _)| *row == self.objective);
            let cost: f64 = cost.map(|(_, factor)| factor).sum();
            let (lower, upper) = self.bounds[name];
            let column = if self.integers.contains(name) {
                problem.add_integer_column(cost, lower..=upper)
            } else {
                problem.add_column(cost, lower..=upper)
            };
            for (row, factor) in entries.iter().filter(|(row, _)| *row != self.objective) {
                rows.entry(row).or_default().push((column, *factor));
            }
        }
        for (name, letter) in &self.rows {
            let side = self.sides.get(name).copied().unwrap_or(0.0);
            let (lower, upper) = match letter {
                'L' => (f64::NEG_INFINITY, side),
                'G' => (side, f64::INFINITY),
                'E' => (side, side),
                other => panic!("row {name} of kind {other}"),
            };
            let terms = rows.remove(name.as_str()).unwrap_or_default();
            if terms.is_empty() && (lower > 0.0 || upper < 0.0) {
                return None;
            }
            problem.add_row(lower..=upper, terms);
        }
        if self.columns.is_empty() {
            return Some(0.0);
        }
        let sense = if self.is_most {
            Sense::Maximise
        } else {
            Sense::Minimise
        };
        let mut model = problem.optimise(sense);
        model.make_quiet();
        model.set_option("presolve", "off");
        model.set_option("mip_rel_gap", 0.0);
        model.set_option("threads", 1);
        let solved = model.solve();
        let status = solved.status();
        let is_empty = [
            HighsModelStatus::Infeasible,
            HighsModelStatus::UnboundedOrInfeasible,
        ]
        .contains(&status);
        assert!(
            is_empty || status == HighsModelStatus::Optimal,
            "{status:?}"
        );
        (!is_empty).then(|| solved.objective_value())
    }
}
