"""Trains on the GPU and on the CPU, and prints what differs; run by `test_gpu.py`."""

import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from strategies import ACTIVATIONS, numbers

from fastdense import (
    Activation,
    Data,
    Dense,
    Dropout,
    Network,
    Recipe,
    Rescale,
    train_many,
)
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


EVERY = Network(3, [*(Dense(3, name) for name in ACTIVATIONS), Dense(2)])
LAYERS = [
    Rescale(0.5, 0.1), Dense(33, "tanh", max_norm=0.9), Dropout(0.2), Dense(17, "identity"),
    Activation("relu"), Dense(3, "softmax", l1=0.01),
]  # fmt: skip
MIXED = Network(3, LAYERS)
LARGE = Network(70, [Dense(300, "tanh"), Dropout(0.1), Dense(517, "gelu"), Dense(10, "softmax")])
MANY = Data(numbers([4, 0], 300, 70), np.eye(10)[np.arange(300) % 10])
# Network, recipe, rows and how many seeds, by name.
TRIALS = {
    "every activation": (EVERY, Recipe(optimizer="adam", epochs=2, batch_size=7), ROWS, 40),
    "labels": (
        MIXED,
        Recipe(
            loss=LOSS, optimizer="nadam", schedule="cosine", epochs=5, batch_size=9, l2=1e-3,
            clip_norm=0.5, clip_value=0.1, gradient_accumulation_steps=2,
        ),
        LABELS,
        70,
    ),
    "float64": (MIXED, Recipe(loss=LOSS, dtype="float64", epochs=5), LABELS, 9),
    # All threads of the GPU train each of these.
    "large": (LARGE, Recipe(optimizer="adam", batch_size=100, epochs=3, clip_norm=0.5), MANY, 2),
    "large, float64": (LARGE, Recipe(batch_size=77, epochs=2, dtype="float64"), MANY, 1),
}  # fmt: skip


def differing_in(name):
    """What differs of a trial between the GPU and the CPU."""
    network, recipe, data, seeds = TRIALS[name]
    runs = [
        train_many(network, recipe, data, seeds=seeds, observe_every=1, device=device)
        for device in ("cpu", "cuda")
    ]
    return differing(*runs)


def longest_launch():
    """Seconds of the longest launch of many networks, after the first, which compiles."""
    launches, real = [], compiling.launch

    def timed(*given):
        began = time.perf_counter()
        real(*given)
        launches.append(time.perf_counter() - began)

    compiling.launch = timed
    train_many(MIXED, Recipe(loss=LOSS), LABELS, seeds=9999, device="cuda")
    compiling.launch = real
    return max(launches[1:])


if __name__ == "__main__":
    found = {name: differing_in(name) for name in TRIALS}
    print(json.dumps({"differing": found, "longest launch": longest_launch()}))
