"""What Keras gives for each program, kept in expected.json.

    python bench/keras/expect.py --python KERAS_PYTHON             every program, 40 minutes
    python bench/keras/expect.py --python KERAS_PYTHON sgd loss    those whose names hold a word

A program says itself of what kind its values are: its last line is one JSON object, with
a table of keys for each kind that it has.

    equal     the same in every run, to the letter: shapes, names, counts, texts
    close     the same but for rounding: numbers, in any nesting of lists and tables
    random    a number that depends on the seed
    share     a truth that depends on the seed

A program with random values runs with ten seeds. Others run with two, which must agree: their
layers draw their initial parameters by the seed, so that one which forgets to set them is found.
A value of a wrong kind is an error here: a random one that is always the same, for example.
"""

import argparse
import json
import statistics
import subprocess
import sys

from fastdense_bench.keras import judging, running

SEEDS = 10
TOLERANCE = 1e-5  # relative to the largest number of a list
VERSIONS = """
import importlib.metadata as of, json, platform
names = "keras", "tensorflow-cpu", "numpy", "pandas", "scikit-learn", "scikeras"
print(json.dumps({"python": platform.python_version(), **{n: of.version(n) for n in names}}))
"""


def rounded(value):
    """Nine digits, which tell any two numbers of single precision apart."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def entry(kind, values):
    """What is expected of one key; ValueError where its values are not of their kind."""
    if kind == "equal":
        if any(value != values[0] for value in values):
            raise ValueError(f"equal, but {values}")
        return {"kind": "equal", "value": values[0]}
    if kind == "close":
        expected = {"kind": "number", "value": rounded(values[0]), "tolerance": TOLERANCE}
        if any(not judging.near(value, values[0], TOLERANCE / 3) for value in values):
            raise ValueError(f"close, but {values}")
        return expected
    if all(value == values[0] for value in values):
        raise ValueError(f"{kind}, but always {values[0]}")
    if kind == "share":
        return {"kind": "share", "value": sum(values) / len(values), "runs": len(values)}
    return {
        "kind": "random",
        "median": rounded(statistics.median(values)),
        "values": [rounded(value) for value in values],
    }


def expectation(command, path):
    """The entry of one program: its values, and the seconds of its fastest run."""
    runs = [running.run(command, path, seed) for seed in range(2)]
    if {"random", "share"} & set(runs[0][0]):
        runs += [running.run(command, path, seed) for seed in range(2, SEEDS)]
    values = {}
    for kind in runs[0][0]:
        for key in runs[0][0][kind]:
            try:
                values[key] = entry(kind, [report[kind][key] for report, _ in runs])
            except (ValueError, TypeError) as error:
                raise running.Failed(f"{key}: {error}") from None
    return {"seconds": round(min(seconds for _, seconds in runs), 2), "values": values}


def text(expected):
    """JSON with one line for each value, so that a difference between two files can be read."""
    lines = ["{", f' "made_with": {json.dumps(expected["made_with"])},', ' "programs": {']
    programs = sorted(expected["programs"].items())
    for name, program in programs:
        lines += [
            f"  {json.dumps(name)}: {{",
            f'   "seconds": {program["seconds"]},',
            '   "values": {',
        ]
        values = list(program["values"].items())
        for key, value in values:
            comma = "," if key != values[-1][0] else ""
            lines.append(f"    {json.dumps(key)}: {json.dumps(value)}{comma}")
        lines += ["   }", "  }" + ("," if name != programs[-1][0] else "")]
    return "\n".join([*lines, " }", "}", ""])


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--python", default=sys.executable, help="an interpreter that has Keras")
    options.add_argument("programs", nargs="*", help="words of names; all programs without")
    chosen = options.parse_args()
    versions = subprocess.run(
        [chosen.python, "-c", VERSIONS], capture_output=True, check=True, text=True
    )
    expected = {"programs": {}}
    if running.EXPECTED.exists():
        expected = json.loads(running.EXPECTED.read_text("utf-8"))
    present = {path.stem for path in running.programs()}
    expected["programs"] = {n: p for n, p in expected["programs"].items() if n in present}
    expected["made_with"] = json.loads(versions.stdout)
    bad = 0
    for path in running.programs(chosen.programs):
        try:
            made = expectation([chosen.python, str(running.HERE / "old_words.py")], path)
        except running.Failed as failure:
            bad += 1
            print(f"{path.stem}: {failure}", flush=True)
            continue
        expected["programs"][path.stem] = made
        running.EXPECTED.write_text(text(expected), "utf-8")
        print(f"{path.stem}: {len(made['values'])} values, {made['seconds']} s", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
