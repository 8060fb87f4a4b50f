"""The kernels by role: compiled or loaded when they are first asked for, and called by address.

Numba is imported only where a kernel is compiled.
"""

import ctypes
import functools
import importlib.util
import os
import re
import sys
import threading

from fastdense import catalogue
from fastdense.kernels.compile import beside, cache

KINDS = {
    "activation": "activations",
    "value": "activations",
    "coupled_forward": "activations",
    "coupled_backward": "activations",
    "loss": "losses",
    "advance": "optimizers",
    "optimizer": "optimizers",
    "online": "optimizers",
    "pack_advance": "optimizers",
    "pack_optimizer": "optimizers",
    "schedule": "schedules",
    "place": "augmentations",
    "values": "augmentations",
}
LAYER_ROLES = "forward", "backward", "accumulate"  # of a linked layer's twin
UNROLLED = "unrolled"  # its name is a `StepShape`
# float64, whatever that of the training.
ONE_DTYPE = "advance", "schedule", "place", "uniforms", "normals", "visits"
# Loops over lanes become single vectors, if they are not taken apart before.
LANE_LOOPS = "pack_advance", "pack_optimizer", "pack_train", "pack_work", UNROLLED
# The kernel that is asked for next, and takes the longest but for the first.
NEXT = {"work": "train", "pack_work": "pack_train"}
_lock = threading.RLock()


def _renew():
    # A forked process has none of the threads that may have held it.
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


def _twin(name):
    """The module with a layer's kernels, under the same name as the layer."""
    return importlib.import_module(f"fastdense.kernels.layers.{name}")


def define(role, name, dtype):
    """The function of a kernel, for the compiler, and its signature."""
    from fastdense.kernels.entries import linked
    from fastdense.kernels.linalg import gemm, segments
    from fastdense.kernels.loop import epochs, unrolled, work
    from fastdense.kernels.samples import augment, normals, uniforms, visits

    kind = gemm.FLOATS[dtype]
    if role == UNROLLED:
        return unrolled.unrolled(name, kind)
    if role in LAYER_ROLES:
        return getattr(_twin(name), role)(kind)
    if name is not None:
        return getattr(linked, role)(catalogue.get(KINDS[role], name), kind)
    if role.endswith("product"):
        return getattr(segments, role)(kind)
    if role == "uniforms":
        return uniforms.uniforms(kind)
    if role == "normals":
        return normals.normals(kind)
    if role == "visits":
        return visits.visits(kind)
    if role.endswith("augment"):
        return getattr(augment, role)(kind)
    return getattr(epochs if role.endswith("train") else work, role)(kind)


def _sources(role, name):
    if name is None:
        return ()
    if role in LAYER_ROLES:
        # Found without being imported, which takes Numba.
        return (importlib.util.find_spec(f"fastdense.kernels.layers.{name}").origin,)
    files = set()
    for kind, own in name.entries if role == UNROLLED else [(KINDS[role], name)]:
        module = own.partition("(")[0]  # behind which its hyper-parameters stand
        files.add(importlib.import_module(f"fastdense.{kind}.{module}").__file__)
        # An entry may take its formulas from another's file.
        formulas = (f for f in vars(catalogue.get(kind, own)).values() if callable(f))
        files.update(sys.modules[f.__module__].__file__ for f in formulas)
    return sorted(files)


def _symbol(role, name, dtype):
    parts = "-".join(str(part) for part in (role, name, dtype) if part)
    return re.sub(r"[^\w.+-]", "_", parts)


@functools.cache
def _kernel(role, name, dtype):
    symbol = _symbol(role, name, dtype)

    def compiled():
        from fastdense.kernels.compile import compiler

        following = NEXT.get(role)
        if following and compiler.KEEPS and not cache.keeps(_symbol(following, None, dtype), ()):
            beside.start(following, dtype)
        function, signature = define(role, name, dtype)
        # An entry's kernel is given arrays that lie apart; those of a table may be one.
        noalias = name is not None and role not in LAYER_ROLES
        unroll = role not in LANE_LOOPS
        return compiler.compiled(function, signature, symbol, noalias, unroll)

    beside.wait(role, dtype)
    return cache.load(symbol, _sources(role, name), compiled)


def _dtype(role, dtype):
    return "float64" if role in ONE_DTYPE else dtype


def kernel(role, name, dtype):
    """Address of a kernel.

    `name` is that of the entry whose kernel it is, or None for those of the engine.
    """
    if role == UNROLLED:  # nobody else waits for it
        return _kernel(role, name, dtype).address
    with _lock:
        return _kernel(role, name, _dtype(role, dtype)).address


def kernel_on_disk(role, name, dtype):
    """Address of a kernel that need not be compiled any more, or 0."""
    kept = cache.keeps(_symbol(role, name, dtype), _sources(role, name))
    return kernel(role, name, dtype) if kept else 0


@functools.cache
def _prototype(role, dtype):
    found = _kernel(role, None, dtype)
    kinds = [{"p": ctypes.c_void_p, "i": ctypes.c_int64}[letter] for letter in found.arguments]
    return ctypes.CFUNCTYPE(None, *kinds)(found.address)


def program(role, dtype):
    """ "train" or "work" as a function of a table's address and integers; it lets others run."""
    with _lock:
        return _prototype(role, _dtype(role, dtype))
