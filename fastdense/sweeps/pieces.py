"""A sweep in pieces of HTML: maps and lines of the shares of outcomes, and their table."""

import numpy as np

from fastdense.judging.intervals import wilson
from fastdense.markup import heat, outcomes, tables
from fastdense.markup.element import element
from fastdense.markup.panel import Panel
from fastdense.markup.scales import Scale
from fastdense.markup.words import counted, digits, interval, percent
from fastdense.outcome import OUTCOMES
from fastdense.sweeps.table import value_text

STUCK = "stalled", "frozen"
UNSTABLE = "oscillating", "diverged"
ROWS = 200  # of a table, at most
LINES = 8  # side by side in a picture
BESIDE = 5.0  # pixels between the points of two outcomes


def name_of(axis):
    """An axis as the command line takes it."""
    return axis.path.removeprefix("recipe.")


def varied(table):
    """Numbers of the axes along which these runs have several values."""
    return [i for i, at in enumerate(table.places) if at.size and (at != at[0]).any()]


def pictures(table, by=None):
    """Figures of a table of runs along one or two axes: those given, or that have several values.

    Where more have, the first two with the most values are drawn, over all others.
    """
    if not table.rows:
        return []
    several = varied(table) if by is None else list(by)
    if len(several) > 2:
        several = sorted(sorted(several, key=lambda i: -len(_places(table, i)))[:2])
    found = [_all_outcomes(table)]
    if len(several) == 1:
        return [*found, _lines(table, several[0])]
    if len(several) == 2:
        x, y = several
        # Names are read where they stand one below the other.
        if not _is_number(table, x) and _is_number(table, y):
            x, y = y, x
        return [
            *found,
            _map(table, x, y, STUCK, "How often runs stall or freeze"),
            _map(table, x, y, UNSTABLE, "How often runs oscillate or diverge"),
            _losses(table, x, y),
        ]
    return found


def _is_number(table, number):
    return table.axes[number].array.dtype != object


def _places(table, number):
    """Where on an axis there are runs, numbers in ascending order."""
    places = np.unique(table.places[number])
    if _is_number(table, number):
        places = places[np.argsort(table.axes[number].array[places], kind="stable")]
    return places.tolist()


def _texts(table, number):
    values = table.axes[number].values
    return [value_text(values[place]) for place in _places(table, number)]


def _all_outcomes(table):
    counts = np.bincount(table.codes, minlength=len(OUTCOMES))
    shares = {name: n / table.rows for name, n in zip(OUTCOMES, counts, strict=True) if n}
    ends = {
        name: wilson(int(share * table.rows + 0.5), table.rows) for name, share in shares.items()
    }
    return outcomes.picture(shares, ends, table.rows, f"Outcomes of all {table.rows:,} runs")


def _lines(table, number):
    """The share of each outcome along an axis, with its interval."""
    texts, at = _texts(table, number), _order(table, number)
    name = name_of(table.axes[number])
    panel = Panel(
        Scale(-0.5, len(texts) - 0.5), Scale(-0.02, 1.02), name, "share of runs", texts, True, 240
    )
    kinds, keys = table.occurring()[:LINES], []
    groups = sorted(table.groups([number]), key=lambda share: at[share.places[0]])
    # Intervals stand side by side, so that none lies on another, or are bands where they are many.
    apart = len(texts) * len(kinds) * BESIDE < panel.x.end - panel.x.start
    for index, kind in enumerate(kinds):
        found = [(at[share.places[0]], *share.share([kind])) for share in groups]
        x, share, low, high = np.array(found).T
        shift = BESIDE * (index - (len(kinds) - 1) / 2) if apart else 0.0
        if not apart:
            panel.band(x, low, high, f"fd-tint{index}")
        panel.line(x, share, f"fd-s{index} fd-faint" if apart else f"fd-s{index}", shift)
        for place, part, ends in zip(x, share, zip(low, high, strict=True), strict=True):
            told = f"{name} {texts[int(place)]}: {percent(part)} {kind} {interval(*ends)}"
            if apart:
                panel.interval(place, *ends, f"fd-s{index}", shift)
            panel.point(place, part, told, index, shift)
        keys.append((f"fd-marker fd-s{index}", kind.replace("_", " ")))
    label = f"shares of outcomes along {name}; the table has all values"
    keys.append(("fd-whisker fd-s6" if apart else "fd-tint", "95% interval"))
    caption = f"Outcomes along {name}"
    return tables.figure(panel.svg(label), caption, shares(table, [number]), [tables.legend(*keys)])


def _order(table, number):
    return {place: i for i, place in enumerate(_places(table, number))}


def _grid(table, x, y, of):
    """What `of` a `Share` says at each place, and of how many runs: lists by row, then column."""
    columns, rows = _order(table, x), _order(table, y)
    found = [[None] * len(columns) for _ in rows]
    for share in table.groups([x, y]):
        found[rows[share.places[1]]][columns[share.places[0]]] = of(share), share
    return found


