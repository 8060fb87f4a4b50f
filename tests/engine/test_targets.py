"""The same bits whatever CPU the kernels are compiled for, and whatever vectors they use."""

import os
import platform
import subprocess
import sys

import pytest

from fastdense.kernels.compile import vectors

SCRIPT = """
import hashlib
import sys
import numpy as np
from fastdense import Dense, Dropout, Network, Recipe, train, train_many
from fastdense.devices.cpu import unrolling
from fastdense.kernels.compile import drawing, vectors

cases = [("tanh", 40, "float32"), ("gelu", 1, "float32"), ("gelu", 150, "float64")]
if len(sys.argv) > 1:
    vectors.register_bytes = drawing.register_bytes = lambda: int(sys.argv[1])
    del cases[2]  # its kernels would have to be compiled as well
generator = np.random.default_rng(0)
data = generator.standard_normal((150, 4)), generator.standard_normal((150, 3))
digest = hashlib.sha256()
for activation, batch, dtype in cases:
    clip_norm = 0.0 if batch == 1 else 1.0  # the update by one sample is of the plain gradient
    layers = [Dense(33, activation, weights="he_normal"), Dropout(0.1), Dense(20, activation)]
    run = train(
        Network(4, [*layers, Dense(10, activation), Dense(3)]),
        Recipe(
            optimizer="adam", schedule="cosine", epochs=4, batch_size=batch, clip_norm=clip_norm,
            dtype=dtype,
        ),
        data,
        observe_every=2,
    )
    for array in (run.parameters, run.loss, run.signals["gradient_norm"], run.predict(data[0][:9])):
        digest.update(array.tobytes())
network = Network(4, [Dense(13, "tanh"), Dropout(0.1), Dense(3)])
runs = train_many(network, Recipe(optimizer="adam", epochs=2, batch_size=9), data, seeds=9)
for array in (runs.parameters, runs.loss):
    digest.update(array.tobytes())
unrolling.ENOUGH_SECONDS = 0.0
few = data[0][:4, :2], data[1][:4, :1]
for _ in range(2):  # the second time by a step of its own
    runs = train_many(Network.of(2, 4, 1), Recipe(epochs=9), few, seeds=9, evaluate_every=0)
    digest.update(runs.parameters.tobytes())
print(vectors.register_bytes(), digest.hexdigest())
"""


def begun(folder, *arguments, **environment):
    """The script in a process with kernels of its own, or without a folder with those of all."""
    if folder is not None:
        folder.mkdir(mode=0o700)
        environment["FASTDENSE_CACHE_DIR"] = str(folder)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """The width of its vectors in bytes, and a digest of all that it computed."""
    width, digest = process.communicate()[0].split()
    assert process.returncode == 0
    return int(width), digest


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names of x86 CPUs")
def test_bits_do_not_depend_on_the_processor(tmp_path):
    """Without fused multiply-add in hardware, with 256-bit and with the host's own vectors."""
    host = begun(None)
    slow = begun(tmp_path / "slow", NUMBA_CPU_NAME="nehalem", NUMBA_CPU_FEATURES="")
    narrow = begun(
        tmp_path / "narrow", NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES="+avx,+avx2,+fma"
    )
    host, slow, narrow = ended(host), ended(slow), ended(narrow)
    assert slow[0] == 16 and narrow[0] == 32
    assert host[1] == slow[1] == narrow[1]


@pytest.mark.bits  # the processors above have vectors of all widths, too
def test_bits_do_not_depend_on_the_vectors(tmp_path):
    """4, 8 and 16 numbers of float32 in a vector."""
    usual = vectors.register_bytes()
    processes = {w: begun(None if w == usual else tmp_path / str(w), str(w)) for w in (16, 32, 64)}
    widths, digests = zip(*map(ended, processes.values()), strict=True)
    assert widths == tuple(processes)
    assert len(set(digests)) == 1
