"""Solves one MPS file with one solver and prints what it found as JSON.

Usage: solve.py SOLVER FILE SECONDS THREADS. The file is read by HiGHS for all
of them and turned into one model to be made least, so that every solver gets
just the same; reading is not counted. Amounts without whole numbers are whole
in every best plan, since all data are; CP-SAT, which knows whole numbers
only, gets them as such.
"""

import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

import highspy
import numpy

INFINITY = 1e20


class Model:
    """A mixed-integer model with rows as sparse lists."""

    def __init__(self, path):
        reader = highspy.Highs()
        reader.setOptionValue("output_flag", False)
        if reader.readModel(path) == highspy.HighsStatus.kError:
            raise SystemExit(f"{path} cannot be read")
        self.lp = reader.getLp()
        lp = self.lp
        self.sign = -1.0 if lp.sense_ == highspy.ObjSense.kMaximize else 1.0
        self.costs = self.sign * numpy.array(lp.col_cost_)
        self.lower = numpy.array(lp.col_lower_)
        self.upper = numpy.array(lp.col_upper_)
        self.row_lower = numpy.array(lp.row_lower_)
        self.row_upper = numpy.array(lp.row_upper_)
        self.is_integer = [kind == highspy.HighsVarType.kInteger for kind in lp.integrality_]
        matrix = lp.a_matrix_
        self.rows = [[] for _ in range(lp.num_row_)]
        by_column = matrix.format_ == highspy.MatrixFormat.kColwise
        # Each look at a list of the solver copies it.
        starts, indices, values = list(matrix.start_), list(matrix.index_), list(matrix.value_)
        for outer, (begin, end) in enumerate(zip(starts, starts[1:])):
            for inner, factor in zip(indices[begin:end], values[begin:end]):
                row, column = (inner, outer) if by_column else (outer, inner)
                self.rows[row].append((column, factor))

    def write(self, path):
        """Writes the model with short names in the fixed order of MPS."""
        columns = [[] for _ in self.costs]
        with open(path, "w", encoding="ascii") as file:
            file.write("NAME M\nROWS\n N  OBJ\n")
            for number, entries in enumerate(self.rows):
                low, high = self.row_lower[number], self.row_upper[number]
                kind = "E" if low == high else "L" if low < -INFINITY else "G"
                if low > -INFINITY and high < INFINITY and low != high:
                    raise SystemExit("a row with two bounds")
                file.write(f" {kind}  R{number}\n")
                for column, factor in entries:
                    columns[column].append((number, factor))
            file.write("COLUMNS\n")
            was_integer = False
            for column, entries in enumerate(columns):
                if self.is_integer[column] != was_integer:
                    was_integer = not was_integer
                    word = "'INTORG'" if was_integer else "'INTEND'"
                    file.write(f"    MARKER  'MARKER'  {word}\n")
                file.write(f"    C{column}  OBJ  {self.costs[column]:.12g}\n")
                for row, factor in entries:
                    file.write(f"    C{column}  R{row}  {factor:.12g}\n")
            if was_integer:
                file.write("    MARKER  'MARKER'  'INTEND'\n")
            file.write("RHS\n")
            for number in range(len(self.rows)):
                low, high = self.row_lower[number], self.row_upper[number]
                value = high if high < INFINITY else low
                if value:
                    file.write(f"    RHS  R{number}  {value:.12g}\n")
            file.write("BOUNDS\n")
            for column, (low, high) in enumerate(zip(self.lower, self.upper)):
                file.write(f" LO BND  C{column}  {low:.12g}\n")
                if high < INFINITY:
                    file.write(f" UP BND  C{column}  {high:.12g}\n")
            file.write("ENDATA\n")


def with_highs(model, seconds, threads):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    model.lp.sense_ = highspy.ObjSense.kMinimize
    model.lp.col_cost_ = model.costs
    solver.passModel(model.lp)
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("threads", threads)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.999)
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return (info.objective_function_value if found else None), info.mip_dual_bound


def with_cpsat(model, seconds, threads):
    from ortools.sat.python import cp_model

    problem = cp_model.CpModel()
    columns = []
    for low, high in zip(model.lower, model.upper):
        # No amount of a round is above this many minutes.
        columns.append(problem.new_int_var(int(low), int(min(high, 1_000_000)), ""))
    for entries, low, high in zip(model.rows, model.row_lower, model.row_upper):
        scale = next(s for s in (1, 2, 3, 4, 6, 8, 12, 1000) if all(
            abs(f * s - round(f * s)) < 1e-9 for _, f in entries
        ))
        sum_of = cp_model.LinearExpr.weighted_sum(
            [columns[column] for column, _ in entries],
            [round(factor * scale) for _, factor in entries],
        )
        if low == high:
            problem.add(sum_of == round(low * scale))
        elif high < INFINITY:
            problem.add(sum_of <= math.floor(high * scale + 1e-9))
        else:
            problem.add(sum_of >= math.ceil(low * scale - 1e-9))
    used = [c for c, cost in enumerate(model.costs) if cost]
    problem.minimize(cp_model.LinearExpr.weighted_sum(
        [columns[c] for c in used], [round(model.costs[c]) for c in used]
    ))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    status = solver.solve(problem)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    # Without a plan the bound that it tells is none.
    return (solver.objective_value, solver.best_objective_bound) if found else (None, None)


def with_scip(model, seconds, threads):
    from pyscipopt import Model as Scip

    del threads  # SCIP of PyPI solves with one thread.
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.mps"
        model.write(path)
        solver = Scip()
        solver.hideOutput()
        solver.readProblem(path)
    solver.setParam("limits/time", float(seconds))
    solver.optimize()
    found = solver.getNSols() > 0
    return (solver.getObjVal() if found else None), solver.getDualbound()


def with_cbc(model, seconds, threads):
    import pulp

    solver = pulp.PULP_CBC_CMD().path
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.mps"
        model.write(path)
        global started
        started = time.monotonic()
        done = subprocess.run(
            [solver, path, "-threads", str(threads), "-sec", str(seconds), "-timeMode",
             "elapsed", "-ratioGap", "0", "-allowableGap", "0.999", "-solve", "-quit"],
            capture_output=True, text=True, check=False, timeout=3 * seconds + 60,
        )
    text = done.stdout
    value = re.findall(r"^Objective value:\s+(-?[\d.e+]+)", text, re.M)
    bound = re.findall(r"^Lower bound:\s+(-?[\d.e+]+)", text, re.M)
    is_best = "Result - Optimal solution found" in text and "Lower bound" not in text
    value = float(value[-1]) if value else None
    if is_best:
        return value, value
    return value, float(bound[-1]) if bound else -math.inf


SOLVERS = {"cpsat": with_cpsat, "highs": with_highs, "cbc": with_cbc, "scip": with_scip}


def main(name, path, seconds, threads):
    global started
    model = Model(str(pathlib.Path(path)))
    started, busy = time.monotonic(), os.times()
    value, bound = SOLVERS[name](model, int(seconds), int(threads))
    took = time.monotonic() - started
    peak = max(resource.getrusage(who).ru_maxrss
               for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    bound = bound if bound is not None and math.isfinite(bound) and abs(bound) < 1e18 else None
    print(json.dumps({
        "value": None if value is None else model.sign * value,
        "bound": None if bound is None else model.sign * bound,
        "is_most": model.sign < 0,
        "seconds": took,
        "processor": sum(os.times()[:4]) - sum(busy[:4]),
        "memory": peak / 1024,
    }))
    # Some solvers take their time to clean up.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
