"""A process that is forked while threads train or compile does the same work as its parent."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

FORKS = """
import os, signal, sys, threading, time

def again():
    while True:
        work()

work()
for _ in range(3):
    threading.Thread(target=again, daemon=True).start()
for _ in range({count}):
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    give_up = time.monotonic() + 60  # a machine may be busy; a hang is for ever
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < give_up:
        time.sleep(0.005)
    if ended != (child, 0):
        os.kill(child, signal.SIGKILL)
        sys.exit("a child did not end" if ended == (0, 0) else "a child failed")
os._exit(0)
"""
TRAINING = """
import numpy as np
from fastdense import Network, Recipe, train, train_many

recipe = Recipe(epochs=20, batch_size=4)
rows = np.linspace(0, 1, 32).reshape(16, 2), np.linspace(0, 1, 16)

def work():
    network = Network.of(2, 4, 1)
    run = train(network, recipe, rows)
    run.outcome, run.predict(rows[0])
    train_many(network, recipe, rows, seeds=16).outcome
"""
COMPILING = """
import itertools
from fastdense.kernels.compile import cache, pipeline
from numba import types

SIGNATURE = types.void(types.int64)
numbers = itertools.count()

def nothing(number):
    pass

def work():
    name = f"kernel{next(numbers)}of{os.getpid()}"
    cache.load(name, (), lambda: (pipeline.object_file(nothing, SIGNATURE, name), "i"))
"""


@pytest.mark.parametrize("work, count", [(TRAINING, 30), (COMPILING, 20)])
def test_the_child_works(work, count, tmp_path):
    environment = dict(os.environ)
    if work == COMPILING:
        environment["FASTDENSE_CACHE_DIR"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", work + FORKS.replace("{count}", str(count))],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr


# Another thread has all locks of a kernel that is to be compiled when the process is forked.
HELD = """
import fcntl, os, select, signal, sys, threading, time
from fastdense.kernels import registry
from fastdense.kernels.compile import cache, private

inside, go_on = threading.Event(), threading.Event()

def wait(name):
    inside.set()
    go_on.wait()

cache.on_compile = wait
thread = threading.Thread(
    target=registry.kernel, args=("activation", "identity", "float32"), daemon=True
)
thread.start()
inside.wait()
ours, theirs = os.pipe()
child = os.fork()
if not child:
    cache.on_compile = None
    registry.kernel("activation", "relu", "float32")
    os.write(theirs, b"done")
    time.sleep(600)
try:
    if not select.select([ours], [], [], 60)[0]:
        sys.exit("the child finds a lock taken")
    go_on.set()
    thread.join()
    (file,) = private.folder().glob("*identity*.lock")
    try:
        fcntl.flock(os.open(file, os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("the child keeps a lock of its parent's")
finally:
    os.kill(child, signal.SIGKILL)
"""
# Two calls that wait for each other, so that one thread alone cannot make them.
HELPED = """
import os, sys, threading
from fastdense.devices.cpu import thread_pool

def both():
    barrier = threading.Barrier(2)
    thread_pool.share(lambda: barrier.wait(30), [(), ()], None)

both()
child = os.fork()
both()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if child else 0)
"""


@pytest.mark.parametrize("script", [HELD, HELPED], ids=["locks", "threads"])
def test_the_child_has_locks_and_threads_of_its_own(script, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "FASTDENSE_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
