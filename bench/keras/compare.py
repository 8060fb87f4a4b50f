"""Runs the programs on something that takes the place of Keras, and says what differs from Keras.

    python bench/keras/compare.py --with "python -m fastdense.keras"         all programs
    python bench/keras/compare.py --with "python -m fastdense.keras" sgd     some of them
    python bench/keras/compare.py --with "KERAS_PYTHON bench/keras/old_words.py"    Keras itself

The path of a program is put after the command. `expect.py` says what the kinds of values are, and
`judging.py` by which tests they are compared. Prints one line for each program, then a table in
Markdown with the seconds of both; `--given FOLDER` adds programs with an expected.json of their own
(`tests/data/keras_programs`), `--keras KERAS_PYTHON` times the fits under `timed/` on both,
`--listings PROGRAM ...` compares the losses of other programs with Keras's there (`listings.py`),
and `--write bench/keras.md` writes the page. The exit code is 1 if anything differs; what is
refused by its name does not.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys

from fastdense_bench.keras import judging, running

SHOWN = 300  # characters of a difference
OWN = "## Programs of our own, one for each kind of thing that programs use"


def seeds_of(expected, seeds):
    """As many runs as are asked for where something is random, else one."""
    kinds = {value["kind"] for value in expected["values"].values()}
    return range(seeds if kinds & {"random", "share"} else 1)


REFUSED = "cannot run here"  # what is refused by its name says so


def judged(command, path, expected, seeds, kinds=running.KINDS):
    """What differs, a sentence each, and the seconds of the fastest run, if any came to an end."""
    reports, times = [], []
    for seed in seeds_of(expected, seeds):
        try:
            report, seconds = running.run(command, path, seed, kinds)
        except running.Failed as failure:
            said = str(failure).partition(f"{path.name}, ")[2] or str(failure)
            kind = "refused" if REFUSED in said else "failed"
            return [f"{kind}: {said}"], min(times, default=None)
        reports.append(report)
        times.append(seconds)
    return list(judging.differences(reports, expected["values"])), min(times)


def given(command, folder, seeds):
    """Markdown: programs of a folder whose expected.json has no seconds and bounds as they are."""
    record = json.loads((folder / "expected.json").read_text("utf-8"))
    lines = ["| program | values | here |", "|---|---:|---|"]
    for name, values in sorted(record["programs"].items()):
        bounded = {
            key: {**value, "floor": value["tolerance"]} if "tolerance" in value else value
            for key, value in values.items()
        }
        wrong, _ = judged(command, folder / f"{name}.py", {"values": bounded}, seeds, ())
        lines.append(f"| {name} | {len(values)} | {told(wrong)} |")
    return "\n".join(lines)


def told(wrong):
    """In a few words what became of a program."""
    if not wrong:
        return "as Keras"
    if wrong[0].startswith(("refused", "failed")):
        return wrong[0].partition(": ")[2].replace("|", "\\|")
    return "differs: " + ", ".join(one.partition(":")[0] for one in wrong)


def table(rows):
    """Markdown: a row for each program."""
    lines = [
        "| program | values | here | seconds, Keras | seconds, here |",
        "|---|---:|---|---:|---:|",
    ]
    for name, values, wrong, theirs, ours in rows:
        here = "" if ours is None else f"{ours:.2f}"
        lines.append(f"| {name} | {values} | {told(wrong)} | {theirs:.2f} | {here} |")
    return "\n".join(lines)


def counted(rows):
    """How many programs are as Keras, refused, or else."""
    same = sum(not wrong for _, _, wrong, *_ in rows)
    refused = sum(bool(wrong) and wrong[0].startswith("refused") for _, _, wrong, *_ in rows)
    return (
        f"Of {len(rows)} programs {same} give what Keras gives, {refused} are refused by name, and "
        f"{len(rows) - same - refused} differ."
    )


def timed(command, keras):
    """Markdown: the seconds of each timed fit, the fastest of three, on Keras and here."""
    lines = ["| fit | Keras | here | times as fast |", "|---|---:|---:|---:|"]
    for path in sorted((running.HERE / "timed").glob("[a-z]*.py")):
        found = []
        for words, runs in ((keras, 1), (command, 3)):
            seconds = []
            for _ in range(runs):
                done = subprocess.run(
                    [*words, str(path)], capture_output=True, text=True, check=True,
                    env=os.environ | running.QUIET,
                )  # fmt: skip
                seconds.append(json.loads(done.stdout.splitlines()[-1])["seconds"])
            found.append(min(seconds))
        theirs, ours = found
        ratio = f"{theirs / ours:,.0f}"
        lines.append(f"| {path.stem} | {theirs:.3g} s | {ours:.3g} s | {ratio} |")
    return "\n".join(lines)


def absolute(command):
    """The words of a command, with absolute paths, for programs run in other folders."""
    words = shlex.split(command)
    return [str(pathlib.Path(w).absolute()) if pathlib.Path(w).is_file() else w for w in words]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--with", dest="command", required=True, help="runs a program")
    options.add_argument("--seeds", type=int, default=5, help="runs of a program that is random")
    options.add_argument("--keras", help="an interpreter with Keras, to time fits beside it")
    options.add_argument("--given", type=pathlib.Path, help="a folder of programs")
    options.add_argument("--listings", type=pathlib.Path, nargs="*", default=[], help="programs")
    options.add_argument("--backend", default="tensorflow", help="of Keras, for the listings")
    options.add_argument("--write", type=pathlib.Path, help="a page in Markdown")
    options.add_argument("programs", nargs="*", help="words of names; all programs without")
    chosen = options.parse_args()
    record = json.loads(running.EXPECTED.read_text("utf-8"))
    expected, command = record["programs"], absolute(chosen.command)
    rows = []
    for path in running.programs(chosen.programs):
        if path.stem not in expected:
            print(f"{path.stem}: nothing expected, run expect.py", flush=True)
            continue
        program = expected[path.stem]
        wrong, seconds = judged(command, path, program, chosen.seeds)
        shown = "; ".join(s if len(s) <= SHOWN else s[:SHOWN] + " ..." for s in wrong)
        print(f"{path.stem}: {shown or 'as Keras'}", flush=True)
        rows.append((path.stem, len(program["values"]), wrong, program["seconds"], seconds))
    parts = [counted(rows), f"{OWN}\n\n{table(rows)}"]
    if chosen.given:
        found = given(command, chosen.given.absolute(), chosen.seeds)
        parts.insert(1, f"## Programs in the manner of public ones\n\n{found}")
    if chosen.listings:
        from fastdense_bench.keras import listings

        paths = [path.absolute() for path in chosen.listings]
        keras = absolute(chosen.keras)
        found = listings.compared(command, keras, paths, chosen.seeds, chosen.backend)
        told = listings.table(*found, chosen.seeds, chosen.backend)
        parts.insert(1, f"## Listings of the articles\n\n{told}")
    if chosen.keras:
        parts.insert(1, f"## Time\n\n{timed(command, absolute(chosen.keras))}")
    print("\n" + "\n\n".join(parts))
    if chosen.write:
        versions = ", ".join(f"{name} {version}" for name, version in record["made_with"].items())
        heading = f"# Programs written for Keras\n\nExpected with {versions}."
        chosen.write.write_text("\n\n".join([heading, *parts]) + "\n", "utf-8")
    return 1 if any(wrong and not wrong[0].startswith("refused") for _, _, wrong, *_ in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
