"""The runs of a sweep as columns, and what they have in common along its axes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastdense.errors import FastdenseError, unknown
from fastdense.judging.intervals import wilson
from fastdense.outcome import OUTCOMES, names
from fastdense.plotting import Plotted

LOSSES = "initial_loss", "final_loss", "final_test_loss", "final_accuracy"
CURVE = "curve_epochs", "curve_loss"
QUARTILES = 0.25, 0.5, 0.75


def value_text(value):
    """A value of an axis as people read it."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return "-".join(value_text(v) for v in value) or "none"
    if isinstance(value, dict):
        return " ".join(f"{v}" if k == "name" else f"{k}={value_text(v)}" for k, v in value.items())
    return str(value)


@dataclass(frozen=True)
class Share:
    """What runs have in common that agree on some axes.

    Attributes
    ----------
    places : tuple of int
        Where on these axes they stand.
    counts : dict
        Runs by outcome, those that occurred.
    final_loss : float
        The median; infinite where half of the losses are not finite.
    measures : dict
        Names of the measures that were kept to their first quartile, median and third quartile; a
        measure that is not a number, after a divergence, is larger than any number.
    """

    places: tuple[int, ...]
    counts: dict[str, int]
    final_loss: float
    measures: dict[str, tuple[float, ...]]

    @property
    def runs(self) -> int:
        return sum(self.counts.values())

    def share(self, outcomes: Iterable[str]) -> tuple[float, float, float]:
        """The share of runs with one of these outcomes, and its 95% interval: three numbers."""
        found = sum(self.counts.get(outcome, 0) for outcome in outcomes)
        return found / self.runs, *wilson(found, self.runs)


