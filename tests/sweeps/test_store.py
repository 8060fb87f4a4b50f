"""The file of a sweep: what was committed stays, whatever happens, and it says what it is."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from small import BASE, rows_of

from fastdense import FastdenseError, sweep
from fastdense.files.lock import SUFFIX
from fastdense.sweeps.store import writer
from fastdense.sweeps.store.connection import connect
from fastdense.sweeps.store.reader import read_table
from fastdense.sweeps.store.writer import VERSION, Store

GRID = {"learning_rate": [0.01, 0.1, 1.0], "network.hidden": [2, 3]}
# A sweep of several seconds, in a process of its own, that commits ten times a second.
KILLED = """
import sys
from fastdense import sweep
from fastdense.sweeps.store import writer
sys.path.insert(0, sys.argv[2])
from small import BASE
writer.COMMIT_SECONDS = 0.05
base = {**BASE, "recipe": {"batch_size": "full", "epochs": 400}}
print("begun", flush=True)
grid = {"learning_rate": "log:1e-3:1:40", "network.hidden": [2, 3, 4, 5]}
sweep(base, grid, seeds=int(sys.argv[3]), store=sys.argv[1], resume=True)
print("done", flush=True)
"""


def start(path, seeds):
    folder = os.path.dirname(__file__)
    arguments = [sys.executable, "-c", KILLED, str(path), folder, str(seeds)]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "begun\n", child.stderr.read()
    return child


def kill_and_go_on(folder, kills, seeds):
    """Kill a sweep at random moments, going on each time; no committed row may be lost."""
    whole = start(folder / "whole", seeds)  # which also compiles what is not on disk yet
    assert whole.communicate(timeout=300) == ("done\n", "")
    path, rng = folder / "killed", random.Random(kills)
    held = []
    for _ in range(kills):
        child = start(path, seeds)
        time.sleep(rng.uniform(0.0, 0.5))
        child.kill()
        child.communicate()
        if path.exists():
            with contextlib.closing(sqlite3.connect(path)) as db:
                begun = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            found = rows_of(path) if begun else []
            assert set(held) <= set(found)
            held = found
    assert held, "the sweep was never far enough for a commit"
    last = start(path, seeds)
    assert last.communicate(timeout=300) == ("done\n", "")
    assert rows_of(path) == rows_of(folder / "whole")
    assert not list(folder.glob("*-wal")) and not list(folder.glob("*-lock"))


def test_a_sweep_that_is_killed_loses_no_committed_run(tmp_path):
    kill_and_go_on(tmp_path, kills=8, seeds=64)


@pytest.mark.slow
def test_a_sweep_that_is_killed_a_hundred_times_loses_no_committed_run(tmp_path):
    kill_and_go_on(tmp_path, kills=100, seeds=512)


def test_one_process_writes(tmp_path):
    path = tmp_path / "store"
    with Store(path):
        with pytest.raises(FastdenseError, match="in use by another sweep"):
            Store(path, resume=True)
        code = (
            "import sys, fastdense\n"
            "fastdense.sweep('rate-adam', {'l2': [0]}, store=sys.argv[1], resume=True)"
        )
        arguments = [sys.executable, "-c", code, str(path)]
        done = subprocess.run(arguments, capture_output=True, text=True)
        assert "in use by another sweep; wait for it" in done.stderr
    sweep(BASE, GRID, seeds=1, store=path, resume=True)  # the lock went with its owner


LOOK = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute("SELECT count(*) FROM sweeps").fetchone()[0])
db.close()
"""


def looked(path):
    """How many sweeps another process finds in a store."""
    return int(subprocess.check_output([sys.executable, "-c", LOOK, str(path)]))


