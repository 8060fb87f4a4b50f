"""Brings samples from rows to feature-major columns and back, and visits them in order."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.drawing import make_drawing, make_drawing_of_lanes
from fastdense.kernels.compile.pointers import offset, stack_array
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.linalg.transpose import make_gather, make_narrow_gather, make_scatter
from fastdense.numerics.streams import SHUFFLE as SHUFFLE_PURPOSE

NARROW = 8  # features from which squares pay
BLOCKS = 16  # of four random words that are drawn at once

draw, array_of_words = make_drawing(BLOCKS), stack_array(4 * BLOCKS, types.int64)


@cache
def gather_for(kind):
    """`gather(rows, width, order, ordered, first, samples, columns, target, stride)`.

    Samples `order[first + b]` of `rows` (n, width) into columns b of `target`; without `ordered`,
    rows `first + b` themselves. Columns from `samples` up to `columns` are zero.
    """
    square = vector_length(kind.bitwidth)
    gather_whole, gather_part = (make_gather(kind, square, whole) for whole in (True, False))
    gather_narrow, few = make_narrow_gather(kind, square), 128 // kind.bitwidth
    offsets_of_square = stack_array(square, types.int64)

    @njit(inline="never", **NUMPY)
    def gather(rows, width, order, ordered, first, samples, columns, target, stride):
        if columns == 1:
            row = (order[first] if ordered else first) * width
            for i in range(width):
                target[i * stride] = rows[row + i]
        elif width < NARROW:
            done = 0
            if width >= few:
                offsets = offsets_of_square()
                done = samples - samples % square
                for begin in range(0, done, square):
                    for b in range(square):
                        sample = first + begin + b
                        offsets[b] = (order[sample] if ordered else sample) * width
                    i = 0
                    while i < width:
                        i = min(i, width - few)  # the last ones may be gathered twice
                        place = offset(target, i * stride + begin)
                        gather_narrow(offset(rows, i), offsets, place, stride)
                        i += few
            for i in range(width):
                line = offset(target, i * stride)
                source = offset(rows, i)
                if ordered:
                    for b in range(done, samples):
                        line[b] = source[order[first + b] * width]
                else:
                    for b in range(done, samples):
                        line[b] = source[(first + b) * width]
                for b in range(samples, columns):
                    line[b] = 0
        else:
            offsets = offsets_of_square()
            for begin in range(0, columns, square):
                present = min(max(samples - begin, 0), square)
                for b in range(square):
                    sample = first + min(begin + b, samples - 1)
                    offsets[b] = (order[sample] if ordered else sample) * width
                for i in range(0, width, square):
                    source, place = offset(rows, i), offset(target, i * stride + begin)
                    if present == square and width - i >= square:
                        gather_whole(source, offsets, square, square, place, stride)
                    else:
                        gather_part(source, offsets, present, min(width - i, square), place, stride)

    return gather


@cache
def scatter_for(kind):
    """`scatter(source, stride, width, samples, rows)`.

    Columns of `source` (width, samples) into rows (samples, width), which stand side by side.
    """
    square = vector_length(kind.bitwidth)
    scatter_whole, scatter_part = (make_scatter(kind, square, whole) for whole in (True, False))

    @njit(inline="never", **NUMPY)
    def scatter(source, stride, width, samples, rows):
        if stride == 1 or width == 1:  # they stand in one line on both sides
            for i in range(width * samples):
                rows[i] = source[i]
            return
        for b in range(0, samples, square):
            present = min(samples - b, square)
            for i in range(0, width, square):
                place, target = offset(source, i * stride + b), offset(rows, b * width + i)
                if width - i >= square:
                    scatter_whole(place, stride, square, present, target, width)
                else:
                    scatter_part(place, stride, width - i, present, target, width)

    return scatter


@njit(**NUMPY)
def gather_labels(labels, classes, order, ordered, first, samples, columns, target, stride):
    """Class labels as one-hot columns.

    The labels are the caller's, who may write into them meanwhile: what names no class makes its
    column NaN, and with it the loss.
    """
    for i in range(classes):
        for b in range(columns):
            target[i * stride + b] = 0
    for b in range(samples):
        label = labels[order[first + b] if ordered else first + b]
        if label >= 0 and label < classes:
            target[np.int64(label) * stride + b] = 1
        else:
            for i in range(classes):
                target[i * stride + b] = np.nan


@cache
def shuffle_for(group):
    """`shuffle(order, seeds, count, position, most, epoch, lanes)`.

    Go on with the permutations of an epoch, (count, lanes), for at most `most` exchanges; returns
    the position. Position 0 starts them; the exchanges run from the last sample down, and `count`
    says that they are complete. The same permutations as `fastdense.numerics.streams.permutation`.

    Lanes are one, or groups of `group`.
    """
    if group == 1:
        return shuffle_one
    draw, array_of_words = make_drawing_of_lanes(group), stack_array(4 * group, types.int64)

    @njit(inline="never", **NUMPY)
    def shuffle_group(order, seeds, count, position, last, epoch, lanes):
        if position == 0:
            for i in range(count):
                for lane in range(group):
                    order[i * lanes + lane] = i
        drawn = array_of_words()
        purpose = np.int64(SHUFFLE_PURPOSE)
        block = np.int64(-1)
        for i in range(count - 1 - position, last, -1):
            if i >> 2 != block:
                block = i >> 2
                draw(drawn, block, purpose, epoch, seeds)
            line, words = offset(order, i * lanes), offset(drawn, (i & 3) * group)
            for lane in range(group):
                word = np.uint64(words[lane])
                words[lane] = np.int64((word * np.uint64(i + 1)) >> np.uint64(32)) * lanes + lane
            for lane in range(group):
                swapped, other = line[lane], words[lane]
                line[lane] = order[other]
                order[other] = swapped

    @njit(inline="never", **NUMPY)
    def shuffle(order, seeds, count, position, most, epoch, lanes):
        last = max(count - 1 - position - most, 0)
        for lane in range(0, lanes, group):
            own = offset(order, lane)
            shuffle_group(own, offset(seeds, lane), count, position, last, epoch, lanes)
        return count if last == 0 else count - 1 - last

    return shuffle


@njit(**NUMPY)
def shuffle_one(order, seeds, count, position, most, epoch, lanes):
    """`shuffle` of one network."""
    seed = seeds[0]
    if position == 0:
        for i in range(count):
            order[i] = i
    last = max(count - 1 - position - most, 0)
    zero, purpose = np.int64(0), np.int64(SHUFFLE_PURPOSE)
    drawn = array_of_words()
    lowest = np.int64(1) << 62  # the first index whose word is drawn
    for i in range(count - 1 - position, last, -1):
        if i < lowest:
            block = max((i >> 2) - (BLOCKS - 1), 0)
            lowest = block << 2
            draw(drawn, block, purpose, zero, epoch, seed)
        word = np.uint64(drawn[(i & 3) * BLOCKS + ((i - lowest) >> 2)])
        j = np.int64((word * np.uint64(i + 1)) >> np.uint64(32))
        swapped = order[i]
        order[i] = order[j]
        order[j] = swapped
    return count if last == 0 else count - 1 - last
