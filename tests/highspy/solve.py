"""Solves MPS files with HiGHS and compares the best value of each.

Usage: solve.py FOLDER VALUE...: the files of the folder by name, and the value
that each must have.
"""

import pathlib
import sys

import highspy


def best_value(path):
    """Returns the best value of a model and HiGHS's word for how it ended."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    if solver.readModel(str(path)) != highspy.HighsStatus.kOk:
        raise SystemExit(f"{path}: HiGHS does not read it")
    solver.run()
    status = solver.modelStatusToString(solver.getModelStatus())
    return solver.getObjectiveValue(), status


def main(folder, expected):
    """Returns how many files do not have their value."""
    files = sorted(pathlib.Path(folder).glob("*.mps"))
    if len(files) != len(expected):
        raise SystemExit(f"{len(files)} files for {len(expected)} values")
    wrong = 0
    for path, value in zip(files, expected):
        found, status = best_value(path)
        is_right = status == "Optimal" and abs(found - value) < 1e-5
        wrong += not is_right
        print(f"{path.name}: {found:g} ({status}), expected {value:g}")
    return wrong


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], [float(value) for value in sys.argv[2:]]))
