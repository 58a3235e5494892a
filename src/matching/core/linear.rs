//! Hands the linear models of this folder to HiGHS column by column: they are
//! too large for the detour that the other models take.

use highs::{ColProblem, HighsModelStatus, HighsSolutionStatus, Row, Sense};

use crate::matching::MatchError;
use crate::matching::highs_callback::{MayGoOn, attach};

/// A linear model of yes-or-no columns, to be made least.
#[derive(Default)]
pub(super) struct Linear {
    /// Least and most of each row.
    pub(super) rows: Vec<(f64, f64)>,
    costs: Vec<f64>,
    ends: Vec<usize>,
    entries: Vec<(usize, f64)>,
}

impl Linear {
    /// Adds a row and returns its position.
    pub(super) fn add_row(&mut self, least: f64, most: f64) -> usize {
        self.rows.push((least, most));
        self.rows.len() - 1
    }

    /// Adds a column with its factor in each row that has it.
    pub(super) fn add_column(
        &mut self,
        cost: f64,
        entries: impl IntoIterator<Item = (usize, f64)>,
    ) {
        self.costs.push(cost);
        self.entries.extend(entries);
        self.ends.push(self.entries.len());
    }

    /// Returns the number of columns.
    pub(super) fn columns(&self) -> usize {
        self.costs.len()
    }

    fn to_problem(&self, is_integer: bool) -> ColProblem {
        let mut problem = ColProblem::default();
        let rows: Vec<Row> = self
            .rows
            .iter()
            .map(|(least, most)| problem.add_row(*least..=*most))
            .collect();
        let mut begin = 0;
        for (cost, end) in self.costs.iter().zip(&self.ends) {
            let factors = self.entries[begin..*end]
                .iter()
                .map(|(row, factor)| (rows[*row], *factor));
            // A fraction needs no upper bound of its own: its trainee has one.
            if is_integer {
                problem.add_integer_column(*cost, 0.0..=1.0, factors);
            } else {
                problem.add_column(*cost, 0.0.., factors);
            }
            begin = *end;
        }
        problem
    }
}

/// A point of the relaxation and the price of each row.
pub(super) struct Relaxed {
    pub(super) values: Vec<f64>,
    pub(super) row_duals: Vec<f64>,
}

/// Solves a model by interior point without whole numbers, with crossover to a
/// corner. Returns `None` when there is no point or the time runs out.
pub(super) fn relax(
    linear: &Linear,
    seconds: f64,
    may_go_on: &dyn Fn() -> bool,
) -> Result<Option<Relaxed>, MatchError> {
    let mut model = linear.to_problem(false).optimise(Sense::Minimise);
    let crossover = if linear.columns() <= CROSSOVER_COLUMNS_MAX {
        "on"
    } else {
        "off"
    };
    set_common_options(&mut model, seconds)?;
    set(&mut model, "solver", "ipm")?;
    set(&mut model, "run_crossover", crossover)?;
    let mut asked = |_: f64, _: f64| may_go_on();
    let mut asked: Box<MayGoOn<'_>> = Box::new(&mut asked);
    attach(&mut model, &mut asked);
    let solved = model.try_solve().map_err(failed)?;
    tracing::debug!(
        model.columns = linear.columns(),
        model.rows = linear.rows.len(),
        solve.status = ?solved.status(),
        solve.value = solved.objective_value(),
        "core relaxed"
    );
    if solved.status() != HighsModelStatus::Optimal {
        return Ok(None);
    }
    let solution = solved.get_solution();
    Ok(Some(Relaxed {
        values: solution.columns().to_vec(),
        row_duals: solution.dual_rows().to_vec(),
    }))
}

/// Columns up to which the interior point is followed to a corner. Above, the
/// point itself serves as well, and its bound is off by a hair only.
const CROSSOVER_COLUMNS_MAX: usize = 250_000;

/// How a search among whole numbers ends.
pub(super) enum End {
    /// The best point.
    Best(Vec<f64>),
    /// A point, not known to be the best.
    Found(Vec<f64>),
    /// There is no point.
    Nothing,
    /// No point was found before the end of time or patience.
    Unknown,
}

/// How long whole numbers are searched for, and from where.
pub(super) struct Patience<'s> {
    pub(super) seconds: f64,
    /// Most nodes of the search tree.
    pub(super) nodes: Option<i32>,
    pub(super) start: Option<&'s [f64]>,
    /// Step between the values of the objective.
    pub(super) step: f64,
}

/// Searches the best point in whole numbers. Presolve is off, since what has no
/// point is taken for proved.
pub(super) fn search(
    linear: &Linear,
    patience: &Patience<'_>,
    may_go_on: &dyn Fn() -> bool,
) -> Result<End, MatchError> {
    if linear.columns() == 0 {
        // HiGHS takes a model without columns for solved, whatever its rows ask.
        let is_possible = linear
            .rows
            .iter()
            .all(|(least, most)| *least <= 0.0 && *most >= 0.0);
        return Ok(if is_possible {
            End::Best(Vec::new())
        } else {
            End::Nothing
        });
    }
    let mut model = linear.to_problem(true).optimise(Sense::Minimise);
    set_common_options(&mut model, patience.seconds)?;
    set(&mut model, "presolve", "off")?;
    set(&mut model, "mip_rel_gap", 0.0)?;
    set(&mut model, "mip_abs_gap", patience.step * 0.999)?;
    if let Some(nodes) = patience.nodes {
        set(&mut model, "mip_max_nodes", nodes)?;
    }
    if let Some(start) = patience.start {
        // A start that does not fit is no loss.
        let _ = model.try_set_solution(Some(start), None, None, None);
    }
    let mut asked = |_: f64, _: f64| may_go_on();
    let mut asked: Box<MayGoOn<'_>> = Box::new(&mut asked);
    attach(&mut model, &mut asked);
    let solved = model.try_solve().map_err(failed)?;
    let is_feasible = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
    let values = || solved.get_solution().columns().to_vec();
    let status = solved.status();
    let hopeless = [
        HighsModelStatus::Infeasible,
        HighsModelStatus::UnboundedOrInfeasible,
    ];
    Ok(if hopeless.contains(&status) {
        End::Nothing
    } else if !is_feasible {
        End::Unknown
    } else if status == HighsModelStatus::Optimal {
        End::Best(values())
    } else {
        End::Found(values())
    })
}

fn set_common_options(model: &mut highs::Model, seconds: f64) -> Result<(), MatchError> {
    model.make_quiet();
    set(model, "threads", 1)?;
    set(model, "parallel", "off")?;
    set(model, "random_seed", 0)?;
    set(model, "time_limit", seconds.clamp(0.0, 1e7))
}

fn set<V: highs::HighsOptionValue>(
    model: &mut highs::Model,
    option: &str,
    value: V,
) -> Result<(), MatchError> {
    let refused = |_| MatchError::Engine(format!("HiGHS refused the option {option}"));
    model.try_set_option(option, value).map_err(refused)
}

fn failed(status: impl std::fmt::Debug) -> MatchError {
    MatchError::Engine(format!("HiGHS failed: {status:?}"))
}
