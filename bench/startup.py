"""The compile benchmark: from the start of a process to its first trained network."""

import os
import subprocess
import sys
import tempfile
import time

from fastdense.errors import FastdenseError
from fastdense_bench.summary import summary

FIRST_TRAINING = """
import numpy as np
from fastdense import Network, Recipe, train
x = np.linspace(-1, 1, 128, dtype=np.float32)
train(Network.of(1, 16, 8, 1), Recipe(optimizer="adam", epochs=3), (x, x * x))
"""
TRAIN = [sys.executable, "-c", FIRST_TRAINING]
COMMAND = [sys.executable, "-m", "fastdense_cli", "run", "zero-rate"]
COLD, WARM = 10.0, 0.8  # goals in seconds


def measure(repeats):
    """Seconds of whole processes, with an empty kernel cache and with a filled one."""
    cold, warm, command = [], [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as cache:
            cold.append(_seconds(TRAIN, cache))
            _seconds(COMMAND, cache)  # compiles what that scenario needs besides
            warm.append(_seconds(TRAIN, cache))
            command.append(_seconds(COMMAND, cache))
    return [
        _figure("first training, empty kernel cache", cold, COLD),
        _figure("first training, kernels on disk", warm, WARM),
        _figure("fastdense run zero-rate, kernels on disk", command, WARM),
    ]


def _seconds(command, cache):
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env={**os.environ, "FASTDENSE_CACHE_DIR": cache},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise FastdenseError(f"{command[-1]!r} failed: {done.stderr.strip()[-300:]}")
    return time.perf_counter() - started


def _figure(name, seconds, goal):
    return {"name": name, "seconds": summary(seconds), "goal_seconds": goal}
