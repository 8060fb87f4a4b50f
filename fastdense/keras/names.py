"""Names that objects get by themselves, and where in the user's program something was made."""

import re
import sys
import sysconfig
from pathlib import Path

LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
PACKAGE = str(Path(__file__).resolve().parent.parent)

_counts: dict[str, int] = {}


def snake(name):
    """`Conv2D` as `conv2d`, `BatchNormalization` as `batch_normalization`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique(base):
    """The name itself, and then with `_1`, `_2`, ... behind it."""
    count = _counts.get(base, 0)
    _counts[base] = count + 1
    return f"{base}_{count}" if count else base


def forget():
    """Begin to count anew."""
    _counts.clear()


def line():
    """`(file, number)` of the line of the user's program that is under way, or None.

    Not of a library that calls for it, such as a cross-validation.
    """
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((PACKAGE, "<frozen", *LIBRARIES)):
            return file, frame.f_lineno
        frame = frame.f_back
    return None
