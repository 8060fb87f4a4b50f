"""Kernels on disk: keyed by what decides them, private, and never in the way."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from numba import types

import fastdense
from fastdense.kernels import compiler
from fastdense.kernels.compiler import object_file

SCRIPT = """
import sys
from fastdense.kernels import cache, private, roles
compiled = []
cache.on_compile = compiled.append
{}
print(len(compiled), "numba" in sys.modules, private.folder())
"""
ONE = "roles.kernel('activation', 'identity', 'float32')"
TRAINING = """
from fastdense import Dense, Dropout, Network, Recipe, train, train_many
run = train(Network(1, [Dense(3, "tanh"), Dropout(0.5), Dense(1)]), Recipe(epochs=2), ([1], [2]))
run.predict([[1]])
train_many(run.network, run.recipe, ([1], [2]), seeds=16)
"""
EVERY = """
from fastdense import catalogue
for dtype in ("float32", "float64"):
    for role, kind in roles.KINDS.items():
        for name in catalogue.names(kind):
            coupled = getattr(catalogue.get(kind, name), "coupled", False)
            if role == "loss" or coupled == role.startswith("coupled"):
                roles.kernel(role, name, dtype)
    for role in ("work", "train", "pack_work", "pack_train", "relay"):
        roles.kernel(role, None, dtype)
"""


def start(folder, script=ONE, package=None, **environment):
    """Begin to run a script in a new process."""
    path = str(package or Path(fastdense.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(script)],
        env={**os.environ, "FASTDENSE_CACHE_DIR": str(folder), "PYTHONPATH": path, **environment},
        cwd=folder if folder.is_dir() else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """How many kernels it compiled, whether it imported Numba, the folder, and its warnings."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    compiled, numba, used = out.split(maxsplit=2)
    assert (numba == "True") == (int(compiled) > 0)
    return int(compiled), used.strip(), err


def run(*arguments, **options):
    """Run a script in a new process: how many kernels it compiled, and the folder in use."""
    compiled, used, err = finish(start(*arguments, **options))
    assert err == ""
    return compiled, used


def checked(content):
    return content + hashlib.sha256(content).digest()


DAMAGE = {
    "cut short, as by a full disk": lambda stored: stored[:-100],
    "empty": lambda stored: b"",
    "without its checksum": lambda stored: stored[:-32],
    "another bit": lambda stored: stored[:99] + bytes([stored[99] ^ 1]) + stored[100:],
    "another checksum": lambda stored: stored[:-1] + bytes([stored[-1] ^ 1]),
    "no object file": lambda stored: checked(b"ppiii\nnot code"),
    "nothing but a checksum": lambda stored: checked(b""),
    "an object file of another kernel": lambda stored: checked(
        stored[:-32].replace(b"activation-identity", b"activation-IDENTITY")
    ),
}


def test_a_kernel_is_compiled_once(tmp_path):
    assert run(tmp_path) == (1, str(tmp_path))
    assert run(tmp_path) == (0, str(tmp_path))


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """The file of a kernel."""
    folder = tmp_path_factory.mktemp("damaged")
    run(folder)
    (file,) = folder.glob("*.kernel")
    return file


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_compiled_again(damage, kernel):
    whole = kernel.read_bytes()
    kernel.write_bytes(DAMAGE[damage](whole))
    assert kernel.read_bytes() != whole
    assert run(kernel.parent)[0] == 1
    assert kernel.read_bytes() == whole


@pytest.mark.parametrize("count", [2, 8])
def test_processes_that_start_together_compile_once(count, tmp_path):
    processes = [start(tmp_path) for _ in range(count)]
    answers = [finish(process) for process in processes]
    assert sorted(compiled for compiled, *_ in answers) == [0] * (count - 1) + [1]
    left = sorted(path.suffix for path in tmp_path.iterdir())
    assert left in ([".kernel"], [".kernel", ".lock"])


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A folder with every kernel there is."""
    folder = tmp_path_factory.mktemp("full")
    assert run(folder, EVERY)[0] > 50
    return folder


def test_every_kernel_loads_without_numba(full):
    """So none needs a symbol that is not in this process anyway."""
    assert run(full, EVERY)[0] == 0


def test_a_training_in_a_warm_process_does_not_import_numba(full):
    assert run(full, TRAINING)[0] == 0


def test_a_kernel_that_could_raise_is_refused():
    def kernel(numbers, n):
        if numbers[0] > n:
            raise ValueError

    with pytest.raises(AssertionError, match="kernel x raises an exception"):
        object_file(kernel, types.void(types.CPointer(types.int64), types.int64), "x")


def test_a_setting_of_the_compiler_is_seen(tmp_path):
    assert run(tmp_path)[0] == 1
    assert run(tmp_path, NUMBA_OPT="1")[0] == 1
    assert run(tmp_path, NUMBA_NUM_THREADS="1")[0] == 0


@pytest.mark.parametrize(
    "file", ["maths.py", "random.py", "kernels/loop.py", "activations/identity.py"]
)
def test_an_edit_of_what_decides_the_code_is_seen(file, tmp_path):
    package, kernels = tmp_path / "package", tmp_path / "kernels"
    kernels.mkdir(mode=0o700)
    shutil.copytree(
        Path(fastdense.__file__).parent,
        package / "fastdense",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    assert run(kernels, ONE, package)[0] == 1
    source = package / "fastdense" / file
    source.write_text(source.read_text() + "\n# edited\n")
    assert run(kernels, ONE, package)[0] == 1


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path):
    tmp_path.chmod(0o777)
    compiled, used, warning = finish(start(tmp_path))
    assert (compiled, used) == (1, "None")
    assert f"not kept in {tmp_path}: other users may write to it" in warning
    assert "FASTDENSE_CACHE_DIR" in warning
    assert not list(tmp_path.iterdir())
    tmp_path.chmod(stat.S_IRWXU)


def test_without_a_folder_there_is_no_cache(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    compiled, used, warning = finish(start(file))
    assert (compiled, used) == (1, "None")
    assert f"not kept in {file}: File exists" in warning
    assert file.read_text() == "in the way"


def test_every_pass_that_is_left_out_is_one_of_numbas(monkeypatch):
    """One that Numba renamed would come back without a word."""
    passes = set()

    def recorded(self):
        pipelines = usual(self)
        passes.update(step.__name__ for pipeline in pipelines for step, _ in pipeline.passes)
        return pipelines

    usual = compiler.compiler.Compiler.define_pipelines
    monkeypatch.setattr(compiler.compiler.Compiler, "define_pipelines", recorded)
    object_file(lambda number: None, types.void(types.int64), "x")
    assert compiler.LEFT_OUT < passes
