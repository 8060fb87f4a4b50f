"""Orders of rows, several epochs at once: those of NumPy, and what it draws afterwards too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense.sklearn.orders import Orders


def table_of(lines, visits, networks):
    return np.full((lines, visits, networks), -1)


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 300),
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.integers(1, 3),
)
def test_orders_are_those_of_numpy(seed, visits, pieces, networks):
    """Also those that follow, of any kind: as many words were taken."""
    theirs, ours = (np.random.RandomState(seed) for _ in range(2))
    rows = theirs.randint(1000, size=visits)
    assert np.array_equal(rows, ours.randint(1000, size=visits))
    lines, network, epoch = max(pieces), networks - 1, 0
    table = table_of(lines, visits, networks)
    orders = Orders(ours, rows, table, network)
    for piece in pieces:
        orders.draw(piece)
        for one in range(epoch, epoch + piece):
            theirs.shuffle(rows)
            assert np.array_equal(table[one % lines, :, network], rows)
        epoch += piece
    assert (np.delete(table, network, axis=2) == -1).all()
    assert theirs.uniform() == ours.uniform()


@pytest.mark.parametrize("visits", [2**16, 2**16 + 1, 100_000])
def test_orders_of_many_rows(visits):
    theirs, ours = (np.random.RandomState(3) for _ in range(2))
    rows, table = np.arange(visits), table_of(2, visits, 1)
    Orders(ours, rows, table).draw(2)
    for line in table[:, :, 0]:
        theirs.shuffle(rows)
        assert np.array_equal(line, rows)


@pytest.mark.parametrize("kind", ["MT19937", "PCG64", "Philox", "SFC64"])
def test_any_bit_generator_draws(kind):
    theirs, ours = (np.random.RandomState(getattr(np.random, kind)(7)) for _ in range(2))
    rows, table = np.arange(33), table_of(3, 33, 1)
    Orders(ours, rows, table).draw(3)
    for line in table[:, :, 0]:
        theirs.shuffle(rows)
        assert np.array_equal(line, rows)
    assert theirs.randint(1 << 30) == ours.randint(1 << 30)
