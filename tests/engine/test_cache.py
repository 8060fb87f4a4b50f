"""Kernels on disk: keyed by what decides them, private, and never in the way."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import fastdense

SCRIPT = """
import sys
from fastdense.kernels import cache
compiled = []
cache.on_compile = compiled.append
from fastdense.devices import cpu
cpu.kernel("activation", "relu", "float32")
print(len(compiled), cache.folder())
"""


def run(folder, package=None, **environment):
    """Compile one kernel in a new process: how many were compiled, and the folder in use."""
    path = str(package or Path(fastdense.__file__).parents[1])
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "FASTDENSE_CACHE_DIR": str(folder), "PYTHONPATH": path, **environment},
        cwd=folder if folder.is_dir() else None,
        capture_output=True,
        text=True,
        check=True,
    )
    compiled, used = answer.stdout.split(maxsplit=1)
    return int(compiled), used.strip()


def test_a_kernel_is_compiled_once(tmp_path):
    assert run(tmp_path)[0] == 1
    (kernel,) = tmp_path.glob("*.kernel")
    assert run(tmp_path)[0] == 0
    kernel.write_bytes(kernel.read_bytes()[:-100])  # cut short, as by a full disk
    assert run(tmp_path)[0] == 1
    assert run(tmp_path)[0] == 0


@pytest.mark.parametrize(
    "file", ["maths.py", "random.py", "kernels/loop.py", "activations/relu.py"]
)
def test_an_edit_of_what_decides_the_code_is_seen(file, tmp_path):
    package, kernels = tmp_path / "package", tmp_path / "kernels"
    kernels.mkdir(mode=0o700)
    shutil.copytree(
        Path(fastdense.__file__).parent,
        package / "fastdense",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    assert run(kernels, package)[0] == 1
    source = package / "fastdense" / file
    source.write_text(source.read_text() + "\n# edited\n")
    assert run(kernels, package)[0] == 1


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path):
    tmp_path.chmod(0o777)
    assert run(tmp_path) == (1, "None")
    assert not list(tmp_path.iterdir())
    tmp_path.chmod(stat.S_IRWXU)


def test_without_a_folder_there_is_no_cache(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    assert run(file) == (1, "None")
    assert file.read_text() == "in the way"
