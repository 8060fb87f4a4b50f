"""What a picture of a sweep shows: shares of outcomes along one axis, or over two."""

from dataclasses import dataclass

import numpy as np

from fastdense import __version__
from fastdense.errors import FastdenseError
from fastdense.reports.plots import style
from fastdense.reports.sweeps import brief
from fastdense.sweeps.table import Table, value_text

STUCK = "stalled", "frozen"
UNSTABLE = "oscillating", "diverged"
MAX_LINES = 8  # as many as have a color and a marker of their own
MIN_OF_A_MAP = 3  # values along each side
MAX_TICKS = 9  # of an axis of numbers that stand at the values themselves
MAX_UNEVEN = 8  # gaps between the values of a linear axis; others stand side by side


@dataclass(frozen=True)
class Side:
    """An axis as it is drawn.

    Attributes
    ----------
    label : str
    places : ndarray of int
        Those of its values that are drawn, in their order.
    values : list
    kind : str
        `log` or `linear`, where values are numbers so spaced, else `names`.
    numeric : bool
        Whether the values are numbers, however spaced.
    """

    label: str
    places: np.ndarray
    values: list
    kind: str
    numeric: bool

    @classmethod
    def of(cls, axis, places):
        """The side of an axis on which only some places are taken."""
        places = np.unique(places)
        numeric = axis.array.dtype != object
        if numeric:
            places = places[np.argsort(axis.array[places])]
        values = [axis.values[place] for place in places]
        return cls(brief(axis.path), places, values, _kind(values) if numeric else "names", numeric)

    @property
    def at(self):
        """Where the values stand, (values,)."""
        return np.arange(len(self.values)) if self.kind == "names" else np.array(self.values, float)

    @property
    def scaled(self):
        """Where they stand on the paper: their logarithms, if that is how the axis is."""
        return np.log(self.at) if self.kind == "log" else self.at

    @property
    def is_labeled(self):
        """Whether every value has its tick: it is no number, or none is too near another."""
        if self.kind == "names":
            return True
        gaps = np.diff(self.scaled)
        room = style.LETTERS * gaps.min() / gaps.sum() if len(gaps) else style.LETTERS
        return len(self.values) <= MAX_TICKS and room > 1 + max(map(len, self.texts))

    @property
    def is_whole(self):
        """Whether the values are whole numbers, evenly spaced: nothing stands between them."""
        return self.kind == "linear" and all(isinstance(value, int) for value in self.values)

    @property
    def texts(self):
        """The values as words, (values,)."""
        return [value_text(value) for value in self.values]


def _kind(values):
    """How ascending numbers are spaced: evenly in their logarithms or in themselves, or neither."""
    values = np.array(values, float)
    linear = _unevenness(values)
    if values[0] > 0 and _unevenness(np.log(values)) < linear:
        return "log"
    return "linear" if linear <= MAX_UNEVEN else "names"


def _unevenness(values):
    """The widest gap over the narrowest."""
    gaps = np.diff(values)
    return gaps.max() / gaps.min() if len(gaps) else 1.0


@dataclass(frozen=True)
class Picture:
    """Runs, and along which axes their outcomes are drawn.

    Attributes
    ----------
    table : Table
    by : list of int
        One or two numbers of axes.
    sides : list of Side
        Of these.
    outcomes : list of str, or None
        Whose common share is drawn; each outcome's own along one axis, if None.
    is_map : bool
    name : str
        Of the base of the sweep.
    note : str
        What else there is to say of the runs.
    """

    table: Table
    by: list
    sides: list
    outcomes: list | None
    is_map: bool
    name: str
    note: str

    @classmethod
    def of(cls, name, table, by=(), outcomes=None, lines=False, where=()):
        """The picture of the runs that were chosen of a sweep over the base of a name.

        Raises
        ------
        FastdenseError
            No runs, no axis, more than two, or more lines than can be told apart.
        """
        if not table.rows:
            raise FastdenseError(
                "there are no such runs to draw; --where excludes all, or none ran"
            )
        several = [i for i, at in enumerate(table.places) if (at != at[0]).any()]
        by = table.numbers(by) if by else several
        chosen = ", ".join(brief(table.axes[i].path) for i in by)
        if not by:
            raise FastdenseError("no axis has several values in these runs; draw more of them")
        if len(by) > 2:
            raise FastdenseError(f"{len(by)} axes ({chosen}) are too many; choose two by --by")
        sides = [Side.of(table.axes[i], table.places[i]) for i in by]
        many = len(by) == 2 and len(sides[1].values) > MAX_LINES
        if many and lines:
            raise FastdenseError(
                f"{len(sides[1].values)} lines, one for each value of {sides[1].label}, are too "
                f"many; draw at most {MAX_LINES}, chosen by --where"
            )
        plane = len(by) == 2 and all(s.numeric and len(s.values) >= MIN_OF_A_MAP for s in sides)
        is_map = not lines and (plane or many)
        if len(by) == 2:
            outcomes = outcomes or list(STUCK)
        over = [brief(table.axes[i].path) for i in several if i not in by]
        words = [name, f"{table.rows:,} runs"]
        words += [f"over {', '.join(over)}"] if over else []
        words += [f"where {' and '.join(where)}"] if where else []
        note = ", ".join([*words, f"fastdense {__version__}"])
        return cls(table, by, sides, outcomes or None, is_map, name, note)

    @property
    def question(self):
        """The words above the picture."""
        if self.outcomes is None:
            return f"What becomes of runs of {self.name}?"
        return f"How often do runs of {self.name} end {' or '.join(self.outcomes)}?"

    def shares(self):
        """The `Share` at each pair (or single) of drawn places, by positions on the sides."""
        order = [{int(p): i for i, p in enumerate(side.places)} for side in self.sides]
        return {
            tuple(where[p] for where, p in zip(order, share.places, strict=True)): share
            for share in self.table.groups(self.by)
        }