def test_one_process_writes_though_the_file_of_its_lock_is_removed(tmp_path):
    path = tmp_path / "store"
    with Store(path) as store:
        store.begin({"a": 1})
        code = (
            "import sys; from fastdense.sweeps.store.writer import Store\n"
            "with Store(sys.argv[1], resume=True): print('open')"
        )
        for _ in range(2):
            os.unlink(f"{path}{SUFFIX}")
            with pytest.raises(FastdenseError, match="in use by another sweep; wait for it"):
                Store(path, resume=True)
            arguments = [sys.executable, "-c", code, str(path)]
            done = subprocess.run(arguments, capture_output=True, text=True)
            assert "in use by another sweep; wait for it" in done.stderr and not done.stdout
            (tmp_path / f"store{SUFFIX}").touch()
        store.begin({"a": 2})
    assert looked(path) == 2
    with Store(path, resume=True):
        pass


def test_who_reads_in_the_process_that_writes_leaves_it_its_locks(tmp_path):
    """SQLite's locks are of the process: who closes one of its files would give them back."""
    path = tmp_path / "store"
    with Store(path) as store:
        store.begin({"a": 1})
        for sweeps in (1, 2):
            with connect(path) as one, connect(path) as other:
                for db in (one, other):
                    assert db.execute("SELECT count(*) FROM sweeps").fetchone() == (sweeps,)
            assert looked(path) == sweeps  # and does not take the log with it, as the last one
            store.begin({"a": 2})
            assert looked(path) == 2
    assert os.listdir(tmp_path) == ["store"]


def _move(path):
    os.rename(path, f"{path}2")


def _replace(path):
    Path(f"{path}2").write_bytes(path.read_bytes())
    os.replace(f"{path}2", path)


MOVED = {
    "removed": os.unlink,
    "moved": _move,
    "replaced": _replace,
    "its folder moved": lambda path: _move(path.parent),
    "its folder removed": lambda path: shutil.rmtree(path.parent),
    "its log removed": lambda path: os.unlink(f"{path}-wal"),
}


@pytest.mark.parametrize("how", MOVED)
def test_a_store_that_is_moved_or_removed_ends_its_sweep(how, tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "COMMIT_SECONDS", 0.0)
    path, seen = tmp_path / "folder" / "store", []
    path.parent.mkdir()

    def move(progress):
        if progress.done and not seen:
            MOVED[how](path)
            seen.append(progress.done)

    with pytest.raises(FastdenseError, match="store(-wal)? was moved or removed while the sweep"):
        sweep(BASE, GRID, seeds=4000, store=path, on_progress=move)
    if how == "moved":
        os.rename(f"{path}2", path)
    if how == "its folder moved":
        os.rename(f"{path.parent}2", path.parent)
    if how in ("moved", "its folder moved", "its log removed"):
        assert len(rows_of(path)) >= seen[0]
        with Store(path, resume=True):
            pass


def test_a_killed_owner_holds_no_lock(tmp_path):
    child = start(tmp_path / "store", 10_000)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with Store(tmp_path / "store", resume=True):
        pass


def test_it_can_be_read_while_it_grows(tmp_path):
    path, seen = tmp_path / "store", []

    def look(progress):
        with sqlite3.connect(path) as db:
            seen.append(db.execute("SELECT count(*) FROM runs").fetchone()[0])
        db.close()

    sweep(BASE, GRID, seeds=200, store=path, on_progress=look)
    assert seen == sorted(seen) and len(rows_of(path)) == 1200


def test_a_finished_store_is_one_plain_file(tmp_path):
    sweep(BASE, GRID, seeds=1, store=tmp_path / "store")
    assert os.listdir(tmp_path) == ["store"]


def test_a_sweep_goes_on_while_somebody_reads(tmp_path):
    path = tmp_path / "store"
    sweep(BASE, GRID, seeds=1, store=path)
    with connect(path) as db:
        assert sweep(BASE, GRID, seeds=3, store=path, resume=True).rows == 18
        assert read_table(db).rows == 6  # as it was when it was opened
    assert os.listdir(tmp_path) == ["store"]


