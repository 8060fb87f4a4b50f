"""Compiled kernels on disk: one file a kernel, named by a hash of all that decides its code.

The name is the content: sources, Numba, llvmlite, Python and CPU. A file is an object file and its
checksum; to load it takes LLVM's linker but not Numba, whose import alone takes longer than many a
training. A file is written whole and renamed, so that a reader sees all of it or nothing; one that
cannot be loaded is compiled again and replaced; a lock keeps processes that start together from
compiling the same kernel twice.
"""

import contextlib
import functools
import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import llvmlite

import fastdense
from fastdense.errors import FastdenseError, shown
from fastdense.kernels.compile import linker, private
from fastdense.kernels.compile.turn import turn

# Variables of Numba's that do not decide what it compiles; any other may.
HARMLESS = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER"}
SETTINGS = Path(".numba_config.yaml")  # Numba reads it where it stands

# Called with the kernel's name before it is compiled; the command line says so to its user.
on_compile: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Kernel:
    """A compiled C function: its address, and a letter for each argument (p, a pointer, or i).

    `owner` is what the address is valid with, if not the process.
    """

    address: int
    arguments: str
    owner: object = None


def _numba_version() -> bytes:
    """What tells versions of Numba apart, without importing it."""
    file = Path(importlib.util.find_spec("numba").origin).with_name("_version.py")
    if file.exists():
        return file.read_bytes()
    # It would do for all, but takes longer to import than the kernels of a training to load.
    from importlib.metadata import version

    return version("numba").encode()


def _variables():
    """Names of Numba's variables in the environment."""
    return sorted(name for name in os.environ if name.startswith("NUMBA_"))


@functools.cache
def _engine_sources():
    """The files that every kernel depends on: the engine, its formulas and random numbers."""
    package = Path(fastdense.__file__).parent
    sources = [package / "entry.py"]
    for folder in ("kernels", "numerics"):
        sources += sorted((package / folder).rglob("*.py"))
    return sources


def _engine_digest() -> bytes:
    """A hash of everything that every kernel depends on."""
    sources = _engine_sources()
    if SETTINGS.exists():
        sources.append(SETTINGS)
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    variables = set(_variables()) - HARMLESS
    decisive = (
        *(_numba_version(), llvmlite.__version__, sys.version_info[:3], linker.target()),
        *((name, os.environ[name]) for name in sorted(variables)),
    )
    digest.update(repr(decisive).encode())
    return digest.digest()


def _path(name, sources):
    folder = private.folder()
    if folder is None:
        return None
    digest = hashlib.sha256(_engine_digest() + name.encode())
    for source in sources:
        digest.update(Path(source).read_bytes())
    return folder / f"{name}-{digest.hexdigest()[:32]}.kernel"


def _load(path, name):
    """The kernel in a file, or None if there is none that can be used."""
    try:
        stored = private.read(path)
        content, check = stored[:-32], stored[-32:]
        # A half-written or damaged object file must not reach the linker.
        if hashlib.sha256(content).digest() != check:
            return None
        arguments, _, object_file = content.partition(b"\n")
        return Kernel(linker.load(object_file, name), arguments.decode())
    except (OSError, RuntimeError):  # RuntimeError: LLVM cannot link it here
        return None


def _compile(name, compiled):
    """What `compiled` returns; an error is explained by what Numba was told, if it was."""
    try:
        with linker.at_work:
            return compiled()
    except (FastdenseError, MemoryError):
        raise
    except Exception as error:
        told = [f"{variable}={os.environ[variable]}" for variable in _variables()]
        told += [str(SETTINGS)] if SETTINGS.exists() else []
        if not told:
            raise
        raise FastdenseError(
            f"kernels do not compile ({type(error).__name__}) with what Numba is told by "
            f"{shown(', '.join(told))}; take that out of the environment"
        ) from error


def keeps(name, sources):
    """Whether the file of a kernel is there."""
    path = _path(name, sources)
    return path is not None and path.exists()


def load(name, sources, compiled):
    """The kernel `name`: from its file, or else from `compiled()`, and then in its file.

    Parameters
    ----------
    name : str
        Also the symbol in the object file.
    sources : iterable of paths
        Files that decide the code, besides the engine's own.
    compiled : callable
        Returns the object file and the letters of the arguments, or a `Kernel` that is no file.
    """
    path = _path(name, sources)
    found = path and _load(path, name)
    if found:
        return found
    with turn(path.parent, name) if path else contextlib.nullcontext():
        found = path and _load(path, name)  # another process may have been faster
        if found:
            return found
        if on_compile is not None:
            on_compile(name)
        made = _compile(name, compiled)
        if isinstance(made, Kernel):
            return made
        object_file, arguments = made
        if path:
            content = arguments.encode() + b"\n" + object_file
            private.write(path, content + hashlib.sha256(content).digest())
        return Kernel(linker.load(object_file, name), arguments)
