"""The rows of a CSV file in which some cells are no numbers, as far as its settings allow that."""

from dataclasses import replace

import numpy as np

from fastdense.data import _dialect
from fastdense.data._faults import fault
from fastdense.data._numerals import decimal_of, grouped_number, unit
from fastdense.data._reading import below_header, beyond_float32, numbers_of
from fastdense.data._separators import hint
from fastdense.data._tables import assembled, used
from fastdense.data._words import survey
from fastdense.dataset import Data
from fastdense.errors import FastdenseError


def mended(hyper, form, seen, folder, columns, table):
    """The rows of a table in which some cells are no numbers, as far as the settings allow that."""
    if hyper["text"] == hyper["missing"] == "refuse" and hyper["decimal"] != "auto":
        raise fault(form, columns, below_header(form, folder, columns), hint(form, folder))
    found = _survey(form, folder, columns, table)
    group, units = "", []
    if hyper["decimal"] == "auto":
        odd = [cell for words in found.values() for cell in words.odd]
        first = found
        form, table = _read_anew(form, [*seen, *odd], odd, folder, columns, table)
        found = _survey(form, folder, columns, table)
        numbers = [c for c in odd if not np.isnan(grouped_number(c, form["decimal"]))]
        group, units = _dialect.groups_in(numbers, form["decimal"]), _dialect.units_in(numbers)
        for place, words in first.items():
            _check_units(form, columns.called(place), words)
    kept = columns.kept
    columns, words, left_out = used(form, columns, found)
    table = table[:, [kept.index(place) for place in columns.kept]]
    for column, place in enumerate(columns.kept):
        holds = found.get(place)
        if holds and (
            (holds.missing and hyper["missing"] == "refuse")
            or (place not in words and (holds.strange or np.isinf(table[:, column]).any()))
        ):
            raise fault(
                form, columns, below_header(form, folder, columns), hint(form, folder), words
            )
    made = assembled(form, columns, words, found, table)
    numbers = replace(columns, inputs=[p for p in columns.inputs if p in made.places])
    plain = made.numbers[:, [made.places.index(place) for place in numbers.inputs]]
    notes = (
        _dialect.note(hyper, form, group, units),
        left_out,
        made.notes,
        numbers.notes(form, plain),
    )
    rows = Data(made.inputs, made.targets, notes=sum(notes, ()))
    shown = replace(columns, kept=made.places)
    object.__setattr__(rows, "beyond", beyond_float32(form, folder, shown, made.numbers, made.rows))
    object.__setattr__(rows, "classes", made.classes)
    return rows


def _read_anew(form, cells, odd, folder, columns, table):
    """The settings and numbers of a table, by all cells that are odd in place of its beginning.

    Another decimal sign is taken only if more is a number with it.
    """
    other = {**form, "grouped": True, "decimal": decimal_of(cells, form["separator"])}
    if other["decimal"] != form["decimal"]:
        numbers = numbers_of(other, folder, columns)
        if np.isnan(numbers).sum() < np.isnan(table).sum():
            return other, numbers
    form = {**form, "grouped": True}
    if all(np.isnan(grouped_number(cell, form["decimal"])) for cell in odd):
        return form, table
    return form, numbers_of(form, folder, columns)


def _check_units(form, column, words):
    """Refuse a column whose numbers are not all of one unit."""
    numbers = [cell for cell in words.odd if not np.isnan(grouped_number(cell, form["decimal"]))]
    units = {unit(cell) for cell in numbers}
    bare = words.strange + words.missing < len(words.codes)
    if len(units - {""}) > 1 or ("%" in units and (bare or "" in units)):
        listed = [f"with {one!r}" if one else "without" for one in sorted(units, reverse=True)]
        listed += ["without"] if bare and "" not in units else []
        raise FastdenseError(
            f"{column} of {form['file']} has numbers {' and '.join(listed)}; write all alike"
        )


def _survey(form, folder, columns, table):
    found = survey(columns, below_header(form, folder, columns), table)
    if found is None:
        uneven = replace(columns, kept=[])
        raise fault(form, uneven, below_header(form, folder, columns), hint(form, folder))
    return found
