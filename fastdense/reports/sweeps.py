"""What is printed of a sweep: its plan, and the outcomes along its axes."""

from functools import partial

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table as Grid
from rich.text import Text

from fastdense import __version__
from fastdense.judging.plain import number
from fastdense.reports import narrow
from fastdense.sweeps.estimate import size_of
from fastdense.sweeps.table import value_text

SCHEMA_VERSION = 1
MAX_VALUES = 8  # of an axis, in a plan
MAX_ROWS = 100  # of a table


def plan_to_dict(plan, seconds, workers):
    """What `--dry-run --json` prints; `seconds` are those of a run of each group on one core."""
    total = sum(s * group.runs for s, group in zip(seconds.tolist(), plan.groups, strict=True))
    return {
        "schema_version": SCHEMA_VERSION,
        "base": plan.definition["base"],
        "axes": [{"path": axis.path, "values": list(axis.values)} for axis in plan.axes],
        "cells": plan.cells,
        "runs": plan.runs,
        "groups": len(plan.groups),
        "packs": plan.packs,
        "workers": workers,
        "estimated_seconds": total / workers,
        "estimated_bytes": size_of(plan),
    }


def plan(about):
    """The plan as a small table."""
    grid = Grid.grid(padding=(0, 2))
    for axis in about["axes"]:
        grid.add_row(axis["path"], f"{len(axis['values'])} values", listed(axis["values"]))
    seeds = about["runs"] / max(about["cells"], 1)
    grid.add_row("runs", f"{about['runs']:,}", f"{about['cells']:,} cells, {seeds:g} seeds each")
    grid.add_row("packs", f"{about['packs']:,}", f"of {about['groups']:,} architectures")
    grid.add_row(
        "about",
        duration(about["estimated_seconds"]),
        f"with {about['workers']} workers; {size(about['estimated_bytes'])} in a store",
    )
    return grid


def listed(values):
    """Some values on one line: all of them, or the first and the last."""
    texts = [value_text(value) for value in values]
    if len(texts) > MAX_VALUES:
        texts = [*texts[:3], "...", *texts[-2:]]
    return ", ".join(texts)


def duration(seconds):
    """Seconds in the unit that suits them."""
    for unit, length in (("days", 172_800), ("h", 7200), ("min", 120)):
        if seconds >= length:
            return f"{seconds / {'days': 86400, 'h': 3600, 'min': 60}[unit]:.1f} {unit}"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def size(bytes_):
    """Bytes in the unit that suits them."""
    for unit, length in (("GB", 1e9), ("MB", 1e6)):
        if bytes_ >= length:
            return f"{bytes_ / length:.1f} {unit}"
    return f"{bytes_ / 1e3:.0f} kB"


def to_dict(table, by=None, limit=None):
    """What `--json` prints of a sweep: the shares of outcomes in every cell, so many at most."""
    by = range(len(table.axes)) if by is None else by
    axes = [table.axes[i] for i in by]
    return {
        "schema_version": SCHEMA_VERSION,
        "fastdense_version": __version__,
        "axes": [{"path": axis.path, "values": list(axis.values)} for axis in axes],
        "runs": table.rows,
        "cells": table.cells(by),
        "groups": [
            {
                "values": [axis.values[i] for axis, i in zip(axes, share.places, strict=True)],
                "runs": share.runs,
                "outcomes": {name: n / share.runs for name, n in share.counts.items()},
                "outcome_intervals": {name: share.share([name])[1:] for name in share.counts},
                "final_loss": number(share.final_loss),
                "measures": {
                    name: dict(zip(("p25", "median", "p75"), map(number, found), strict=True))
                    for name, found in share.measures.items()
                },
            }
            for share in table.groups(by, limit)
        ],
    }


def shares(table, by=None, limit=MAX_ROWS):
    """The outcomes along some axes, all if not given: a row for each combination."""
    by = range(len(table.axes)) if by is None else by
    axes = [table.axes[i] for i in by]
    grid = Grid(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for axis in axes:
        grid.add_column(brief(axis.path))
    total, seen = table.cells(by), table.occurring()
    for name in ("runs", *seen, "median loss"):
        grid.add_column(name, justify="right", no_wrap=True)
    for name in table.measures:
        grid.add_column(name, justify="right")
    for share in table.groups(by, limit):
        values = [value_text(axis.values[p]) for axis, p in zip(axes, share.places, strict=True)]
        cells = []
        for name in seen:
            part, low, high = (round(100 * one) for one in share.share([name]))
            cells.append(f"{part}% [{low}, {high}]" if name in share.counts else ".")
        measures = [
            f"{mid:.3g} [{low:.3g}, {high:.3g}]" for low, mid, high in share.measures.values()
        ]
        grid.add_row(*values, f"{share.runs:,}", *cells, f"{share.final_loss:.3g}", *measures)
    grid = narrow.TableOrLines(grid, partial(_lines, table, axes, by, limit))
    notes = ["Shares of runs with their 95% intervals, in percent."]
    if table.measures:
        notes.append("Measures: median [first and third quartile].")
    if total > limit:
        notes.append(
            f"{limit:,} of {total:,} rows are shown; --limit shows more, and --by and "
            "--where of `fastdense sweep show` choose."
        )
    return Group(grid, Text(" ".join(notes), style="dim"))


def _lines(table, axes, by, limit, width):
    """Each combination on two lines: its values, runs and loss; then the shares of outcomes."""
    for share in table.groups(by, limit):
        values = ", ".join(
            f"{brief(axis.path)} {value_text(axis.values[place])}"
            for axis, place in zip(axes, share.places, strict=True)
        )
        told = f"{share.runs:,} runs, median loss {share.final_loss:.3g}"
        yield f"  {values}: {told}" if values else f"  {told}"
        shares = {name: [round(100 * x) for x in share.share([name])] for name in share.counts}
        ways = (
            ", ".join(
                f"{name} {part}% [{low}, {high}]" for name, (part, low, high) in shares.items()
            ),
            ", ".join(f"{name} {part}%" for name, (part, _, _) in shares.items()),
        )
        yield f"    {narrow.longest(ways, width - 4)}"
        if share.measures:
            yield "    " + ", ".join(
                f"{name} {mid:.3g} [{low:.3g}, {high:.3g}]"
                for name, (low, mid, high) in share.measures.items()
            )
    yield ""


def brief(path):
    """A path as the command line takes it."""
    return path.removeprefix("recipe.")
