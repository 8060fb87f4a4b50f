"""One network, one result: 150 generated trainings, in every way and on every processor."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

NETWORKS = 150
PROBE = Path(__file__).with_name("bits_probe.py")
TARGETS = {
    "nehalem": {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": ""},
    "haswell": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma"},
}

pytestmark = pytest.mark.bits


def probe(every_way, **environment):
    """The lines that the probe prints, in a process of its own."""
    paths = os.pathsep.join([str(PROBE.parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", PROBE, str(NETWORKS), str(every_way)],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def here():
    return probe(NETWORKS)


def test_every_way_of_training_gives_the_same_bits(here):
    assert [line for line in here if line.startswith("DIFFERS")] == []
    assert len(here) == NETWORKS


def test_most_networks_are_told_apart(here):
    assert len({line.split()[1] for line in here}) > 0.95 * NETWORKS


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names of x86 CPUs")
@pytest.mark.parametrize("target", TARGETS)
def test_every_processor_gives_the_same_bits(here, target, tmp_path):
    tmp_path.chmod(0o700)
    there = probe(0, FASTDENSE_CACHE_DIR=str(tmp_path), **TARGETS[target])
    assert there == [line for line in here if not line.startswith("DIFFERS")]
