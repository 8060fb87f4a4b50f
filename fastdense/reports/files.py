"""Results and curves as JSON and CSV, in a folder where older ones of the same may be replaced."""

import csv
import hashlib
import io
import json
import os
from pathlib import Path

import numpy as np

from fastdense.errors import FastdenseError, shown
from fastdense.files import atomic
from fastdense.scenarios.experiment import number, to_dict
from fastdense.theory.study import to_dict as study_to_dict

CURVE_ROWS = 200  # at most, evenly spaced over the epochs, the first and the last among them
OF_AN_EXPERIMENT = ".json", "-runs.csv", "-curves.csv"  # what follows the identifier
OF_A_STUDY = ".json", "-points.csv"


def dumps(plain):
    """Strict JSON: no NaN, infinity or control character can get through."""
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    return "\n".join(map(_escaped, text.split("\n")))


def _escaped(line):
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def check(identifier, endings, folder, inputs=(), force=False):
    """Check, before anything is trained, that results can be written and replace nobody's file.

    Parameters
    ----------
    identifier : str
    endings : sequence of str
        `OF_AN_EXPERIMENT` or `OF_A_STUDY`.
    folder : path
    inputs : sequence of path
        Files that the command reads, which are never replaced.
    force : bool
        Whether others than those that an earlier run wrote, unchanged since, may be.

    Raises
    ------
    FastdenseError
        A file that may not be replaced, or a folder that cannot be written to.
    """
    atomic.check_folder(folder)
    paths = [Path(folder) / f"{identifier}{ending}" for ending in endings]
    there = [path for path in paths if os.path.lexists(path)]
    for path in there:
        atomic.check_file(path, inputs)
        if path.is_symlink() or not path.is_file():
            raise FastdenseError(
                f"{shown(str(path))} is a {'link' if path.is_symlink() else 'pipe or a device'}, "
                "through which --out does not write; remove it, or give another folder"
            )
    ours = _unchanged(paths) if there else set()
    for path in there:
        if path not in ours and not force:
            raise FastdenseError(
                f"{shown(str(path))} exists and is not as a run of {shown(identifier)} left it; "
                "give another folder, or --force to replace it"
            )


def _unchanged(paths):
    """Those of some files that are still as the first of them, JSON, says they were written."""
    first, *others = paths
    try:
        plain = json.loads(first.read_text("utf-8"))
        written = plain.pop("files")
        contents = {first: dumps(plain)}
        contents |= {path: path.read_bytes() for path in others if path.is_file()}
        return {
            path for path, content in contents.items() if written[path.name] == _digest(content)
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return set()


def _digest(content):
    content = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def curves(experiment):
    """Thinned curves by arm and seed: `[{"arm", "seed", "epochs", "loss", "test_loss"}, ...]`."""
    rows = []
    for arm, results in experiment.results.items():
        for result in results:
            run = result.run
            places = np.linspace(0, len(run.loss) - 1, min(CURVE_ROWS, len(run.loss)))
            places = places.round().astype(int)
            tested = None if run.test_loss is None else [number(v) for v in run.test_loss[places]]
            rows.append(
                {
                    "arm": arm,
                    "seed": run.recipe.seed,
                    "epochs": [int(e) for e in run.epochs[places]],
                    "loss": [number(v) for v in run.loss[places]],
                    "test_loss": tested,
                }
            )
    return rows


def write(experiment, folder):
    """Write ID.json, ID-runs.csv and ID-curves.csv into a folder, whatever is there."""
    plain = to_dict(experiment)
    curve_rows = curves(experiment)
    runs = [{"arm": arm["name"], **run} for arm in plain["arms"] for run in arm["runs"]]
    columns = list(dict.fromkeys(key for run in runs for key in run))
    points = [
        [curve["arm"], curve["seed"], epoch, loss, "" if tested is None else tested]
        for curve in curve_rows
        for epoch, loss, tested in zip(
            curve["epochs"],
            curve["loss"],
            curve["test_loss"] or [None] * len(curve["loss"]),
            strict=True,
        )
    ]
    rows = [[run.get(column, "") for column in columns] for run in runs]
    _, of_runs, of_curves = OF_AN_EXPERIMENT
    tables = {
        of_runs: _csv(columns, rows),
        of_curves: _csv(["arm", "seed", "epoch", "loss", "test_loss"], points),
    }
    _write({**plain, "curves": curve_rows}, tables, folder)


def write_study(study, folder):
    """Write ID.json and ID-points.csv of a theory into a folder, whatever is there."""
    plain = study_to_dict(study)
    columns = ["quantity", "series", "along", "at", "measured", "samples", "state", "claim"]
    ends = ["interval_low", "interval_high", "theory_low", "theory_high"]
    rows = [
        [*(point[column] for column in columns), *(point["interval"] or ["", ""])]
        + (point["theory"] or ["", ""])
        for point in plain["points"]
    ]
    _, of_points = OF_A_STUDY
    _write(plain, {of_points: _csv([*columns, *ends], rows)}, folder)


def _write(plain, tables, folder):
    """Write an object as JSON and tables beside it, all of which the JSON knows again."""
    folder, identifier = Path(folder), plain["scenario"]
    folder.mkdir(parents=True, exist_ok=True)
    others = {f"{identifier}{ending}": text for ending, text in tables.items()}
    written = {name: _digest(text) for name, text in others.items()}
    name = f"{identifier}.json"
    written[name] = _digest(dumps(plain))
    contents = {name: dumps({**plain, "files": written}) + "\n", **others}
    atomic.write_together({folder / name: text for name, text in contents.items()})


def _csv(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
