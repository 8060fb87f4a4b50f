"""Where there is no GPU, or no package for it, one sentence says so; nothing is imported."""

import json
import os
import subprocess
import sys
from hashlib import sha256

import pytest
from terminal import call

from fastdense import Dense, Network, Recipe, train
from fastdense.kernels.compile import private

TRAIN = """
import sys
from fastdense import Dense, FastdenseError, Network, Recipe, train, train_many
given = Network(1, [Dense(1)]), Recipe(epochs=1), ([[0.0], [1.0]], [[0.0], [1.0]])
"""
ASK = f"""{TRAIN}
for attempt in (lambda: train(*given, device="cuda"), lambda: train_many(*given, device="cuda")):
    try:
        attempt()
    except FastdenseError as error:
        print(error)
"""
WITHOUT_PACKAGE = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "numba_cuda" else real(name, *rest)
"""
WITHOUT_DRIVER = """
import ctypes
from fastdense.devices.cuda import driver
def nothing(name, *rest, **named):
    raise OSError(name)
driver.ctypes.CDLL = nothing
"""
SWEEP = "sweep rate-adam --arm rate-0.1 --grid learning_rate=0.1"
WITHOUT_COMPILER = """
from fastdense.devices.cuda import driver
driver._driver = lambda: object()
driver.gpus = lambda: (driver.Gpu("a GPU", 2**30, (9, 0)),)
driver._has_compiler = lambda: False
"""
OLD_GPU = """
from fastdense.devices.cuda import driver
driver._driver = lambda: object()
driver.gpus = lambda: (driver.Gpu("an old GPU", 2**30, (3, 5)),)
driver._has_compiler = lambda: True
"""
WITHOUT_GPU = """
from fastdense.devices.cuda import driver
driver._driver = lambda: 100  # CUDA_ERROR_NO_DEVICE
"""


def fresh(code, **environment):
    """What a new interpreter prints."""
    names = {key: value for key, value in os.environ.items() if key != "NUMBA_ENABLE_CUDASIM"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**names, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "lack, words",
    [
        (WITHOUT_PACKAGE, "the package numba-cuda is missing; pip install 'fastdense[cuda]'"),
        (WITHOUT_DRIVER, "this machine has no driver of NVIDIA's (libcuda.so.1); install it"),
        (WITHOUT_GPU, "NVIDIA's driver finds no GPU; look at nvidia-smi"),
        (
            WITHOUT_COMPILER,
            "NVIDIA's compiler is missing (NVVM and NVRTC); pip install 'numba-cuda[cu13]', or "
            "'numba-cuda[cu12]' for a driver before 580",
        ),
        (OLD_GPU, "an old GPU has compute capability 3.5; expected 5.0 or more"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence_each_time(lack, words):
    one, other = fresh(lack + ASK).splitlines()
    assert one == other == f'device "cuda": {words}, or take the device "cpu"'


def test_hidden_gpus_are_named():
    (one, _) = fresh(WITHOUT_GPU + ASK, CUDA_VISIBLE_DEVICES="7").splitlines()
    assert "no GPU among CUDA_VISIBLE_DEVICES=7" in one


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_nothing_of_it_is_imported_for_another_device(device):
    code = f"{TRAIN}\ntrain(*given, device={device!r})\nprint(*sys.modules)"
    loaded = set(fresh(code).split())
    assert "fastdense.devices.cpu" in loaded or device == "reference"
    assert not [
        name for name in loaded if name.startswith(("fastdense.devices.cuda", "numba.cuda"))
    ]
    assert not [name for name in loaded if name.split(".")[0] in ("numba_cuda", "cuda")]


def test_the_doctor_says_what_is_found_and_trains_nothing():
    code = "from fastdense_cli.app import invoke; assert invoke(['doctor', '--json']) == 0"
    found = {one["topic"]: one for one in json.loads(fresh(WITHOUT_DRIVER + code))}
    assert {"fastdense", "packages", "processor", "vectors", "cores", "kernels", "CUDA"} <= {*found}
    assert found["CUDA"]["text"].startswith("not usable: this machine has no driver")
    assert found["CUDA"]["help"] == "install it"
    assert {"[plot]", "[torch]"} <= {*found} and "[test]" not in found


def test_the_doctor_finds_damaged_kernels(tmp_path):
    """A kernel's file ends in the checksum of what is before."""
    for content in (b"one", b"two"):
        private.write(tmp_path / f"{content.decode()}.kernel", content + sha256(content).digest())
    ask = "from fastdense_cli.app import invoke; assert invoke(['doctor']) == 0"

    def line():
        lines = fresh(ask, FASTDENSE_CACHE_DIR=str(tmp_path)).splitlines()
        return next(one for one in lines if one.startswith("kernels"))

    assert line().endswith(f" 2 in {tmp_path}, 0.0 MB")
    private.write(tmp_path / "two.kernel", b"2wo" + sha256(b"two").digest())
    assert "1 damaged (remove two.kernel)" in line()


def test_the_doctor_takes_a_real_kernel_for_whole(tmp_path):
    """So what it looks for is what the engine writes."""
    from fastdense.devices.cpu.findings import is_whole

    network, recipe = Network(1, [Dense(1)]), Recipe(epochs=1)
    train(network, recipe, ([[0.0], [1.0]], [[0.0], [1.0]]))
    files = sorted(private.folder().glob("*.kernel"))
    assert files and all(is_whole(file) for file in files[-20:])


@pytest.mark.parametrize("command", ["run rate-adam", "reproduce rate-adam", SWEEP])
@pytest.mark.parametrize("lack", [WITHOUT_PACKAGE, WITHOUT_DRIVER, WITHOUT_GPU])
def test_the_command_line_refuses_with_exit_code_2(command, lack):
    code = f"""
from fastdense_cli.app import invoke
assert invoke("{command} --seeds 1 --device cuda".split()) == 2
"""
    assert fresh(f"{lack}\n{code}") == ""


def test_a_device_that_is_none_is_named():
    answer = call("run", "rate-adam", "--device", "cudda")
    assert answer.sentence == "unknown device 'cudda'; did you mean 'cuda'?"


def test_theories_are_measured_on_the_cpu():
    answer = call("run", "xor", "--device", "reference")
    assert "is a theory, which is measured on the CPU" in answer.sentence
