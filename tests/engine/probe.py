"""Run as a program: trains in a process that may take only so much more memory, and says how much.

The kernel itself refuses what goes beyond the limit, so that no peak is missed. RLIMIT_DATA counts
private memory: what malloc gives, but not the pages of a mapped file.
"""

import resource
import sys

import numpy as np

from fastdense import Data, Network, Recipe, train

FEATURES = 28
NETWORK = Network.of(FEATURES, 16, 1)
RECIPE = Recipe(batch_size=256, epochs=1, optimizer="adam", learning_rate=1e-9)


def fill(array):
    """Numbers in every row of an array, a block at a time, no two rows equal."""
    block = np.random.default_rng(0).standard_normal((50_000, array.shape[1]), np.float32)
    for first in range(0, len(array), len(block)):
        array[first : first + len(block)] = block[: len(array) - first] + np.float32(first)
    return array


def warm_up():
    """Load the kernels, or compile them, which leaves much free memory behind."""
    few = fill(np.empty((300, FEATURES), np.float32))
    run = train(NETWORK, RECIPE, (few, few[:, 0]))
    return run.predict(few), run.outcome


def status(name):
    """A number of bytes that the operating system knows of this process."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))


def limit(more):
    """Take at most so many more bytes from here on."""
    most = status("VmData") + more
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    try:
        np.ones(more + (16 << 20), np.uint8)  # some was free already
    except MemoryError:
        return
    sys.exit("skip: no limit on memory here, or a compiler left free memory behind")


def main(rows, more, folder=None):
    if folder:
        x, y = (np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in "xy")
    else:
        x, y = (fill(np.empty((rows, width), np.float32)) for width in (FEATURES, 1))
    warm_up()
    private, high = status("RssAnon"), status("VmHWM")
    limit(more)
    seen = []

    data = Data(x, y)
    assert np.shares_memory(data.inputs, x) and np.shares_memory(data.targets, y)
    run = train(NETWORK, RECIPE, data, on_progress=lambda epoch: seen.append(status("RssAnon")))
    assert run.steps == -(-rows // 256) and np.isfinite(run.loss).all()
    peak = status("VmHWM")
    print(
        f"training: {(max(seen) - private) / 1e6:.0f} MB of private memory above the start; "
        f"all pages peak {(peak - high) / 1e6:.0f} MB above it, at {peak / 1e6:.0f} MB"
    )

    private = status("RssAnon")
    predictions = run.predict(x)
    assert predictions.shape == (rows, 1)
    assert status("RssAnon") - private < predictions.nbytes + 8e6
    assert run.outcome != "diverged"
    print(f"prediction and outcome: peak {(status('VmHWM') - high) / 1e6:.0f} MB above the start")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
