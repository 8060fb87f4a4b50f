"""Random numbers as a function of (seed, purpose, epoch, index), never of the order of calls.

The counter of Philox holds the block index, the epoch or step (64 bits), and the purpose with its
layer; the key holds the seed. Only correctly rounded operations are used, so the numbers are the
same on every machine.
"""

import numpy as np

from fastdense.arrays.chunks import blocks
from fastdense.numerics import philox
from fastdense.numerics.exact import log

PASSES = 32  # arrays at once in the cache, while numbers are drawn
INITIAL, SHUFFLE, DROPOUT, DATA, AUGMENT = range(5)  # purposes
BELOW = 0.022750131948179195  # the share of a normal distribution below -2 standard deviations


def words(seed, purpose, layer, epoch, count, first=0):
    """`count` 32-bit words as uint64, from number `first`, a multiple of 4, on: shape (count,)."""
    u = np.uint64
    return _words(np.array([seed], u), purpose, layer, epoch, count, first)[0]


def _words(seeds, purpose, layer, epoch, count, first=0):
    """`words` of several seeds (n,), uint64: shape (n, count)."""
    u = np.uint64
    counters = np.arange(first // 4, -(-(first + count) // 4), dtype=u)
    key = (seeds & u(0xFFFFFFFF))[:, np.newaxis], (seeds >> u(32))[:, np.newaxis]
    time = u(epoch & 0xFFFFFFFF), u(epoch >> 32)
    with np.errstate(over="ignore"):
        four = philox.block(counters, time[0], u(purpose << 24 | layer), time[1], *key)
    return np.stack(four, axis=2).reshape(len(seeds), -1)[:, :count]


def uniform(seed, purpose, layer, epoch, shape):
    """Independent float64 in the open interval (0, 1), 52 random bits each."""
    return numbers("uniform", [seed], purpose, layer, epoch, shape)[0]


def numbers(distribution, seeds, purpose, layer, epoch, shape, draw=None):
    """Independent numbers, float64, for each of several seeds: shape (len(seeds), *shape).

    `distribution` is as in `parts`, whose place `draw` takes.
    """
    shape = tuple(np.atleast_1d(shape))
    drawn = np.empty((len(seeds), int(np.prod(shape))))
    stream = seeds, purpose, layer, epoch
    for rows, part, values in (draw or parts)(distribution, *stream, drawn.shape[1]):
        drawn[rows, part] = values
    return drawn.reshape(len(seeds), *shape)


def parts(distribution, seeds, purpose, layer, epoch, count):
    """Independent numbers, (len(seeds), count), in parts: their rows, their columns and numbers.

    `distribution` is "uniform" in (0, 1), or what `from_uniform` makes of that.
    """
    seeds = np.asarray(seeds, np.uint64)
    for rows in blocks(len(seeds), PASSES * count):
        for part in blocks(count, PASSES):
            width = min(part.stop, count) - part.start
            pairs = _words(seeds[rows], purpose, layer, epoch, 2 * width, first=2 * part.start)
            high, low = pairs[:, 0::2], pairs[:, 1::2]
            bits = (high << np.uint64(20)) | (low >> np.uint64(12))
            uniform = (bits.astype(np.float64) + 0.5) * 2.0**-52
            yield rows, part, from_uniform(distribution, uniform)


def from_uniform(distribution, uniform, quantile=None):
    """Numbers of a distribution from uniform ones in (0, 1), by its quantiles.

    "normal" is standard normal, and "truncated_normal" that within two standard deviations (before
    it was cut). `quantile` takes the place of `normal_quantile`.
    """
    quantile = quantile or normal_quantile
    if distribution == "normal":
        return quantile(uniform)
    if distribution == "truncated_normal":
        return quantile(BELOW + (1.0 - 2.0 * BELOW) * uniform)
    return uniform


def permutation(seed, epoch, count):
    """The order in which epoch `epoch` (from 1) visits `count` samples: Fisher and Yates."""
    order = np.arange(count)
    draws = words(seed, SHUFFLE, 0, epoch, count)
    for i in range(count - 1, 0, -1):
        j = int(draws[i]) * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return order


def _ratio(x, numerator, denominator):
    return _polynomial(x, numerator) / _polynomial(x, denominator)


def _polynomial(x, coefficients):
    total = np.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total *= x
        total += c
    return total


def normal_quantile(p):
    """The standard normal quantile of p in (0, 1), float64, relative error about 1e-15.

    Wichura (1988), Algorithm AS 241 (PPND16).
    """
    numbers = np.ravel(p)
    result = np.empty(numbers.size)
    for block in blocks(numbers.size, PASSES):
        result[block] = _normal_quantile(numbers[block])
    return result.reshape(np.shape(p))


def _normal_quantile(p):
    q = p - 0.5
    result = q * _ratio(0.180625 - q * q, *CENTRAL)
    (outer,) = np.nonzero(~(np.abs(q) <= 0.425))
    p, q = p[outer], q[outer]
    tail = np.sqrt(-log(np.where(q < 0, p, 1.0 - p)))
    size = _ratio(tail - 1.6, *MIDDLE)
    if not (tail <= 5.0).all():
        size = np.where(tail <= 5.0, size, _ratio(tail - 5.0, *FAR))
    result[outer] = np.where(q < 0, -size, size)
    return result


CENTRAL = (
    (3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
     45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
     21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
)  # fmt: skip
MIDDLE = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
     3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770,
     0.0227238449892691845833, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
     0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4,
     1.05075007164441684324e-9),
)  # fmt: skip
FAR = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
     0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860,
     2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15),
)  # fmt: skip
