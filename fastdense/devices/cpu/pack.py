"""Trainings of one architecture side by side in the lanes of one core."""

import time
from math import prod

import numpy as np

from fastdense.devices.cpu import unrolling
from fastdense.devices.cpu.arena import arrange
from fastdense.devices.cpu.session import Session, Strategy
from fastdense.devices.cpu.state import Shape, arrays_for
from fastdense.kernels import layout
from fastdense.kernels.layout import group_of, padded

CACHED = 1 << 18  # bytes of a chunk's activations, which the second-level cache holds
MAX_PARAMETERS = 4096  # of a network, beyond which those of sixteen lanes exceed that cache
NEAR = 1 << 16  # bytes of what a step works on, up to which more lanes make it cheaper
FAR = 1 << 26  # bytes of the curves and signals of all lanes
MIN_SAMPLES = 4  # of a chunk: as many as a tile of the product


class Pack(Session):
    """Trainings of `variants` of one task, by one thread.

    Parameters
    ----------
    task : Task
        Its own seed and parameters do not matter.
    variants : Variants
        One or more; there are as many lanes, in whole groups.
    """

    def __init__(self, task, variants):
        network, dtype = task.network, task.recipe.dtype
        lanes = padded(len(variants), group_of(dtype))
        layers, places = arrange(network, dtype, 8 * network.size, packed=True)  # one block a layer
        # The deltas of all layers stand behind the other rows.
        rows = places["rows"] + places["units"]
        most = max(CACHED // (rows * lanes * np.dtype(dtype).itemsize), MIN_SAMPLES)
        most = task.batch if network.whole_batch else most
        columns = padded(-(-task.batch // -(-task.batch // most)), MIN_SAMPLES)
        strategy = Strategy(
            threads=1,
            columns=columns,
            stride=columns * lanes,
            chunks=1,
            arena=rows * columns * lanes,
            blocks=places["blocks"],
            update_by_block=False,
            in_turn=False,
            by_units=0,
            layers=layers,
        )
        # Evaluations use the same chunks, so that ones stay in their rows.
        shape = Shape(
            lanes=lanes,
            block=columns,
            stride=strategy.stride,
            samples=columns,
            chunks=1,
            arena=strategy.arena,
            threads=1,
            scratch=1,
        )
        arrays = arrays_for(task, variants, places, shape, strategy)
        super().__init__(task, len(variants), "pack_train", arrays, [strategy])
        self.write_ones()
        self._kind = unrolling.kind_of(task, variants)

    def advance(self, budget=None, strategy=None, until=None):
        """Go on for one piece; a small network by steps of its own, once they are worth it."""
        if self._kind is None:
            super().advance(budget, strategy, until)
            return
        self.arrays["plan"][0]["unrolled"] = self._kind.address
        started = time.perf_counter()
        super().advance(budget, strategy, until)
        self._kind.note(time.perf_counter() - started)

    def write_ones(self):
        """What kernels take to be one: inputs of biases, and weights of samples that have none."""
        stride, arena = self._strategies[0].stride, self.arrays["arena"]
        for layer in self.arrays["layers"]:
            first = (layer["input_row"] + layer["n_in"]) * stride
            arena[first : first + stride] = 1
        if not self.arrays["plan"][0]["weighted"]:
            self.arrays["sample_weights"][:] = 1


def _units(network):
    return sum(prod(e.outputs(inputs)) for inputs, e in network.sized if e.own_delta)


def packed(task, count):
    """How many of `count` networks should be trained side by side; the others are faster alone."""
    group = group_of(task.recipe.dtype)
    if task.network.size > MAX_PARAMETERS:
        return 0
    rest = count % group
    return count if 2 * rest >= group else count - rest


def most_lanes(task):
    """Networks that are trained side by side where there are enough."""
    return most_groups(task) * group_of(task.recipe.dtype)


def most_groups(task):
    """Groups of lanes that a pack should have at most.

    Lanes share the calls of a step, which cost most of the time of a small network.
    """
    network, recipe = task.network, task.recipe
    slots = len(recipe.optimizer.entry.slots)
    # Slopes, outputs and deltas of all units; parameters, gradient and slots.
    rows = network.features + 3 * _units(network) + network.outputs
    numbers = rows * task.batch + network.size * (2 + slots)
    near = numbers * np.dtype(recipe.dtype).itemsize
    sums = layout.SUMS * len(network.dense) * task.observations
    far = 8 * (layout.CURVES * max(task.evaluations, 1) + sums)
    order = 8 * task.visits
    return max(min(NEAR // near, CACHED // order, FAR // far) // group_of(recipe.dtype), 1)
