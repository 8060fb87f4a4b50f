"""Which columns of a CSV file are read, and as what: header, targets, what is left out."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from fastdense.data._advice import setting
from fastdense.data._cells import is_name, number, quoted
from fastdense.data._headers import is_header
from fastdense.errors import FastdenseError, shown, unknown

MIN_COUNTED = 3  # rows, before their numbers look like an index


@dataclass(frozen=True)
class Columns:
    """Places of columns in a file, counted from 0.

    Attributes
    ----------
    width : int
        How many there are.
    names : list of str, or None
        The header, if there is one.
    kept, inputs, targets : list of int
        Those that are read, and which of them are what.
    remarks : tuple of str
        What else the user should know.
    """

    width: int
    names: list | None
    kept: list
    inputs: list
    targets: list
    remarks: tuple = ()

    def called(self, place):
        """A column as a message calls it."""
        name = self.names and self.names[place]
        return quoted(name, 32) if name else f"column {place + 1}"

    def key(self, place):
        """A column as `drop` takes it."""
        name = self.names and self.names[place]
        unique = name and self.names.count(name) == 1
        return name if unique else place + 1

    def notes(self, hyper, inputs):
        """What looks as if it should be no input: sentences."""
        found = [*self.remarks]
        for place, values in zip(self.inputs, inputs.T, strict=True):
            name = self.names and self.names[place]
            unnamed = name is not None and (not name or name.startswith("Unnamed:"))
            if unnamed or (len(self.inputs) > 1 and _counts(values)):
                what = "has no name" if unnamed else "counts the rows"
                found.append(
                    f"{self.called(place)} of {hyper['file']} is an input but {what}, as an index "
                    f"does; leave it out with {setting('drop', [self.key(place)])}"
                )
        return tuple(found)


def _counts(values):
    first, rows = values[0], len(values)
    if rows < MIN_COUNTED or first not in (0, 1) or values[-1] != first + rows - 1:
        return False
    return bool((values == np.arange(first, first + rows)).all())


def choose(hyper, first, hint, below=()):
    """The `Columns` of a file.

    Parameters
    ----------
    hyper : dict
    first : (int, list of str)
        The first record and its line.
    hint : callable
        Gives the settings with which the file could be read better, or "".
    below : sequence of list of str
        Some rows after the first, of a table with text in it.
    """
    line, cells = first
    cells = [cell.strip() for cell in cells]
    targets = [hyper["targets"]] if isinstance(hyper["targets"], str) else hyper["targets"]
    drop = hyper["drop"]
    if not isinstance(drop, list) or not all(isinstance(d, (int, str)) for d in drop):
        raise FastdenseError(
            f"data.drop is {shown(drop)}; expected a list of columns, by name or counted from 1"
        )
    header = hyper["header"]
    if header == "auto":
        named = [t for t in (*drop, *(targets if isinstance(targets, list) else ()))
                 if isinstance(t, str)]  # fmt: skip
        header = _is_header(cells, drop, named, hyper["decimal"], below)
    if header is None:
        help_ = hint()
        raise FastdenseError(
            f"line {line} of {hyper['file']} is {shown(hyper['separator'].join(cells))}, which may "
            f"be a header or a row; say {setting('header', True, False)}"
            + (f", or perhaps {help_}" if help_ else "")
        )
    names = cells if header else None
    dropped = {_place(d, "drop", names, len(cells)) for d in drop}
    kept = [place for place in range(len(cells)) if place not in dropped]
    if len(kept) < 2:
        help_ = hint()
        raise FastdenseError(
            f"{hyper['file']} has {len(kept)} column{'s' * (len(kept) != 1)} to read, by its line "
            f"{line}, {shown(hyper['separator'].join(cells))}; expected at least one input and one "
            f"target{f', perhaps with {help_}' if help_ else ''}"
        )
    chosen = _targets(targets, names, kept, len(cells))
    inputs = [place for place in kept if place not in chosen]
    if not inputs:
        raise FastdenseError("every column is a target; leave at least one as input")
    remarks = tuple(
        f"{hyper['file']} has {count} columns called {quoted(name, 32)}; rename one, or leave one "
        "out by its number in drop, if they are the same"
        for name, count in Counter(names[place] for place in kept if names).items()
        if name and count > 1
    )
    if hyper["header"] == "auto" and len(cells) > 2 and cells == [*map(str, range(len(cells)))]:
        remarks += (
            f"line {line} of {hyper['file']} is read as a row, though it counts 0, 1, 2, ... as a "
            "header of columns without names does; if it is one, say "
            f"{setting('header', True)}, else {setting('header', False)}",
        )
    return Columns(len(cells), names, kept, inputs, chosen, remarks)


def _is_header(cells, drop, named, decimal, below):
    """Whether a first line holds names rather than numbers; None if that cannot be told.

    It does if all its cells are names; the first may be empty, as above the index of a data frame.
    Where rows may hold words, too, the rows `below` say which it is.
    """
    if named and set(named) <= set(cells):
        return True
    read = [cell for place, cell in enumerate(cells, start=1) if place not in drop]
    if not any(math.isnan(number(cell, decimal)) for cell in read):
        return False
    if below:
        return is_header(cells, below, drop, decimal)
    names = [is_name(cell, decimal) for cell in read]
    first_empty = read[0] == "" and len(read) > 1
    return True if all(names[1:]) and (names[0] or first_empty) else None


def _targets(targets, names, kept, width):
    if isinstance(targets, int) and not isinstance(targets, bool):
        if not 1 <= targets < len(kept):
            raise FastdenseError(
                f"data.targets is {targets}; expected 1 to {len(kept) - 1} of {len(kept)} columns"
            )
        return kept[-targets:]
    numbers = isinstance(targets, list) and all(type(target) is int for target in targets)
    if not isinstance(targets, list) or not targets or (names is None and not numbers):
        raise FastdenseError(
            "data.targets is a number of columns, or a list of columns: by the names of a header, "
            "or counted from 1"
        )
    places = [_place(name, "targets", names, width) for name in targets]
    if len(set(places)) < len(places):
        raise FastdenseError(f"data.targets is {shown(targets)}; name each column once")
    for name, place in zip(targets, places, strict=True):
        if place not in kept:
            raise FastdenseError(f"{shown(name)} is in data.targets and in data.drop; choose one")
    return places


def _place(column, key, names, width):
    """The place of a column by its name, or by its number from 1 on."""
    if isinstance(column, str) and names is not None:
        if column not in names:
            raise unknown("column", column, names)
        if names.count(column) > 1:
            raise FastdenseError(
                f"there are {names.count(column)} columns {shown(column)}; rename one"
            )
        return names.index(column)
    if type(column) is not int or not 1 <= column <= width:
        raise FastdenseError(
            f"data.{key} names {shown(column)}; expected names of a header, or numbers of columns "
            f"from 1 to {width}"
        )
    return column - 1
