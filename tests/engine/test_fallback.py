"""Where a new Numba has changed what our pipeline builds on, kernels compile by its public API."""

import os
import subprocess
import sys

import pytest

# What a process finds in place of what the pipeline was written for.
PIPELINE = "from fastdense.kernels.compile import pipeline; pipeline."
BROKEN = {
    "import": "import numba.core.codegen; del numba.core.codegen.CPUCodeLibrary",
    "attribute": PIPELINE + "compiler = object()",
    "call": PIPELINE + "_thorough = lambda: None",
}
KERNEL = """
from fastdense.kernels.registry import kernel
assert kernel("activation", "tanh", "float32")
"""
TRAINING = """
import hashlib
import numpy as np
from fastdense import Dense, Dropout, Network, Recipe, train
x = np.linspace(-1, 1, 40).reshape(20, 2)
network = Network(2, [Dense(5, "tanh"), Dropout(0.25), Dense(3, "softmax")])
recipe = Recipe(loss="categorical_crossentropy_clipped", optimizer="adam", batch_size=6, epochs=3)
run = train(network, recipe, (x, np.eye(3)[np.arange(20) % 3]), observe_every=1)
found = hashlib.sha256()
for array in (run.parameters, run.loss, run.signals["gradient_norm"], run.predict(x)):
    found.update(np.ascontiguousarray(array).tobytes())
print(found.hexdigest())
"""


def result(script, folder):
    """What a process prints, and its warnings."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "FASTDENSE_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if "Warning" in line]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_change_of_numba_is_noticed_before_it_matters(broken, tmp_path):
    _, warnings = result(BROKEN[broken] + KERNEL, tmp_path)
    assert len(warnings) == 1 and "kernels compile slowly" in warnings[0]
    assert not list(tmp_path.glob("*.kernel"))


def test_bits_do_not_depend_on_how_kernels_are_compiled(tmp_path):
    usual, quiet = result(TRAINING, os.environ.get("FASTDENSE_CACHE_DIR", ""))
    plain, warnings = result(BROKEN["import"] + TRAINING, tmp_path)
    assert usual == plain
    assert len(warnings) == 1 and quiet == []
