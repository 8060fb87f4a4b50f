"""Kernels on disk: keyed by what decides them, private, and never in the way."""

import ast
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from numba import types

import fastdense
from fastdense.errors import FastdenseError
from fastdense.kernels.compile import cache, pipeline, private
from fastdense.kernels.compile.pipeline import object_file

SCRIPT = """
import sys
from fastdense.kernels import registry
from fastdense.kernels.compile import cache, private
compiled = []
cache.on_compile = compiled.append
{}
print(len(compiled), "numba" in sys.modules, private.folder())
"""
ONE = "registry.kernel('activation', 'identity', 'float32')"
TRAINING = """
from fastdense import Dense, Dropout, Network, Recipe, train, train_many
run = train(Network(1, [Dense(3, "tanh"), Dropout(0.5), Dense(1)]), Recipe(epochs=2), ([1], [2]))
run.predict([[1]])
train_many(run.network, run.recipe, ([1], [2]), seeds=16)
"""
EVERY = """
from fastdense import catalogue
for dtype in DTYPES:
    for role, kind in registry.KINDS.items():
        for name in catalogue.names(kind):
            entry = catalogue.get(kind, name)
            coupled = getattr(entry, "coupled", False)
            if kind == "augmentations":
                fits = entry.moves == (role == "place")
            else:
                fits = role == "loss" or coupled == role.startswith("coupled")
            if fits:
                registry.kernel(role, name, dtype)
    for name in catalogue.names("layers"):
        if catalogue.get("layers", name).layer.linked:
            registry.kernel("forward", name, dtype)
            registry.kernel("backward", name, dtype)
    for role in ("work", "train", "pack_work", "pack_train", "uniforms", "normals", "visits",
                 "augment", "pack_augment"):
        registry.kernel(role, None, dtype)
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


def finish(process, seconds=None):
    """How many kernels it compiled, the folder, and its warnings."""
    try:
        out, err = process.communicate(timeout=seconds)
    finally:
        process.kill()
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
    """A folder with every kernel there is; the one of these tests, if they have one."""
    given = os.environ.get("FASTDENSE_CACHE_DIR")
    folder = Path(given) if given else tmp_path_factory.mktemp("full")
    both = [start(folder, f"DTYPES = {[dtype]}\n{EVERY}") for dtype in ("float32", "float64")]
    for process in both:  # side by side
        finish(process)
    assert len([*folder.glob("*.kernel")]) > 50
    return folder


def test_every_kernel_loads_without_numba(full):
    """So none needs a symbol that is not in this process anyway."""
    assert run(full, f"DTYPES = 'float32', 'float64'\n{EVERY}")[0] == 0


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
    "file",
    [
        "numerics/maths.py",
        "numerics/streams.py",
        "kernels/loop/epochs.py",
        "activations/identity.py",
    ],
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


def test_all_that_kernels_import_decides_the_code():
    """But for who finds entries, which have files of their own, and sentences."""
    package = Path(fastdense.__file__).parent
    sources = cache._engine_sources()
    imported = set()
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("fastdense"):
                for name in (node.module, *(f"{node.module}.{a.name}" for a in node.names)):
                    path = package.parent / (name.replace(".", "/") + ".py")
                    imported |= {path} if path.exists() else set()
    beside = {"catalogue.py", "errors.py", "arrays/chunks.py", "parallel.py"}
    assert imported - set(sources) <= {package / name for name in beside}


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path):
    tmp_path.chmod(0o777)
    compiled, used, warning = finish(start(tmp_path))
    assert (compiled, used) == (1, "None")
    assert f"not kept in {tmp_path}: other users may write to it" in warning
    assert "FASTDENSE_CACHE_DIR" in warning
    assert not list(tmp_path.iterdir())
    tmp_path.chmod(stat.S_IRWXU)


@pytest.mark.skipif(os.name != "posix", reason="users are those of POSIX")
def test_a_folder_of_another_user_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("FASTDENSE_CACHE_DIR", str(tmp_path))
    folder = private.folder.__wrapped__  # asked anew
    assert folder() == tmp_path
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.warns(RuntimeWarning, match=f"not kept in {tmp_path}: it belongs to another user"):
        assert folder() is None


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666, 0o777])
def test_a_file_that_others_may_write_to_is_replaced(mode, kernel):
    kernel.chmod(mode)
    with pytest.raises(PermissionError):
        private.read(kernel)
    assert run(kernel.parent)[0] == 1
    assert stat.S_IMODE(kernel.stat().st_mode) == 0o600
    assert run(kernel.parent)[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_file_that_others_may_read_is_loaded(kernel):
    kernel.chmod(0o644)
    assert run(kernel.parent)[0] == 0


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away"
)
def test_a_file_of_another_user_is_replaced(kernel):
    os.chown(kernel, 65534, 65534)
    assert run(kernel.parent)[0] == 1
    assert kernel.stat().st_uid == 0


@pytest.mark.skipif(os.name != "posix", reason="users are those of POSIX")
def test_who_may_have_written_a_file(kernel, monkeypatch):
    """Another user reads what is root's, and nothing that is this one's."""
    owner = kernel.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    if owner == 0:
        assert private.read(kernel) == kernel.read_bytes()
    else:
        with pytest.raises(PermissionError):
            private.read(kernel)


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_files_are_private_whatever_the_umask(umask, tmp_path):
    assert run(tmp_path, f"import os; os.umask({umask}); {ONE}")[0] == 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert run(tmp_path)[0] == 0


HOLDER = """
import sys
from pathlib import Path
from fastdense.kernels.compile.turn import turn
with turn(Path(sys.argv[1]), "activation-identity-float32"):
    print("mine", flush=True)
    input()
"""
HASTY = f"""
from fastdense.kernels.compile import turn
turn.NOTICE_SECONDS, turn.PATIENCE_SECONDS = 0.1, 0.4
{ONE}
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped")
def test_a_stopped_process_is_waited_for_only_so_long(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"mine\n"
        holder.send_signal(signal.SIGSTOP)
        compiled, _, warning = finish(start(tmp_path, HASTY), seconds=60)  # or for ever
        assert compiled == 1
        assert (
            f"waiting for process {holder.pid}, which compiles the kernel "
            "activation-identity-float32; after 0.4 s this process compiles it too"
        ) in warning
        assert run(tmp_path)[0] == 0  # what is on disk is not waited for
    finally:
        holder.kill()
        holder.communicate()


def test_a_process_that_was_killed_is_not_waited_for(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"mine\n"
    holder.kill()
    holder.communicate()
    assert run(tmp_path)[0] == 1


def test_what_numba_is_told_is_named_when_it_keeps_kernels_from_compiling(monkeypatch):
    def compiled():
        raise AssertionError("kernel x raises an exception")

    monkeypatch.setattr(private, "folder", lambda: None)
    with pytest.raises(AssertionError):
        cache.load("x", (), compiled)
    monkeypatch.setenv("NUMBA_OPT", "0")
    with pytest.raises(FastdenseError, match="told by 'NUMBA_OPT=0'"):
        cache.load("x", (), compiled)


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

    usual = pipeline.compiler.Compiler.define_pipelines
    monkeypatch.setattr(pipeline.compiler.Compiler, "define_pipelines", recorded)
    object_file(lambda number: None, types.void(types.int64), "x")
    assert pipeline.LEFT_OUT < passes
