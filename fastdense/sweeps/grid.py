"""The axes of a sweep: which fields take which values. Pure: nothing is trained or stored here."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from fastdense.checks import as_python
from fastdense.errors import FastdenseError, shown
from fastdense.layers import varied_numbers
from fastdense.settings import toml
from fastdense.settings.changes import assignment, ordered
from fastdense.settings.lanes import lane_of
from fastdense.settings.paths import setting

MAX_VALUES = 1_000_000  # of one axis
DIGITS = 12  # of a value in a range, so that 1e-4 is 0.0001 in whatever range it lies
EXACT = 2.0**53  # up to here every whole number is a float
ARM = "arm"  # the axis that the arms of a scenario are
FORMS = "a list (8,16,32), lin:FROM:TO:COUNT or log:FROM:TO:COUNT"


@dataclass(frozen=True)
class Axis:
    """A setting, by its dotted path, and the values that it takes; or the arms of a scenario."""

    path: str
    values: tuple

    @property
    def array(self):
        """The values as an array, of objects unless all are numbers."""
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in self.values)
        if numbers:
            return np.array(self.values)
        array = np.empty(len(self.values), object)
        array[:] = self.values
        return array

    @property
    def lane(self):
        """What a pack calls this field if its networks may differ in it, else None."""
        return None if self.path == ARM else lane_of(setting(self.path))

    def classes(self):
        """The places of the values, in groups that packs can share: tuples of indices."""
        if self.lane is None:
            return [(i,) for i in range(len(self.values))]
        # A layer whose number is zero, as of dropout, is left out: another architecture.
        of_layers = self.lane in varied_numbers()
        without = [(i,) for i, v in enumerate(self.values) if of_layers and v == 0]
        alike = tuple(i for i in range(len(self.values)) if (i,) not in without)
        return [*without, alike] if alike else without


def read_grid(given):
    """The axes of a grid.

    Parameters
    ----------
    given : dict, or list of str
        Paths to values (a sequence, one value, or a text as `--grid` has it); or such texts with
        their paths, `"recipe.learning_rate=log:1e-5:1:25"`.

    Returns
    -------
    tuple of Axis
        In the order of the paths: that of the grid does not matter.

    Raises
    ------
    FastdenseError
        No axes, an axis without values, with one value twice, or given twice; a range that is none.
    """
    if isinstance(given, (list, tuple)):
        given = _by_path(given)
    if not isinstance(given, Mapping):
        raise _no_grid(given)
    if not given:
        raise FastdenseError(
            "the grid is empty; give at least one axis, such as learning_rate=log:1e-5:1:25"
        )
    axes = {}
    for path, values in given.items():
        varied = _checked_setting(path)
        if varied in axes:
            raise FastdenseError(f"the grid has {varied} twice; give each axis once")
        axes[varied] = Axis(str(varied), _checked_values(path, values))
    return tuple(axes[varied] for varied in ordered(axes))


def _no_grid(given):
    return FastdenseError(
        f"the grid is {shown(given)}; expected a dict of paths to values, such as "
        '{"learning_rate": [0.01, 0.1]}'
    )


def _by_path(texts):
    grid = {}
    for text in texts:
        if not isinstance(text, str):
            raise _no_grid(texts)
        parts = assignment(text)
        if parts is None:
            raise FastdenseError(f"{shown(text)} is no axis; expected PATH=VALUES, with {FORMS}")
        path, values = parts
        if path in grid:
            raise FastdenseError(f"the grid has {path} twice; give each axis once")
        grid[path] = values
    return grid


def _checked_setting(path):
    if not isinstance(path, str):
        raise FastdenseError(f"{shown(path)} is no axis; expected a path such as learning_rate")
    found = setting(path)
    if str(found) == "recipe.seed":
        raise FastdenseError("recipe.seed is no axis; give the number of seeds instead")
    return found


def _checked_values(path, values):
    if isinstance(values, str):
        values = parse_values(path, values)
    elif isinstance(values, Mapping) or not isinstance(values, Iterable):
        values = [values]
    values = tuple(_plain(path, value) for value in values)
    if not values:
        raise FastdenseError(f"the axis {path} has no values; expected {FORMS}")
    if len(values) > MAX_VALUES:
        raise FastdenseError(f"the axis {path} has {len(values)} values; at most {MAX_VALUES}")
    seen = set()
    for value in values:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        key = value if number else repr(value)  # 1 and 1.0 are one value
        if key in seen:
            raise FastdenseError(f"the axis {path} has {shown(value)} twice; give it once")
        seen.add(key)
    return values


def _plain(path, value):
    """A value as JSON has it."""
    if isinstance(value, (np.generic, np.ndarray)):
        value = as_python(value)
    if isinstance(value, (list, tuple)):
        return [_plain(path, v) for v in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(path, v) for key, v in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise FastdenseError(f"the axis {path} has {value}; expected finite numbers")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise FastdenseError(f"the axis {path} has an integer beyond 64 bits; give a smaller one")
    if not isinstance(value, (bool, int, float, str)):
        raise FastdenseError(f"the axis {path} has {shown(value)}; expected numbers or names")
    return value


def parse_values(path, text):
    """The values that a text stands for: a list, or a range."""
    kind, colon, rest = text.partition(":")
    if colon and kind in ("lin", "log"):
        return _range(path, kind, rest)
    return [toml.value(part) for part in _split(text)]


def _range(path, kind, text):
    try:
        first, last, count = text.split(":")
        first, last, count = float(first), float(last), int(count)
        if not (math.isfinite(first) and math.isfinite(last)):
            raise ValueError
    except ValueError:
        raise FastdenseError(
            f"the axis {path} has {shown(f'{kind}:{text}')}; expected {kind}:FROM:TO:COUNT, such "
            f"as {'log:1e-5:1:25' if kind == 'log' else 'lin:0:1:11'}"
        ) from None
    if not 1 <= count <= MAX_VALUES:
        raise FastdenseError(f"the axis {path} has {count} values; expected 1 to {MAX_VALUES}")
    if kind == "log" and min(first, last) <= 0:
        raise FastdenseError(f"the axis {path} has a log range from {first:g} to {last:g}; "
                             "expected both above zero")  # fmt: skip
    values = (np.geomspace if kind == "log" else np.linspace)(first, last, count)
    values = [float(f"{value:.{DIGITS}g}") for value in values.tolist()]
    # Widths and batches are whole numbers, and to other fields 1 is as good as 1.0.
    whole = all(v.is_integer() and abs(v) < EXACT for v in values)
    return [int(v) for v in values] if whole else values


def _split(text):
    """The parts of a list: between commas that stand outside of brackets and quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]
