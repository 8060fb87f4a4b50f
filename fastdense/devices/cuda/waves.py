"""As many networks at once as the GPU's memory holds, and then the next ones."""

import math
import time

from fastdense.devices.cuda import compiling, supported
from fastdense.devices.cuda.arrays import OutOfMemory
from fastdense.devices.cuda.layout import WARP
from fastdense.devices.cuda.pack import Pack, groups_that_fit, team_of
from fastdense.kernels.layout import padded

# Networks of a wave for each multiprocessor: as many threads as it has registers for. More would
# only share the caches with those that run.
EACH = 256


# What decides who trains a network: multiply-adds a second of a thread and of a grid, and seconds
# that the stages of a step of a grid wait for each other. None of it is measured yet.
THREAD_RATE, GRID_RATE, WAITING_SECONDS = 1e8, 1e13, 3e-5
MOST_OF_A_THREAD = 1 << 20  # parameters: with more, a launch would not end soon


def is_shared(task, count):
    """Whether the whole GPU trains each of so many networks, rather than a thread of it each."""
    if task.network.size > MOST_OF_A_THREAD:
        return True
    products = 3 * task.network.products * task.batch
    return count * (WAITING_SECONDS + products / GRID_RATE) < products / THREAD_RATE


def lanes_of(task, count=None):
    """Networks of a wave, of `count` or very many: whole warps, as many as there is memory for.

    One, if the whole GPU trains each.

    Raises
    ------
    OutOfMemory
        Not even one warp of them fits, or they are not trained here.
    """
    supported.check(task)
    shared = is_shared(task, math.inf if count is None else count)
    groups = groups_that_fit(task, team_of(task.recipe.dtype, shared))
    if shared:
        return 1
    return int(min(groups, compiling.multiprocessors() * EACH // WARP)) * WARP


def train_in_waves(task, variants, store, check):
    """Train all variants; `check(networks done, fractions included)` may raise to stop.

    The results of a wave are stored when it ends.
    """
    first, lanes = 0, lanes_of(task, len(variants))
    least = min(lanes, WARP)
    waves = -(-len(variants) // lanes)
    lanes = padded(-(-len(variants) // waves), least)  # of equal size
    while first < len(variants):
        own = variants[first : first + lanes]
        try:
            results = _trained(task, own, least == 1, lambda share: check(first + share))  # noqa: B023
        except OutOfMemory:
            if lanes == least:
                raise
            lanes = max(lanes // 2 // WARP, 1) * WARP
            continue
        store(first, results)
        first += len(own)


def _trained(task, variants, together, check):
    """The results of a wave, whose memory is free again when this returns or raises."""
    pack = Pack(task, variants, together)
    while not pack.done:
        pack.advance()
        check(len(variants) * pack.epoch / max(task.recipe.epochs, 1))
    return pack.results()


def first_wave(task, variants):
    """The first of the variants, as many as are trained at once, and how many those would be."""
    lanes = lanes_of(task, len(variants))
    return Pack(task, variants[:lanes], lanes == 1), lanes


def seconds_in_waves(task, variants, budget):
    """How long all variants would take, after trying the first wave for `budget` seconds."""
    pack, lanes = first_wave(task, variants)
    pack.advance()  # it also compiles
    steps, began = pack.steps, time.perf_counter()
    while (seconds := time.perf_counter() - began) < budget and not pack.done:
        pack.advance()
    all_steps = task.recipe.epochs * task.steps_per_epoch
    waves = -(-len(variants) // lanes)
    return seconds * all_steps / max(pack.steps - steps, 1) * waves
