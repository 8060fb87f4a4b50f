"""Compiles kernels for a GPU that is not here; prints their entries, and that each is rounded.

Run by `test_cuda_code.py` in a process of its own, for Numba knows either the simulator or this.
"""

import json
from types import SimpleNamespace

import numpy as np
from numba import cuda, typeof, types
from numba.cuda import dispatcher

from fastdense import Dense, Dropout, Network, Recipe, catalogue
from fastdense.devices.cuda import arrays, compiling, pack
from fastdense.task import prepare
from fastdense.variants import Variants

CAPABILITY = 9, 0  # of an H200
# Functions that others call are compiled for the device that is there.
dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=CAPABILITY)

HERE = SimpleNamespace(
    put=np.ascontiguousarray, full=lambda n, dtype, value: np.full(n, value, dtype)
)


def code_of(layers, together=False, **recipe):
    """What NVIDIA's compiler makes of the kernel of a training, by a thread or by a grid."""
    network, recipe = Network(3, layers), Recipe(**recipe)
    rows = np.zeros((4, 3)), np.zeros((4, 1 if recipe.loss.entry.targets == "label" else 2))
    task = prepare(network, recipe, rows, observe_every=1).trained
    variants = Variants.of(task.network, task.recipe, task.parameters[np.newaxis])
    work = arrays.work_of(task, variants, pack.team_of(recipe.dtype, together), HERE)
    function, kinds = pack.kernel_of(task, together).py_func, (types.int64, typeof(work))
    with compiling.as_written():
        return cuda.compile(function, kinds, device=False, abi="numba", cc=CAPABILITY)[0]


def fused(x):
    x[0] = x[1] * x[2] + x[3]


if __name__ == "__main__":
    names = catalogue.names("activations")
    every = [Dense(2, n) for n in names if not catalogue.get("activations", n).coupled]
    label = {"loss": "sparse_softmax_cross_entropy", "optimizer": "nadam", "schedule": "step"}
    code = code_of([*every, Dropout(0.2), Dense(2)], **label)
    usual = cuda.compile(fused, (types.float32[::1],), device=False, abi="numba", cc=CAPABILITY)[0]
    with compiling.as_written():
        other = cuda.compile(
            fused, (types.float32[::1],), device=False, abi="numba", cc=CAPABILITY
        )[0]
    grid = code_of(
        [Dense(5, "gelu"), Dropout(0.2), Dense(4, "softmax"), Dense(2)], True, optimizer="adam"
    )
    print(
        json.dumps(
            {
                "loose, grid": bool(compiling.LOOSE.search(grid)),
                "local memory, grid": "__local_depot" in grid,
                "waits, grid": grid.count("cudaCGSynchronize"),
                "loose": bool(compiling.LOOSE.search(code)),
                "fma": code.count("fma.rn.f32"),
                "sqrt": code.count("sqrt.rn.f32"),
                "div": code.count("div.rn.f32"),
                "approximate": "approx" in code or ".ftz" in code,
                "local memory": "__local_depot" in code,
                "fused as usual": "fma.rn.f32" in usual,
                "fused as written": "fma.rn.f32" in other,
            }
        )
    )
