"""All cases, one after the other, each in a process with one thread; and the table of them."""

import json
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec

from rich.console import Group
from rich.text import Text

from fastdense.errors import FastdenseError
from fastdense.judging.plain import heading
from fastdense_bench import machine
from fastdense_bench.estimators import calibration
from fastdense_bench.estimators.cases import CASES
from fastdense_bench.process import Failed, environment
from fastdense_bench.table import drawn

COLUMNS = (
    "case", "epochs", "scikit-learn, ms", "fastdense, ms", "times as fast", "float32, ms",
    "score, scikit-learn", "score, fastdense", "a row, scikit-learn, us", "a row, fastdense, us",
)  # fmt: skip


def run(repeats, quick, report, kept):
    """What was measured, by case, with the conditions."""
    if find_spec("sklearn") is None:
        raise FastdenseError("this compares with scikit-learn; install fastdense[sklearn]")
    cases = CASES[:1] if quick else CASES
    found = {}
    for number, case in enumerate(cases):
        report(number, len(cases))
        name = case.name
        found[name] = kept.part(name, lambda name=name: _measured(name, repeats))
    calibrated = {}
    for name in () if quick else calibration.NAMES:
        part = kept.part(f"calibration: {name}", lambda name=name: calibration.measure(name))
        calibrated[name] = part
    report(len(cases), len(cases))
    return {
        **heading(),
        "scikit_learn_version": version("scikit-learn"),
        "machine": machine.describe(),
        "repeats": repeats,
        "cases": found,
        "calibration": calibrated,
    }


def _measured(name, repeats):
    command = [sys.executable, "-m", "fastdense_bench.estimators.worker", name, str(repeats)]
    done = subprocess.run(command, env=environment(1), capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise Failed(f"{name} ended with exit code {done.returncode}: {last[:300]}")
    return json.loads(done.stdout)


def rows(results):
    """A row of texts for each case."""
    texts = []
    for name, found in results["cases"].items():
        theirs, ours, single = found.values()
        texts.append(
            (
                name, f"{theirs['epochs']}, {ours['epochs']}", f"{1e3 * theirs['seconds']:,.1f}",
                f"{1e3 * ours['seconds']:,.1f}", f"{theirs['seconds'] / ours['seconds']:.1f}",
                f"{1e3 * single['seconds']:,.1f}", f"{theirs['score']:.4f}",
                f"{ours['score']:.4f}", f"{theirs['microseconds_of_a_row']:.0f}",
                f"{ours['microseconds_of_a_row']:.1f}",
            )
        )  # fmt: skip
    return texts


def calibrated(results):
    """A row of texts for each data set: coverage and log-likelihood of each method."""
    return [
        (name, *(f"{of['coverage']:.0%}, {of['log_likelihood']:.2f}" for of in found.values()))
        for name, found in results["calibration"].items()
    ]


def for_terminal(results):
    """The tables."""
    parts = [Text("fastdense beside scikit-learn, one core"), drawn(COLUMNS, rows(results))]
    if results["calibration"]:
        names = "intervals of 90%, log-likelihood", *calibration.METHODS
        parts += [Text("New rows covered"), drawn(names, calibrated(results))]
    return Group(*parts)


def markdown(results):
    """The page."""
    about = results["machine"]
    lines = [
        "# The estimators beside scikit-learn's",
        "",
        "Printed by `fastdense bench sklearn --markdown`: both are fitted in turn, with the same "
        f"parameters and from the same random state, on one core; medians of {results['repeats']}. "
        "Data are float64 but for one column. Scores are of rows that were held back.",
        "",
        f"{about['cpu']}, vectors of {about['vector_bits']} bits, Python {about['python']}, "
        f"scikit-learn {results['scikit_learn_version']}.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|" + "---:|" * (len(COLUMNS) - 1),
        *("| " + " | ".join(row) + " |" for row in rows(results)),
        "",
        f"Share of new rows that intervals of {calibration.COVERAGE:.0%} cover, and the mean "
        f"log-likelihood of one (targets of variance 1), over {calibration.SPLITS} splits that "
        "hold back a third: 32 networks of 16 units, one with the residuals of its own rows, and "
        "scikit-learn's Gaussian process with noise.",
        "",
        "| data | " + " | ".join(calibration.METHODS) + " |",
        "|---|" + "---:|" * len(calibration.METHODS),
        *("| " + " | ".join(row) + " |" for row in calibrated(results)),
    ]
    return "\n".join(lines)
