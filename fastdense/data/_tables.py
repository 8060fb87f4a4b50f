"""Inputs and targets of a table with words and missing cells in it, and what was made of these."""

from dataclasses import dataclass, replace

import numpy as np

from fastdense.data._advice import setting
from fastdense.data._cells import quoted
from fastdense.data._words import DATES, FEW_WORDS, MANY_WORDS, MAX_CLASSES, MISSING, NOTHING
from fastdense.errors import FastdenseError

MAX_LISTED = 10  # columns or words in a note
MAX_NUMBERS = 1 << 27  # that words become: 1 GB
WHAT = {DATES: "dates", NOTHING: "nothing in it"}


@dataclass(frozen=True)
class Table:
    """Columns as they are used.

    Attributes
    ----------
    rows : ndarray of int
        Which rows of the file these are.
    numbers : ndarray, shape (rows, numeric columns)
    places : list of int
        Where the numeric columns are in the file.
    inputs, targets : ndarray
    classes : tuple of str
        The words behind the labels of a single target.
    notes : tuple of str
        What was done, in sentences.
    """

    rows: np.ndarray
    numbers: np.ndarray
    places: list
    inputs: np.ndarray
    targets: np.ndarray
    classes: tuple
    notes: tuple


def used(hyper, columns, found):
    """The columns without those that are left out; which of them are words; and a note.

    Parameters
    ----------
    hyper : dict
    columns : Columns
    found : dict of int to Words
        What holds more than numbers.

    Raises
    ------
    FastdenseError
        Targets that are neither numbers nor classes, or no inputs that are left.
    """
    kinds = {place: words.kind(place in columns.targets) for place, words in found.items()}
    if hyper["text"] == "refuse":
        lenient = hyper["missing"] != "refuse"
        kinds = {place: kind for place, kind in kinds.items() if kind == NOTHING and lenient}
    for place in columns.targets:
        if kinds.get(place) in (MANY_WORDS, DATES, NOTHING):
            raise FastdenseError(
                f"the target {columns.called(place)} of {hyper['file']} has "
                f"{_what(kinds[place], found[place])}; expected numbers, or classes of several "
                "rows each: name another column as target"
            )
    out = [place for place in columns.inputs if kinds.get(place) in (MANY_WORDS, DATES, NOTHING)]
    inputs = [place for place in columns.inputs if place not in out]
    listed = [f"{columns.called(place)} ({_what(kinds[place], found[place])})" for place in out]
    if not inputs:
        raise FastdenseError(
            f"{hyper['file']} has no inputs that can be used: {_list(listed, 3)}; expected columns "
            "of numbers, or of few different words"
        )
    kept = [place for place in columns.kept if place not in out]
    words = [place for place in kept if kinds.get(place) == FEW_WORDS]
    note = (f"of {hyper['file']} is left out {_list(listed)}",) if out else ()
    return replace(columns, kept=kept, inputs=inputs), words, note


def assembled(hyper, columns, words, found, table):
    """A `Table` of columns without faults but for what is missing.

    Parameters
    ----------
    hyper : dict
    columns : Columns
        Those that are used.
    words : list of int
        Places of those that hold words.
    found : dict of int to Words
    table : ndarray, shape (rows, columns.kept)
        Numbers, and NaN for all else.
    """
    _check_size(hyper, columns, words, found, len(table))
    codes = {place: np.frombuffer(found[place].codes, np.intc) for place in words}
    missing = {
        place: codes[place] == MISSING if place in codes else np.isnan(table[:, column])
        for column, place in enumerate(columns.kept)
    }
    needed = columns.targets if hyper["missing"] == "mean" else columns.kept
    out = np.zeros(len(table), bool)
    for place in needed:
        out |= missing[place]
    rows = np.flatnonzero(~out)
    notes = []
    if not len(rows):
        raise FastdenseError(
            f"every row of {hyper['file']} has nothing in one of its columns; leave the emptiest "
            f"out, or say {setting('missing', 'mean')}"
        )
    if out.any():
        counts = [
            f"{columns.called(place)} ({missing[place].sum()})"
            for place in needed
            if missing[place].any()
        ]
        notes.append(
            f"{out.sum()} of {len(table)} rows of {hyper['file']} are left out, for there is "
            f"nothing in {_list(counts)}"
        )
    values, names, classes = {}, [], ()
    filled = []
    for column, place in enumerate(columns.kept):
        gaps = missing[place][rows]
        if place in codes:
            texts, labels = _coded(found[place].known, codes[place][rows])
            if place in columns.targets:
                values[place] = labels[:, np.newaxis].astype(float)
                notes.append(_told(hyper, columns, place, texts))
                classes = tuple(texts) if len(columns.targets) == 1 else ()
                continue
            values[place] = (labels[:, np.newaxis] == np.arange(len(texts))).astype(float)
            title = columns.names[place] if columns.names else f"column {place + 1}"
            names += [f"{quoted(title)[1:-1]}={quoted(text)[1:-1]}" for text in texts]
        else:
            values[place] = table[rows, column][:, np.newaxis].copy()
        if gaps.any():
            known = values[place][~gaps]
            if not len(known):
                raise FastdenseError(
                    f"{columns.called(place)} of {hyper['file']} has nothing in every row that has "
                    f"a target, so no mean; leave it out with "
                    f"{setting('drop', [columns.key(place)])}"
                )
            values[place][gaps] = (known / len(known)).sum(axis=0)
            filled.append(f"{columns.called(place)} ({gaps.sum()})")
    if names:
        notes.append(
            f"the words of {hyper['file']} become inputs that are 0 or 1: {_list(names, 20)}"
        )
    if filled:
        notes.append(
            f"where there is nothing in {hyper['file']}, the mean of the column is taken: "
            f"{_list(filled)}"
        )
    numeric = [place for place in columns.kept if place not in codes]
    return Table(
        rows,
        _beside(values, numeric, len(rows)),
        numeric,
        _beside(values, columns.inputs, len(rows)),
        _beside(values, columns.targets, len(rows)),
        classes,
        tuple(notes),
    )


def _check_size(hyper, columns, words, found, rows):
    made = sum(len(found[place].known) for place in words if place in columns.inputs)
    if made * rows > MAX_NUMBERS:
        raise FastdenseError(
            f"the words of {hyper['file']} would become {made} inputs of {rows} rows; leave some "
            f"of its columns out by drop, so that these are at most {MAX_NUMBERS} numbers"
        )


def _beside(values, places, rows):
    return np.hstack([np.empty((rows, 0)), *(values[place] for place in places)])


def _coded(known, codes):
    """The words that occur, sorted, and the number of its word for every row; -1 for none."""
    texts = [*known]
    present = sorted({texts[code] for code in np.unique(codes) if code >= 0})
    order = {text: label for label, text in enumerate(present)}
    labels = np.array([*(order.get(text, -1) for text in texts), -1])
    return present, labels[codes]


def _told(hyper, columns, place, texts):
    labels = [f"{label} = {quoted(text)[1:-1]}" for label, text in enumerate(texts)]
    return (
        f"the words of the target {columns.called(place)} of {hyper['file']} are classes: "
        f"{_list(labels, 20)}"
    )


def _what(kind, words):
    if kind != MANY_WORDS:
        return WHAT[kind]
    count, first = len(words.known), quoted(next(iter(words.odd)))
    number = count if count <= MAX_CLASSES else f"over {MAX_CLASSES}"
    return f"text such as {first}, {number} different"


def _list(parts, most=MAX_LISTED):
    more = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {more} more" if more > 0 else "")
