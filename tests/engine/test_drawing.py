"""Numbers that a kernel draws are those of the random streams, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Dense, Network, catalogue
from fastdense.arrays.buffers import address
from fastdense.devices import cpu
from fastdense.kernels.registry import program
from fastdense.numerics.streams import normal_quantile, numbers

DISTRIBUTIONS = "uniform", "normal", "truncated_normal"


@settings(max_examples=60)
@given(
    st.sampled_from(DISTRIBUTIONS),
    st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20),
    st.integers(0, 3),
    st.integers(0, 2**20),
    st.integers(0, 2**40),
    st.integers(1, 500),
)
def test_a_kernel_draws_the_numbers_of_the_streams(
    distribution, seeds, purpose, layer, epoch, count
):
    stream = distribution, seeds, purpose, layer, epoch, count
    assert numbers(*stream, cpu.parts).tobytes() == numbers(*stream).tobytes()


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_parts_of_many_numbers_join(distribution):
    stream = distribution, [7], 0, 1, 0, 200_001
    assert numbers(*stream, cpu.parts).tobytes() == numbers(*stream).tobytes()


def test_a_kernel_finds_the_quantiles_of_the_outermost_numbers():
    small = [*10.0 ** -np.arange(1, 17), 2.0**-53, 0.075, np.nextafter(0.075, 0), 0.5]
    p = np.concatenate([small, np.subtract(1, small), np.nextafter([0.075, 0.925], 1)])
    p = p[p < 1]
    found = p.copy()
    program("normals", "float64")(address(found), found.size)
    assert found.tobytes() == normal_quantile(p).tobytes()


def test_initial_parameters_are_the_same_from_either():
    for name in catalogue.names("initializers"):
        if name == "explicit":  # draws nothing
            continue
        network = Network(7, [Dense(30, "tanh", weights=name), Dense(3)])
        for dtype in ("float32", "float64"):
            plain = network.initialize_many([3, 2**40], dtype)
            drawn = network.initialize_many([3, 2**40], dtype, cpu.parts)
            assert plain.tobytes() == drawn.tobytes(), name
