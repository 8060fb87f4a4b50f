"""As many networks at once as the GPU's memory holds, and then the next ones."""

import time

from fastdense.devices.cuda import compiling, supported
from fastdense.devices.cuda.arrays import bytes_of, shared_bytes, too_large
from fastdense.devices.cuda.layout import WARP
from fastdense.devices.cuda.pack import Pack
from fastdense.kernels.layout import padded

SHARE = 0.9  # of the memory that is free
# Networks of a wave for each multiprocessor: as many threads as it has registers for. More would
# only share the caches with those that run.
EACH = 256


def lanes_of(task):
    """Networks of a wave: whole warps, as many as there is memory for.

    Raises
    ------
    FastdenseError
        Not even one warp of them fits, or they are not trained here.
    """
    supported.check(task)
    free = compiling.free_memory()
    each = WARP * bytes_of(task)
    warps = (SHARE * free - shared_bytes(task)) / each
    if warps < 1:
        raise too_large(task, free)
    return int(min(warps, compiling.multiprocessors() * EACH // WARP)) * WARP


def train_in_waves(task, variants, store, check):
    """Train all variants; `check(networks done, fractions included)` may raise to stop.

    The results of a wave are stored when it ends.
    """
    first, lanes = 0, lanes_of(task)
    waves = -(-len(variants) // lanes)
    lanes = padded(-(-len(variants) // waves), WARP)  # of equal size
    while first < len(variants):
        own = variants[first : first + lanes]
        pack = _pack(task, own)
        if pack is None:
            if lanes == WARP:
                raise too_large(task, compiling.free_memory())
            lanes = max(lanes // 2 // WARP, 1) * WARP
            continue
        while not pack.done:
            pack.advance()
            check(first + len(own) * pack.epoch / max(task.recipe.epochs, 1))
        store(first, pack.results())
        first += len(own)


def _pack(task, variants):
    """The pack, or None if the GPU has not the memory for it after all."""
    try:
        return Pack(task, variants)
    except Exception as error:
        if compiling.is_out_of_memory(error):
            return None
        raise


def seconds_in_waves(task, variants, budget):
    """How long all variants would take, after trying the first wave for `budget` seconds."""
    lanes = lanes_of(task)
    pack = Pack(task, variants[:lanes])
    pack.advance()  # it also compiles
    steps, began = pack.steps, time.perf_counter()
    while (seconds := time.perf_counter() - began) < budget and not pack.done:
        pack.advance()
    all_steps = task.recipe.epochs * task.steps_per_epoch
    waves = -(-len(variants) // lanes)
    return seconds * all_steps / max(pack.steps - steps, 1) * waves
