"""The second of the two largest kernels, compiled by a process of its own beside the first.

Numba and LLVM hold locks while they compile, so threads would take turns. The process finds its
modules where this one does, compiles into the same folder, and does not outlive this one; if it
fails, the kernel is compiled here.
"""

import atexit
import contextlib
import os
import sys

from fastdense.kernels.compile import private
from fastdense.parallel import cores

PATIENCE_SECONDS = 60.0  # before the kernel is compiled here too
CODE = (
    "import sys; sys.path[:] = {path!r}; from fastdense.kernels.registry import kernel; "
    "kernel({role!r}, None, {dtype!r})"
)

_children = {}  # (role, dtype) to a process


def start(role, dtype):
    """Have the kernel `role` of the engine compiled, if there is a core for it."""
    # A program that was frozen into one file would start itself.
    python = None if getattr(sys, "frozen", False) else sys.executable
    if cores() < 2 or not python or private.folder() is None:
        return
    import subprocess  # which processes that compile nothing need not wait for

    path = [str(place) for place in sys.path]
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        _children[role, dtype] = subprocess.Popen(
            [python, "-I", "-c", CODE.format(path=path, role=role, dtype=dtype)],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
        )


def wait(role, dtype):
    """Wait until the process that compiles the kernel has ended, if there is one."""
    child = _children.pop((role, dtype), None)
    if child is not None:
        from subprocess import TimeoutExpired

        try:
            child.wait(PATIENCE_SECONDS)
        except TimeoutExpired:
            _end(child)


def _end(child):
    child.kill()
    child.wait()


@atexit.register
def _end_all():
    for child in _children.values():
        _end(child)


def _disown():
    # They are not the children of a process that was forked, which has no say in them.
    for child in _children.values():
        child.returncode = 0
    _children.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown)
