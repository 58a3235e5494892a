//! Hands a model to HiGHS by way of `good_lp`. (The large models of `core` go
//! to HiGHS directly.)
//!
//! Every solve uses one thread and a fixed seed, so the same model gives the
//! same answer. What a solver calls optimal is not taken at its word: callers
//! get its best point and its bound, and compare the two on the grid of the
//! objective.

use good_lp::solvers::highs::highs as highs_solver;
use good_lp::{Expression, ProblemVariables, SolverModel, Variable, constraint, variable};
use highs::{HighsModelStatus, HighsSolutionStatus, SolvedModel};

use super::MatchError;
use super::highs_callback::{MayGoOn, attach};
use super::model::{LinearModel, Objective, Row};

/// How long and how exactly a model is solved.
pub(super) struct Effort<'a> {
    /// Seconds after which the solve ends with what it has.
    pub(super) seconds: f64,
    /// Step of the objective's values: once the gap is below it, the best
    /// point is optimal.
    pub(super) grid: f64,
    /// A point to start from, where one is known.
    pub(super) start: Option<&'a [f64]>,
    /// Whether whole numbers may be fractions: a quick bound.
    pub(super) relaxed: bool,
    /// Whether the bound, or that there is no point, is taken for proved. The
    /// model is then solved as it stands: presolve in HiGHS 1.15 was seen to
    /// call a small feasible model infeasible (seed 2873 of the agreement
    /// test).
    pub(super) for_proof: bool,
}

/// What a solve found.
pub(super) enum Outcome {
    /// No point keeps all rows.
    Infeasible,
    /// A point, with its value and the bound that no point is below.
    Found(Found),
    /// Time ran out before any point was found; the bound holds.
    Unknown { bound: f64 },
}

/// A point that keeps all rows.
pub(super) struct Found {
    pub(super) values: Vec<f64>,
    pub(super) value: f64,
    pub(super) bound: f64,
}

/// Makes the objective least.
///
/// # Errors
/// When HiGHS refuses the model or fails.
pub(super) fn solve(
    model: &LinearModel,
    objective: &Objective,
    effort: &Effort<'_>,
    may_go_on: &mut MayGoOn<'_>,
) -> Result<Outcome, MatchError> {
    solve_with(model, objective, effort, None, may_go_on)
}

/// Nodes after which a quick solve ends with what it has.
const FEW_NODES: i32 = 50;

/// Makes the objective of a small model least, as far as few nodes lead.
///
/// # Errors
/// When HiGHS refuses the model or fails.
pub(super) fn solve_quickly(
    model: &LinearModel,
    objective: &Objective,
    grid: f64,
    start: Option<&[f64]>,
    seconds: f64,
) -> Result<Outcome, MatchError> {
    let effort = Effort {
        seconds,
        grid,
        start,
        relaxed: false,
        for_proof: false,
    };
    solve_with(model, objective, &effort, Some(FEW_NODES), &mut |_, _| true)
}

fn solve_with(
    model: &LinearModel,
    objective: &Objective,
    effort: &Effort<'_>,
    nodes: Option<i32>,
    may_go_on: &mut MayGoOn<'_>,
) -> Result<Outcome, MatchError> {
    // HiGHS takes a model without columns for solved, whatever its rows ask.
    let is_hopeless = |row: &Row| row.terms.is_empty() && (row.lower > 0.0 || row.upper < 0.0);
    if model.rows().iter().any(is_hopeless) {
        return Ok(Outcome::Infeasible);
    }
    let is_mixed = !effort.relaxed && model.columns().iter().any(|column| column.is_integer);
    run(
        model,
        objective,
        effort,
        nodes,
        may_go_on,
        |solved, columns| read_outcome(solved, columns, is_mixed),
    )?
}

/// Makes the objective least without whole numbers, and returns for each row by
/// how much the least would fall, at the most, for one more on the row's upper
/// side; `None` when time ran out.
///
/// # Errors
/// When HiGHS refuses the model or fails.
pub(super) fn upper_prices(
    model: &LinearModel,
    objective: &Objective,
    seconds: f64,
    may_go_on: &mut MayGoOn<'_>,
) -> Result<Option<Vec<f64>>, MatchError> {
    let effort = Effort {
        seconds,
        grid: 1.0,
        start: None,
        relaxed: true,
        for_proof: true,
    };
    run(model, objective, &effort, None, may_go_on, |solved, _| {
        let solution = solved.get_solution();
        // Rows without bounds were not handed over.
        let mut duals = solution.dual_rows().iter();
        let mut dual = |row: &Row| {
            let is_there = row.lower.is_finite() || row.upper.is_finite();
            let dual = if is_there { duals.next() } else { None };
            // The least falls as an upper side rises, so its dual is negative.
            dual.map_or(0.0, |dual| (-dual).max(0.0))
        };
        let is_optimal = solved.status() == HighsModelStatus::Optimal;
        is_optimal.then(|| model.rows().iter().map(&mut dual).collect())
    })
}

