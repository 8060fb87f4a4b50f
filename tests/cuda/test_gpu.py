"""The bits and the launches of a real GPU: `pytest -m cuda`, skipped where there is none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.cuda
TROUBLE = "from fastdense.devices.cuda import driver; print(driver.trouble() or '')"


def output_of(*arguments):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def found():
    why = output_of("-c", TROUBLE).strip()
    if why:
        pytest.skip(f"no GPU to train on: {why}")
    return json.loads(output_of(Path(__file__).with_name("gpu_probe.py")))


def test_the_bits_are_those_of_the_cpu(found):
    assert found["differing"] == {"every activation": [], "labels": [], "float64": []}


def test_a_launch_ends_soon(found):
    assert found["longest launch"] < 0.1  # two of the goal, for what else the GPU does
