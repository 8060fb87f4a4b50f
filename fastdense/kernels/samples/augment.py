"""Augmentation: the samples of a step on their way from the rows to the first layer's inputs."""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layout import DRAWN, MATRIX
from fastdense.kernels.records import TABLE, work_reader
from fastdense.kernels.samples.random_words import words
from fastdense.kernels.samples.uniforms import number
from fastdense.numerics.streams import AUGMENT


@njit(**NUMPY)
def clear_matrix(matrix):
    """Every place comes from itself."""
    for i in range(MATRIX):
        matrix[i] = 0.0
    matrix[0] = matrix[3] = 1.0


@njit(**NUMPY)
def then(matrix, new):
    """Into `matrix` where places come from if `new` changes what `matrix` has changed."""
    a, b, c, d = matrix[0], matrix[1], matrix[2], matrix[3]
    matrix[0], matrix[1] = a * new[0] + b * new[2], a * new[1] + b * new[3]
    matrix[2], matrix[3] = c * new[0] + d * new[2], c * new[1] + d * new[3]
    matrix[4] += a * new[4] + b * new[5]
    matrix[5] += c * new[4] + d * new[5]


@njit(**NUMPY)
def inside(place, count):
    """A place between the first and the last of `count`, the nearest to one that is not.

    Also where one is not finite.
    """
    last = count - 1.0
    return (place if place < last else last) if place > 0.0 else 0.0


@njit(inline="never", **NUMPY)
def resample(source, target, matrix, height, width, channels):
    """Bilinear, from the nearest edge where a place is outside."""
    middle_row, middle_column = 0.5 * (height - 1), 0.5 * (width - 1)
    below, beside = width * channels, channels
    i = 0
    for row in range(height):
        y = row - middle_row
        for column in range(width):
            x = column - middle_column
            down = inside(matrix[0] * y + matrix[1] * x + matrix[4] + middle_row, height)
            right = inside(matrix[2] * y + matrix[3] * x + matrix[5] + middle_column, width)
            top, left = np.int64(down), np.int64(right)
            corner = offset(source, top * below + left * channels)
            low, high = types.float64(down - top), types.float64(right - left)
            to_row = below if low > 0.0 else 0
            to_column = beside if high > 0.0 else 0
            for channel in range(channels):
                first = corner[channel] * (1.0 - high) + corner[channel + to_column] * high
                second = (
                    corner[channel + to_row] * (1.0 - high)
                    + corner[channel + to_row + to_column] * high
                )
                target[i] = first * (1.0 - low) + second * low
                i += 1


def augment(kind):
    """`(table, thread, first, place, samples, columns, target)`.

    Samples from `first` of the order on, the first of which stands at `place` in its batch, into
    columns of `target` (features, stride); columns from `samples` up to `columns` are zero. What is
    drawn is a function of the seed, the step, the augmentation and the sample's place.
    """
    return _augment(kind, False)


def pack_augment(kind):
    """`augment` of a pack: each lane has samples and numbers of its own."""
    return _augment(kind, True)


def _augment(kind, packed):
    read = work_reader(kind, packed)
    zero = np.float32(0) if kind == types.float32 else np.float64(0)

    @njit(**NUMPY)
    def row_of(work, plan, lane, sample):
        if packed:
            return work.draws[lane] * plan.samples + work.order[sample * plan.lanes + lane]
        return work.order[sample]

    @njit(inline="never", **NUMPY)
    def draw(work, plan, drawn, index, each, place, seed):
        step, purpose = record(work.state, 0).step, np.int64(AUGMENT)
        if each:
            first = place * ((plan.features + 1) // 2) * 2
            call(
                plan.uniforms,
                (drawn, seed, np.int64(1), first, plan.features, purpose, index, step),
            )
            call(plan.normals, (drawn, plan.features))
        else:
            four = words(place, purpose, index, step, seed[0])
            drawn[0] = number(np.int64(four[0]), np.int64(four[1]))
            drawn[1] = number(np.int64(four[2]), np.int64(four[3]))

    @njit(inline="never", **NUMPY)
    def changed(work, plan, source, image, other, drawn, place, seed):
        """A sample after all augmentations: it or one of two images that it passes through."""
        height, width, channels = plan.height, plan.width, plan.channels
        matrix = offset(drawn, np.int64(0))
        new = offset(matrix, MATRIX)
        drawn = offset(new, MATRIX)
        clear_matrix(matrix)
        moved, current = False, source
        for index in range(plan.augmentations):
            one = record(work.augmentations, index)
            hyper = offset(work.augmentation_hyper, one.hyper)
            draw(work, plan, drawn, index, one.each != 0, place, seed)
            if one.place != 0:
                call(one.place, (drawn, hyper, height, width, new))
                then(matrix, new)
                moved = True
                continue
            if moved:  # those that follow each other are one, so an image is blurred once
                resample(current, other, matrix, height, width, channels)
                current, image, other = other, other, image
                clear_matrix(matrix)
                moved = False
            elif index == 0:
                for i in range(plan.features):
                    image[i] = source[i]
                current = image
            call(one.values, (current, drawn, hyper, height, width, channels))
        if moved:
            resample(current, other, matrix, height, width, channels)
            current = other
        return current

    def augment(table, thread, first, place, samples, columns, target):
        work = read(table)
        plan, job = record(work.plan, 0), record(work.job, 0)
        features, stride = plan.features, job.stride
        lanes = plan.lanes if packed else np.int64(1)
        image = offset(work.images, thread * 2 * features)
        other = offset(image, features)
        each = np.int64(max(features if plan.normals != 0 else 0, DRAWN))
        drawn = offset(work.drawn, thread * (each + 2 * MATRIX))
        for b in range(samples):
            for lane in range(lanes):
                source = offset(work.inputs, row_of(work, plan, lane, first + b) * features)
                seed = offset(work.seeds, lane)
                found = changed(work, plan, source, image, other, drawn, place + b, seed)
                column = offset(target, b * lanes + lane)
                for i in range(features):
                    column[i * stride] = found[i]
        for i in range(features):
            for b in range(samples, columns):
                target[i * stride + b] = zero

    pointer = types.CPointer(kind)
    return augment, types.void(TABLE, *[types.int64] * 5, pointer)
