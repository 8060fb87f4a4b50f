"""What of CUDA this machine has, asked of the driver itself: no package is imported for it."""

import ctypes
import importlib.util
import os
from functools import cache
from typing import NamedTuple

from fastdense.entry import Finding
from fastdense.errors import FastdenseError

EXTRA = "numba_cuda"  # the package that compiles for a GPU
HINT = 'or take the device "cpu"'
MAJOR, MINOR = 75, 76  # numbers of the driver's for the two parts of a compute capability
LEAST = 5, 0  # of those, for which the compiler still makes code


class Gpu(NamedTuple):
    """A GPU: its name, its memory in bytes, and its compute capability."""

    name: str
    memory: int
    capability: tuple[int, int]


def simulated():
    """Whether kernels run in Numba's simulator, which is for tests: nothing is slower."""
    import numba

    return bool(numba.config.ENABLE_CUDASIM)


@cache
def _driver():
    """The driver's library, ready to answer; None if there is none, or an error's number."""
    try:
        library = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    return library.cuInit(0) or library


def version():
    """The version of CUDA that the driver knows, as text; None without a driver."""
    library, number = _driver(), ctypes.c_int()
    if library is None or isinstance(library, int):
        return None
    library.cuDriverGetVersion(ctypes.byref(number))
    return f"{number.value // 1000}.{number.value % 1000 // 10}"


@cache
def gpus():
    """The GPUs that the driver has, those that CUDA_VISIBLE_DEVICES hides left out."""
    library, count, found = _driver(), ctypes.c_int(), []
    if library is None or isinstance(library, int):
        return ()
    library.cuDeviceGetCount(ctypes.byref(count))
    for number in range(count.value):
        device, name, memory = ctypes.c_int(), ctypes.create_string_buffer(256), ctypes.c_size_t()
        library.cuDeviceGet(ctypes.byref(device), number)
        library.cuDeviceGetName(name, len(name), device)
        library.cuDeviceTotalMem_v2(ctypes.byref(memory), device)
        parts = []
        for attribute in (MAJOR, MINOR):
            part = ctypes.c_int()
            library.cuDeviceGetAttribute(ctypes.byref(part), attribute, device)
            parts.append(part.value)
        found.append(Gpu(name.value.decode(errors="replace"), memory.value, tuple(parts)))
    return tuple(found)


@cache
def _has_compiler():
    """Whether the libraries are found that compile for a GPU."""
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

    try:
        for name in ("nvvm", "nvrtc"):
            load_nvidia_dynamic_lib(name)
    except DynamicLibNotFoundError:
        return False
    return True


def trouble():
    """Why nothing can be trained on a GPU here, and what would help; None if it can."""
    if importlib.util.find_spec(EXTRA) is None:
        return f"the package numba-cuda is missing; pip install 'fastdense[cuda]', {HINT}"
    if simulated():
        return None
    library = _driver()
    if library is None:
        return f"this machine has no driver of NVIDIA's (libcuda.so.1); install it, {HINT}"
    if isinstance(library, int) or not gpus():
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
        why = f" among CUDA_VISIBLE_DEVICES={hidden}" if hidden is not None else ""
        return f"NVIDIA's driver finds no GPU{why}; look at nvidia-smi, {HINT}"
    if not _has_compiler():
        return (
            "NVIDIA's compiler is missing (NVVM and NVRTC); pip install 'numba-cuda[cu13]', or "
            f"'numba-cuda[cu12]' for a driver before 580, {HINT}"
        )
    first = gpus()[0]
    if first.capability < LEAST:
        return (
            f"{first.name} has compute capability {first.capability[0]}.{first.capability[1]}; "
            f"expected {LEAST[0]}.{LEAST[1]} or more, {HINT}"
        )
    return None


def demand():
    """Raise what stands in the way of a training on a GPU.

    Raises
    ------
    FastdenseError
        No package, no driver, or no GPU.
    """
    why = trouble()
    if why is not None:
        raise FastdenseError(f'device "cuda": {why}')


def about():
    """Findings: the GPUs and their driver, or what is missing for them."""
    found = [
        Finding(
            "GPU",
            f"{gpu.name}, {gpu.memory / 2**30:.0f} GiB, compute capability "
            f"{gpu.capability[0]}.{gpu.capability[1]}, driver for CUDA {version()}",
        )
        for gpu in gpus()
    ]
    why = trouble()
    if why is None and simulated():
        return [*found, Finding("CUDA", "simulated on the CPU, for tests: very slow")]
    if why is None:
        return [*found, Finding("CUDA", 'device "cuda" can be chosen')]
    what, _, remedy = why.partition("; ")
    return [*found, Finding("CUDA", f"not usable: {what}", remedy.removesuffix(f", {HINT}"))]
