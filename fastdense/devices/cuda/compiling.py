"""Plain Python as kernels of a GPU: with `instructions` the only file that imports a CUDA package.

A formula is compiled as it stands. What it calls is found by name in its file; so is what it calls
in turn, down to the primitives, which the GPU has as single instructions. Numba's own `min` and
`max` for a GPU lose NaN, so they are given here as the CPU's kernels have them.

NVIDIA's compiler would make one instruction of a product and a sum, and round once: that is turned
off, and looked for in what it has made.

In Numba's simulator the same functions run in the interpreter, with primitives that round as a GPU
does.
"""

import contextlib
import dis
import inspect
import math
import re
import threading
import warnings
from functools import cache
from types import CellType, FunctionType

import numba
import numpy as np
from numba import cuda

from fastdense.devices.cuda import grid, tiles
from fastdense.devices.cuda.products import Shape
from fastdense.errors import FastdenseError
from fastdense.numerics import maths, primitives

jit = cuda.jit  # while the simulator is at work, it has another `cuda` here
SIMULATED = bool(numba.config.ENABLE_CUDASIM)
# A product or a sum that an assembler may still fuse: it does not say how it is rounded.
LOOSE = re.compile(r"\b(mul|add|sub)\.f(32|64)\b")
THREADS = 1 if SIMULATED else 64  # of a block; the simulator starts each as one of Python's
# Of a grid; the interpreter has squares small enough for tiny networks to have several.
SHAPE = Shape(2, 2, 2, (2, 1)) if SIMULATED else Shape(16, 8, 8, (8, 4, 2))
NAMES = "fma", "sqrt", "bits32", "bits64", "float32_from_bits", "float64_from_bits"

_compiling = threading.RLock()
_launching = threading.Lock()  # the simulator has one kernel at a time, and a GPU is no faster


def smaller(a, b):
    """`min` of two, as Python has it: the first where they do not compare."""
    return b if b < a else a


def larger(a, b):
    """`max` of two, likewise."""
    return b if b > a else a


OF_GRID = "block", "blocks", "thread", "meet", "wait", "add", "own_number"


def _primitives():
    """What takes the place of each primitive."""
    if SIMULATED:
        from fastdense.devices.cuda import rounding

        known = {getattr(grid, name): getattr(grid, name) for name in OF_GRID}
        known[grid.thread], known[grid.add] = rounding.thread, rounding.add
        known[grid.meet], known[grid.wait] = rounding.meet, rounding.wait
        return {**known, primitives.fma: rounding.fma, tiles.unchecked: tiles.unchecked}
    from fastdense.devices.cuda import instructions

    known = {getattr(primitives, name): getattr(instructions, name) for name in NAMES}
    known.update({getattr(grid, name): getattr(instructions, name) for name in OF_GRID})
    return {**known, tiles.unchecked: instructions.unchecked}


_made = set()  # functions that are compiled already


def _device(function):
    """A function that kernels call."""
    made = function
    if not SIMULATED:
        # No function may return an array that it made; so these become a part of their callers.
        inline = "always" if getattr(function, "makes_view", False) else "never"
        made = jit(device=True, inline=inline)(function)
    _made.add(made)
    return made


PRIMITIVES = _primitives()
_made.update(PRIMITIVES.values())
BUILTINS = {"min": _device(smaller), "max": _device(larger)}
if SIMULATED:
    # As Numba has it: of a float32 that is the same number, not a float64.
    BUILTINS["float"] = _device(lambda x: x if isinstance(x, np.floating) else float(x))


@cache
def device(function):
    """A plain function, with all that it calls, as one that kernels call.

    Parameters
    ----------
    function : function, or one that Numba compiles for the CPU
        Of numbers, arrays and tuples; in closures and by name it may use others of this kind.
    """
    if function in PRIMITIVES:
        return PRIMITIVES[function]
    if function in _made:
        return function
    function = getattr(function, "py_func", function)
    if function in maths.BY_PRECISION and not SIMULATED:
        return _of_both_precisions(function)
    return _device(rebound(function, device, BUILTINS))


def rebound(function, device, builtins):
    """The function with those that it uses by name, or in its closure, as `device` has them.

    Those of Python's own are taken from `builtins`, where they are there.
    """

    def value(given):
        compiled = isinstance(getattr(given, "py_func", given), FunctionType)
        return device(given) if compiled else given

    used = {}
    for step in dis.get_instructions(function):
        name = step.argval
        if step.opname == "LOAD_GLOBAL":
            known = function.__globals__.get(name, builtins.get(name))
            if known is not None:  # else it is another one of Python's own
                used[name] = value(known)
    cells = tuple(CellType(value(cell.cell_contents)) for cell in function.__closure__ or ())
    names = function.__globals__ | used
    code = function.__code__
    if SIMULATED:
        # As Numba has it: a number that is written out is a float64, and what is added to it, too.
        numbers = (np.float64(c) if isinstance(c, float) else c for c in code.co_consts)
        code = code.replace(co_consts=tuple(numbers))
    new = FunctionType(code, names, function.__name__, function.__defaults__, cells)
    new.__module__, new.__qualname__ = function.__module__, function.__qualname__
    new.__dict__.update(function.__dict__)
    return new


