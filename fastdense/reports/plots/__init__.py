"""Pictures of results: `check_file(path)` before the work, `draw(report, path)` after it.

Only this package uses Matplotlib, and nothing but drawing imports it.
"""

import importlib.util
import io
import os
import warnings
from pathlib import Path

from fastdense.errors import FastdenseError, shown
from fastdense.files import atomic

ENDINGS = (".png", ".svg")
INSTALL = "python -m pip install 'fastdense[plot]'"


def check_file(path, inputs=()):
    """Check, before anything is carried out, that a picture can be drawn and written.

    Parameters
    ----------
    path : path
    inputs : sequence of path
        Files that the command reads.

    Raises
    ------
    FastdenseError
        Another ending than .png or .svg, no Matplotlib, or a place that cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise FastdenseError(f"{shown(str(path))} is no picture; give a file.png or a file.svg")
    check_installed()
    atomic.check_file(path, inputs)


def check_installed():
    """Check that there is Matplotlib."""
    if importlib.util.find_spec("matplotlib") is None:
        raise FastdenseError(f"pictures need Matplotlib, which is not installed; run {INSTALL}")


def draw(report, path):
    """Draw a `Report` into a .png or .svg file, whole or not at all.

    The same results give the same bytes.
    """
    save(report.figure, path)


def draw_sweep(picture, path):
    """Draw a `sweeps.Picture` likewise."""
    from fastdense.reports.plots import heat, lines

    save(lambda: (heat if picture.is_map else lines).figure(picture), path)


def save(figure, path):
    """Write what `figure()` returns, drawn in the style of all pictures."""
    path = Path(path)
    atomic.write_atomically(path, picture_of(figure, path.suffix.lower()[1:]))


def picture_of(figure, ending):
    """The bytes of a picture, "png" or "svg", of what `figure()` returns: those of a page, too."""
    matplotlib = _matplotlib()

    from fastdense.reports.plots.style import SETTINGS

    buffer = io.BytesIO()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        # A letter that no font has becomes a box; that is no news for whoever named an arm so.
        warnings.filterwarnings("ignore", "Glyph")
        timeless = {"Date": None} if ending == "svg" else {"Software": None}
        figure().savefig(buffer, format=ending, metadata=timeless)
    return buffer.getvalue()


def _matplotlib():
    """Matplotlib, which refuses to be imported where MPLBACKEND names nothing it knows.

    A file is drawn without any backend.
    """
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    return matplotlib
