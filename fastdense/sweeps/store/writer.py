"""A file of runs: SQLite, written by one process, readable by any while it grows.

Losses are REAL, where NaN is NULL. A run's curve and measures are kept as little-endian float32 and
float64. The runs of a file belong to all its sweeps, so that none trains what another has.
"""

import contextlib
import os
import sqlite3
import time
from pathlib import Path

import numpy as np

from fastdense.errors import FastdenseError, shown
from fastdense.files import lock
from fastdense.sweeps import identity
from fastdense.sweeps.store import files
from fastdense.sweeps.store.reader import read_table, sound

APPLICATION = 0x66647377  # "fdsw"
VERSION = 1
COMMIT_SECONDS = 1.0  # between two commits, at most
IDS_AT_ONCE = 500  # in one statement
SCHEMA = """
CREATE TABLE sweeps (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, began TEXT NOT NULL, definition TEXT NOT NULL
);
CREATE TABLE configurations (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, content TEXT NOT NULL
);
CREATE TABLE cells (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,
    configuration INTEGER NOT NULL REFERENCES configurations, numbers BLOB NOT NULL
);
CREATE TABLE points (
    sweep INTEGER NOT NULL REFERENCES sweeps, point INTEGER NOT NULL,
    cell INTEGER NOT NULL REFERENCES cells, seeds INTEGER NOT NULL, PRIMARY KEY (sweep, point)
) WITHOUT ROWID;
CREATE TABLE runs (
    cell INTEGER NOT NULL REFERENCES cells, seed INTEGER NOT NULL,
    outcome INTEGER NOT NULL, steps INTEGER NOT NULL,
    initial_loss REAL, final_loss REAL, final_test_loss REAL, final_accuracy REAL,
    measured BLOB, curve BLOB, PRIMARY KEY (cell, seed)
) WITHOUT ROWID;
"""
RUN = "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def fault(path, doing, error):
    """One sentence about what SQLite reports of a store."""
    # What `sound` raises has no name.
    if getattr(error, "sqlite_errorname", "SQLITE_CORRUPT").startswith("SQLITE_CORRUPT"):
        return FastdenseError(
            f"the store is damaged: cannot {doing} {shown(str(path))}, {str(error)[:100]}; take "
            "a copy from before, or sweep again into another file"
        )
    return FastdenseError(f"cannot {doing} {shown(str(path))}: {error}")


