"""What NVIDIA's compiler makes of the kernels: it needs no GPU, but the compiler (nvidia-nvvm)."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest


def _is_there(library):
    """Whether a library of CUDA's is installed."""
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

    try:
        load_nvidia_dynamic_lib(library)
    except DynamicLibNotFoundError:
        return False
    return True


@pytest.fixture(scope="module")
def code():
    if importlib.util.find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed")
    if not (_is_there("nvvm") and _is_there("nvrtc")):
        pytest.skip("CUDA's compiler is not installed (pip install nvidia-nvvm nvidia-cuda-nvrtc)")
    probe = Path(__file__).with_name("ptx_probe.py")
    done = subprocess.run([sys.executable, probe], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_kernels_compile_for_a_gpu_and_round_each_operation(code):
    assert not code["loose"] and not code["approximate"]
    assert code["fma"] > 100 and code["div"] > 0 and code["sqrt"] > 0
    # The chains of a product are in registers, and nothing is in memory of a thread's own.
    assert not code["local memory"] and not code["local memory, grid"]


def test_a_grid_rounds_likewise_and_its_threads_wait_for_each_other(code):
    assert not code["loose, grid"] and code["waits, grid"] > 10


def test_products_and_sums_are_fused_unless_that_is_turned_off(code):
    assert code["fused as usual"] and not code["fused as written"]
