"""Runs of a sweep as files that others read: one file here is one format.

Each has `write(file, tables)`, which takes tables of some runs at a time, so that memory does not
grow with their number. Floats come back to the last bit.
"""

import contextlib
import importlib
import importlib.util
import sys
from pathlib import Path

from fastdense.errors import FastdenseError, plain_lines
from fastdense.files import atomic
from fastdense.sweeps.store.files import files_of

FORMATS = "csv", "jsonl", "parquet"
INSTALL = "python -m pip install 'fastdense[parquet]'"


def check(form, out, store):
    """Check, before the work, that a format can be written to a file, or to stdout without one.

    Raises
    ------
    FastdenseError
        No pyarrow, Parquet for a terminal, a place that cannot be written to, or that
        is of the store itself.
    """
    if form == "parquet" and importlib.util.find_spec("pyarrow") is None:
        raise FastdenseError(f"Parquet needs pyarrow, which is not installed; run {INSTALL}")
    if out is not None:
        atomic.check_file(out, files_of(store))
    elif form == "parquet" and sys.stdout.isatty():
        raise FastdenseError("Parquet is not for a terminal; give --out FILE or a pipe")


def export(form, out, tables):
    """Write tables of one sweep to a file, whole or not at all, or to stdout if there is none."""
    write = importlib.import_module(f"{__name__}.{form}").write
    with _stdout() if out is None else atomic.appearing(Path(out)) as file:
        write(file, tables)
        file.flush()


def _stdout():
    return contextlib.nullcontext(_Terminal() if sys.stdout.isatty() else sys.stdout.buffer)


class _Terminal:
    """Standard output as a file of bytes, of which it shows what can be printed."""

    def write(self, content):
        sys.stdout.write(plain_lines(content.decode()))

    def flush(self):
        sys.stdout.flush()
