"""Predictions of samples that stay in rows: the lanes run over the outputs of each layer."""

from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layout import DENSE
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.tile import COLUMN_BIAS


@cache
def predict_rows_for(kind):
    """`predict_rows(work, depth, arena, scratch, inputs, samples, predictions)`.

    From rows (samples, features) to rows (samples, outputs), neither of which is transposed. The
    outputs of the layers between stand in the arena in rows too.
    """
    product = product_for(kind)

    @njit(inline="never", **NUMPY)
    def predict_rows(work, depth, arena, scratch, inputs, samples, predictions):
        zero, one = np.int64(0), np.int64(1)
        source = inputs
        for index in range(depth):
            layer = record(work.layers, index)
            if layer.kind != DENSE:  # dropout acts in training only
                continue
            coupled = layer.value == 0
            target = predictions
            if coupled or index < depth - 1:
                target = offset(arena, layer.output_row * samples)
            weights = offset(work.parameters, layer.weights)
            bias = offset(weights, layer.n_in * layer.n_out)
            product(
                source, layer.n_in, one, weights, layer.n_out, target, layer.n_out, samples,
                layer.n_out, layer.n_in, np.int64(COLUMN_BIAS), bias, scratch, scratch, zero, zero,
            )  # fmt: skip
            if not coupled:
                call(layer.value, (target, one, samples * layer.n_out, zero))
            else:  # the last layer
                for b in range(samples):
                    place = offset(target, b * layer.n_out)
                    outputs = offset(predictions, b * layer.n_out)
                    call(layer.activate, (place, outputs, layer.n_out, one, one))
            source = target

    return predict_rows
