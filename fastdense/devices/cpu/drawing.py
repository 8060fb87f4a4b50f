"""Random numbers by compiled kernels, as `fastdense.numerics.streams.parts` has them."""

import numpy as np

from fastdense.arrays.buffers import address
from fastdense.arrays.chunks import blocks
from fastdense.kernels.registry import program
from fastdense.numerics.streams import from_uniform

PASSES = 4  # arrays at once in the cache, while numbers are drawn and made into parameters


def parts(distribution, seeds, purpose, layer, epoch, count):
    """The numbers of a stream for some seeds, in parts: their rows, their columns and numbers.

    The array of one part is that of the next.
    """
    fill = program("uniforms", "float64")
    seeds = np.asarray(seeds, np.int64)
    memory = np.empty(0)
    for rows in blocks(len(seeds), PASSES * count):
        few = seeds[rows]
        for part in blocks(count, PASSES):
            width = min(part.stop, count) - part.start
            if memory.size < len(few) * width:
                memory = np.empty(len(few) * width)
            fill(address(memory), address(few), len(few), part.start, width, purpose, layer, epoch)
            drawn = memory[: len(few) * width].reshape(len(few), width)
            yield rows, part, from_uniform(distribution, drawn, _quantile)


def _quantile(p):
    """`normal_quantile`, in the place of the numbers."""
    program("normals", "float64")(address(p), p.size)
    return p
