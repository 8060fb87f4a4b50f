"""Parts of a run of hours, kept in a file as they are done: an interrupt loses only one."""

import hashlib
import json
from pathlib import Path

import fastdense
from fastdense.errors import FastdenseError, shown
from fastdense.files.atomic import check_file, write_atomically
from fastdense.reports.files import dumps

PARTS = "parts"


class Kept:
    """What was measured so far.

    Parameters
    ----------
    path : str or None
        The file; None keeps nothing beyond the process.
    conditions : dict
        What all parts of a file have in common, by name, as JSON has it.

    Raises
    ------
    FastdenseError
        If the file cannot be read or written, is another kind of file, or has parts that were
        measured under other conditions.
    """

    def __init__(self, path, conditions):
        self._path = None if path is None else Path(path)
        self._conditions = {**conditions, "sources": _sources()}
        self._parts = {}
        if self._path is not None:
            check_file(self._path)
            if self._path.exists():
                self._parts = self._read()

    def part(self, name, measure, sound=lambda part: True):
        """The part of that name: as it was kept, or else from `measure()`; kept if it is sound."""
        if name in self._parts:
            return self._parts[name]
        part = measure()
        if self._path is not None and sound(part):
            if _sources() != self._conditions["sources"]:
                raise FastdenseError(
                    "the sources of fastdense were edited while it was measured; "
                    f"{shown(str(self._path))} has what was measured before"
                )
            self._parts[name] = part
            write_atomically(self._path, dumps({**self._conditions, PARTS: self._parts}))
        return part

    def _read(self):
        place = shown(str(self._path))
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except OSError as error:
            raise FastdenseError(f"cannot read {place}: {error.strerror}") from None
        except ValueError:
            kept = None
        if not isinstance(kept, dict) or not isinstance(kept.get(PARTS), dict):
            raise FastdenseError(
                f"{place} is not a file that --resume wrote; give one of them, or a new name"
            )
        for name, value in self._conditions.items():
            if kept.get(name) != value:
                raise FastdenseError(
                    f"{place} has rows that were measured under other conditions: {name!r} was "
                    f"{shown(kept.get(name))} and is {shown(value)}; give another file"
                )
        return kept[PARTS]


def _sources():
    """A digest of what is measured and of what measures it."""
    digest = hashlib.sha256()
    for package in (Path(fastdense.__file__).parent, Path(__file__).parent):
        for source in sorted(package.rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()
