"""Predictions of samples that stay in rows: the lanes run over the outputs of each layer."""

from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import DENSE
from fastdense.kernels.matmul import product_for
from fastdense.kernels.pointers import call, offset, record
from fastdense.kernels.tile import COLUMN_BIAS


@cache
def predict_rows_for(kind):
    """`predict_rows(work, depth, arena, scratch, inputs, samples, columns, predictions)`.

    From rows (samples, features) to rows (samples, outputs), neither of which is transposed. Each
    layer's outputs stand in the arena in rows too, in the place of `columns` samples. Every
    activation must have a kernel for its values.
    """
    product = product_for(kind)

    @njit(inline="never", **NUMPY)
    def predict_rows(work, depth, arena, scratch, inputs, samples, columns, predictions):
        zero, one = np.int64(0), np.int64(1)
        source = inputs
        for index in range(depth):
            layer = record(work.layers, index)
            if layer.kind != DENSE:  # dropout acts in training only
                continue
            target = predictions
            if index < depth - 1:
                target = offset(arena, layer.output_row * columns)
            weights = offset(work.parameters, layer.weights)
            bias = offset(weights, layer.n_in * layer.n_out)
            product(
                source, layer.n_in, one, weights, layer.n_out, target, layer.n_out, samples,
                layer.n_out, layer.n_in, np.int64(COLUMN_BIAS), bias, scratch, scratch, zero, zero,
            )  # fmt: skip
            call(layer.value, (target, one, samples * layer.n_out, zero))
            source = target

    return predict_rows
