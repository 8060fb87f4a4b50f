"""Whether the losses of programs as they stand are distributed as on Keras.

    python bench/keras/listings.py --with "python -m fastdense.keras" --keras "KERAS_PYTHON" *.py

Each program runs under seeds of both, and the last losses of its fits are compared by Wilcoxon's
rank sum (exact, two-sided); a p is a difference where Holm's rule over all of them says so. What
Keras refuses is shown as far as it came. Prints a table in Markdown; the exit code is 1 if anything
differs. `--backend jax` is Keras on JAX on both sides, dozens of times as fast on small networks.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from fastdense_bench.keras import judging, running
from fastdense_bench.keras.compare import absolute

LEVEL = 0.05  # over all comparisons together


def recorded(command, program, seed, backend):
    """The last losses of a program's fits, {(fit, name): number}, and how it ended."""
    script = running.HERE / "recorded.py"
    done = subprocess.run(
        [*command, str(script), str(seed), str(program)],
        capture_output=True, text=True, env=os.environ | running.QUIET | {"KERAS_BACKEND": backend},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{program}: {done.stderr.strip().splitlines()[-1]}")
    report = json.loads(done.stdout.strip().splitlines()[-1])
    flat = {
        (fit, name): loss for fit, own in report["losses"].items() for name, loss in own.items()
    }
    return flat, report["ended"]


def compared(ours, keras, programs, seeds, backend):
    """Rows `(program, fit, name, theirs, ours, p)` with lists of losses, and how Keras ended."""
    rows, endings = [], {}
    for program in programs:
        every = []
        for command in (keras, ours):
            runs = [recorded(command, program, seed, backend) for seed in range(seeds)]
            every.append([flat for flat, _ in runs])
            if command is keras:
                endings[program.name] = runs[0][1]
        theirs, here = every
        for key in theirs[0]:
            first, second = ([run[key] for run in runs] for runs in (theirs, here))
            rows.append((program.name, *key, first, second, judging.rank_test(first, second)))
        print(f"{program.name}: {len(theirs[0])} losses", file=sys.stderr, flush=True)
    return rows, endings


def differing(rows):
    """The rows whose p is a difference by Holm's rule."""
    found = []
    for place, row in enumerate(sorted(rows, key=lambda row: row[-1])):
        if row[-1] > LEVEL / (len(rows) - place):
            break
        found.append(row)
    return found


def table(rows, endings, seeds, backend):
    """Markdown."""
    lines = [
        f"Last losses of {seeds} seeds, medians; p of the rank sum; both on {backend}.",
        "",
        "| program | fit | loss | Keras | here | p |", "|---|---|---|---:|---:|---:|",
    ]  # fmt: skip
    for program, fit, name, theirs, ours, p in rows:
        first, second = (f"{statistics.median(losses):.4g}" for losses in (theirs, ours))
        lines.append(f"| {program} | {fit} | {name} | {first} | {second} | {p:.2g} |")
    refused = [f"{name} ends on Keras with {how}" for name, how in endings.items() if ":" in how]
    wrong = differing(rows)
    verdict = f"{len(wrong)} of {len(rows)} differ" if wrong else f"None of {len(rows)} differs"
    return "\n".join([*lines, "", f"{verdict} (Holm, {LEVEL}). " + " ".join(refused)]).strip()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--with", dest="command", required=True, help="runs a program here")
    options.add_argument("--keras", required=True, help="an interpreter with Keras")
    options.add_argument("--backend", default="tensorflow", help="of Keras")
    options.add_argument("--seeds", type=int, default=10)
    options.add_argument("programs", nargs="+", type=pathlib.Path)
    chosen = options.parse_args()
    commands = absolute(chosen.command), absolute(chosen.keras)
    programs = [path.absolute() for path in chosen.programs]
    rows, endings = compared(*commands, programs, chosen.seeds, chosen.backend)
    print(table(rows, endings, chosen.seeds, chosen.backend))
    return 1 if differing(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
