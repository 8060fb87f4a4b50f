"""Reads the sweeps and the runs of a store out of its connection."""

import contextlib
import json
import sqlite3
from dataclasses import dataclass

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.once import once
from fastdense.outcome import OUTCOMES
from fastdense.sweeps.grid import Axis
from fastdense.sweeps.job import curve_places
from fastdense.sweeps.table import CURVE, LOSSES, Table

NUMBERS = "points.point", "runs.seed", "runs.outcome", "runs.steps"
OF_A_SWEEP = """
FROM points JOIN runs ON runs.cell = points.cell
WHERE points.sweep = ? AND runs.seed >= ? AND runs.seed < ? + points.seeds
"""
WITH_CURVES = OF_A_SWEEP.replace("WHERE", "JOIN cells ON cells.id = points.cell\nWHERE")
IN_ORDER = "ORDER BY points.point, runs.seed"
NUMBERS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Remembered:
    """A sweep as a store remembers it.

    Attributes
    ----------
    id : int
        Its number in the store, from 1 on.
    began : str
        When, as ISO 8601 in UTC.
    definition : dict
        What `Plan.definition` says.
    """

    id: int
    began: str
    definition: dict

    @once
    def axes(self):
        return tuple(Axis(path, tuple(values)) for path, values in self.definition["axes"])

    @property
    def base(self):
        """The name of what the grid is laid over."""
        return self.definition["base"]

    @property
    def total(self):
        """Runs, when it is complete."""
        return self.definition["runs"]

    @property
    def key(self):
        """What its runs are found by: its number, and its first seed twice."""
        first, _ = self.definition["seeds"]
        return self.id, first, first


def sweeps(db):
    """Every `Remembered` sweep of a store, the oldest first."""
    with sound():
        found = db.execute("SELECT id, began, definition FROM sweeps ORDER BY id")
        return [Remembered(number, _text(began), _defined(text)) for number, began, text in found]


@contextlib.contextmanager
def sound():
    """Turns what no sweep writes into an error as SQLite has them of a damaged file."""
    try:
        yield
    except FastdenseError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise sqlite3.DatabaseError("it holds what no sweep writes") from None


def _defined(text):
    """The definition in a text, if it is one."""
    definition = json.loads(text)
    json.dumps(definition, ensure_ascii=False, allow_nan=False).encode()  # what is printed of it
    _text(definition["base"])
    first, seeds = definition["seeds"]
    for number in (first, seeds, definition["runs"]):
        if not isinstance(number, int) or not 0 <= number < 2**63:
            raise ValueError("a number that counts nothing")
    for path, values in definition["axes"]:
        if not _text(path) or not isinstance(values, list) or not values:
            raise ValueError("an axis without values")
    if not definition["axes"] or not isinstance(definition["measures"], list):
        raise ValueError("no axes")
    for name in definition["measures"]:
        _text(name)
    return definition


def _text(value):
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def find(db, number=None):
    """The `Remembered` sweep of a number; the last one, if not given."""
    known = sweeps(db)
    if not known:
        raise FastdenseError("the store holds no sweep yet")
    if number is None:
        return known[-1]
    for sweep in known:
        if sweep.id == number:
            return sweep
    last = known[-1].id
    raise FastdenseError(f"the store has no sweep {number}; its sweeps are 1 to {last}")


def count(db, sweep):
    """The runs of a sweep that the store has."""
    with sound():
        return db.execute(f"SELECT count(*) {OF_A_SWEEP}", sweep.key).fetchone()[0]


def pieces(db, sweep, curves=False):
    """Tables of some of its runs at a time, by cell and seed; at least one, if only an empty one.

    Parameters
    ----------
    db : sqlite3.Connection
    sweep : Remembered
    curves : bool
        Whether they have the columns `curve_epochs` and `curve_loss`, of an array for each run.
    """
    columns, joined, epochs = [*NUMBERS, *LOSSES, "measured"], OF_A_SWEEP, None
    width = len(columns) + len(sweep.definition["measures"])
    if curves:
        columns, joined = [*columns, "cells.configuration", "curve"], WITH_CURVES
        with sound():
            found = db.execute("SELECT id, content FROM configurations")
            epochs = {number: curve_epochs(json.loads(content)) for number, content in found}
        width += 2 * max(map(len, epochs.values()), default=0)
    cursor = db.execute(f"SELECT {', '.join(columns)} {joined} {IN_ORDER}", sweep.key)
    cursor.arraysize = max(NUMBERS_AT_ONCE // width, 1)
    begun = False
    while True:
        with sound():
            rows = cursor.fetchmany()
            table = _table(sweep, rows, epochs)
        if begun and not rows:
            return
        begun = True
        yield table


def curve_epochs(configuration):
    """The epochs after which the losses of a kept curve were evaluated."""
    epochs, every = configuration["recipe"]["epochs"], configuration["evaluate_every"]
    places = curve_places(1 + -(-epochs // every), configuration["curve_points"])
    return np.minimum(every * places, epochs)


def _table(sweep, rows, epochs):
    columns = list(zip(*rows, strict=True)) or [()] * 11
    point, seed, outcome, steps = np.array(columns[:4], np.int64)
    if not np.isin(outcome, range(len(OUTCOMES))).all():
        raise ValueError("an outcome that does not exist")
    losses = np.array(columns[4:8], float)  # None becomes NaN
    measures = sweep.definition["measures"]
    measured = np.frombuffer(b"".join(columns[8]) if measures else b"", "<f8")
    places = np.array(np.unravel_index(point, [len(axis.values) for axis in sweep.axes]))
    kept = {"seed": seed, "outcome": outcome.astype(np.uint8), "steps": steps}
    kept |= dict(zip(LOSSES, losses, strict=True))
    kept |= dict(zip(measures, measured.reshape(len(rows), len(measures)).T, strict=True))
    if epochs is not None:
        kept |= dict(zip(CURVE, _curves(*columns[9:], epochs), strict=True))
    return Table(sweep.axes, places, kept)


def _curves(configurations, blobs, epochs):
    """The epochs and the losses of some runs: two arrays of arrays."""
    found = np.empty((2, len(blobs)), object)
    for i, (configuration, blob) in enumerate(zip(configurations, blobs, strict=True)):
        found[:, i] = epochs[configuration], np.frombuffer(blob or b"", "<f4")
    return found


def read_table(db, number=None):
    """The `Table` of a sweep by its number; of the last one, if not given."""
    return Table.joined(list(pieces(db, find(db, number))))
