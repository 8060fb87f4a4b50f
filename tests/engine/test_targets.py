"""The same bits whatever CPU the kernels are compiled for, with 128- to 512-bit vectors."""

import os
import platform
import subprocess
import sys

import pytest

SCRIPT = """
import hashlib
import numpy as np
from fastdense import Dense, Dropout, Network, Recipe, train
from fastdense.kernels.simd import register_bytes

generator = np.random.default_rng(0)
data = generator.standard_normal((150, 7)), generator.standard_normal((150, 3))
digest = hashlib.sha256()
for activation in ("tanh", "gelu"):
    layers = [Dense(33, activation, weights="he_normal"), Dropout(0.1), Dense(10, activation)]
    run = train(
        Network(7, [*layers, Dense(3)]),
        Recipe(optimizer="adam", schedule="cosine", epochs=10, batch=40, clip_norm=1.0),
        data,
        observe_every=5,
    )
    for array in (run.parameters, run.loss, run.gradient_norm, run.predict(data[0][:9])):
        digest.update(array.tobytes())
print(register_bytes(), digest.hexdigest())
"""


def trained(folder, **environment):
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "FASTDENSE_CACHE_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.split()


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names of x86 CPUs")
def test_bits_do_not_depend_on_the_processor(tmp_path):
    """Without fused multiply-add in hardware, with 256-bit and with the host's own vectors."""
    folder = tmp_path / "kernels"
    folder.mkdir(mode=0o700)
    host = trained(folder)
    without_fma = trained(folder, NUMBA_CPU_NAME="nehalem", NUMBA_CPU_FEATURES="")
    narrow = trained(folder, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES="+avx,+avx2,+fma")
    assert without_fma[0] == "16" and narrow[0] == "32"
    assert host[1] == without_fma[1] == narrow[1]
