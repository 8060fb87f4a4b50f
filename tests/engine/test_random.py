"""Random numbers: known answers, the compiled twins, and distributions."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit, types

from fastdense.arrays.chunks import NUMBERS
from fastdense.kernels.samples import gather
from fastdense.kernels.samples import random_words as word_kernels
from fastdense.numerics import philox, streams

words, shuffle = (njit(f.py_func) for f in (word_kernels.words, gather.shuffle_one))
SEEDS = st.integers(0, 2**63 - 1)
ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (ONES, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ],
)
def test_philox_known_answers(word, expected):
    """From `kat_vectors` of Random123, philox4x32 with 10 rounds."""
    assert [f"{int(w):08x}" for w in philox.block(*[np.uint64(word)] * 6)] == expected.split()


def test_philox_known_answer_of_pi():
    counter = 0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344
    key = 0xA4093822, 0x299F31D0
    result = philox.block(*(np.uint64(w) for w in counter + key))
    assert [f"{int(w):08x}" for w in result] == "d16cfe09 94fdcceb 5001e420 24126ea1".split()


@given(SEEDS, st.integers(0, 3), st.integers(0, 1000), st.integers(0, 2**62), st.integers(1, 40))
@example(2**63 - 1, 3, 2**24 - 1, 2**62, 5)
def test_compiled_words_are_the_same(seed, purpose, layer, epoch, count):
    expected = streams.words(seed, purpose, layer, epoch, count)
    blocks = range(-(-count // 4))
    ours = [int(w) for b in blocks for w in words(b, purpose, layer, epoch, seed)][:count]
    assert ours == expected.tolist()
    assert expected.max() <= ONES


@given(SEEDS, st.integers(1, 2**40), st.integers(1, 300), st.integers(1, 400))
def test_compiled_shuffle_is_the_permutation(seed, epoch, count, most):
    order = np.arange(count)[::-1].copy()
    position, calls = 0, 0
    while position < count:
        position = shuffle(order, np.array([seed]), count, position, most, epoch, 1)
        calls += 1
        assert calls <= count
    np.testing.assert_array_equal(order, streams.permutation(seed, epoch, count))
    np.testing.assert_array_equal(np.sort(order), np.arange(count))


def test_numbers_differ_by_seed_purpose_layer_and_epoch():
    base = (1, 1, 1, 1)
    others = [base] + [base[:i] + (2,) + base[i + 1 :] for i in range(4)]
    others += [(1 + 2**32, 1, 1, 1), (1, 1, 1, 1 + 2**32)]
    assert len({streams.words(*o, 8).tobytes() for o in others}) == len(others)
    # A longer draw begins with the shorter one.
    assert streams.words(*base, 3).tolist() == streams.words(*base, 8)[:3].tolist()
    assert streams.words(*base, 3, first=8).tolist() == streams.words(*base, 11)[8:].tolist()


def test_numbers_drawn_in_blocks_are_those_drawn_at_once():
    words = streams.words(1, streams.INITIAL, 2, 3, 2 * (NUMBERS + 50))
    bits = (words[0::2] << np.uint64(20)) | (words[1::2] >> np.uint64(12))
    drawn = streams.uniform(1, streams.INITIAL, 2, 3, (2, NUMBERS // 2 + 25))
    assert (drawn.ravel() == (bits.astype(float) + 0.5) * 2.0**-52).all()
    ends = streams.normal_quantile(drawn)[[0, -1], [0, -1]]
    assert (ends == streams.normal_quantile(drawn[[0, -1], [0, -1]])).all()


def test_uniform_is_uniform():
    u = np.sort(streams.uniform(7, 3, 0, 0, (100, 1000)).ravel())
    assert 0 < u[0] and u[-1] < 1
    n = len(u)
    distance = np.abs(u - (np.arange(n) + 0.5) / n).max()
    assert distance < 2 / np.sqrt(n)  # Kolmogorov: exceeded with probability 7e-4
    assert abs(np.corrcoef(streams.uniform(7, 3, 0, 0, n)[:-1], streams.uniform(7, 3, 0, 0, n)[1:])[
        0, 1]) < 5 / np.sqrt(n)  # fmt: skip


def test_every_permutation_is_as_likely():
    counts = {}
    for seed in range(6000):
        key = tuple(streams.permutation(seed, 1, 4).tolist())
        counts[key] = counts.get(key, 0) + 1
    assert len(counts) == 24
    chi_square = sum((c - 250) ** 2 / 250 for c in counts.values())
    assert chi_square < 53  # 23 degrees of freedom: exceeded with probability 4e-4


@given(st.floats(1e-300, 1 - 1e-12))
@example(0.5)
@example(0.075)
@example(0.925)
@example(math.exp(-25))
@example(2.0**-53)
def test_normal_quantile(p):
    ours = float(streams.normal_quantile(np.array([p]))[0])
    assert ours == pytest.approx(NormalDist().inv_cdf(p), rel=2e-14, abs=1e-16)


@given(st.floats(5e-324, 1.7e308))
@example(1.0)
@example(0.7071067811865476)
@example(1 - 2.0**-53)
@example(1 + 2.0**-52)
def test_log(x):
    assert float(streams.log(np.array([x]))[0]) == pytest.approx(math.log(x), rel=1e-15, abs=1e-300)


def test_high_seed_words_reach_compiled_code():
    # uint64 arithmetic with int64 promotes to float64 in Numba: the high half would be lost.
    draw = njit(types.UniTuple(types.uint64, 4)(types.int64))(lambda s: words(0, 1, 0, 1, s))
    assert len({draw(2**62 + k) for k in range(8)}) == 8
