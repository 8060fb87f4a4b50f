"""Opens a store to read it, and changes nothing in it."""

import contextlib
import sqlite3
from pathlib import Path

from fastdense.errors import FastdenseError, shown
from fastdense.sweeps.store import files
from fastdense.sweeps.store.writer import check, fault, sentences


@contextlib.contextmanager
def connect(path):
    """Yields a connection to a store, which sees it as it was when it was opened.

    A sweep may be writing to it meanwhile, and neither the file nor its folder need be writable.

    Raises
    ------
    FastdenseError
        No such file, one that is no store, of another version, or that cannot be read.
    """
    path = Path(path)
    with contextlib.ExitStack() as held:
        with sentences(path, "read"):
            if not path.exists():
                raise FastdenseError(f"{path} does not exist; give the store of a sweep")
            if not path.is_file():
                what = "a folder" if path.is_dir() else "not a file"
                raise FastdenseError(f"{path} is {what}; give the store of a sweep")
            held.enter_context(files.opening(path))
            db = held.enter_context(contextlib.closing(_open(path)))
        # What else goes wrong while the store is open, as on a full disk, is not of the store.
        try:
            check(db, path)
            yield db
        except sqlite3.Error as error:
            raise fault(path, "read", error) from None


def _open(path):
    place = path.absolute().as_uri()
    # Who may not write cannot remove the files that SQLite has beside a store while it is read.
    db = _begin(f"{place}?mode=rw") or _begin(f"{place}?mode=ro")
    if db is None and _unwritten(path):
        # Without these files, nobody can be writing.
        db = _begin(f"{place}?mode=ro&immutable=1")
    if db is None:
        raise FastdenseError(
            f"cannot read {shown(str(path))}: its sweep was killed, and its folder cannot be "
            "written to; copy it with its -wal file to another folder"
        )
    return db


def _begin(place):
    """A connection in a transaction, or None where SQLite lacks a file that it may not make."""
    db = sqlite3.connect(place, uri=True, isolation_level=None)
    try:
        db.execute("PRAGMA query_only = ON")
        db.execute("BEGIN")
        db.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError as error:
        db.close()
        if error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
            return None
        raise
    except BaseException:
        db.close()
        raise
    return db


def _unwritten(path):
    log = Path(f"{path}-wal")
    return not log.exists() or log.stat().st_size == 0
