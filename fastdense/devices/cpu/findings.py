"""What the compiled device finds on this machine: the processor, and the kernels on its disk."""

import hashlib
import platform
from pathlib import Path

from fastdense.entry import Finding
from fastdense.kernels.compile import linker, private
from fastdense.parallel import cores

CHECKSUM = 32  # bytes at the end of a file, of all before them


def about():
    """Findings: the processor, its vectors, the cores, and the cache of kernels."""
    from fastdense.kernels.compile.vectors import register_bytes

    _, name, _ = linker.target()
    bits = 8 * register_bytes()
    numbers = f"{bits // 32} numbers of float32, {bits // 64} of float64"
    return [
        Finding("processor", f"{platform.machine()}, which LLVM knows as {name}"),
        Finding("vectors", f"{bits} bits: {numbers}"),
        Finding("cores", f"{cores()} that this process may use"),
        _kernels(private.folder()),
    ]


def _kernels(folder: Path | None) -> Finding:
    """What is in the folder of compiled kernels."""
    if folder is None:
        return Finding("kernels", "kept nowhere, and compiled at every start", "see the warning")
    files = sorted(folder.glob("*.kernel"))
    size = sum(file.stat().st_size for file in files) / 1e6
    damaged = [file.name for file in files if not is_whole(file)]
    text = f"{len(files)} in {folder}, {size:.1f} MB"
    if damaged:
        # The next start that needs one compiles it anew and replaces the file.
        return Finding("kernels", f"{text}, {len(damaged)} damaged", f"remove {damaged[0]}")
    return Finding("kernels", text)


def is_whole(file):
    """Whether a file is as it was written, by this user or root."""
    try:
        content = private.read(file)
    except OSError:
        return False
    return hashlib.sha256(content[:-CHECKSUM]).digest() == content[-CHECKSUM:]
