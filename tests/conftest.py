"""One Hypothesis profile, the same at every run; and kernels that all need, compiled first."""

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, settings

# No deadline, for kernels compile.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("ci")

# Readline, which pytest loads, tells child processes that the terminal has 80 columns, behind the
# back of `os.environ`; what they print into a pipe would be as narrow.
os.unsetenv("COLUMNS")
os.unsetenv("LINES")

LARGE = """
import sys
from fastdense import Network, Recipe, train, train_many
x = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
network, recipe = Network.of(2, 3, 1), Recipe(epochs=2, batch_size=2, dtype=sys.argv[1])
train(network, recipe, (x, [0.0, 1.0, 1.0])).predict(x)
train_many(network, recipe, (x, [0.0, 1.0, 1.0]), seeds=3)
"""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config, specs):
    """Compile the largest kernels, for which workers would wait for each other, with a warning."""
    compiling = [subprocess.Popen([sys.executable, "-c", LARGE, d]) for d in ("float32", "float64")]
    for one in compiling:
        assert one.wait() == 0
