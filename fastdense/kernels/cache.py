"""Compiled kernels on disk: one file a kernel, named by a hash of all that decides its code.

Numba's own cache indexes by the file of one function: it misses kernels that a factory makes,
does not see an edit in an imported file, and two processes can leave an index that points at the
wrong code. Here the name is the content: sources, numba, llvmlite, Python and CPU. A file is
written whole and renamed, so that a reader sees all of it or nothing; one that cannot be loaded is
deleted and compiled again; a lock keeps processes that start together from compiling the same
kernel twice.
"""

import contextlib
import functools
import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import filelock
import llvmlite
import numba
import platformdirs
from numba.core.caching import _Cache
from numba.core.ccallback import CFunc
from numba.core.compiler import CompileResult

import fastdense

OPTIONS = {"error_model": "numpy"}

# Called with the kernel's name before it is compiled; the command line says so to its user.
on_compile: Callable[[str], None] | None = None


@functools.cache
def folder() -> Path | None:
    """Where kernels are kept, or None if there is no folder that only this user can write to.

    A cached kernel is code: a folder that others may write to is not used.
    """
    given = os.environ.get("FASTDENSE_CACHE_DIR")
    path = Path(given) if given else Path(platformdirs.user_cache_dir("fastdense")) / "kernels"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
        private = os.name != "posix" or (
            status.st_uid == os.getuid() and not status.st_mode & 0o022
        )
        return path if private and os.access(path, os.W_OK) else None
    except OSError:
        return None


@functools.cache
def _engine_digest() -> bytes:
    """A hash of everything that every kernel depends on."""
    package = Path(fastdense.__file__).parent
    names = ("entry.py", "maths.py", "philox.py", "primitives.py", "random.py")
    sources = [package / name for name in names]
    sources += sorted((package / "kernels").glob("*.py"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    versions = (numba.__version__, llvmlite.__version__, sys.version_info[:3])
    digest.update(repr(versions).encode())
    return digest.digest()


class _KernelFile(_Cache):
    """Numba's cache protocol over one file."""

    def __init__(self, name: str, sources):
        self.name = name
        digest = hashlib.sha256(_engine_digest() + name.encode())
        for source in sources:
            digest.update(Path(source).read_bytes())
        self._digest = digest
        self.path = None

    @property
    def cache_path(self):
        return str(folder())

    def locate(self, signature, context):
        if folder() is not None and self.path is None:
            self._digest.update(repr((signature, context.codegen().magic_tuple())).encode())
            self.path = folder() / f"{self.name}-{self._digest.hexdigest()[:32]}.kernel"

    def load_overload(self, signature, context):
        found = self._load(signature, context)
        if found is None and on_compile is not None:
            on_compile(self.name)
        return found

    def _load(self, signature, context):
        self.locate(signature, context)
        if self.path is None:
            return None
        try:
            stored = self.path.read_bytes()
            # A half-written or damaged object file must not reach the linker.
            content, check = stored[:-32], stored[-32:]
            if hashlib.sha256(content).digest() != check:
                raise ValueError("damaged kernel file")
            context.refresh()
            return CompileResult._rebuild(context, *pickle.loads(content))
        except FileNotFoundError:
            return None
        except Exception:
            with contextlib.suppress(OSError):
                self.path.unlink()
            return None

    def save_overload(self, signature, result):
        if self.path is None:
            return
        content = pickle.dumps(result._reduce(), protocol=pickle.HIGHEST_PROTOCOL)
        partial = self.path.with_suffix(f".{os.getpid()}.partial")
        try:
            partial.write_bytes(content + hashlib.sha256(content).digest())
            os.replace(partial, self.path)
        except OSError:  # a full disk costs a compile at the next start, nothing else
            with contextlib.suppress(OSError):
                partial.unlink()

    def enable(self):
        pass

    def disable(self):
        pass

    def flush(self):
        pass


def _locked(kernel_file, signature, context):
    """A context in which the kernel may be compiled if there is none yet."""
    kernel_file.locate(signature, context)
    stack = contextlib.ExitStack()
    path = kernel_file.path
    if path is not None and not path.exists():
        with contextlib.suppress(OSError):
            stack.enter_context(filelock.FileLock(path.with_suffix(".lock")))
    return stack


class Kernel(CFunc):
    """A compiled C function with its `address` and `argument_types`."""

    @property
    def argument_types(self):
        return self._sig.args


def compile_callback(name, function, signature, sources=()):
    """Compile `function` as a C function, or load it.

    `sources` are the files that decide the code, besides the engine's own.
    """
    kernel = Kernel(function, (signature.args, signature.return_type), {}, OPTIONS)
    kernel._cache = _KernelFile(name, sources)
    context = kernel._targetdescr.target_context
    with _locked(kernel._cache, kernel._sig, context):
        kernel.compile()
    return kernel
