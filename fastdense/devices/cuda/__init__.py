"""The CUDA device: packs of networks, each in a thread of a GPU."""

from fastdense.devices.cpu.drawing import parts
from fastdense.devices.cuda import supported
from fastdense.devices.cuda.driver import about, demand
from fastdense.errors import FastdenseError

__all__ = [
    "about",
    "begin",
    "begin_packs",
    "check",
    "demand",
    "lanes_of",
    "parts",
    "predictor",
    "seconds_of",
    "train_here",
    "train_packs",
]


def check(task):
    """Nothing, or the error of a task that it does not train."""
    supported.check(task)


def begin(task, threads=None):
    """The training of one network, which has not begun: a pack of one."""
    demand()
    from fastdense.devices.cuda.single import Single

    return Single(task)


def begin_packs(task, variants, threads=None):
    """It trains packs to their ends only."""
    raise FastdenseError(
        'the device "cuda" trains no networks side by side that stop one by one; take the device '
        '"cpu"'
    )


def train_packs(jobs, stores, on_progress=None, threads=None):
    """Train the variants of several tasks, as many at once as there is memory for."""
    demand()
    from fastdense.devices.cuda.waves import train_in_waves

    total, done = sum(len(variants) for _, variants in jobs), 0

    def check(share=0.0):
        if on_progress is not None:
            on_progress(done + share, total)

    for (task, variants), store in zip(jobs, stores, strict=True):
        train_in_waves(task, variants, store, check)
        done += len(variants)
    check()


def train_here(task, variants, store, check, threads=1):
    """Train the variants of one task; `check` is called after every launch."""
    demand()
    from fastdense.devices.cuda.waves import train_in_waves

    train_in_waves(task, variants, store, lambda share: check())


def seconds_of(task, variants, budget):
    """How long the variants would take, after trying for `budget`."""
    demand()
    from fastdense.devices.cuda.waves import seconds_in_waves

    return seconds_in_waves(task, variants, budget)


def lanes_of(task):
    """Networks that are trained side by side where there are enough."""
    demand()
    from fastdense.devices.cuda.waves import lanes_of

    return lanes_of(task)


def predictor(network, parameters):
    """Outputs of inputs: computed on the CPU, whose bits are the GPU's."""
    from fastdense.devices.cpu.prediction import Predictor

    return Predictor(network, parameters)
