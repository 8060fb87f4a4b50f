"""Trainings of one architecture side by side in the lanes of one core."""

import time

import numpy as np

from fastdense.devices.arrangement import address, arrange
from fastdense.devices.memory import Shape, arrays_for, result_of
from fastdense.devices.pace import Pace
from fastdense.kernels import layout
from fastdense.kernels.layout import lanes_of, padded
from fastdense.kernels.roles import program

CACHED = 1 << 18  # bytes of a chunk's activations, which the second-level cache holds
MOST_PARAMETERS = 4096  # of a network, beyond which those of all lanes exceed that cache
LEAST_SAMPLES = 4  # of a chunk: as many as a tile of the product


class Pack:
    """Trainings of `variants` of one task under way, advanced piece by piece.

    Parameters
    ----------
    task : Task
        Its own seed and parameters do not matter.
    variants : Variants
        From one up to as many as there are lanes.
    """

    def __init__(self, task, variants):
        network, dtype = task.network, task.recipe.dtype
        lanes = lanes_of(dtype)
        layers, places = arrange(network, dtype, 8 * network.size)  # one block a layer
        units = sum(layer.units for _, layer in network.dense)
        rows = places["rows"] + units  # the deltas of all layers stand behind the others
        most = max(CACHED // (rows * lanes * np.dtype(dtype).itemsize), LEAST_SAMPLES)
        columns = padded(-(-task.batch // -(-task.batch // most)), LEAST_SAMPLES)
        shape = Shape(
            lanes=lanes,
            block=columns,
            stride=columns * lanes,
            samples=columns,
            chunks=1,
            arena=rows * columns * lanes,
            members=1,
        )
        self.arrays = arrays_for(task, variants, layers, places, shape)
        plan = self.arrays["plan"][0]
        plan["columns"], plan["stride"], plan["chunks"] = columns, columns * lanes, 1
        plan["arena"] = shape.arena
        plan["blocks"] = len(network.dense)
        self.write_ones()
        self._run = program("pack_train", dtype)
        self._addresses = [address(array) for array in self.arrays.values()]
        self._task, self._count = task, len(variants)
        self._pace = Pace(1)

    def write_ones(self):
        """What kernels take to be one: inputs of biases, and weights of samples that have none."""
        plan, arena = self.arrays["plan"][0], self.arrays["arena"]
        for layer in self.arrays["layers"]:
            if layer["kind"] == layout.DENSE:
                first = (layer["input_row"] + layer["n_in"]) * plan["stride"]
                arena[first : first + plan["stride"]] = 1
        if not plan["weighted"]:
            self.arrays["sample_weights"][:] = 1

    @property
    def done(self):
        return self.arrays["state"][0]["phase"] == layout.DONE

    @property
    def epoch(self):
        """Epochs completed."""
        return int(self.arrays["state"][0]["epoch"])

    def advance(self):
        """Go on for one piece."""
        way, budget = self._pace.choose()
        state = self.arrays["state"][0]
        before, started = int(state["effort"]), time.perf_counter()
        self._run(*self._addresses, 0, budget)
        seconds = time.perf_counter() - started
        self._pace.note(way, budget, int(state["effort"]) - before, seconds)

    def results(self):
        """What `Run` takes besides the task, for each variant."""
        return [result_of(self._task, self.arrays, lane) for lane in range(self._count)]


def worth_packing(task, count):
    """Whether `count` networks side by side are faster than one after the other."""
    return 2 * count >= lanes_of(task.recipe.dtype) and task.network.size <= MOST_PARAMETERS
