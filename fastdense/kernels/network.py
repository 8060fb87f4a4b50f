"""A network's forward and backward pass over samples side by side: two linked kernels.

The training loop calls each once for a chunk of samples, so that the matrix product is compiled
into two kernels and not again into everything that trains or evaluates.
"""

import numpy as np
from numba import njit, types

from fastdense import philox
from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import DENSE, OBSERVING, PARTIAL_SUMS, TRAINING
from fastdense.kernels.matmul import product_for
from fastdense.kernels.pointers import call, offset, record
from fastdense.kernels.primitives import INLINE
from fastdense.kernels.records import layer_type
from fastdense.kernels.simd import ACCUMULATE, BIAS, ZERO, make_transpose, vector_length
from fastdense.random import DROPOUT as DROPOUT_PURPOSE

random_block = njit(philox.block, **INLINE)

LOW_WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@njit(**NUMPY)
def low_word(number):
    return np.uint64(number) & LOW_WORD


@njit(**NUMPY)
def high_word(number):
    return np.uint64(number) >> HALF


@njit(**NUMPY)
def words(index, purpose, layer, time, seed):
    """The four random words of one block: `fastdense.random.words` in compiled form."""
    return random_block(
        np.uint64(index),
        low_word(time),
        np.uint64(purpose << 24 | layer),
        high_word(time),
        low_word(seed),
        high_word(seed),
    )


def forward(kind):
    """`(layers, depth, parameters, arena, scratch, stride, columns, samples, purpose, first, seed,
    step, sizes)`.

    From the first layer's input rows to the last one's output rows. `columns` is a multiple of 16
    and at most `stride`; `first` is the place of the first sample in its batch. Dropout acts in
    TRAINING only. When OBSERVING the |pre-activations| of layer l are added to the sixteen sums
    at `sizes[16 l]`.
    """
    product = product_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def draw_mask(layer, mask, stride, columns, first, seed, step):
        # The mask of sample b of the batch is words [b * n, b * n + n), n rounded up to 4.
        blocks = (layer.n_in + 3) // 4
        scale = cast(layer.keep_scale)
        purpose = np.int64(DROPOUT_PURPOSE)
        for b in range(columns):
            for block in range(blocks):
                four = words((first + b) * blocks + block, purpose, layer.index, step, seed)
                for j in range(min(4, layer.n_in - 4 * block)):
                    word = four[0] if j == 0 else (four[1] if j == 1 else four[2 + (j == 3)])
                    kept = np.int64(word) >= layer.keep_above
                    mask[(4 * block + j) * stride + b] = scale if kept else cast(0)

    def forward(layers, depth, parameters, arena, scratch, stride, columns, samples, purpose,
                first, seed, step, sizes):  # fmt: skip
        for index in range(depth):
            layer = record(layers, index)
            source = offset(arena, layer.input_row * stride)
            target = offset(arena, layer.output_row * stride)
            slopes = offset(arena, layer.slope_row * stride)
            if layer.kind == DENSE:
                # The row behind the inputs is the bias's input in the weight gradient.
                ones = offset(source, layer.n_in * stride)
                for b in range(columns):
                    ones[b] = cast(1)
                weights = offset(parameters, layer.weights)
                product(
                    weights, 1, layer.n_out, source, stride, slopes, stride,
                    layer.n_out, columns, layer.n_in,
                    BIAS, offset(weights, layer.n_in * layer.n_out), scratch,
                )  # fmt: skip
                if purpose == OBSERVING:
                    # Sample by sample, so that the order of the sum does not depend on `columns`.
                    for b in range(samples):
                        size = 0.0
                        for row in range(layer.n_out):
                            size += abs(float(slopes[row * stride + b]))
                        sizes[index * PARTIAL_SUMS + b % PARTIAL_SUMS] += size
                call(layer.activate, (slopes, target, layer.n_out, columns, stride))
            else:
                if purpose == TRAINING:
                    draw_mask(layer, slopes, stride, columns, first, seed, step)
                else:
                    for row in range(layer.n_in):
                        for i in range(row * stride, row * stride + columns):
                            slopes[i] = cast(1)
                for row in range(layer.n_in):
                    for i in range(row * stride, row * stride + columns):
                        target[i] = source[i] * slopes[i]

    numbers, int64 = types.CPointer(kind), types.int64
    return forward, types.void(
        *(types.CPointer(layer_type), int64, numbers, numbers, numbers, int64, int64, int64),
        *(int64, int64, int64, int64, types.CPointer(types.float64)),
    )


def backward(kind):
    """`(layers, depth, parameters, gradient, arena, transposed, delta, other, stride, columns,
    samples, accumulate)`.

    From the loss's derivative in the rows of `delta` to the gradient of all parameters. Each
    gradient is one chain over samples in ascending order; with `accumulate` it goes on from the
    chain of the samples before.
    """
    product = product_for(kind)
    square = vector_length(kind.bitwidth)
    transpose = make_transpose(kind, square)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def apply_slopes(delta, slopes, stride, target, width, rows, columns):
        # From `da` to `dz = da * slope` (rows, columns) in place, and its transpose to `target`.
        for o in range(0, rows, square):
            for b in range(0, columns, square):
                start = o * stride + b
                transpose(
                    offset(delta, start), offset(slopes, start), stride, rows - o,
                    offset(target, b * width + o), width,
                )  # fmt: skip

    def backward(layers, depth, parameters, gradient, arena, transposed, delta, other, stride,
                 columns, samples, accumulate):  # fmt: skip
        start = ACCUMULATE if accumulate else ZERO
        for index in range(depth - 1, -1, -1):
            layer = record(layers, index)
            slopes = offset(arena, layer.slope_row * stride)
            if layer.kind != DENSE:
                for row in range(layer.n_in):
                    for i in range(row * stride, row * stride + columns):
                        delta[i] *= slopes[i]
                continue
            if layer.differentiate != 0:
                outputs = offset(arena, layer.output_row * stride)
                call(layer.differentiate, (outputs, delta, layer.n_out, columns, stride))
                # What is left is to be transposed only.
                for row in range(layer.n_out):
                    for i in range(row * stride, row * stride + columns):
                        slopes[i] = cast(1)
            apply_slopes(delta, slopes, stride, transposed, layer.padded_out, layer.n_out, columns)
            weights = offset(parameters, layer.weights)
            product(
                offset(arena, layer.input_row * stride), stride, 1, transposed, layer.padded_out,
                offset(gradient, layer.weights), layer.n_out,
                layer.n_in + 1, layer.n_out, samples, start, weights, transposed,
            )  # fmt: skip
            if layer.needs_input_gradient:
                product(
                    weights, layer.n_out, 1, delta, stride, other, stride,
                    layer.n_in, columns, layer.n_out, ZERO, weights, transposed,
                )  # fmt: skip
                delta, other = other, delta

    numbers, int64 = types.CPointer(kind), types.int64
    return backward, types.void(
        *(types.CPointer(layer_type), int64, numbers, numbers, numbers, numbers, numbers),
        *(numbers, int64, int64, int64, int64),
    )