/// Solves a model and returns what is read from it.
fn run<T>(
    model: &LinearModel,
    objective: &Objective,
    effort: &Effort<'_>,
    nodes: Option<i32>,
    may_go_on: &mut MayGoOn<'_>,
    read: impl FnOnce(&SolvedModel, usize) -> T,
) -> Result<T, MatchError> {
    let (problem, columns) = to_good_lp(model, objective, effort);
    let mut highs = problem.try_into_inner().map_err(engine_error)?;
    // good_lp drops its options on this way, so all are set here.
    let seconds = effort.seconds.clamp(0.0, 1e7);
    highs.make_quiet();
    let options = [
        highs.try_set_option("threads", 1).is_ok(),
        highs.try_set_option("parallel", "off").is_ok(),
        highs.try_set_option("random_seed", 0).is_ok(),
        highs.try_set_option("time_limit", seconds).is_ok(),
        highs
            .try_set_option("presolve", if effort.for_proof { "off" } else { "choose" })
            .is_ok(),
        highs.try_set_option("mip_rel_gap", 0.0).is_ok(),
        highs
            .try_set_option("mip_abs_gap", effort.grid * 0.999)
            .is_ok(),
        nodes.is_none_or(|nodes| highs.try_set_option("mip_max_nodes", nodes).is_ok()),
    ];
    if options.contains(&false) {
        return Err(MatchError::Engine("HiGHS refused an option".to_owned()));
    }
    if let Some(start) = effort.start {
        // A start that does not fit is no loss.
        let _ = highs.try_set_solution(Some(start), None, None, None);
    }
    let mut may_go_on: Box<MayGoOn<'_>> = Box::new(may_go_on);
    attach(&mut highs, &mut may_go_on);
    let solved = highs.try_solve().map_err(engine_error)?;
    tracing::debug!(
        model.columns = columns,
        model.rows = model.rows().len(),
        solve.status = ?solved.status(),
        solve.value = solved.objective_value(),
        "model solved"
    );
    Ok(read(&solved, columns))
}

/// Rows are bounded on one side, or on both by the same value; `good_lp` has a
/// constraint for each.
fn to_good_lp(
    model: &LinearModel,
    objective: &Objective,
    effort: &Effort<'_>,
) -> (good_lp::solvers::highs::HighsProblem, usize) {
    let mut variables = ProblemVariables::new();
    let columns: Vec<Variable> = model
        .columns()
        .iter()
        .map(|column| {
            let bounded = variable().min(column.lower).max(column.upper);
            let is_integer = column.is_integer && !effort.relaxed;
            variables.add(if is_integer {
                bounded.integer()
            } else {
                bounded
            })
        })
        .collect();
    let sum = |terms: &[(super::model::ColumnIndex, f64)]| {
        let mut sum = Expression::with_capacity(terms.len());
        for (column, factor) in terms {
            sum.add_mul(*factor, columns[column.position()]);
        }
        sum
    };
    let mut problem = variables.minimise(sum(objective)).using(highs_solver);
    for row in model.rows() {
        let terms = sum(&row.terms);
        if row.lower.is_finite() && row.upper.is_finite() {
            problem.add_constraint(constraint::eq(terms, row.upper));
        } else if row.upper.is_finite() {
            problem.add_constraint(constraint::leq(terms, row.upper));
        } else if row.lower.is_finite() {
            problem.add_constraint(constraint::geq(terms, row.lower));
        }
    }
    (problem, columns.len())
}

fn read_outcome(
    solved: &SolvedModel,
    columns: usize,
    is_mixed: bool,
) -> Result<Outcome, MatchError> {
    let status = solved.status();
    if matches!(
        status,
        HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible
    ) {
        return Ok(Outcome::Infeasible);
    }
    if status == HighsModelStatus::ModelEmpty && columns == 0 {
        return Ok(Outcome::Found(Found {
            values: Vec::new(),
            value: 0.0,
            bound: 0.0,
        }));
    }
    let has_failed = matches!(
        status,
        HighsModelStatus::NotSet
            | HighsModelStatus::LoadError
            | HighsModelStatus::ModelError
            | HighsModelStatus::PresolveError
            | HighsModelStatus::SolveError
            | HighsModelStatus::PostsolveError
            | HighsModelStatus::Unbounded
    );
    if has_failed {
        return Err(MatchError::Engine(format!("HiGHS ended with {status:?}")));
    }
    let has_ended = status == HighsModelStatus::Optimal;
    let is_feasible = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
    let value = solved.objective_value();
    // Without whole numbers there is no tree, and no bound before the end.
    let bound = match (is_mixed, has_ended) {
        (true, _) => solved
            .double_info_value(c"mip_dual_bound")
            .unwrap_or(f64::NEG_INFINITY),
        (false, true) => value,
        (false, false) => f64::NEG_INFINITY,
    };
    if is_feasible && (is_mixed || has_ended) {
        let values = solved.get_solution().columns().to_vec();
        Ok(Outcome::Found(Found {
            values,
            value,
            bound,
        }))
    } else {
        Ok(Outcome::Unknown { bound })
    }
}

fn engine_error(error: impl std::fmt::Debug) -> MatchError {
    MatchError::Engine(format!("HiGHS failed: {error:?}"))
}
