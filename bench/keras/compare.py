"""Runs the programs on something that takes the place of Keras, and says what differs from Keras.

    python bench/keras/compare.py --with "python -m fastdense.keras"         all programs
    python bench/keras/compare.py --with "python -m fastdense.keras" sgd     some of them
    python bench/keras/compare.py --with "KERAS_PYTHON bench/keras/old_words.py"    Keras itself

The path of a program is put after the command. `expect.py` says what the kinds of values are, and
`judging.py` by which tests they are compared. Prints one line for each program, then a table in
Markdown with the seconds of both. The exit code is 1 if anything differs.
"""

import argparse
import json
import pathlib
import shlex
import sys

from fastdense_bench.keras import judging, running

SHOWN = 300  # characters of a difference


def seeds_of(expected, seeds):
    """As many runs as are asked for where something is random, else one."""
    kinds = {value["kind"] for value in expected["values"].values()}
    return range(seeds if kinds & {"random", "share"} else 1)


def judged(command, path, expected, seeds):
    """What differs, a sentence each, and the seconds of the fastest run, if any came to an end."""
    reports, times = [], []
    for seed in seeds_of(expected, seeds):
        try:
            report, seconds = running.run(command, path, seed)
        except running.Failed as failure:
            return [f"failed: {failure}"], min(times, default=None)
        reports.append(report)
        times.append(seconds)
    return list(judging.differences(reports, expected["values"])), min(times)


def table(rows):
    """Markdown: a row for each program."""
    lines = [
        "| program | values | differ | seconds, Keras | seconds, here |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, values, wrong, theirs, ours in rows:
        here = "" if ours is None else f"{ours:.2f}"
        lines.append(f"| {name} | {values} | {wrong or ''} | {theirs:.2f} | {here} |")
    done = [row for row in rows if not row[2]]
    lines.append(f"| {len(done)} of {len(rows)} as Keras | | | | |")
    return "\n".join(lines)


def absolute(command):
    """The words of a command, with absolute paths, for programs run in other folders."""
    words = shlex.split(command)
    return [str(pathlib.Path(w).absolute()) if pathlib.Path(w).is_file() else w for w in words]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--with", dest="command", required=True, help="runs a program")
    options.add_argument("--seeds", type=int, default=5, help="runs of a program that is random")
    options.add_argument("programs", nargs="*", help="words of names; all programs without")
    chosen = options.parse_args()
    expected = json.loads(running.EXPECTED.read_text("utf-8"))["programs"]
    command = absolute(chosen.command)
    rows = []
    for path in running.programs(chosen.programs):
        if path.stem not in expected:
            print(f"{path.stem}: nothing expected, run expect.py", flush=True)
            continue
        program = expected[path.stem]
        wrong, seconds = judged(command, path, program, chosen.seeds)
        shown = "; ".join(s if len(s) <= SHOWN else s[:SHOWN] + " ..." for s in wrong)
        print(f"{path.stem}: {shown or 'as Keras'}", flush=True)
        rows.append((path.stem, len(program["values"]), len(wrong), program["seconds"], seconds))
    print(f"\n{table(rows)}")
    return 1 if any(row[2] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
