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