def _of_both_precisions(function):
    """A function of `numerics.maths`, which has a twin for each type of its argument."""
    from numba.cuda.extending import overload

    single, double = (device(twin) for twin in maths.BY_PRECISION[function])

    def choose(x):
        if x == numba.types.float32:
            return lambda x: single(x)
        return lambda x: double(x)

    (name,) = inspect.signature(function).parameters
    if name != "x":
        raise AssertionError(f"{function.__name__} takes {name}, not x")
    overload(function, strict=False)(choose)
    return function


def shared(cast, count):
    """A function for kernels that returns an array that the threads of a block share."""
    if SIMULATED:
        from fastdense.devices.cuda import rounding as there
    else:
        from fastdense.devices.cuda import instructions as there
    made = there.shared(np.dtype(cast), count)
    _made.add(made)
    return made


def kernel(function):
    """A plain function `(lane, work)` as a kernel `(lanes, work)`: each thread has a lane."""
    run = device(function)

    def every(lanes, work):
        lane = cuda.grid(1)
        if lane < lanes:
            run(lane, work)

    return _kernel(every)


def grid_kernel(function):
    """The same of a function that all threads of a grid run together, for the only lane."""
    run = device(function)

    def every(lanes, work):
        run(0, work)

    return _kernel(every)


def _kernel(every):
    def simulated(lanes, work):
        with np.errstate(all="ignore"):  # a training that diverges is an outcome, not a fault
            every(lanes, work)

    return jit(simulated if SIMULATED else every)


@contextlib.contextmanager
def as_written():
    """While this is open, kernels are compiled without contraction.

    Numba has no option for it, but passes its options on to NVIDIA's compiler.
    """
    if SIMULATED:
        yield
        return
    from numba.cuda.cudadrv import nvvm

    with _compiling:
        compile_ir = nvvm.compile_ir
        nvvm.compile_ir = lambda code, **options: compile_ir(code, **{**options, "fma": False})
        try:
            yield
        finally:
            nvvm.compile_ir = compile_ir


def check_rounding(code):
    """Check that each operation of a kernel's code says that it is rounded by itself.

    Raises
    ------
    FastdenseError
        One does not: results would be others than the CPU's.
    """
    loose = LOOSE.search(code)
    if loose:
        raise FastdenseError(
            f"the compiler for the GPU may fuse {loose[0]}, so the bits would not be the CPU's; "
            'give the numba-cuda that pip install "fastdense[cuda]" gives'
        )


def compile_kernel(kernel, lanes, work):
    """Compile a kernel for arguments, if it is not yet."""
    if not (SIMULATED or kernel.overloads):
        with as_written():
            kernel.compile((kernel.typeof_pyval(lanes), kernel.typeof_pyval(work)))
        for code in kernel.inspect_asm().values():
            check_rounding(code)


def resident_blocks(kernel, work):
    """Blocks of a grid whose threads can all wait for each other, once it is compiled."""
    if SIMULATED:
        return 1
    compile_kernel(kernel, 1, work)
    (compiled,) = kernel.overloads.values()
    return compiled.max_cooperative_grid_blocks(SHAPE.tall * SHAPE.wide)


def launch(kernel, lanes, work):
    """Run a kernel for all lanes, a thread each, and wait until it is done."""
    _launch(kernel, -(-lanes // THREADS), THREADS, lanes, work)


def launch_grid(kernel, blocks, work):
    """Run a kernel of a grid, and wait until it is done."""
    _launch(kernel, blocks, SHAPE.tall * SHAPE.wide, 1, work)


def _launch(kernel, blocks, threads, lanes, work):
    with _launching, warnings.catch_warnings():
        # A few networks do not fill a GPU: that is the caller's choice.
        warnings.simplefilter("ignore")
        compile_kernel(kernel, lanes, work)
        kernel[blocks, threads](lanes, work)
    if not SIMULATED:
        cuda.synchronize()


def _fill(array, value):
    for place in range(cuda.grid(1), array.size, cuda.gridsize(1)):
        array[place] = value


@cache
def _filler():
    return jit(_fill)


def put(array):
    """A copy of an array on the GPU."""
    if SIMULATED:
        copied = np.array(array)
        return copied.view(np.recarray) if copied.dtype.names else copied
    return cuda.to_device(np.ascontiguousarray(array))


def full(count, dtype, value):
    """An array on the GPU, (count,), of one value."""
    if SIMULATED:
        return np.full(count, value, dtype)
    array = cuda.device_array(count, dtype)
    _filler()[1024, 128](array, np.dtype(dtype).type(value))
    return array


def get(array):
    """A copy of an array of the GPU's."""
    return np.array(array) if SIMULATED else array.copy_to_host()


def write(array, values):
    """Values, of the same type and shape, into an array on the GPU."""
    if SIMULATED:
        array[:] = values
    else:
        array.copy_to_device(values)


def free_memory():
    """Bytes of the GPU's memory that are free."""
    return math.inf if SIMULATED else cuda.current_context().get_memory_info().free


def multiprocessors():
    """How many the GPU has; the simulator takes all networks of a pack at once."""
    return 1 << 20 if SIMULATED else cuda.get_current_device().MULTIPROCESSOR_COUNT


OUT_OF_MEMORY = "out of memory", "OUT_OF_MEMORY", "MEMORY_ALLOCATION"


def is_out_of_memory(error):
    """Whether that is what an exception of a CUDA package says."""
    return any(words in str(error) or words in type(error).__name__ for words in OUT_OF_MEMORY)
