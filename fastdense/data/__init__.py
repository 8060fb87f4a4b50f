"""Generators and loaders of data, one file each, and how a scenario's `[data]` table is read."""

from pathlib import Path

import numpy as np

from fastdense import catalogue
from fastdense.checks import seed, whole
from fastdense.data import _advice
from fastdense.dataset import Data
from fastdense.errors import FastdenseError, unknown
from fastdense.numerics import streams
from fastdense.scaling import scaled

advice_spelled = _advice.spelled
MAX_NUMBERS = 1 << 27  # that a generator draws at once: 1 GB
OF_ALL = {"name": None, "test": 0, "scale": "none", "seed": 0}  # keys of any table of data
LOADED = {**OF_ALL, "sample": 0}
COMMON = {**OF_ALL, "count": 100, "on_test": {}}


def read(table, folder=".", number=0):
    """The `Data` that a `[data]` table describes, or one of the draws where they are drawn.

    Parameters
    ----------
    table : dict
        `name` of a file in this folder, its hyper-parameters, and for all: `test`, the number of
        test rows (made anew by a generator, the last rows of what is loaded), `scale`, whether
        columns are brought to mean 0 and variance 1, one of `scaling.KINDS`, and `seed`; for
        generators also `count`, the number of training rows; for what is loaded `sample`, how many
        of its rows are drawn to train on, with other ones to test on, in place of all.
    folder : path
        What paths in the table are relative to.
    number : int
        Of the draw: it is added to the `seed`.

    Raises
    ------
    FastdenseError
        Unknown names or keys, values of the wrong kind, files that cannot be read.
    """
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        known = ", ".join(catalogue.names("data"))
        file = '; name = "csv", "npz" or "parquet" goes with a file' if "file" in table else ""
        raise FastdenseError(f"[data] needs a 'name', one of: {known}{file}")
    source = catalogue.get("data", table["name"])
    common = set(LOADED if source.load else COMMON)
    for key in table:
        if key not in common and key not in source.hyper:
            raise unknown(f"key of {source.name} data", key, common | set(source.hyper))
    hyper = _hyper(source, {k: v for k, v in table.items() if k not in common})
    settings = {**COMMON, **LOADED, **table}
    rows = _rows(source, hyper, settings, folder, number)
    return scaled(rows, settings["scale"])


def _rows(source, hyper, settings, folder, number):
    """What a source loads or makes, with test rows."""
    test = whole("data.test", settings["test"], 0)
    first = seed("data.seed", settings["seed"]) + number
    if source.load:
        rows = source.load(hyper, Path(folder))
        sample = whole("data.sample", settings["sample"], 0)
        if settings["seed"] and not sample:
            raise FastdenseError("data.seed draws a sample of loaded rows; give data.sample, too")
        if sample:
            rows = _sampled(rows, sample + test, first)
        return _with_test(rows, test)
    count = whole("data.count", settings["count"], 1)
    if max(count, test) > 10_000_000:
        raise FastdenseError("data.count and data.test may be at most 10000000")
    on_test = settings["on_test"]
    if not isinstance(on_test, dict):
        raise FastdenseError(f"data.on_test is {on_test!r:.80}; expected a table")
    for key in on_test:
        if key not in source.hyper:
            raise unknown(f"key of {source.name} data.on_test", key, source.hyper)
    hypers = hyper, _hyper(source, {**hyper, **on_test})

    drawn = False

    def rows(part, count):
        calls = iter(range(1 << 16))

        def draw(*shape):
            if np.prod(shape, dtype=float) > MAX_NUMBERS:
                raise FastdenseError(
                    f"data of {shape[0]} rows and {shape[1]} columns are too large; "
                    "use fewer rows or features"
                )
            nonlocal drawn
            drawn = True
            return streams.uniform(first, streams.DATA, part, next(calls), shape)

        with np.errstate(all="ignore"):  # `Data` refuses what is not finite
            return source.make(draw, hypers[part], count)

    made = Data(*rows(0, count), test=rows(1, test) if test else None)
    object.__setattr__(made, "drawn", drawn)
    return made


def _with_test(rows, count):
    """Loaded rows, the last `count` of them to test on."""
    if not count:
        return rows
    if count >= len(rows):
        raise FastdenseError(
            f"data.test is {count} but there are {len(rows)} rows; leave some to train on"
        )
    train = _some(rows, slice(-count), (_images(rows)[-count:], rows.targets[-count:]))
    object.__setattr__(train, "drawn", rows.drawn)
    return train


def _sampled(rows, count, first):
    """So many of the rows, none of them twice, drawn by a seed."""
    if count > len(rows):
        raise FastdenseError(
            f"data.sample, with data.test, is {count} rows but there are {len(rows)}; draw fewer, "
            "or leave it out"
        )
    order = np.argsort(streams.uniform(first, streams.DATA, 0, 0, len(rows)), kind="stable")
    sample = _some(rows, order[:count], rows.test)
    object.__setattr__(sample, "drawn", True)
    return sample


def _some(rows, places, test):
    """Some rows of a `Data`, with what is known of all."""
    weights = None if rows.weights is None else rows.weights[places]
    some = Data(_images(rows)[places], rows.targets[places], weights, test, notes=rows.notes)
    for name in ("beyond", "classes"):
        object.__setattr__(some, name, getattr(rows, name))
    return some


def _images(rows):
    return rows.inputs.reshape(len(rows), *rows.shape)


def files_of(table, folder="."):
    """Paths of the files that the data of a `[data]` table are read from."""
    file = table.get("file")
    return [Path(folder) / file] if isinstance(file, str) else []


def _hyper(source, given):
    """The hyper-parameters of a source, those that are numbers checked."""
    hyper = {**source.hyper, **given}
    for key, default in source.hyper.items():
        if isinstance(default, float):
            low, high = source.ranges.get(key, (-1e300, 1e300))
            value = hyper[key]
            if (
                isinstance(value, bool)
                or not isinstance(value, (int, float))
                or not low <= value < high
            ):
                raise FastdenseError(
                    f"data.{key} is {value!r:.80}; expected a number, "
                    f"{catalogue.interval(key, low, high)}"
                )
            hyper[key] = float(value)
    return hyper


def spread(draw, hyper, count):
    """`count` inputs on [low, high], shape (count, 1), by the `spacing`.

    That is "even"; "random", which draws them; or { numpy_seed = number }, the given points
    `low + (high - low) * numpy.random.rand(count, 1)` after `numpy.random.seed(number)`, which
    NumPy promises to keep, so that a published listing is tried on its own data.
    """
    low, high, spacing = hyper["low"], hyper["high"], hyper["spacing"]
    if spacing == "even":
        return np.linspace(low, high, count)[:, np.newaxis]
    if spacing == "random":
        return low + (high - low) * draw(count, 1)
    if isinstance(spacing, dict) and set(spacing) == {"numpy_seed"}:
        first = whole("data.spacing.numpy_seed", spacing["numpy_seed"], 0, 2**32 - 1)
        return low + (high - low) * np.random.RandomState(first).rand(count, 1)
    raise unknown("data.spacing", spacing, ["even", "random", "{ numpy_seed = 42 }"])
