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
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import llvmlite

import fastdense
from fastdense.kernels import machine

# Variables of Numba's that do not decide what it compiles; any other may.
HARMLESS = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER"}

# Called with the kernel's name before it is compiled; the command line says so to its user.
on_compile: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Kernel:
    """A compiled C function: its address, and a letter for each argument (p, a pointer, or i)."""

    address: int
    arguments: str


@functools.cache
def folder() -> Path | None:
    """Where kernels are kept, or None, with a warning, if only this user can write to no folder.

    A cached kernel is code: a folder that others may write to is not used.
    """
    given = os.environ.get("FASTDENSE_CACHE_DIR")
    if not given:
        import platformdirs

        given = Path(platformdirs.user_cache_dir("fastdense")) / "kernels"
    path = Path(given)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
        problem = None if os.access(path, os.W_OK) else "you may not write to it"
        if os.name == "posix" and status.st_uid != os.getuid():
            problem = "it belongs to another user"
        elif os.name == "posix" and status.st_mode & 0o022:
            problem = "other users may write to it"
    except OSError as error:
        problem = error.strerror or str(error)
    if problem is None:
        return path
    warnings.warn(
        f"compiled kernels are not kept in {path}: {problem}. Every start compiles them again, "
        "until FASTDENSE_CACHE_DIR names a folder that you alone can write to.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def _numba_version() -> bytes:
    """What tells versions of Numba apart, without importing it."""
    file = Path(importlib.util.find_spec("numba").origin).with_name("_version.py")
    if file.exists():
        return file.read_bytes()
    # It would do for all, but takes longer to import than the kernels of a training to load.
    from importlib.metadata import version

    return version("numba").encode()


@functools.cache
def _engine_digest() -> bytes:
    """A hash of everything that every kernel depends on."""
    package = Path(fastdense.__file__).parent
    names = ("entry.py", "maths.py", "philox.py", "primitives.py", "random.py")
    sources = [package / name for name in names]
    sources += sorted((package / "kernels").glob("*.py"))
    settings = Path(".numba_config.yaml")  # Numba reads it where it stands
    if settings.exists():
        sources.append(settings)
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    variables = {name for name in os.environ if name.startswith("NUMBA_")} - HARMLESS
    decisive = (
        *(_numba_version(), llvmlite.__version__, sys.version_info[:3], machine.target()),
        *((name, os.environ[name]) for name in sorted(variables)),
    )
    digest.update(repr(decisive).encode())
    return digest.digest()


def _path(name, sources):
    if folder() is None:
        return None
    digest = hashlib.sha256(_engine_digest() + name.encode())
    for source in sources:
        digest.update(Path(source).read_bytes())
    return folder() / f"{name}-{digest.hexdigest()[:32]}.kernel"


def _load(path, name):
    """The kernel in a file, or None if there is none that can be used."""
    try:
        stored = path.read_bytes()
        content, check = stored[:-32], stored[-32:]
        # A half-written or damaged object file must not reach the linker.
        if hashlib.sha256(content).digest() != check:
            return None
        arguments, _, object_file = content.partition(b"\n")
        return Kernel(machine.load(object_file, name), arguments.decode())
    except (OSError, RuntimeError):  # RuntimeError: LLVM cannot link it here
        return None


def _store(path, content):
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        partial.write_bytes(content + hashlib.sha256(content).digest())
        os.replace(partial, path)
    except OSError:  # a full disk costs a compile at the next start, nothing else
        with contextlib.suppress(OSError):
            partial.unlink()


def _lock(name):
    """A context in which no other process compiles the kernel.

    Its file stays: if it were removed, a process that waits for it and one that makes it anew
    could both hold it. There is one for each name, whatever the hash.
    """
    import filelock

    stack = contextlib.ExitStack()
    with contextlib.suppress(OSError):
        stack.enter_context(filelock.FileLock(folder() / f"{name}.lock"))
    return stack


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
        Returns the object file and the letters of the arguments.
    """
    path = _path(name, sources)
    found = path and _load(path, name)
    if found:
        return found
    with _lock(name) if path else contextlib.nullcontext():
        found = path and _load(path, name)  # another process may have been faster
        if found:
            return found
        if on_compile is not None:
            on_compile(name)
        object_file, arguments = compiled()
        if path:
            _store(path, arguments.encode() + b"\n" + object_file)
        return Kernel(machine.load(object_file, name), arguments)
