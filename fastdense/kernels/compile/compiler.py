"""Compiles kernels by a pipeline of our own, or by Numba's public functions where that one fails.

The pipeline builds on what Numba does not promise to keep. With a Numba that has changed it, the
same functions are compiled as Numba compiles everybody's: slowly, and anew in each process.
"""

import warnings

import numba
from numba.types import CPointer, int64

from fastdense.kernels.compile.cache import Kernel


def _working_pipeline():
    """The module `pipeline`, if it compiles a kernel here; else None, with a warning."""
    try:
        from fastdense.kernels.compile import pipeline

        # A function that another one calls takes every step that kernels take. Whether they work
        # must be known now: functions are told by their decorators how they will be compiled.
        called = numba.njit(lambda number: number + 1, **pipeline.NUMPY)
        pipeline.object_file(lambda number: called(number), int64(int64), "trial")
        return pipeline
    except (ImportError, AttributeError, TypeError) as error:
        warnings.warn(
            f"kernels compile slowly, and anew in each process: numba {numba.__version__} is "
            f"another than fastdense knows ({type(error).__name__}: {error})",
            RuntimeWarning,
            stacklevel=2,
        )
        return None


_pipeline = _working_pipeline()
KEEPS = _pipeline is not None  # whether other processes can load what is compiled
# How functions that kernels call are compiled; COLD ones are left out of line, where that can be
# said. The default error model checks every division for zero, which stops vectorization.
NUMPY = _pipeline.NUMPY if _pipeline else {"error_model": "numpy"}
COLD = _pipeline.COLD if _pipeline else NUMPY
# `view(pointer, shape)`: memory as an array.
view = _pipeline.view if _pipeline else numba.carray


def letters(signature):
    """The arguments as `cache.Kernel` has them; what only kernels call may have others."""
    return "".join("p" if isinstance(a, CPointer) else "i" for a in signature.args)


def compiled(function, signature, symbol, noalias=False, unroll=True):
    """What `cache.load` asks for: an object file and its arguments, or a kernel not to be kept.

    See `pipeline.object_file` for `noalias` and `unroll`, which change no result.
    """
    if _pipeline:
        return _pipeline.object_file(function, signature, symbol, noalias, unroll), letters(
            signature
        )
    made = numba.cfunc(signature, **NUMPY)(function)
    return Kernel(made.address, letters(signature), made)
