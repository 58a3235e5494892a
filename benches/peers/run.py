"""Matches rosters with practicum, gives the exported models to other solvers,
and prints one table in Markdown.

Seconds are those of the clock; on a busy machine only the seconds of the
processor mean much, so the ratio is one of those.

Every solver runs in a process of its own with the same threads. practicum has
the time limit for the whole roster; each other solver has it for each level,
and gets the values of the levels before as rows, so the comparison leans
towards them. `practicum check` proves each plan.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from machine import machine  # noqa: E402

PRACTICUM = os.environ["PRACTICUM"]
SOLVERS = {
    "cpsat": "OR-Tools CP-SAT", "highs": "HiGHS alone", "cbc": "CBC", "scip": "SCIP",
}
ROSTERS = {
    "clinic-12": None, "metro-120": None,
    "core-1000": ["--trainees", "1000", "--shape", "core"],
    "core-5000": ["--trainees", "5000", "--shape", "core"],
    "generated-400": ["--trainees", "400"],
    "generated-1000": ["--trainees", "1000"],
}
# Models above this size, or written for longer, are not given to anybody:
# reading alone would take longer than the time limit.
MIB_MAX = 400
EXPORT_SECONDS_MAX = 120


def run(*arguments):
    return subprocess.run([PRACTICUM, *arguments], capture_output=True, text=True, check=True)


def measured(*arguments):
    """Runs the binary; returns what it took and its output."""
    started, busy = time.monotonic(), os.times()
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen([PRACTICUM, *arguments], stdout=output,
                                 stderr=subprocess.DEVNULL)
        peak = 0
        # The solver is a child of the child: the family counts.
        while child.poll() is None:
            peak = max(peak, memory_of(child.pid))
            time.sleep(0.01)
        seconds = time.monotonic() - started
        output.seek(0)
        text = output.read()
    if child.returncode:
        raise SystemExit(f"practicum {' '.join(arguments)} ended with {child.returncode}")
    after = os.times()
    spent = (after.children_user + after.children_system
             - busy.children_user - busy.children_system)
    return {"seconds": seconds, "processor": spent, "memory": peak}, text


def memory_of(pid):
    """Returns the memory of a process and its children, in MiB."""
    total = 0
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) / 1024
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += memory_of(child)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return total


def shown(number):
    return "none" if number is None else f"{number or 0:,.0f}"


def gap(value, bound):
    if value is None or bound is None:
        return math.inf
    return abs(value - bound) / max(1.0, abs(value))


def rounded(bound, is_most):
    """Returns a bound on the grid of whole numbers."""
    if bound is None:
        return None
    return math.floor(bound + 1e-6) if is_most else math.ceil(bound - 1e-6)


def row(roster, who, results, took, own):
    values = ", ".join(shown(value) for value, _ in results)
    bounds = ", ".join(shown(bound) for _, bound in results)
    worst = max(gap(value, bound) for value, bound in results)
    worst = "proved" if worst == 0 else "no plan" if math.isinf(worst) else f"{100 * worst:.2f} %"
    cells = [roster, who, values, bounds, worst, f"{took['seconds']:.1f}",
             f"{took['processor']:.1f}", f"{took['memory']:.0f} MiB",
             f"{took['processor'] / own['processor']:.1f}"]
    print("| " + " | ".join(cells) + " |", flush=True)


def solve_with(solver, path, seconds, threads):
    script = pathlib.Path(__file__).with_name("solve.py")
    limit = 4 * seconds + 240
    try:
        done = subprocess.run([sys.executable, script, solver, path, str(seconds), str(threads)],
                              capture_output=True, text=True, check=True, timeout=limit)
        return json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, IndexError, json.JSONDecodeError):
        return {"value": None, "bound": None, "is_most": False, "seconds": limit,
                "processor": 0, "memory": 0}


def exported_mib(roster, plan, models):
    """Writes the models of a roster; returns the size of the largest."""
    try:
        subprocess.run([PRACTICUM, "model", "export", "--roster", roster, "--plan", plan,
                        "--out", models],
                       capture_output=True, check=True, timeout=EXPORT_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return MIB_MAX + 1
    return max(file.stat().st_size for file in pathlib.Path(models).iterdir()) / 2**20


def compare(name, arguments, options, folder):
    if arguments is None:
        roster = str(ROOT / "tests/data/rosters" / name)
    else:
        roster = f"{folder}/{name}"
        run("roster", "generate", roster, "--seed", "1", *arguments)
    plan, models = f"{folder}/{name}-plan", f"{folder}/{name}-models"
    own, output = measured(
        "match", "--roster", roster, "--out", plan, "--json",
        "--time-limit", str(options.seconds), "--threads", str(options.threads))
    run("check", "--roster", roster, "--plan", plan)
    levels = json.loads(output)["levels"]
    row(name, "practicum", [(level["value"], level["bound"]) for level in levels],
        own, own)
    size = exported_mib(roster, plan, models)
    files = sorted(pathlib.Path(models).glob("*.mps"))
    if size > MIB_MAX:
        print(f"| {name} | others | exact model too large: over {size:.0f} MiB a level "
              "| | | | | | |", flush=True)
    else:
        for solver in options.solvers:
            found = [solve_with(solver, str(file), options.seconds, options.threads)
                     for file in files]
            took = {"seconds": sum(one["seconds"] for one in found),
                    "processor": sum(one["processor"] for one in found),
                    "memory": max(one["memory"] for one in found)}
            row(name, SOLVERS[solver],
                [(one["value"], rounded(one["bound"], one["is_most"])) for one in found],
                took, own)
    for file in files:
        file.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="time limit (30)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each (2)")
    parser.add_argument("--rosters", nargs="*", default=list(ROSTERS), choices=ROSTERS)
    parser.add_argument("--solvers", nargs="*", default=list(SOLVERS), choices=SOLVERS)
    options = parser.parse_args()
    print(f"{machine()}; {options.seconds} s for a roster (practicum) or for each level (others), "
          f"{options.threads} threads\n")
    print("| roster | solver | values | bounds | largest gap | seconds | processor s | memory "
          "| processor, of ours |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.rosters:
            compare(name, ROSTERS[name], options, folder)


if __name__ == "__main__":
    main()
