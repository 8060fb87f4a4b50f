"""The second large kernel is compiled in a process of its own, and nothing depends on that."""

import json
import os
import subprocess
import sys
import time

import pytest

from fastdense.kernels.compile import beside
from fastdense.parallel import cores

TRAINING = """
import hashlib, json
from fastdense.kernels.compile import beside, cache
{}
compiled = []
cache.on_compile = compiled.append
from fastdense import Dense, Network, Recipe, train
run = train(Network(1, [Dense(3, "tanh"), Dense(1)]), Recipe(epochs=2), ([1, 2], [2, 3]))
bits = hashlib.sha256(run.parameters.tobytes()).hexdigest()
print(json.dumps([bits, [name for name in compiled if name in ("work-float32", "train-float32")]]))
"""


def result(script, folder, *arguments):
    """What a script prints that warns of nothing."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env={**os.environ, "FASTDENSE_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.skipif(cores() < 2, reason="the only core compiles both")
def test_a_process_compiles_the_kernel_or_else_it_is_compiled_here(tmp_path):
    for broken, here in (
        ("", ["work-float32"]),
        ("beside.CODE = 'raise SystemExit(1)'", ["work-float32", "train-float32"]),
    ):
        folder = tmp_path / str(len(here))
        bits, compiled = json.loads(result(TRAINING.format(broken), folder))
        assert compiled == here
        assert len(list(folder.glob("train-float32-*.kernel"))) == 1
        assert bits == json.loads(result(TRAINING.format(""), folder))[0]


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (sys, "executable", "/no/python"),
        (sys, "executable", None),
        (sys, "frozen", True),
        (beside, "cores", lambda: 1),
        (beside.private, "folder", lambda: None),
    ],
    ids=["not there", "unknown", "frozen", "one core", "no folder"],
)
def test_no_process_is_begun_where_it_cannot_be_or_is_of_no_use(where, name, value, monkeypatch):
    monkeypatch.setattr(where, name, value, raising=False)
    beside.start("a kernel", "float32")
    assert not beside._children


def test_a_process_that_hangs_is_waited_for_only_so_long(monkeypatch):
    monkeypatch.setattr(beside, "cores", lambda: 2)
    monkeypatch.setattr(beside, "CODE", "import time; time.sleep(600)")
    monkeypatch.setattr(beside, "PATIENCE_SECONDS", 0.2)
    beside.start("a kernel", "float32")
    (child,) = beside._children.values()
    beside.wait("a kernel", "float32")
    assert child.returncode is not None and not beside._children


BEGUN = """
import os, sys
from fastdense.kernels.compile import beside
beside.CODE = "import time; time.sleep(600)"
beside.cores = lambda: 2
beside.start("train", "float32")
child, = beside._children.values()
print(child.pid, flush=True)
if "fork" in sys.argv and os.fork() == 0:
    beside.wait("train", "float32")  # which would take a minute
    sys.exit()
"fork" in sys.argv and os.wait()
print(child.poll(), flush=True)
"""


def is_gone(pid):
    """Whether a process ends within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked")
@pytest.mark.parametrize("way", ["", "fork"])
def test_it_ends_with_the_process_that_began_it_and_not_with_a_fork_of_that(way, tmp_path):
    pid, state = result(BEGUN, tmp_path, way).split()
    assert state == "None"
    assert is_gone(int(pid))
