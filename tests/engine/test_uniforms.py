"""Numbers that a kernel draws are those of the random streams, bit for bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Dense, Network, catalogue
from fastdense.devices import cpu
from fastdense.numerics.streams import uniforms


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20),
    st.integers(0, 3),
    st.integers(0, 2**20),
    st.integers(0, 2**40),
    st.integers(1, 500),
)
def test_a_kernel_draws_the_numbers_of_the_streams(seeds, purpose, layer, epoch, count):
    found = np.empty((len(seeds), count))
    for rows, part, numbers in cpu.uniform_parts(seeds, purpose, layer, epoch, count):
        found[rows, part] = numbers
    assert found.tobytes() == uniforms(seeds, purpose, layer, epoch, count).tobytes()


def test_parts_of_many_numbers_join():
    found = np.empty((1, 200_001))
    for rows, part, numbers in cpu.uniform_parts([7], 0, 1, 0, found.shape[1]):
        found[rows, part] = numbers
    assert found.tobytes() == uniforms([7], 0, 1, 0, found.shape[1]).tobytes()


def test_initial_parameters_are_the_same_from_either():
    for name in catalogue.names("initializers"):
        if name == "explicit":  # draws nothing
            continue
        network = Network(7, [Dense(30, "tanh", weights=name), Dense(3)])
        for dtype in ("float32", "float64"):
            plain = network.initialize_many([3, 2**40], dtype)
            drawn = network.initialize_many([3, 2**40], dtype, cpu.uniform_parts)
            assert plain.tobytes() == drawn.tobytes(), name
