"""Predictions of samples that stay in rows: the lanes run over the outputs of each layer."""

from functools import cache

from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layers.dense import rows_forward_for


@cache
def predict_rows_for(kind):
    """`predict_rows(work, depth, arena, scratch, inputs, samples, predictions)`.

    From rows (samples, features) to rows (samples, outputs), neither of which is transposed. The
    outputs of the layers between stand in the arena in rows too.
    """
    dense = rows_forward_for(kind)

    @njit(inline="never", **NUMPY)
    def predict_rows(work, depth, arena, scratch, inputs, samples, predictions):
        source = inputs
        for index in range(depth):
            layer = record(work.layers, index)
            if layer.forward != 0:  # it passes: networks with others do not come here
                continue
            target = outputs = offset(arena, layer.output_row * samples)
            if index == depth - 1:
                outputs = predictions
                if layer.value != 0:
                    target = predictions
            dense(work, layer, source, target, outputs, samples, scratch)
            source = target

    return predict_rows
