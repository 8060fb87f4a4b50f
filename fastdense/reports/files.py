"""Results and curves as JSON and CSV; a file appears whole or not at all."""

import contextlib
import csv
import io
import json
import os
import tempfile
from pathlib import Path

import numpy as np

from fastdense.errors import FastdenseError, shown
from fastdense.scenarios.experiment import number, to_dict
from fastdense.theory._study import to_dict as study_to_dict

CURVE_ROWS = 200  # at most, evenly spaced over the epochs, the first and the last among them


def dumps(plain):
    """Strict JSON: no NaN, infinity or control character can get through."""
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    return "\n".join(map(_escaped, text.split("\n")))


def _escaped(line):
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def check_folder(folder):
    """Check, before anything is trained, that `write` can make and fill a folder.

    It is made only when there is something to write.
    """
    path = Path(folder)
    try:
        existing = next(p for p in (path, *path.absolute().parents) if p.exists())
        with tempfile.TemporaryFile(dir=existing):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FastdenseError(f"cannot write into {str(path)[:200]!r}: {reason}") from None
    return path


def check_file(path):
    """Check, before the work, that a file can be written: that its folder is there, and lets us."""
    path = Path(path)
    try:
        reason = "it is a folder" if path.is_dir() else None
        if path.exists() and not os.access(path, os.W_OK):
            reason = "permission denied"
        if not path.parent.is_dir():
            reason = "its folder does not exist"
    except (OSError, ValueError) as error:  # a name that is too long, or holds a null
        reason = getattr(error, "strerror", None) or error
    if reason:
        raise FastdenseError(f"cannot write {shown(str(path))}: {reason}")
    check_folder(path.parent)


@contextlib.contextmanager
def appearing(path):
    """Yields a file of bytes beside a place, and moves it there when it is whole.

    A link's place is what it names. Into a pipe or a device it is written at once.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with open(path, "wb") as file:
            yield file
        return
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def write_atomically(path, content):
    """Write a whole file of text or bytes, or none."""
    with appearing(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


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
    """Write ID.json, ID-runs.csv and ID-curves.csv into a folder; returns their paths."""
    Path(folder).mkdir(parents=True, exist_ok=True)
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
    contents = {
        f"{plain['scenario']}.json": dumps({**plain, "curves": curve_rows}) + "\n",
        f"{plain['scenario']}-runs.csv": _csv(
            columns, [[run.get(column, "") for column in columns] for run in runs]
        ),
        f"{plain['scenario']}-curves.csv": _csv(
            ["arm", "seed", "epoch", "loss", "test_loss"], points
        ),
    }
    for name, text in contents.items():
        write_atomically(Path(folder) / name, text)
    return [Path(folder) / name for name in contents]


def write_study(study, folder):
    """Write ID.json and ID-points.csv of a theory into a folder; returns their paths."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    plain = study_to_dict(study)
    columns = ["quantity", "series", "along", "at", "measured", "samples", "state", "claim"]
    ends = ["interval_low", "interval_high", "theory_low", "theory_high"]
    rows = [
        [*(point[column] for column in columns), *(point["interval"] or ["", ""])]
        + (point["theory"] or ["", ""])
        for point in plain["points"]
    ]
    contents = {
        f"{plain['scenario']}.json": dumps(plain) + "\n",
        f"{plain['scenario']}-points.csv": _csv([*columns, *ends], rows),
    }
    for name, text in contents.items():
        write_atomically(Path(folder) / name, text)
    return [Path(folder) / name for name in contents]


def _csv(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