def _map(table, x, y, kinds, caption):
    found = _grid(table, x, y, lambda share: share.share(kinds))
    sides = [name_of(table.axes[i]) for i in (x, y)]
    texts = [_texts(table, i) for i in (x, y)]

    def told(row, column):
        cell = found[row][column]
        where = f"{sides[0]} {texts[0][column]}, {sides[1]} {texts[1][row]}"
        if cell is None:
            return f"{where}: no runs"
        (part, low, high), share = cell
        return f"{where}: {percent(part)} {interval(low, high)} of {counted(share.runs, 'run')}"

    every = [[told(r, c) for c in range(len(texts[0]))] for r in range(len(texts[1]))]
    shades = [[cell and heat.shade(cell[0][0], 0, 1) for cell in row] for row in found]
    inside = [[f"{100 * cell[0][0]:.0f}" if cell else "" for cell in row] for row in found]
    label = f"{caption}, by {sides[0]} and {sides[1]}; the table has all values"
    svg = heat.heat(label, shades, every, *texts, *sides, inside)
    rows = [
        [name, *(percent(cell[0][0]) if cell else "no runs" for cell in row)]
        for name, row in zip(texts[1], found, strict=True)
    ]
    behind = tables.table(
        f"{caption}: {sides[1]} down, {sides[0]} across",
        [f"{sides[1]}, by {sides[0]}", *texts[0]],
        rows,
    )
    return tables.figure(svg, caption, behind, [heat.key("0%", "100% of runs")])


def _losses(table, x, y):
    """The median of the final loss, by its logarithm where no loss is negative."""
    found = _grid(table, x, y, lambda share: share.final_loss)
    sides = [name_of(table.axes[i]) for i in (x, y)]
    texts = [_texts(table, i) for i in (x, y)]
    ends = heat.finite([cell[0] for row in found for cell in row if cell]) or (0.0, 1.0)
    log = ends[0] > 0

    def shade(cell):
        return None if cell is None else heat.shade(min(max(cell[0], ends[0]), ends[1]), *ends, log)

    every = [
        [
            f"{sides[0]} {texts[0][c]}, {sides[1]} {texts[1][r]}: "
            + (f"median final loss {digits(cell[0])}" if cell else "no runs")
            for c, cell in enumerate(row)
        ]
        for r, row in enumerate(found)
    ]
    shades = [[shade(cell) for cell in row] for row in found]
    label = (
        f"median final loss by {sides[0]} and {sides[1]}, {digits(ends[0])} to {digits(ends[1])}"
    )
    svg = heat.heat(label, shades, every, *texts, *sides)
    rows = [
        [name, *(digits(cell[0]) if cell else "no runs" for cell in row)]
        for name, row in zip(texts[1], found, strict=True)
    ]
    behind = tables.table(
        f"median final loss: {sides[1]} down, {sides[0]} across",
        [f"{sides[1]}, by {sides[0]}", *texts[0]],
        rows,
    )
    key = heat.key(digits(ends[0]), digits(ends[1]), "by its logarithm" if log else "")
    return tables.figure(svg, "Median final loss", behind, [key])


def shares(table, by=None, limit=ROWS, hidden=False):
    """The outcomes along some axes, all if not given, as a table."""
    by = list(range(len(table.axes))) if by is None else list(by)
    axes = [table.axes[i] for i in by]
    seen = table.occurring()
    head = [*map(name_of, axes), "runs", *(kind.replace("_", " ") for kind in seen), "median loss"]
    rows = []
    for share in table.groups(by, limit):
        cells = [
            f"{percent(share.share([kind])[0])} {interval(*share.share([kind])[1:])}"
            if kind in share.counts else "0%"
            for kind in seen
        ]  # fmt: skip
        measures = [
            f"{digits(m)} [{digits(lo)}, {digits(hi)}]" for lo, m, hi in share.measures.values()
        ]
        values = [value_text(axis.values[p]) for axis, p in zip(axes, share.places, strict=True)]
        rows.append([*values, f"{share.runs:,}", *cells, digits(share.final_loss), *measures])
    head += [f"{name}: median [quartiles]" for name in table.measures]
    total = table.cells(by)
    caption = "Shares of runs by outcome, with their 95% intervals"
    if total > limit:
        caption += f"; the first {limit:,} of {total:,} rows"
    return tables.table(caption, head, rows, hidden)


def all_of(table):
    """The pieces that a notebook shows."""
    cells = table.cells(range(len(table.axes)))
    line = f"{counted(cells, 'cell')}, {counted(table.rows, 'run')}"
    found = pictures(table)
    whole = shares(table, limit=20) if table.rows else None
    return [element("p", line, class_="fd-answer"), tables.grid(*found) if found else None, whole]