@contextlib.contextmanager
def sentences(path, doing):
    """Turns what SQLite and the system report into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise fault(path, doing, error) from None
    except (OSError, ValueError) as error:  # the latter of a null in a name
        if isinstance(error, FastdenseError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise FastdenseError(f"cannot {doing} {shown(str(path))}: {reason}") from None


class Store:
    """The only writer of a file, or of memory if there is none.

    Parameters
    ----------
    path : path, optional
    resume : bool
        Whether the file may hold runs already; then they are not trained again.

    Raises
    ------
    FastdenseError
        A file that is no store, of another version, in use by another process, or that cannot be
        written; one with runs in it, without `resume`.
    """

    def __init__(self, path=None, resume=False):
        if not isinstance(path, (str, os.PathLike, type(None))):
            raise FastdenseError(f"store is {shown(path)}; expected the path of a file")
        self.path = None if path is None else Path(path)
        self._held, self._pending, self._cells = contextlib.ExitStack(), [], {}
        self._made, self.sweep, self._db = False, None, None
        self._files = {}  # what tells them from others of their names
        self._entered = set()  # cells: two of a grid may be the same, of rate 1 and 1.0
        try:
            if path is not None:
                self._take_place(resume)
            with sentences(path, "open"):
                place = ":memory:" if path is None else self.path.absolute()
                self._db = sqlite3.connect(place, isolation_level=None)
                if not self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    self._create()
                check(self._db, path)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("PRAGMA cache_size = -65536")
                if path is not None:
                    self._take_files()
        except BaseException:
            self._close(failed=True)
            raise
        self._committed = time.monotonic()

    def _create(self):
        self._db.executescript(
            f"PRAGMA page_size = 8192; BEGIN; {SCHEMA}"
            f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
        )

    def _take_place(self, resume):
        path = self.path
        with sentences(path, "write"):
            if path.is_dir():
                raise FastdenseError(f"{path} is a folder; give a file for the store")
            if not path.absolute().parent.is_dir():
                raise FastdenseError(f"cannot write {shown(str(path))}: its folder does not exist")
            if not resume and path.exists() and path.stat().st_size:
                raise FastdenseError(f"{path} exists; go on with --resume, or give another file")
            with self._alone():
                self._held.callback(lock.Lock(path).release)
            self._held.enter_context(files.opening(path))
            self._made = not path.exists()

    def _take_files(self):
        """Lock the store's own log too, for somebody may remove the file of the lock.

        SQLite has no locks on the log, and keeps it as long as anybody has the store open.
        """
        self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # so that it is there
        self._files = files.identities(self.path)
        log = os.path.realpath(self.path) + "-wal"
        if log in self._files:  # not on a file system that knows none
            with self._alone():
                self._held.enter_context(lock.held(log))

    @contextlib.contextmanager
    def _alone(self):
        try:
            yield
        except lock.Held:
            raise FastdenseError(
                f"{self.path} is in use by another sweep; wait for it, or give another file"
            ) from None

    def _close(self, failed):
        """Close the file, and remove it if it was made for nothing."""
        with self._held:
            ours = files.missing(self._files) is None
            if self._db is not None:
                self._db.close()
            if failed and self._made and self.sweep is None and ours:
                with contextlib.suppress(OSError):
                    os.unlink(os.path.realpath(self.path))

    def begin(self, definition):
        """Remember a sweep by its definition, a dict of plain values; one there is goes on."""
        text = identity.canonical(definition)
        key = identity.digest(text.encode())
        with self._writing():
            self._db.execute(
                "INSERT OR IGNORE INTO sweeps (key, began, definition) VALUES (?, ?, ?)",
                (key, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text),
            )
            found = self._db.execute("SELECT id FROM sweeps WHERE key = ?", (key,))
            self.sweep = found.fetchone()[0]

    def enter(self, number, group):
        """Remember the cells of a group; returns the numbers of its runs that are not there yet."""
        content = identity.canonical(group.configuration)
        key, keys, numbers = identity.digest(content.encode()), group.keys, group.numbers
        with self._writing():
            db = self._db
            db.execute("INSERT OR IGNORE INTO configurations VALUES (NULL, ?, ?)", (key, content))
            found = db.execute("SELECT id FROM configurations WHERE key = ?", (key,))
            configuration = found.fetchone()[0]
            db.executemany(
                "INSERT OR IGNORE INTO cells VALUES (NULL, ?, ?, ?)",
                ((k, configuration, n.tobytes()) for k, n in zip(keys, numbers, strict=True)),
            )
            cells = self._ids(keys)
            points, seeds = group.points.tolist(), len(group.seeds)
            db.executemany(
                "INSERT OR IGNORE INTO points VALUES (?, ?, ?, ?)",
                ((self.sweep, point, c, seeds) for point, c in zip(points, cells, strict=True)),
            )
            missing = self._missing(cells, group.seeds)
        self._cells[number] = np.array(cells), group.seeds
        return missing

    def _ids(self, keys):
        ids = {}
        for part in _parts(keys):
            ids |= self._db.execute(
                f"SELECT key, id FROM cells WHERE key IN ({','.join('?' * len(part))})", part
            )
        return [ids[key] for key in keys]

    def _missing(self, cells, seeds):
        first, count = seeds.start, len(seeds)
        missing = np.ones((len(cells), count), bool)
        rows_of = {}
        for row, cell in enumerate(cells):
            if cell in self._entered:
                missing[row] = False
            self._entered.add(cell)
            rows_of.setdefault(cell, row)
        for part in _parts(list(rows_of)):
            found = self._db.execute(
                f"SELECT cell, seed FROM runs WHERE cell IN ({','.join('?' * len(part))}) "
                "AND seed BETWEEN ? AND ?",
                (*part, first, first + count - 1),
            )
            for cell, seed in found:
                missing[rows_of[cell], seed - first] = False
        return np.flatnonzero(missing)

    def keep(self, job, rows):
        """Take the `Rows` of a job; they are on disk at the next commit, within a second."""
        cells, seeds = self._cells[job.group]
        places, of_seed = np.divmod(job.runs, len(seeds))
        columns = (
            cells[places],
            seeds.start + of_seed,
            rows.outcome,
            rows.steps,
            rows.initial_loss,
            rows.final_loss,
            rows.final_test_loss,
            rows.final_accuracy,
        )
        blobs = [
            [row.tobytes() for row in array] if array.shape[1] else [None] * len(rows)
            for array in (rows.measured.astype("<f8"), rows.curve.astype("<f4"))
        ]
        self._pending += zip(*(column.tolist() for column in columns), *blobs, strict=True)
        if time.monotonic() - self._committed > COMMIT_SECONDS:
            self.commit()

    def commit(self):
        """Write what was taken."""
        with self._writing():
            self._db.executemany(RUN, self._pending)
        self._pending = []
        self._committed = time.monotonic()

    @contextlib.contextmanager
    def _writing(self):
        """One transaction: all of it, or nothing."""
        with sentences(self.path, "write"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                with sound():
                    yield
                self._check_files()
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def _check_files(self):
        """Refuse to write what nobody would find."""
        name = files.missing(self._files)
        if name is not None:
            raise FastdenseError(
                f"{name} was moved or removed while the sweep wrote to it; put it back and "
                "go on with --resume, or sweep again into another file"
            )

    def table(self):
        """The `Table` of the sweep so far."""
        with sentences(self.path, "read"):
            return read_table(self._db, self.sweep)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        """Commit; what closes the file last leaves it alone in its folder.

        A new file in which no sweep began, as with a cluster that does not answer, goes again.
        """
        try:
            # After a failure, perhaps of this very store, that one is the news.
            with contextlib.suppress(FastdenseError) if error else contextlib.nullcontext():
                self.commit()
        finally:
            self._close(failed=error is not None)


def _parts(values):
    """A list in parts that one statement can take."""
    return (values[i : i + IDS_AT_ONCE] for i in range(0, len(values), IDS_AT_ONCE))


def check(db, path):
    """Refuse what is no store, or one of another version."""
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise FastdenseError(f"{path} is not a store of sweeps; give another file")
    if version != VERSION:
        raise FastdenseError(
            f"{path} is a store of version {version}; this fastdense reads version {VERSION}"
        )