def test_a_link_to_a_store_has_no_lock_of_its_own(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "store")
    with Store(tmp_path / "store"), pytest.raises(FastdenseError, match="in use by another sweep"):
        Store(tmp_path / "link", resume=True)


def test_a_file_may_be_called_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sweep(BASE, GRID, seeds=1, store=":memory:")
    assert len(rows_of(tmp_path / ":memory:")) == 6


def test_a_run_takes_less_than_500_bytes(tmp_path):
    sweep(BASE, {"learning_rate": "log:1e-3:1:100"}, seeds=200, store=tmp_path / "store")
    assert (tmp_path / "store").stat().st_size / 20_000 < 250
    sweep(BASE, {"learning_rate": "log:1e-3:1:20000"}, seeds=1, store=tmp_path / "one")
    assert (tmp_path / "one").stat().st_size / 20_000 < 500


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path, monkeypatch):
    path = tmp_path / "store"
    sweep(BASE, GRID, seeds=20, store=path)
    before, create = rows_of(path), Store.begin

    def begin(store, definition):
        create(store, definition)
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 2}")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "begin", begin)
        with pytest.raises(
            FastdenseError, match="cannot write .*store.*: database or disk is full"
        ):
            sweep(BASE, GRID, seeds=2000, store=path, resume=True)
    assert set(before) <= set(rows_of(path))
    assert sweep(BASE, GRID, seeds=2000, store=path, resume=True).rows == 12_000


def test_a_file_that_grows_too_large_for_the_system_is_one_sentence(tmp_path):
    """The system refuses further bytes, as it does when a disk is full."""
    code = f"""
import resource, signal
from fastdense import sweep
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
sweep("rate-adam", {{"learning_rate": "log:1e-3:1:20"}}, arms=["rate-0.1"], seeds=400,
      store={str(tmp_path / "store")!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "fastdense.errors.FastdenseError: cannot write" in done.stderr, done.stderr
    rows_of(tmp_path / "store")


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_bytes(b"not a database, but some text" * 50), "not a database"),
        (lambda path: _database(path, "CREATE TABLE t (x)"), "is not a store of sweeps"),
        (lambda path: _database(path, "PRAGMA application_id = 7"), "is not a store of sweeps"),
        (lambda path: _of_version(path, VERSION + 1), f"is a store of version {VERSION + 1}"),
    ],
)
def test_what_is_no_store_is_refused_and_left_alone(make, sentence, tmp_path):
    path = tmp_path / "file"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(FastdenseError, match=sentence):
        sweep(BASE, GRID, store=path, resume=True)
    assert path.is_dir() or path.read_bytes() == before
    assert os.listdir(tmp_path) == ["file"]


def _database(path, statement):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE other (y)")
        db.execute(statement)
    db.close()


def _of_version(path, version):
    sweep(BASE, GRID, seeds=1, store=path)
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(FastdenseError, match="its folder does not exist"):
        sweep(BASE, GRID, store=tmp_path / "no" / "store")
    with pytest.raises(FastdenseError, match="cannot (write|open)"):
        sweep(BASE, GRID, store="/proc/store")
    with pytest.raises(FastdenseError, match="cannot (write|open)"):
        sweep(BASE, GRID, store=tmp_path / ("x" * 300))
    with pytest.raises(FastdenseError, match="cannot (write|open)"):
        sweep(BASE, GRID, store="a\0b")


def test_a_store_with_runs_is_not_touched_without_resume(tmp_path):
    path = tmp_path / "store"
    sweep(BASE, GRID, seeds=1, store=path)
    before = path.read_bytes()
    with pytest.raises(FastdenseError, match="exists; go on with --resume"):
        sweep(BASE, GRID, seeds=2, store=path)
    assert path.read_bytes() == before


def test_a_sweep_in_another_thread_gets_no_signals(tmp_path):
    tables = []
    thread = threading.Thread(target=lambda: tables.append(sweep(BASE, GRID, seeds=2)))
    thread.start()
    thread.join()
    assert tables[0].rows == 12
