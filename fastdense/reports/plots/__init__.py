"""Pictures of results: `check_file(path)` before the work, `draw(done, path)` after it.

Only this package uses Matplotlib, and nothing but `draw` imports it.
"""

import importlib.util
import io
import os
import warnings
from pathlib import Path

from fastdense.errors import FastdenseError, shown
from fastdense.reports.files import check_folder, write_atomically

ENDINGS = (".png", ".svg")
INSTALL = "python -m pip install 'fastdense[plot]'"


def check_file(path):
    """Check, before anything is carried out, that a picture can be drawn and written.

    Raises
    ------
    FastdenseError
        Another ending than .png or .svg, no Matplotlib, or a place that cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise FastdenseError(f"{shown(str(path))} is no picture; give a file.png or a file.svg")
    if importlib.util.find_spec("matplotlib") is None:
        raise FastdenseError(f"pictures need Matplotlib, which is not installed; run {INSTALL}")
    try:
        folder, reason = path.is_dir(), "it is a folder"
        if path.exists() and not os.access(path, os.W_OK):
            folder, reason = True, "permission denied"
        missing = not path.parent.is_dir()
    except (OSError, ValueError) as error:  # a name that is too long, or holds a null
        folder, missing, reason = True, False, getattr(error, "strerror", None) or error
    if missing:
        folder, reason = True, "its folder does not exist"
    if folder:
        raise FastdenseError(f"cannot write {shown(str(path))}: {reason}")
    check_folder(path.parent)


def draw(done, path):
    """Draw an `Experiment` or a `Study` into a .png or .svg file, whole or not at all.

    The same results give the same bytes.
    """
    import matplotlib

    from fastdense.reports.plots import arms, points
    from fastdense.reports.plots.style import SETTINGS

    path = Path(path)
    ending = path.suffix.lower()[1:]
    buffer = io.BytesIO()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        # A letter that no font has becomes a box; that is no news for whoever named an arm so.
        warnings.filterwarnings("ignore", "Glyph")
        figure = (points if hasattr(done, "theory") else arms).figure(done)
        timeless = {"Date": None} if ending == "svg" else {"Software": None}
        figure.savefig(buffer, format=ending, metadata=timeless)
    write_atomically(path, buffer.getvalue())
