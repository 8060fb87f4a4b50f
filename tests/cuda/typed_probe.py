"""The functions of the GPU's kernels, compiled by Numba for the CPU; prints what differs.

The simulator interprets them. Here they have the types that Numba gives them, as on a GPU: what is
a float32 there and a float64 in the interpreter would show. Run by `test_cuda_typed.py`.
"""

import json
from functools import cache
from types import FunctionType

import numba
import numpy as np

numba.config.ENABLE_CUDASIM = 1  # nothing is asked of a GPU

import gpu_probe  # noqa: E402
from numba import njit  # noqa: E402

import fastdense.kernels.compile.primitives  # noqa: E402, F401  # gives the CPU's compiler formulas
from fastdense.devices.cuda import compiling  # noqa: E402
from fastdense.numerics import maths, primitives  # noqa: E402

KNOWN = {f for m in (maths, primitives) for f in vars(m).values() if isinstance(f, FunctionType)}
OPTIONS = {"error_model": "numpy"}
made = set()


@cache
def compiled(function):
    if function in KNOWN or function in made:
        return function
    function = getattr(function, "py_func", function)
    made.add(new := njit(**OPTIONS)(compiling.rebound(function, compiled, {})))
    return new


def kernel(function):
    run = compiled(function)

    @njit(**OPTIONS)
    def every(lanes, work):
        for lane in range(lanes):
            run(lane, work)

    return every


if __name__ == "__main__":
    compiling.kernel = kernel
    compiling.launch = lambda kernel, lanes, work: kernel(lanes, work)
    compiling.put = np.array
    print(json.dumps(gpu_probe.differing_in("labels")))
