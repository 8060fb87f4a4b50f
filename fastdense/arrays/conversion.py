"""What is given for an array of numbers: an array, or a sentence that says what it is instead."""

import contextlib
import itertools

import numpy as np

from fastdense.errors import FastdenseError, shown

MAX_NESTED = 8  # lists, in which masked arrays are looked for
ADVICE = {
    "c": "are complex; expected real numbers",
    "m": "are durations, {dtype}; divide them by a unit, such as numpy.timedelta64(1, 's')",
    "M": "are dates, {dtype}; give numbers, such as the days since a first one",
    "V": "are records; give an array of numbers, with a column for each field",
}


def numbers_of(name, values):
    """An array of real numbers, or of truth values, of what is given.

    Memory maps and arrays are taken as they are; so are tables and columns of other libraries that
    NumPy can read, and arrays of objects that are all numbers.

    Raises
    ------
    FastdenseError
        Masked entries, rows of unequal length, or anything that is not a real number.
    """
    if _masked(values):
        raise FastdenseError(f"{name} have masked entries; fill them, or remove such rows")
    try:
        array = np.asarray(values)  # of a memory map, an array over the same pages
    except MemoryError:
        raise
    except Exception as error:  # whatever a library raises that does not give its numbers away
        if isinstance(values, (list, tuple)) and isinstance(error, ValueError):
            raise _ragged(name) from None
        raise FastdenseError(f"{name} cannot be read as an array: {error}") from None
    kind = array.dtype.kind
    if kind in "biuf":
        return array
    if kind in ADVICE:
        raise FastdenseError(f"{name} {ADVICE[kind].format(dtype=array.dtype)}")
    if kind == "O":
        return _of_objects(name, array)
    raise _text(name, next(iter(array.flat[:1].tolist()), ""))


def _masked(values):
    """Whether anything is masked, also in lists of arrays, where NumPy would not look."""
    if type(values) is np.ndarray:
        return False
    level = [values]
    for _ in range(MAX_NESTED):
        kinds = {*map(type, level)}
        masked = any(issubclass(kind, np.ma.MaskedArray) for kind in kinds)
        if masked and any(map(np.ma.is_masked, level)):
            return True
        if not kinds & {list, tuple}:
            return False
        level = [*itertools.chain.from_iterable(v for v in level if isinstance(v, (list, tuple)))]
    return False


def _of_objects(name, array):
    """Numbers in an array of objects, as tables of mixed or nullable columns are read."""
    odd = next((value for value in array.flat if not _is_number(value)), array)
    if odd is array:
        whole = all(isinstance(value, (int, np.integer)) for value in array.flat)
        for dtype in [np.int64] * whole + [np.float64]:
            with contextlib.suppress(OverflowError):
                return array.astype(dtype)
        raise FastdenseError(f"{name} hold numbers that are too large; scale them")
    if isinstance(odd, (str, bytes)):
        raise _text(name, odd)
    if odd is None or type(odd).__name__ in ("NAType", "NaTType"):
        raise FastdenseError(
            f"{name} have missing entries, {odd}, among their numbers; fill them, or remove such "
            "rows"
        )
    if isinstance(odd, (list, tuple, np.ndarray)):
        raise _ragged(name)
    advice = "make it dense by toarray()" if hasattr(odd, "toarray") else "give numbers"
    raise FastdenseError(f"{name} hold a value of type {type(odd).__name__}; {advice}")


def _is_number(value):
    real = bool, int, float, np.bool_, np.integer, np.floating
    return isinstance(value, real) and not isinstance(value, np.timedelta64)


def _ragged(name):
    return FastdenseError(
        f"{name} are not a rectangular array of numbers; give rows of equal length"
    )


def _text(name, one):
    return FastdenseError(
        f"{name} are text, such as {shown(one)}; give numbers: of categories 0, 1, 2, ..., or "
        "a column of 0 and 1 for each"
    )
