"""Networks trained in Numba's simulator of CUDA beside the CPU."""

import sys
from importlib.util import find_spec

import numba
import numpy as np
import pytest

from fastdense import train_many

if find_spec("numba_cuda") is None:
    pytest.skip("without numba-cuda", allow_module_level=True)
# Before `numba.cuda` is imported, which nothing else here does.
numba.config.ENABLE_CUDASIM = 1
# Threads of a grid wait for each other often, and what wakes them polls: let them take turns soon.
sys.setswitchinterval(1e-5)

CURVES = "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"


def both(network, recipe, data, **options):
    """The runs of the CPU and those of the simulated GPU."""
    return [
        train_many(network, recipe, data, device=device, **options) for device in ("cpu", "cuda")
    ]


def same(one, other):
    """Whether two arrays have the same bits, or are both None; NaN is NaN."""
    if one is None or other is None:
        return one is other
    return one.dtype == other.dtype and one.shape == other.shape and _bits(one) == _bits(other)


def _bits(array):
    return np.where(np.isnan(array), np.array(np.nan, array.dtype), array).tobytes()


def differences(one, other):
    """Names of what two `Runs` do not have in common to the last bit."""
    names = [name for name in CURVES if not same(getattr(one, name), getattr(other, name))]
    names += [] if same(one.parameters, other.parameters) else ["parameters"]
    return names + [
        name for name in one.signals if not same(one.signals[name], other.signals[name])
    ]
