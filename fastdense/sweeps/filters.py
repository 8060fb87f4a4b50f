"""`learning_rate>=0.01`, `outcome=stalled,frozen`: which runs of a table are meant."""

import math
import operator
import re

import numpy as np

from fastdense.errors import FastdenseError, shown, unknown
from fastdense.outcome import OUTCOMES
from fastdense.sweeps.grid import parse_values
from fastdense.sweeps.table import value_text

FORM = re.compile(r"\s*([^=<>!]+?)\s*(!=|<=|>=|==?|<|>)\s*(.*)", re.DOTALL)
ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class Filter:
    """Conditions that must all be true of a run.

    Parameters
    ----------
    texts : sequence of str
        `COLUMN=VALUE[,VALUE...]`, `!=` likewise, or a comparison by <, <=, > or >= with a number.
        A column is an axis (by its path or the last part of that), seed, outcome, or a number.

    Raises
    ------
    FastdenseError
        A text that is no condition.
    """

    def __init__(self, texts=()):
        self.texts = tuple(" ".join(text.split()) for text in texts)
        self._conditions = [_parsed(text) for text in texts]

    def __call__(self, table):
        """The runs of a table of which all is true, a `Table`."""
        mask = np.ones(table.rows, bool)
        for name, sign, values in self._conditions:
            mask &= _mask(table, table.column(name), sign, values)
        return table.where(mask) if self._conditions else table


def _parsed(text):
    match = FORM.fullmatch(text)
    values = parse_values(match[1], match[3]) if match else []
    if not values:
        raise FastdenseError(
            f"{shown(text)} is no condition; expected COLUMN=VALUE[,VALUE...] or a comparison "
            "such as learning_rate>=0.01"
        )
    name, sign, _ = match.groups()
    if sign in ORDERS and (len(values) > 1 or not _is_ordered(values[0])):
        raise FastdenseError(f"{shown(text)} compares with no number; expected one, such as 0.01")
    return name, sign.replace("==", "="), values


def _mask(table, name, sign, values):
    for axis, places in zip(table.axes, table.places, strict=True):
        if axis.path == name:
            return _of_axis(axis, sign, values)[places]
    if name == "outcome":
        return _of_outcomes(sign, values)[table.codes]
    if sign in ORDERS:
        return ORDERS[sign](table[name], values[0])
    found = np.zeros(table.rows, bool)
    for value in values:
        if not _is_number(value):
            raise FastdenseError(f"{name} is compared with {shown(value)}; expected a number")
        found |= np.isnan(table[name]) if math.isnan(value) else table[name] == value
    return found == (sign == "=")


def _of_axis(axis, sign, values):
    """Which values of an axis are meant, (values,)."""
    if sign in ORDERS:
        for value in axis.values:
            if not _is_number(value):
                raise FastdenseError(
                    f"{axis.path} is {shown(value)} in some runs, which no number is compared "
                    "with; give the values after ="
                )
        return np.array([ORDERS[sign](value, values[0]) for value in axis.values])
    found = np.zeros(len(axis.values), bool)
    for given in values:
        same = [_same(value, given) for value in axis.values]
        if not any(same):  # as it is read: 8-8 for [8, 8], 0.003162 for 0.00316227766017
            same = [value_text(value) == _like(value, given) for value in axis.values]
        if not any(same):
            raise unknown(f"value of {axis.path}", value_text(given), map(value_text, axis.values))
        found |= same
    return found == (sign == "=")


def _same(value, given):
    numbers = _is_number(value) and _is_number(given)
    return value == given and (numbers or type(value) is type(given))


def _like(value, given):
    """What was given as a text, with the digits that the value has as one."""
    rounded = isinstance(value, float) and _is_number(given)
    return value_text(float(given) if rounded else given)


def _of_outcomes(sign, values):
    if sign in ORDERS:
        raise FastdenseError("outcomes have no order; give them after = or !=")
    return np.isin(OUTCOMES, outcomes_of(values)) == (sign == "=")


def outcomes_of(names):
    """Names of outcomes, checked, in the order of `OUTCOMES`."""
    for name in names:
        if name not in OUTCOMES:
            raise unknown("outcome", name, OUTCOMES)
    return [outcome for outcome in OUTCOMES if outcome in names]


def _is_ordered(value):
    return _is_number(value) and not math.isnan(value)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
