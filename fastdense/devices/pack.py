"""Trainings of one architecture side by side in the lanes of one core."""

import numpy as np

from fastdense.devices.arrangement import arrange
from fastdense.devices.memory import Shape, arrays_for
from fastdense.devices.underway import Underway, Way
from fastdense.kernels import layout
from fastdense.kernels.layout import lanes_of, padded

CACHED = 1 << 18  # bytes of a chunk's activations, which the second-level cache holds
MOST_PARAMETERS = 4096  # of a network, beyond which those of all lanes exceed that cache
LEAST_SAMPLES = 4  # of a chunk: as many as a tile of the product


class Pack(Underway):
    """Trainings of `variants` of one task, by one thread.

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
        way = Way(
            members=1,
            columns=columns,
            stride=columns * lanes,
            chunks=1,
            arena=rows * columns * lanes,
            blocks=places["blocks"],
            update_by_block=False,
            layers=layers,
        )
        # Evaluations use the same chunks, so that ones stay in their rows.
        shape = Shape(
            lanes=lanes,
            block=columns,
            stride=way.stride,
            samples=columns,
            chunks=1,
            arena=way.arena,
            members=1,
            scratch=1,
        )
        arrays = arrays_for(task, variants, layers, places, shape)
        super().__init__(task, len(variants), "pack_train", arrays, [way])
        self.write_ones()

    def write_ones(self):
        """What kernels take to be one: inputs of biases, and weights of samples that have none."""
        stride, arena = self._ways[0].stride, self.arrays["arena"]
        for layer in self.arrays["layers"]:
            if layer["kind"] == layout.DENSE:
                first = (layer["input_row"] + layer["n_in"]) * stride
                arena[first : first + stride] = 1
        if not self.arrays["plan"][0]["weighted"]:
            self.arrays["sample_weights"][:] = 1


def worth_packing(task, count):
    """Whether `count` networks side by side are faster than one after the other."""
    return 2 * count >= lanes_of(task.recipe.dtype) and task.network.size <= MOST_PARAMETERS
