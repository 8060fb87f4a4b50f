"""One holder at a time, whatever happens to processes and files; no file of others is touched."""

import os
import subprocess
import sys
import threading

import pytest

from fastdense import FastdenseError
from fastdense.files.lock import CONTENT, SUFFIX, Held, Lock

# Takes and returns a lock for a second, and counts how often it was not alone in holding it.
CONTENDER = """
import os, sys, time
from fastdense.files.lock import Held, Lock
place, end, held, met = sys.argv[1], time.monotonic() + 1.0, 0, 0
while time.monotonic() < end:
    try:
        lock = Lock(place)
    except Held:
        continue
    held += 1
    try:
        os.close(os.open(place + ".inside", os.O_CREAT | os.O_EXCL))
        os.unlink(place + ".inside")
    except OSError:
        met += 1
    lock.release()
print(held, met)
"""


def contenders(count, code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]


def test_of_many_processes_one_holds_it(tmp_path):
    started = contenders(4, CONTENDER, tmp_path / "a")
    counts = [list(map(int, one.communicate(timeout=60)[0].split())) for one in started]
    assert all(held for held, _ in counts) and not any(met for _, met in counts)
    assert set(os.listdir(tmp_path)) <= {f"a{SUFFIX}"}  # an empty one, made by two at once


def test_of_many_threads_one_holds_it(tmp_path):
    inside, met = [], []

    def contend():
        for _ in range(500):
            try:
                lock = Lock(tmp_path / "a")
            except Held:
                continue
            inside.append(1)
            met.append(len(inside))
            inside.pop()
            lock.release()

    threads = [threading.Thread(target=contend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(met) == {1}


def test_it_ends_with_a_process_that_is_killed(tmp_path):
    code = "import sys, time; from fastdense.files.lock import Lock; "
    code += "lock = Lock(sys.argv[1]); print(flush=True); time.sleep(60)"
    (holder,) = contenders(1, code, tmp_path / "a")
    holder.stdout.readline()
    with pytest.raises(Held):
        Lock(tmp_path / "a")
    holder.kill()
    holder.communicate()
    assert (tmp_path / f"a{SUFFIX}").read_bytes() == CONTENT
    Lock(tmp_path / "a").release()
    assert os.listdir(tmp_path) == []


def test_a_child_that_inherits_it_does_not_keep_it(tmp_path):
    (tmp_path / f"a{SUFFIX}").touch()  # so that it stays the same
    lock = Lock(tmp_path / "a")
    os.set_inheritable(lock._handle, True)
    child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        lock.release()
        Lock(tmp_path / "a").release()
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("content", [b"x", CONTENT + b"x", CONTENT[:-1], bytes(1 << 16)])
def test_a_file_that_is_no_lock_is_left_as_it_is(content, tmp_path):
    other = tmp_path / f"a{SUFFIX}"
    other.write_bytes(content)
    with pytest.raises(FastdenseError, match="beside the store is in the place of a lock"):
        Lock(tmp_path / "a")
    assert other.read_bytes() == content


def test_an_empty_file_serves_and_stays(tmp_path):
    """It may be of a user, or of a process that was killed as it made it."""
    (tmp_path / f"a{SUFFIX}").touch()
    lock = Lock(tmp_path / "a")
    with pytest.raises(Held):
        Lock(tmp_path / "a")
    lock.release()
    assert (tmp_path / f"a{SUFFIX}").read_bytes() == b""


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink("other", path)])
def test_what_is_no_file_is_refused(make, tmp_path):
    make(tmp_path / f"a{SUFFIX}")
    with pytest.raises(OSError):
        Lock(tmp_path / "a")
    assert os.listdir(tmp_path) == [f"a{SUFFIX}"]


def test_a_file_that_has_taken_its_place_is_not_removed(tmp_path):
    lock = Lock(tmp_path / "a")
    os.unlink(tmp_path / f"a{SUFFIX}")
    (tmp_path / f"a{SUFFIX}").write_text("of a user")
    lock.release()
    assert (tmp_path / f"a{SUFFIX}").read_text() == "of a user"


def test_links_share_the_lock_of_what_they_name(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "a")
    lock = Lock(tmp_path / "link")
    with pytest.raises(Held):
        Lock(tmp_path / "a")
    lock.release()
