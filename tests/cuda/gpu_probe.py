"""Trains on the GPU and on the CPU, and prints what differs; run by `test_gpu.py`."""

import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from strategies import ACTIVATIONS, numbers

from fastdense import Data, Dense, Dropout, Network, Recipe, train_many
from fastdense.devices.cuda import compiling

LOSS = "sparse_categorical_crossentropy"
CURVES = "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"
FRESH = np.ones((3, 3)), np.ones((3, 2))
ROWS = Data(numbers([1, 0], 40, 3), numbers([1, 1], 40, 2), None, FRESH)
LABELS = Data(numbers([2, 0], 40, 3), np.arange(40)[:, np.newaxis] % 3)


def differing(one, other):
    arrays = [(name, getattr(one, name), getattr(other, name)) for name in (*CURVES, "parameters")]
    arrays += [(name, one.signals[name], other.signals[name]) for name in one.signals]
    return [n for n, a, b in arrays if a is not None and not np.array_equal(a, b, equal_nan=True)]


def main():
    every = Network(3, [*(Dense(3, name) for name in ACTIVATIONS), Dense(2)])
    small = Network(3, [Dense(16, "tanh"), Dropout(0.2), Dense(8, "relu"), Dense(3, "softmax")])
    trials = {
        "every activation": (every, Recipe(optimizer="adam", epochs=2, batch_size=7), ROWS, 40),
        "dropout": (
            small,
            Recipe(
                loss=LOSS, optimizer="nadam", schedule="cosine",
                epochs=5, batch_size=8, l2=1e-3, clip_norm=0.5,
            ),
            LABELS,
            1000,
        ),
        "float64": (small, Recipe(loss=LOSS, dtype="float64", epochs=5), LABELS, 9),
    }  # fmt: skip
    found, launches, real = {}, [], compiling.launch

    def timed(*given):
        began = time.perf_counter()
        real(*given)
        launches.append(time.perf_counter() - began)

    compiling.launch = timed
    for name, (network, recipe, data, seeds) in trials.items():
        runs = [
            train_many(network, recipe, data, seeds=seeds, observe_every=1, device=device)
            for device in ("cpu", "cuda")
        ]
        found[name] = differing(*runs)
    launches.clear()
    train_many(small, Recipe(loss=LOSS), LABELS, seeds=9999, device="cuda")
    print(json.dumps({"differing": found, "longest launch": max(launches[1:])}))


if __name__ == "__main__":
    main()
