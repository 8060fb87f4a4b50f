"""The kernels' functions with the types that a compiler gives them: the bits are the CPU's."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(find_spec("numba_cuda") is None, reason="without numba-cuda")


def test_compiled_for_the_cpu_the_kernels_have_its_bits():
    probe = Path(__file__).with_name("typed_probe.py")
    done = subprocess.run([sys.executable, probe], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