class Table(Plotted, Mapping[str, Any]):
    """Runs, one a row: a mapping of columns to arrays of one length.

    Columns are the axes by their paths, `seed`, `outcome`, `steps`, `initial_loss`, `final_loss`,
    `final_test_loss` and `final_accuracy` (NaN where there is none), and the measures by their
    names. `pandas.DataFrame(table)` takes it as it is.

    Attributes
    ----------
    axes : tuple of Axis
    places : ndarray of int, shape (axes, rows)
        Where on each axis a run stands.
    """

    def __init__(self, axes, places, columns):
        self.axes, self.places, self._columns = axes, places, columns

    @classmethod
    def joined(cls, tables):
        """Tables of one sweep as one."""
        first = tables[0]
        columns = {
            name: np.concatenate([table._columns[name] for table in tables])
            for name in first._columns
        }
        return cls(first.axes, np.concatenate([t.places for t in tables], axis=1), columns)

    def __getitem__(self, name: str) -> np.ndarray:
        """A column, shape (rows,)."""
        for axis, places in zip(self.axes, self.places, strict=True):
            if axis.path == name:
                return axis.array[places]
        if name not in self._columns:
            raise KeyError(name)
        if name == "outcome":
            return names(self._columns[name])
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*(axis.path for axis in self.axes), *self._columns])

    def __repr__(self) -> str:
        cells = self.cells(range(len(self.axes)))
        return f"Table({cells:,} cells, {self.rows:,} runs; columns {', '.join(self)})"

    def _repr_html_(self) -> str:
        """The outcomes, for a notebook."""
        from fastdense.markup import notebook
        from fastdense.sweeps import pieces

        return notebook.cell(pieces.all_of(self))

    def __len__(self) -> int:
        """Columns, as of any mapping; `rows` is the number of runs."""
        return len(self.axes) + len(self._columns)

    @property
    def rows(self) -> int:
        """Runs."""
        return self.places.shape[1]

    @property
    def measures(self) -> list[str]:
        """Names of the measures."""
        own = {"seed", "outcome", "steps", *LOSSES, *CURVE}
        return [name for name in self._columns if name not in own]

    @property
    def codes(self):
        """The outcomes as places in `OUTCOMES`."""
        return self._columns["outcome"]

    def plain(self, name):
        """A column as a list of plain values; those of an axis are as its grid has them."""
        for axis, places in zip(self.axes, self.places, strict=True):
            if axis.path == name:
                return [axis.values[place] for place in places.tolist()]
        return [v.tolist() for v in self[name]] if name in CURVE else self[name].tolist()

    def axis(self, name, known=()):
        """The number of an axis, by its path or the last part of that.

        Parameters
        ----------
        name : str
        known : sequence of str
            What else it might have been, for the message if it is none.

        Raises
        ------
        FastdenseError
            No such axis, or several of which that is the last part.
        """
        paths = [axis.path for axis in self.axes]
        found = [i for i, path in enumerate(paths) if path == name or path.endswith(f".{name}")]
        if not found:
            raise unknown("column" if known else "axis", name, known or paths)
        if len(found) > 1 and name not in paths:
            raise FastdenseError(f"{name} may be {' or '.join(paths[i] for i in found)}; say which")
        return paths.index(name) if name in paths else found[0]

    def numbers(self, names):
        """The numbers of axes by their names, each once."""
        return list(dict.fromkeys(self.axis(name) for name in names))

    def column(self, name):
        """The whole name of a column, which may lack the first parts if it is an axis."""
        known = [known for known in self if known not in CURVE]
        return name if name in known else self.axes[self.axis(name, known)].path

    def where(self, rows):
        """The runs at some places, or where a mask (rows,) is true."""
        columns = {name: values[rows] for name, values in self._columns.items()}
        return Table(self.axes, self.places[:, rows], columns)

    def cells(self, by):
        """How many combinations of places on some axes, by their numbers, have runs."""
        return len(np.unique(self._cell(list(by))))

    def occurring(self):
        """The outcomes that occur."""
        return [OUTCOMES[code] for code in np.unique(self.codes)]

    def _cell(self, by):
        """The combination of places on some axes at which each run stands, as a number."""
        shape = [len(self.axes[i].values) for i in by]
        return np.ravel_multi_index(self.places[by], shape) if by else np.zeros(self.rows, int)

    def groups(self, by: Iterable[int], limit: int | None = None) -> list[Share]:
        """The `Share` of every combination of places on some axes, the last axis fastest.

        Parameters
        ----------
        by : sequence of int
            Numbers of axes.
        limit : int, optional
            The first so many only.
        """
        by = list(by)
        places, cell = self.places[by], self._cell(by)
        groups, first, of_group = np.unique(cell, return_index=True, return_inverse=True)
        kinds = len(OUTCOMES)
        counts = np.bincount(kinds * of_group + self.codes, minlength=kinds * len(groups))
        (losses,) = self._quantiles("final_loss", cell, [0.5])
        measures = [self._quantiles(name, cell, QUARTILES).T for name in self.measures]
        return [
            Share(tuple(at), {o: n for o, n in zip(OUTCOMES, of, strict=True) if n}, loss, found)
            for at, of, loss, found in zip(
                places[:, first].T[:limit].tolist(),
                counts.reshape(-1, kinds)[:limit].tolist(),
                losses[:limit].tolist(),
                [
                    {name: tuple(of[i]) for name, of in zip(self.measures, measures, strict=True)}
                    for i in range(len(groups[:limit]))
                ],
                strict=True,
            )
        ]

    def _quantiles(self, name, cell, shares):
        """Quantiles of a column in each group of runs of one `cell`: (shares, groups)."""
        values = self._columns[name]
        values = np.where(np.isnan(values), np.inf, values)
        order = np.lexsort((values, cell))
        first = np.flatnonzero(np.diff(cell[order], prepend=-1) > 0)
        count = np.diff(first, append=self.rows)
        places = first + np.multiply.outer(shares, count - 1)
        low = np.floor(places).astype(int)
        part = places - low
        below, above = values[order[low]], values[order[np.ceil(places).astype(int)]]
        with np.errstate(over="ignore", invalid="ignore"):
            between = below * (1 - part) + above * part
        # Between infinities of both signs there is no number.
        return np.where(below == above, below, np.where(np.isnan(between), np.inf, between))
