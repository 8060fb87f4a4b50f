"""The page of the runs in a store: maps and lines of their outcomes, and every cell."""

import numpy as np

from fastdense.markup import tables
from fastdense.markup.words import interval, percent
from fastdense.outcome import OUTCOMES
from fastdense.reports.html import page
from fastdense.reports.stores import heading
from fastdense.reports.sweeps import brief, listed
from fastdense.sweeps import pieces

ROWS = 1000  # of the table of cells, at most
LONG = 60  # rows, above which the table is folded


def write(path, sweep, table, where, by, about):
    """Write the page.

    Parameters
    ----------
    path : path
    sweep : dict
        What `stores.about` says of the sweep.
    table : Table
        The runs that were chosen.
    where : sequence of str
        By which conditions.
    by : list of int, or None
        Numbers of the axes along which they are shown; all.
    about : Provenance
    """
    page.write(path, "sweep.html", **values(sweep, table, where, by, about))


def values(sweep, table, where, by, about):
    """What `sweep.html` shows."""
    cells = range(len(table.axes)) if by is None else by
    return {
        "title": f"Sweep of {sweep['base']}",
        "answer": answer(table),
        "line": heading(sweep, table.rows, where),
        "pieces": tables.grid(*pieces.pictures(table, by)) if table.rows else None,
        "is_long": bool(table.rows) and table.cells(cells) > LONG,
        "table": pieces.shares(table, by, ROWS) if table.rows else None,
        "about": about,
    }


def answer(table):
    """What became of most runs, and how many stall, in a sentence."""
    if not table.rows:
        return "There are no such runs."
    counts = np.bincount(table.codes, minlength=len(OUTCOMES))
    by_name = dict(zip(OUTCOMES, counts.tolist(), strict=True))
    (whole,) = table.groups([])
    part, low, high = whole.share(pieces.STUCK)
    stuck = f"{percent(part)} {interval(low, high)} of {table.rows:,} runs stall or freeze"
    part, low, high = whole.share(pieces.UNSTABLE)
    unstable = f"{percent(part)} {interval(low, high)} oscillate or diverge"
    good = percent(by_name["converged"] / table.rows)
    return f"{stuck}, {unstable}, and {good} converge."


def facts(sweep):
    """What the foot of the page says of a sweep."""
    axes = "; ".join(f"{brief(axis['path'])}: {listed(axis['values'])}" for axis in sweep["axes"])
    return (
        ("Sweep", f"{sweep['base']}, began {sweep['began']}"),
        ("Axes", axes),
        ("Seeds of each cell", "{1}, from {0} on".format(*sweep["seeds"])),
    )
